"""How the command ends: one exit code for each kind of failure."""

from __future__ import annotations

import errno
import os
from enum import IntEnum
from pathlib import Path

from packshot.engine import NoEngine
from packshot.errors import (
    InvalidRequest,
    NotAllowed,
    NotSignedIn,
    PackshotError,
    QuotaExceeded,
    RateLimited,
    SiteUnreachable,
    Unavailable,
    UnexpectedAnswer,
)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_NO_RIGHTS = {errno.EACCES, errno.EPERM, errno.ENOTDIR}
# What the engine calls a file that is no picture, or half of one.
_NO_PICTURE = {"BROKEN_IMAGE", "UNSUPPORTED_FORMAT"}


class Exit(IntEnum):
    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    QUOTA = 4
    UNAVAILABLE = 5
    NOT_WRITTEN = 6
    INTERRUPTED = 130


class NotWritten(PackshotError):
    """A result can't be written where it belongs."""


class NoSignIn(PackshotError):
    """No site or key is known."""


def code_of(error: Exception) -> Exit:
    """Return what an error ends the command with."""
    if isinstance(error, QuotaExceeded):
        return Exit.QUOTA
    if isinstance(error, NotAllowed | NotSignedIn | NoSignIn):
        return Exit.NOT_ALLOWED
    if isinstance(error, NoEngine | SiteUnreachable | Unavailable | UnexpectedAnswer | RateLimited):
        return Exit.UNAVAILABLE
    if isinstance(error, NotWritten) or is_out_of_room(error):
        return Exit.NOT_WRITTEN
    return Exit.SOME_FAILED


def stops_everything(error: Exception) -> bool:
    """Whether every other photo would fail alike, so that going on is no use."""
    return code_of(error) is not Exit.SOME_FAILED


def blamed_on_room(error: Exception, out: Path) -> Exception:
    """Return an error, as NotWritten where it only says that results can't be written: no room, no rights."""
    if is_out_of_room(error) or _is_about(out, error):
        return NotWritten(f"{out}: {getattr(error, 'strerror', None) or error}.")
    return error


def is_out_of_room(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def is_unreadable(error: Exception) -> bool:
    """Whether a file can't be read as a picture, for the site or the engine here."""
    if isinstance(error, InvalidRequest):
        return "file" in error.fields
    return getattr(error, "code", "") in _NO_PICTURE


def _is_about(out: Path, error: Exception) -> bool:
    """Whether a place below the folder of results is closed to this user, or no folder."""
    if not isinstance(error, OSError) or error.errno not in _NO_RIGHTS or error.filename is None:
        return False
    return Path(os.fsdecode(error.filename)).absolute().is_relative_to(out.absolute())
