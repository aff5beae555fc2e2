"""Every failure in the vendor's one shape: ``message``, and in ``detail`` what is wrong with which field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.errors import AppError
from processing.compat.failures import ErrorFormat, Failure
from processing.compat.fields import ParameterError

# What we know by another status; a quota that is used up is no matter of permission there.
_STATUSES = {
    "VALIDATION_ERROR": 422,
    "INVALID_PLAN": 422,
    "INVALID_REQUEST": 422,
    "NOT_READY": 422,
    "QUOTA_EXCEEDED": 402,
}
_QUERY = "query "


def _shape(failure: Failure) -> dict[str, Any]:
    detail: dict[str, dict[str, list[str]]] = {}
    for name, messages in failure.fields.items():
        location = "query" if name.startswith(_QUERY) else "json"
        detail.setdefault(location, {})[name.removeprefix(_QUERY)] = messages
    return {"message": failure.message, "detail": detail}


ERROR_FORMAT = ErrorFormat("autoenhance", _shape, statuses=_STATUSES)


def wrong(name: str, problem: str) -> AppError:
    """``rating must be at most 5``: a field of a body."""
    return ParameterError(name, f"{name} {problem}")


def wrong_query(name: str, problem: str) -> AppError:
    """The same of a parameter in the address."""
    error = ParameterError(name, f"{name} {problem}")
    error.fields = {f"{_QUERY}{name}": [error.message]}
    return error


@contextmanager
def in_query() -> Iterator[None]:
    """In this block a parameter that is wrong is one of the address."""
    try:
        yield
    except ParameterError as error:
        [name] = error.fields or {""}
        raise wrong_query(name, error.message.removeprefix(name).strip()) from error
