"""What of the site itself fails at times, told as what it is: a full disk, a locked database, a queue
or a storage that can't be reached. The same request may succeed a little later: 503.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

import redis
from django.db import InterfaceError, OperationalError
from dramatiq.errors import BrokerError

from config.errors import AppError

CODE: Final = "SERVICE_UNAVAILABLE"
# What talking to the queue may raise. redis-py raises ValueError for a connection that was closed
# beneath it.
QUEUE_ERRORS: Final = (redis.RedisError, BrokerError, OSError, ValueError)
_REDIS_AWAY = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
)
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FAILING = {errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE}
# Without these, SQLite's OperationalError is a mistake of ours, such as a table that is missing.
_SQLITE_AWAY = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL),
}
_POSTGRES_DISK_FULL = "53100"
_SOON, _LATER = 5, 60  # seconds


def told(error: BaseException | None) -> AppError | None:
    """Say in words what is out of order; None for an error that is none of these."""
    if isinstance(error, OperationalError | InterfaceError):
        return _of_database(error)
    if isinstance(error, (*_REDIS_AWAY, BrokerError)):
        return queue_is_away()
    if isinstance(error, OSError) and error.errno in _FULL:
        return _disk_is_full()
    if isinstance(error, OSError) and error.errno in _FAILING:
        return _unavailable("The site can't use its disk at the moment.", _LATER)
    if error is not None and _is_of_bucket(error):
        return _unavailable("The site's picture storage can't be reached at the moment.", _SOON)
    return None


def queue_is_away() -> AppError:
    return _unavailable("The site's work queue can't be reached at the moment.", _SOON)


def of_failed_work(sentence: str) -> AppError:
    """The same for work that ended for that reason, with the sentence that it ended with."""
    return AppError(CODE, sentence, status=503, retry_after=_LATER)


def _of_database(error: Exception) -> AppError | None:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return _disk_is_full()
        if code not in _SQLITE_AWAY:
            return None
    elif getattr(cause, "sqlstate", None) == _POSTGRES_DISK_FULL:
        return _disk_is_full()
    return _unavailable("The site's database is busy at the moment.", _SOON)


def _is_of_bucket(error: BaseException) -> bool:
    """Whether boto3 says that the storage is away, and not that we asked wrongly."""
    # By name: its modules are not loaded where pictures lie in a folder.
    if not type(error).__module__.startswith("botocore."):
        return False
    answer = getattr(error, "response", None)
    if answer is None:
        return True
    return bool(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500)


def _disk_is_full() -> AppError:
    return _unavailable("The site's disk is full.", _LATER)


def _unavailable(what: str, seconds: int) -> AppError:
    again = "Try again in a few seconds." if seconds == _SOON else "Try again later."
    return AppError(CODE, f"{what} {again}", status=503, retry_after=seconds)
