"""The built-in backgrounds' thumbnails, which are kept with the code: for whoever changes a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from processing.services.backgrounds.builtin_backgrounds import Builtin, builtins, thumbnail_of


class Command(BaseCommand):
    help = (
        "Redraws the thumbnails of the built-in backgrounds, and deletes those of backgrounds "
        "that no longer exist."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=Path(settings.BASE_DIR) / "static")

    def handle(self, *args: Any, **options: Any) -> None:
        static: Path = options["into"]
        drawn = {self._draw(one, static) for one in builtins().values()}
        for path in set(static.glob("backgrounds/*.webp")) - drawn:
            path.unlink()
        self.stdout.write(f"{len(drawn)} thumbnails")

    def _draw(self, one: Builtin, static: Path) -> Path:
        path = static / one.thumbnail
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(thumbnail_of(one))
        return path
