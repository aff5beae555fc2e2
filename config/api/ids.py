"""Public ids in addresses: what can't be one names nothing, so it's not found."""

from __future__ import annotations

from uuid import UUID

from config import public_ids
from config.errors import not_found


def decoded(prefix: str, text: str, what: str) -> UUID:
    """Decode the id of a row. Raises AppError NOT_FOUND of ``what`` for any other spelling."""
    try:
        return public_ids.decode(prefix, text)
    except ValueError:
        raise not_found(what) from None
