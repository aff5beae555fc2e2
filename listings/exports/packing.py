"""A ZIP of words and pictures in a platform's measure, once all of its pictures are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import QuerySet

from accounts.http import Caller
from config.errors import AppError
from listings import marketplaces
from listings.exports import archive, sized
from listings.marketplaces import Rule
from listings.models import Listing
from listings.offers import Offer, offer
from processing.models import Batch

MAX_IN_ARCHIVE: Final = 50


@dataclass(frozen=True, slots=True)
class Pack:
    """`pieces` are None as long as some of the `total` pictures are still being made."""

    name: str
    pieces: Iterator[bytes] | None
    ready: int
    total: int
    batches: Sequence[Batch]


def pack(caller: Caller, chosen: QuerySet[Listing], platform: str, day: date) -> Pack:
    """Start what is missing, or make the archive while it is sent.

    Raises AppError CONFLICT for no listings, too many, or a picture that failed, QUOTA_EXCEEDED.
    """
    rules = marketplaces.rules(platform, day)
    offers = [_within(offer(listing, platform), rules) for listing in _few(chosen)]
    images = [picture.image for offered in offers for picture in offered.pictures]
    made = sized.prepare(caller, images, rules)
    return Pack(
        name=f"packshot-{platform}-{day.isoformat()}.zip",
        pieces=None if made.waiting else archive.stream(offers, made.ready),
        ready=len(made.ready),
        total=len(made.ready) + made.waiting,
        batches=made.batches,
    )


def _few(chosen: QuerySet[Listing]) -> list[Listing]:
    found = list(chosen[: MAX_IN_ARCHIVE + 1])
    if not found:
        raise AppError("CONFLICT", "There are no listings to export.", status=409)
    if len(found) > MAX_IN_ARCHIVE:
        message = (
            f"An archive can contain at most {MAX_IN_ARCHIVE} listings: choose them with "
            "listingIds."
        )
        page_message = f"A ZIP can contain at most {MAX_IN_ARCHIVE} listings. Choose fewer."
        raise AppError("CONFLICT", message, status=409, page_message=page_message)
    return found


def _within(offered: Offer, rules: Mapping[str, Rule]) -> Offer:
    """With no more pictures than the platform takes."""
    most = rules.get("photos_max")
    return replace(offered, pictures=offered.pictures[: most.value if most else None])
