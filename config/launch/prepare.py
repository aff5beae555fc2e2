"""Once per start, when the queue answers: weights, tables, static files, the demo account."""

from __future__ import annotations

import gc
import gzip
import hashlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.errors import AppError
from config.launch import forks
from config.web.static_server import SUFFIX

_COMPRESSED = {".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".xml"}


def main() -> int:
    """All of it without another start of Django, which costs a second; tables beside the rest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 1
    done = _side_by_side() if forks.CAN_FORK else _told(_fetch_and_collect) and _told(migrate)
    # It asks for work, which needs all of that.
    welcome = partial(call_command, "first_start")
    return int(not (done and _told(check_default_model) and _told(welcome)))


def _side_by_side() -> bool:
    """Whether tables were made, and all else was fetched and collected meanwhile."""
    rest = multiprocessing.get_context("fork").Process(target=_exit_after_the_rest)
    rest.start()
    migrated = False
    try:
        migrated = _told(migrate)
    finally:
        if not migrated:  # the start has failed, and a download may take minutes
            rest.terminate()
        rest.join()
    return migrated and rest.exitcode == 0


def _exit_after_the_rest() -> None:
    sys.exit(not _told(_fetch_and_collect))


def migrate() -> None:
    """Make or change tables, where this code has a migration that the database hasn't had."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    if all(known in applied for known in _migrations()):
        return
    # Each step of a new database describes all tables anew, in objects that refer to each other: the
    # collector would look through them over and over.
    gc.disable()
    call_command("migrate", interactive=False, verbosity=0)
    gc.enable()


def _migrations() -> Iterator[tuple[str, str]]:
    """App and name of each migration there is: by the files, as loading them takes ten times as long."""
    for app in apps.get_app_configs():
        for path in Path(app.path, "migrations").glob("[!_]*.py"):
            yield app.label, path.stem


def _fetch_and_collect() -> None:
    call_command("fetch_models")
    collect_static()


def check_default_model() -> None:
    """Refuse to start with a model by which no photo could be cut out. Raises CommandError."""
    from processing.worker import runtime

    try:
        runtime.check_model(settings.DEFAULT_MODEL)
    except AppError as error:
        raise CommandError(f"DEFAULT_MODEL is {settings.DEFAULT_MODEL}: {error}") from error


def _told(work: Callable[[], object]) -> bool:
    """Whether it could be done; else the reason is for the person at the terminal."""
    try:
        work()
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


def collect_static() -> None:
    """Bring the folder of static files up to date, where any of its sources has changed."""
    root = Path(settings.STATIC_ROOT)
    told, sources = root / ".sources", _state_of_sources()
    if told.is_file() and told.read_text() == sources:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    compress_static(root)
    told.write_text(sources)


def compress_static(root: Path) -> None:
    """Lay beside each text its compressed form, for config.web.static_server, where that is smaller."""
    for path in root.rglob("*"):
        if path.suffix not in _COMPRESSED or not path.is_file():
            continue
        data = path.read_bytes()
        packed = gzip.compress(data, compresslevel=9, mtime=0)
        if len(packed) < len(data):
            path.with_name(path.name + SUFFIX).write_bytes(packed)


def _state_of_sources() -> str:
    """Return what changes with any static file of the site's or its packages', and with their making."""
    made = f"{django.__version__} {settings.STORAGES['staticfiles']} {sorted(_COMPRESSED)}"
    state = hashlib.sha256(made.encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            state.update(f"\n{name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return state.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
