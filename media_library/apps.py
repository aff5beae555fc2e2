"""The app's name in the admin."""

from __future__ import annotations

from django.apps import AppConfig


class MediaLibraryConfig(AppConfig):
    name = "media_library"
    verbose_name = "Media library"

    def ready(self) -> None:
        from accounts.lifecycle import own_data as sources
        from accounts.lifecycle import parts
        from media_library.lifecycle import own_data, removal

        parts.register(removal.PART)
        sources.register("media_library", own_data.of_library)
