"""Made once for all the processes of a run: migrated tables, and static files as a site serves them.

Migrating takes six seconds of a core, which each worker, and each site that a test starts, would spend
anew. One fork of the process that hands out the tests does it while the workers load them.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_FOLDER = "PACKSHOT_TEST_PREPARED"  # set where a run has several workers
_TABLES, _STATIC, _LOCK = "tables.sqlite3", "static", "lock"


def begin(allow_database: Callable[[], object]) -> Callable[[], None]:
    """Let a fork make it all, in a folder that all processes know from now on; what removes it."""
    folder = Path(tempfile.mkdtemp(prefix="packshot-prepared-"))
    os.environ[_FOLDER] = str(folder)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the fork keeps it until it ends
        fork = os.fork()
        if fork == 0:
            status = 1
            try:
                allow_database()
                _make(folder)
                status = 0
            finally:
                os._exit(status)

    def remove() -> None:
        os.waitpid(fork, 0)
        shutil.rmtree(folder, ignore_errors=True)

    return remove


def tables() -> Path | None:
    """The database as migrations leave it, once it is there; None where nobody has made one."""
    return _made(_TABLES)


def lay_out(var: Path, database: Path | None) -> None:
    """Put tables and static files where a new site has its own: it finds nothing left to do."""
    if database and (made := tables()):
        shutil.copyfile(made, database)
    if static := _made(_STATIC):
        shutil.copytree(static, var / "static")


def _made(name: str) -> Path | None:
    if _FOLDER not in os.environ:
        return None
    folder = Path(os.environ[_FOLDER])
    with (folder / _LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    return folder / name if (folder / name).exists() else None


def _make(folder: Path) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    from config import settings as served
    from config.launch.prepare import collect_static

    gc.disable()
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    with closing(sqlite3.connect(folder / "unfinished")) as copy:
        connection.connection.backup(copy)
    (folder / "unfinished").rename(folder / _TABLES)
    storages = {**settings.STORAGES, "staticfiles": served.STORAGES["staticfiles"]}
    with override_settings(STATIC_ROOT=folder / _STATIC, STORAGES=storages):
        collect_static()
