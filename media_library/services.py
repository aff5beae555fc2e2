"""What an owner may change on a picture."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from config.errors import invalid
from media_library.checks import display_name
from media_library.files import storage
from media_library.models import Background, Image, Project


def change_image(image: Image, *, name: str | None = None, project: Project | None = None) -> None:
    """Rename a picture, or lay it in another project of the same account."""
    if name is not None:
        image.name = display_name(name)
        if not image.name:
            raise invalid("name", "The name must have at least one visible character.")
    if project is not None:
        image.project = project
    # Only while it lives: a name must not come back to a picture that is being deleted.
    Image.live.filter(pk=image.pk).update(name=image.name, project=image.project_id)


def delete_image(image: Image) -> None:
    """Forget a picture: its files, name and address go at once, the bare row stays for its jobs.

    Where it was one of the library's backgrounds, it is none any more.
    """
    with transaction.atomic():
        locked = Image.live.select_for_update().filter(pk=image.pk).first()
        if locked is None:
            return
        transaction.on_commit(partial(storage.delete, locked.keys))
        locked.name = locked.source_url = ""
        locked.file_key = locked.thumbnail_key = locked.corrected_key = locked.public_key = ""
        locked.thumbnail_due_at = None
        locked.deleted_at = timezone.now()
        locked.save()
        Background.objects.filter(image=locked).delete()
