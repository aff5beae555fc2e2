"""`manage.py fetch_models`: bring the weights of models to this machine before anything is served."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from processing.engine.errors import EngineError
from processing.engine.networks import weights


class Command(BaseCommand):
    help = (
        "Downloads model weights by name or alias, such as 'fast high'; without names, the "
        "default set. Files that are already installed are kept, and interrupted downloads "
        "are resumed."
    )
    # Fetching must work before there is a database, and with settings that still need attention.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="MODEL")
        parser.add_argument(
            "--models-dir", type=Path, default=None, help="default: the MODELS_DIR setting"
        )
        parser.add_argument("--list", action="store_true", help="only list the available models")

    def handle(self, *args: Any, **options: Any) -> None:
        models_dir: Path = options["models_dir"] or settings.MODELS_DIR
        if options["list"]:
            self._show(models_dir)
            return
        defaults = {entry.name: entry.task for entry in weights.catalogue() if entry.default}
        for name in options["names"] or defaults:
            try:
                weights.fetch(name, models_dir, report=self.stdout.write)
            except EngineError as error:
                if options["names"] or defaults[name] == "matting":
                    raise CommandError(error.message) from error
                # The site can work; what needs this model answers that it isn't installed.
                self.stderr.write(f"Continuing without {name}. {error.message}")

    def _show(self, models_dir: Path) -> None:
        for entry in weights.catalogue():
            state = "installed" if (models_dir / entry.file).is_file() else "not installed"
            names = ", ".join((entry.name, *entry.aliases))
            self.stdout.write(f"{names}: {entry.size / 1e6:.1f} MB, {entry.licence}, {state}")
            self.stdout.write(f"    {entry.description}")
