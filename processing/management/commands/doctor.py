"""`manage.py doctor`: what decides on this machine how pictures are cut out, and what is broken of the
install, in words."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import doctor
from config.launch.supervisor import StartError
from config.launch.table import Site
from processing.engine.errors import ModelNotInstalled
from processing.engine.networks import room, weights
from processing.engine.networks.runtimes import choice, records
from processing.engine.networks.weights import ModelWeights


class Command(BaseCommand):
    help = (
        "Shows this machine, its room for models, which of them are there, and what runs each and why; "
        "then tries data folder, database, queue, storage, clock and port. Where something is broken it "
        "says what to do, and ends with a status that says what: docs/operating.md lists them."
    )
    # It must answer where other things are broken, too.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self._broken: list[str] = []
        limit = settings.JOB_MEMORY_MB
        self.stdout.write(f"Python {platform.python_version()} on {records.processor()}")
        self.stdout.write(
            f"{os.cpu_count()} cores, {room.memory_mb()} MB of memory (JOB_MEMORY_MB: {limit or 'no limit'}), "
            f"{room.free_mb(settings.MODELS_DIR)} MB free for models in {settings.MODELS_DIR}"
        )
        for entry in weights.catalogue():
            self.stdout.write(f"{' or '.join((entry.name, *entry.aliases))}: {self._told(entry)}")
        status = doctor.NETWORKS_BROKEN if self._broken else 0
        for one, found in doctor.check(self._site()):
            self.stdout.write(f"{found.what}: {found.said}")
            if found.remedy:
                self._broken.append(f"{found.what} {found.said}, {found.remedy}")
                status = status or one.status
        if self._broken:
            raise CommandError("Broken: " + "; ".join(self._broken), returncode=status)
        self.stdout.write("Nothing is broken.")

    def _site(self) -> Site:
        try:
            return Site.from_env(os.environ, settings.BASE_DIR)
        except StartError as error:
            raise CommandError(str(error)) from error

    def _told(self, entry: ModelWeights) -> str:
        """All that there is to say of a model; what is broken of it is noted."""
        remedy = f"run `make models NAMES={entry.name}`"
        damaged = [
            str(path)
            for file in entry.files
            if (path := settings.MODELS_DIR / file.file).exists()
            and not weights.is_right(path, file)
        ]
        if damaged:
            self._broken.append(
                f"{entry.name} is damaged, delete {' and '.join(damaged)} and {remedy}"
            )
            return "damaged"
        # What is there was found to be right.
        is_installed = all((settings.MODELS_DIR / file.file).exists() for file in entry.files)
        in_the_way = self._in_the_way(entry, is_installed=is_installed)
        if not is_installed:
            if entry.default and entry.task == "matting":
                self._broken.append(
                    f"{entry.name} is missing, without which no site starts, {remedy}"
                )
            parts = [_half_fetched(settings.MODELS_DIR, entry), *in_the_way]
            return ", ".join(["not installed", *filter(None, parts)])
        return ", ".join(["installed", *self._run_by(entry), *in_the_way])

    def _run_by(self, entry: ModelWeights) -> list[str]:
        if entry.task != "matting":
            return []
        try:
            chosen = choice.of(
                entry,
                settings.MODELS_DIR,
                wish=settings.NETWORK_RUNTIME,
                providers=settings.ONNX_PROVIDERS,
            )
        except ModelNotInstalled as error:
            self._broken.append(error.message)
            return ["can't be run"]
        why = f" ({chosen.why})" if chosen.why else ""
        # The module's name, then the packages that bring it with their versions.
        return [f"run by {chosen.version.partition(', ')[2] or chosen.title}{why}"]

    def _in_the_way(self, entry: ModelWeights, *, is_installed: bool) -> list[str]:
        """Say why this machine has no room for a large network."""
        if not entry.memory_mb:
            return []
        site = self._site()
        why_not = room.obstacle(
            entry,
            # One that is there takes no more of the disk.
            free_mb=10**9 if is_installed else room.free_mb(settings.MODELS_DIR),
            memory_mb=room.memory_mb(),
            processes=site.image_workers + site.batch_workers,
            job_memory_mb=settings.JOB_MEMORY_MB,
            by_mnn=choice.is_likely_mnn(settings.NETWORK_RUNTIME, settings.ONNX_PROVIDERS),
        )
        return [f"no room: {why_not}"] if why_not else []


def _half_fetched(models_dir: Path, entry: ModelWeights) -> str:
    """Say how much of a model a download that broke off has left, archives included."""
    left = sum(
        path.stat().st_size
        for file in entry.files
        for path in models_dir.glob(f"{file.file}.part*")
    )
    return f"half fetched ({left / 1e6:.1f} MB)" if left else ""
