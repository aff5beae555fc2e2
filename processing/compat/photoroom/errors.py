"""Every failure in the shape that the vendor's clients know, by endpoint.

``/v1/segment`` answers flat, the others nested under ``error``; too many requests are told alike
everywhere.
"""

from __future__ import annotations

from typing import Any

from processing.compat.failures import ErrorFormat, Failure

_CODES = {401: "MISSING_API_KEY"}
# What these know as 402 and 400 is something else to us.
_STATUSES = {"QUOTA_EXCEEDED": 402, "NOT_FOUND": 400}


def _flat(failure: Failure) -> dict[str, Any]:
    return {
        "detail": failure.message,
        "status_code": failure.status,
        "type": failure.code.lower(),
    }


def _nested(failure: Failure) -> dict[str, Any]:
    if failure.status == 429:
        return {"detail": failure.message}
    return {"error": {"detail" if failure.status == 402 else "message": failure.message}}


FLAT = ErrorFormat("photoroom", _flat, _CODES, _STATUSES)
NESTED = ErrorFormat("photoroom", _nested, _CODES, _STATUSES)
