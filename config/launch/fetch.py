"""What is fetched when the site is ready already: networks that it can do without, in the background."""

from __future__ import annotations

import io
import os
import sys
import threading

import django
from django.core.management import CommandError, call_command

from config.launch.supervisor import StartError
from config.launch.table import Site

_NICENESS = 19
_SILENT_SECONDS = 10.0  # a machine that is offline has found out by then


class Told(io.StringIO):
    """What is told of a download: kept back at first, so that a failure at once is one line."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kept: list[str] | None = []
        self._timer = threading.Timer(_SILENT_SECONDS, self.release)
        self._timer.daemon = True
        self._timer.start()

    def write(self, text: str) -> int:
        with self._lock:
            if self._kept is None:
                _print(text)
            else:
                self._kept.append(text)
        return len(text)

    def release(self) -> None:
        """Print what was kept back, and from now on all at once."""
        with self._lock:
            # Under the lock, so that nothing that is written meanwhile comes before it.
            if self._kept:
                _print("".join(self._kept))
            self._kept = None
        self._timer.cancel()

    def forget(self) -> None:
        """Print nothing of what was kept back."""
        with self._lock:
            self._kept = None if self._kept is None else []
        self._timer.cancel()


def main() -> int:
    """Fetch each network of FETCH_MODELS that there is room for, one after the other."""
    os.nice(_NICENESS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    for name in settings.FETCH_MODELS:
        _fetch(name)
    return 0


def _fetch(name: str) -> None:
    from django.conf import settings

    from processing.engine.networks import auto, room, weights
    from processing.engine.networks.runtimes import choice

    entry = weights.find(name)
    if entry is None:
        _say(
            f"FETCH_MODELS names {name}, which is no network; `manage.py fetch_models --list` names them."
        )
        return
    if not weights.all_right(settings.MODELS_DIR, entry):
        site = Site.from_env(os.environ, settings.BASE_DIR)
        why_not = room.obstacle(
            entry,
            free_mb=room.free_mb(settings.MODELS_DIR),
            memory_mb=room.memory_mb(),
            processes=site.image_workers + site.batch_workers,
            job_memory_mb=settings.JOB_MEMORY_MB,
            by_mnn=choice.is_likely_mnn(settings.NETWORK_RUNTIME, settings.ONNX_PROVIDERS),
        )
        if why_not:
            without = "Without it `auto` cuts out by `fast` alone."
            told_too = f" {without}" if entry == weights.find(auto.CLOSER) else ""
            _say(f"{entry.name} is not fetched: {why_not}.{told_too}")
            return
    told = Told()
    try:
        call_command("fetch_models", name, stdout=told)
    except CommandError as error:
        told.forget()
        _say(f"Continuing without {entry.name}: {_reason(error)} The next start tries again.")
    else:
        told.release()


def _reason(error: CommandError) -> str:
    """The first of what went wrong, on one line."""
    lines = [line.strip(" -") for line in str(error).splitlines()]
    return f"{lines[1]}." if len(lines) > 1 else lines[0]


def _say(line: str) -> None:
    _print(f"{line}\n")


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartError as error:
        sys.exit(str(error))
