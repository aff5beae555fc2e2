"""What happened to a listing, in order and for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from accounts.models import User
from listings.models import Changes, Listing, ListingChange

# Longer texts are kept by their beginning: a history is no archive of drafts.
_LONGEST: Final = 2_000


def append(listing: Listing, action: str, *, made_by: User | None, changes: Changes) -> None:
    """Write down who did what, and what that changed."""
    ListingChange.objects.create(
        listing=listing,
        made_by=made_by,
        action=action,
        changes={name: [_kept(one) for one in pair] for name, pair in changes.items()},
    )


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return value
