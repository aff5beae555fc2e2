"""Public ids in addresses: what can't be one names nothing, so it's not found."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from config import public_ids
from config.errors import not_found


def decoded(prefix: str, text: str, what: str) -> UUID:
    """Decode the id of a row. Raises AppError NOT_FOUND of ``what`` for any other spelling."""
    try:
        return public_ids.decode(prefix, text)
    except ValueError:
        raise not_found(what) from None


def all_decoded(prefix: str, texts: Iterable[str], what: str) -> list[UUID]:
    """Decode the ids of rows, each once, in order. Raises AppError NOT_FOUND as ``decoded`` does."""
    return [decoded(prefix, text, what) for text in dict.fromkeys(texts)]
