"""Every failure in the vendor's one shape: ``error`` for programs, ``message`` for people."""

from __future__ import annotations

from typing import Any

from processing.compat.failures import Failure, Manners


def _shape(failure: Failure) -> dict[str, Any]:
    return {"error": failure.code, "message": failure.message, "details": failure.fields}


MANNERS = Manners("backgroundfx", _shape)
