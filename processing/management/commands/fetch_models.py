"""`manage.py fetch_models`: bring the weights of models to this machine before anything is served, and
make them ready for MNN."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from processing.engine.errors import EngineError
from processing.engine.networks import auto, weights
from processing.engine.networks.runtimes import choice, converting
from processing.engine.networks.weights import ModelWeights


class Command(BaseCommand):
    help = (
        "Downloads model weights by name or alias, such as 'fast high'; without names, the "
        "default set. Files that are already installed are kept, and interrupted downloads "
        "are resumed. Networks that cut out are then converted for MNN and checked, once."
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
        self._convert(options["names"], models_dir)

    def _convert(self, names: list[str], models_dir: Path) -> None:
        """Make the named networks, or those without which no site opens, ready for MNN where it may
        run them."""
        if not choice.may_be_mnn(settings.NETWORK_RUNTIME, settings.ONNX_PROVIDERS):
            return
        first = weights.find(auto.asked(settings.DEFAULT_MODEL)[0])
        wanted = [weights.find(name) for name in names] or [
            entry for entry in weights.catalogue() if entry.default or entry == first
        ]
        for entry in wanted:
            if entry and entry.task == "matting" and (models_dir / entry.file).is_file():
                converting.prepare(
                    entry, models_dir, threads=settings.MODEL_THREADS, report=self.stdout.write
                )

    def _show(self, models_dir: Path) -> None:
        for entry in weights.catalogue():
            state = self._state(entry, models_dir)
            names = ", ".join((entry.name, *entry.aliases))
            self.stdout.write(f"{names}: {entry.size / 1e6:.1f} MB, {entry.licence}, {state}")
            self.stdout.write(f"    {entry.description}")

    def _state(self, entry: ModelWeights, models_dir: Path) -> str:
        if not (models_dir / entry.file).is_file():
            return "not installed"
        if entry.task != "matting":
            return "installed"
        try:
            chosen = choice.of(
                entry,
                models_dir,
                wish=settings.NETWORK_RUNTIME,
                providers=settings.ONNX_PROVIDERS,
            )
        except EngineError as error:
            return f"installed, and refused: {error.message}"
        why = f", as {chosen.why}" if chosen.why else ""
        return f"installed, run by {chosen.title}{why}"
