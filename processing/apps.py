"""Django's entry to the processing app."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = "Processing"

    def ready(self) -> None:
        from processing.commands import Edit, RemoveBackground
        from processing.compat.backgroundfx import notices
        from processing.delivery import payloads
        from processing.services import paint_background
        from processing.worker import cutouts, edits, kinds

        kinds.register(RemoveBackground, cutouts.KIND)
        kinds.register(Edit, edits.KIND)
        kinds.register(paint_background.PaintBackground, paint_background.KIND)
        payloads.register_dialect(notices.DIALECT, notices.translate)
