"""Why a job failed that was no fault of its caller's, for the staff who look into it."""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog
from django.conf import settings

_MAX_MESSAGE = 500


def cause_of(error: BaseException) -> dict[str, str]:
    """Its type, its message, and the last place in our own code that it passed.

    An error of ours that was raised from another one is told as that one.
    """
    origin = error
    while origin.__cause__ is not None:
        origin = origin.__cause__
    kind = type(origin)
    return {
        "type": kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}",
        "message": str(origin)[:_MAX_MESSAGE],
        "where": _last_own_frame(origin) or _last_own_frame(error),
    }


def current_request() -> str:
    """Return the id of the request that is being answered; "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]


def _last_own_frame(error: BaseException) -> str:
    root = Path(settings.BASE_DIR)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(root) and "site-packages" not in path.parts:
            return f"{path.relative_to(root)}:{frame.lineno} in {frame.name}"
    return ""
