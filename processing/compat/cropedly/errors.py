"""Every failure in one shape, as the vendor's document has none: docs/migrating.md describes it."""

from __future__ import annotations

from typing import Any

from processing.compat.failures import ErrorFormat, Failure


def _shape(failure: Failure) -> dict[str, Any]:
    return {
        "status": failure.status,
        "error": failure.code,
        "message": failure.message,
        "details": failure.fields,
    }


ERROR_FORMAT = ErrorFormat("cropedly", _shape)
