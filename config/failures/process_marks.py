"""Whether another process of this site still lives, told by a lock that ends with it.

A process that answers requests marks what it has begun. A lock is let go by the system the moment that
its process dies, however that came, so what a dead one has begun can be taken over at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import threading
import time
from pathlib import Path

from django.conf import settings

from config.setup.secrets import generated_secret

# By process: a child that was forked has the parent's, whose locks are not its own.
_ONE_AT_A_TIME = threading.Lock()
_NEW_SECONDS = 60  # a younger file may be about to be locked
_MINE: dict[int, str] = {}


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
            _MINE[process] = f"{_site()}:{token}"
        return _MINE[process]


def is_dead(given: str) -> bool:
    """Whether the process with that mark is gone for certain: one of another machine never is."""
    site, _, token = given.partition(":")
    if site != _site() or not token.isalnum() or given == mark():
        return False
    return _is_free(_folder() / token)


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
        if path.stat().st_mtime < long_ago and _is_free(path):
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "run/processes"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _site() -> str:
    """Return what tells this site's data folder from others, whose locks can't be seen."""
    secret = generated_secret(settings.VAR_DIR / "secrets/site_id")
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
