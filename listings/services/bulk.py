"""The same change to many listings: to all of them or to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts.http import Caller
from config.errors import AppError, invalid
from listings import selectors
from listings.models import Listing
from listings.services import listings

MAX_LISTINGS: Final = 100
# What is each listing's own can't be the same for many.
FIELDS: Final = tuple(name for name in listings.FIELDS if name not in ("sku", "generated_by"))


@dataclass(frozen=True, slots=True)
class BulkChange:
    """``price_percent`` is added to each price: -10 makes 45.00 into 40.50."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    price_percent: Decimal | None = None


def change(caller: Caller, listing_ids: Sequence[UUID], wanted: BulkChange) -> list[Listing]:
    """The listings as they are now, in the order given.

    Raises AppError NOT_FOUND, and what ``listings.change`` raises with the listing's id before it.
    """
    check_ids(listing_ids)
    with transaction.atomic():
        found = selectors.chosen(caller.account, list(listing_ids))
        # Always locked in the same order, so that two bulk changes never wait for each other.
        for listing in sorted(found, key=lambda one: one.pk):
            _change_one(caller, listing, wanted)
    return selectors.chosen(caller.account, list(listing_ids))


def remove(caller: Caller, listing_ids: Sequence[UUID]) -> int:
    """Delete these with their histories; how many. Raises AppError NOT_FOUND, then all stay."""
    check_ids(listing_ids)
    with transaction.atomic():
        found = selectors.chosen(caller.account, list(listing_ids))
        for listing in sorted(found, key=lambda one: one.pk):
            listings.remove(listings.lock(listing))
    return len(found)


def check_ids(listing_ids: Sequence[UUID]) -> None:
    """Raises AppError VALIDATION_ERROR for none, too many, or one named twice."""
    if not 1 <= len(listing_ids) <= MAX_LISTINGS:
        message = f"Choose 1 to {MAX_LISTINGS} listings, not {len(listing_ids)}."
        raise invalid("listingIds", message)
    if len(set(listing_ids)) < len(listing_ids):
        raise invalid("listingIds", "Each listing can be listed only once.")


def _change_one(caller: Caller, listing: Listing, wanted: BulkChange) -> None:
    locked = listings.lock(listing)
    fields = dict(wanted.fields)
    if wanted.add_tags or wanted.remove_tags:
        away = {tag.casefold() for tag in wanted.remove_tags}
        before = fields.get("tags", locked.tags)
        fields["tags"] = [tag for tag in before if tag.casefold() not in away]
        fields["tags"] += wanted.add_tags
    if wanted.price_percent is not None and locked.price is not None:
        fields["price"] = _with_percent(locked.price, wanted.price_percent)
    try:
        listings.change(caller, locked, fields, state=wanted.state)
    except AppError as error:
        public = listing.public_id
        message = f"{public}: {error.message}"
        raise AppError(
            error.code,
            message,
            status=error.status,
            fields=error.fields,
            page_message=f"{locked.title or gettext('Untitled')}: {error.page_message}",
        ) from error


def _with_percent(price: int, percent: Decimal) -> int:
    changed = Decimal(price) * (100 + percent) / 100
    return int(changed.to_integral_value(ROUND_HALF_UP))
