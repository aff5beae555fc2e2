"""Once per start, when the queue answers: weights, tables, static files, the demo account."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command


def main() -> int:
    """All of it in one process: starting Django once costs a second, four times four."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        call_command("fetch_models")
        # Each step of a new database describes all tables anew, in objects that refer to each other: the
        # collector would look through them over and over.
        gc.disable()
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        call_command("first_start")
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def collect_static() -> None:
    """Bring the folder of static files up to date, where any of its sources has changed."""
    root = Path(settings.STATIC_ROOT)
    told, sources = root / ".sources", _state_of_sources()
    if told.is_file() and told.read_text() == sources:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    told.write_text(sources)


def _state_of_sources() -> str:
    """Return what changes with any static file of the site's or its packages', and with their making."""
    state = hashlib.sha256(f"{django.__version__} {settings.STORAGES['staticfiles']}".encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            state.update(f"\n{name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return state.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
