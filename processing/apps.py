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
        from processing.worker import kinds, renditions, runner
        from processing.worker.kinds import Kind

        kinds.register(RemoveBackground, Kind(runner.cut_out, renditions.cutout_makers))
        kinds.register(Edit, Kind(runner.edit, renditions.edit_makers))
        kinds.register(
            paint_background.PaintBackground,
            Kind(paint_background.work, completing=paint_background.completing),
        )
        payloads.register_dialect(notices.DIALECT, notices.translate)
