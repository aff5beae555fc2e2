"""Whether another process of this site still lives, told by a lock that ends with it.

A process that answers requests marks what it has begun. A lock is let go by the system the moment that
its process dies, however that came, so what a dead one has begun can be taken over at once. The other way
round a process that can't say anything, as its only Python thread is deep in a library, still holds its lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from config.setup.secrets import generated_secret

# By process: a child that was forked has the parent's, whose locks are not its own.
_ONE_AT_A_TIME = threading.Lock()
_NEW_SECONDS = 60  # a younger file may be about to be locked
_MINE: dict[int, str] = {}
_FILES: dict[int, int] = {}  # the descriptor of each of these
_NOTES: dict[int, tuple[str, ...]] = {}


def mark() -> str:
    """Return this process's mark, under a lock that it holds for as long as it lives."""
    process = os.getpid()
    with _ONE_AT_A_TIME:
        if process not in _MINE:
            _remove_dead()
            token = secrets.token_hex(8)
            # Open until the process ends, and not inherited by those that it starts.
            file = os.open(_folder() / token, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.lockf(file, fcntl.LOCK_EX)
            # Kept in any case: each call would open, and never close, another.
            _FILES[process], _MINE[process] = file, f"{_site()}:{token}"
            with contextlib.suppress(OSError):  # a full disk: the lock alone says that it lives
                _write(file, ())
        return _MINE[process]


def is_dead(given: str) -> bool:
    """Whether the process with that mark is gone for certain: one of another machine never is."""
    site, _, token = given.partition(":")
    if site != _site() or not token.isalnum() or given == _MINE.get(os.getpid()):
        return False
    return _is_free(_folder() / token)


def is_at_work(given: str) -> bool:
    """Whether the process with that mark neither is dead nor stopped, as far as can be told from here."""
    if is_dead(given):
        return False
    site, _, token = given.partition(":")
    return site != _site() or not _is_stopped(_folder() / token)


def note(lines: Iterable[str]) -> None:
    """Write what this process is busy with beside its mark, in the place of what stood there."""
    mark()
    process = os.getpid()
    with _ONE_AT_A_TIME:
        _NOTES[process] = tuple(lines)
        _write(_FILES[process], _NOTES[process])


def notes() -> set[str]:
    """What all processes of this site on this machine are busy with, but for dead and stopped ones."""
    own = _MINE.get(os.getpid(), "").partition(":")[2]
    found = set(_NOTES.get(os.getpid(), ()))
    for path in _folder().iterdir():
        # Never its own: closing the file would let the lock go (fcntl(2)).
        if path.name != own and not _is_free(path) and not _is_stopped(path):
            found.update(_read(path)[1:])
    return found


def is_of_this_site(given: str) -> bool:
    """Whether the process with that mark shares this one's data folder, and so its machine."""
    return given.partition(":")[0] == _site()


def notes_of(given: str) -> tuple[str, ...]:
    """What the process with that mark is busy with, as far as can be told from here."""
    token = given.partition(":")[2]
    if given == _MINE.get(os.getpid()):
        return _NOTES.get(os.getpid(), ())  # reading the file would let the lock go
    if not is_of_this_site(given) or not token.isalnum():
        return ()
    return tuple(_read(_folder() / token)[1:])


def _write(file: int, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in (os.getpid(), *lines)).encode()
    os.pwrite(file, text, 0)
    os.ftruncate(file, len(text))


def _read(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:  # gone meanwhile
        return []


def _is_stopped(path: Path) -> bool:
    """Whether the process was halted by a signal. Only Linux tells; elsewhere none is."""
    process = "".join(_read(path)[:1])
    if sys.platform != "linux" or not process.isdecimal():
        return False
    # The second field is the program's name, in parentheses, with any characters in it.
    state = "".join(_read(Path(f"/proc/{process}/stat"))).rpartition(")")[2].split()[:1]
    return state in (["T"], ["t"])


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _remove_dead() -> None:
    long_ago = time.time() - _NEW_SECONDS
    for path in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process has done so meanwhile
            if path.stat().st_mtime < long_ago and _is_free(path):
                path.unlink()


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "run/processes"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _site() -> str:
    """Return what tells this site's data folder from others, whose locks can't be seen."""
    secret = generated_secret(settings.VAR_DIR / "secrets/site_id")
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
