"""Every failure in the vendor's one shape: ``error`` for programs, ``message`` for people."""

from __future__ import annotations

from typing import Any

from processing.compat.failures import ErrorFormat, Failure


def _shape(failure: Failure) -> dict[str, Any]:
    return {"error": failure.code, "message": failure.message, "details": failure.fields}


ERROR_FORMAT = ErrorFormat("backgroundfx", _shape)
