"""One command for each hot folder: it holds a lock there, which the system lets go with its process."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from packshot.runs.exits import NotWritten

_NAME = ".packshot/watching"
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a hot folder while the block runs.

    Raises click.UsageError where another command watches it, a folder inside of it, or one that it lies in, and
    NotWritten where there can't be a lock.
    """
    mine = folder / _NAME
    try:
        mine.parent.mkdir(exist_ok=True)
        file = mine.open("ab")
    except OSError as error:
        raise NotWritten(f"{folder}: {error.strerror}.") from error
    with file:
        if not _taken(file, folder):
            raise click.UsageError(f"Another command watches {folder}.")
        for other in _others(folder):
            if _is_held(other):
                raise click.UsageError(
                    f"Another command watches {other}: it would see the same photos."
                )
        yield


def _others(folder: Path) -> Iterator[Path]:
    """Folders above and inside that are or were hot folders."""
    inside = (Path(top) for top, folders, _ in os.walk(folder) if ".packshot" in folders)
    for other in (*folder.parents, *inside):
        if other != folder and (other / _NAME).is_file():
            yield other


def _is_held(folder: Path) -> bool:
    try:
        with (folder / _NAME).open("rb+") as file:
            return not _taken(file, folder)
    except OSError:  # somebody else's, and closed to this user
        return False


def _taken(file: IO[bytes], folder: Path) -> bool:
    """Take a lock until the file is closed; whether nobody else holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise NotWritten(f"{folder} can't be locked: {error.strerror}.") from error
    return True
