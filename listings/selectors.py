"""What an account may see of listings. Nothing here ever answers with somebody else's rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Account
from config.errors import not_found
from listings.models import Listing, ListingChange
from listings.pictures import with_pictures

# The API's names of orders, each made complete by the id so that pages never overlap.
SORTS: Final[dict[str, tuple[str | OrderBy, ...]]] = {
    "createdAt": ("created_at", "id"),
    "-createdAt": ("-created_at", "-id"),
    "updatedAt": ("updated_at", "id"),
    "-updatedAt": ("-updated_at", "-id"),
    "title": (Lower("title").asc(), "id"),
    "-title": (Lower("title").desc(), "-id"),
    "price": (F("price").asc(nulls_last=True), "id"),
    "-price": (F("price").desc(nulls_last=True), "-id"),
}
DEFAULT_SORT: Final = "-createdAt"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of an account's listings; what is None does not matter."""

    state: str | None = None
    category: str | None = None
    condition: str | None = None
    brand: str | None = None
    platform: str | None = None
    currency: str | None = None

    def condition_of(self) -> Q:
        chosen = Q()
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None:
                chosen &= Q(**{_LOOKUPS.get(one.name, one.name): value})
        return chosen


_LOOKUPS: Final = {"brand": "brand__iexact", "platform": "variants__platform"}


def whole(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """With pictures and variants, in as many queries for many as for one."""
    return with_pictures(listings).prefetch_related("variants")


def listing_for(account: Account, listing_id: UUID) -> Listing:
    """The account's listing. Raises AppError NOT_FOUND, also for other people's."""
    found = whole(Listing.objects.filter(account=account, pk=listing_id)).first()
    if found is None:
        raise not_found("Listing")
    return found


def listings_of(
    account: Account, *, search: str = "", only: Filter | None = None, sort: str = DEFAULT_SORT
) -> QuerySet[Listing]:
    """The account's listings; ``search`` is a part of title, description, brand or SKU."""
    rows = Listing.objects.filter(account=account)
    for word in search.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(brand__icontains=word)
            | Q(sku__icontains=word)
        )
    if only is not None:
        rows = rows.filter(only.condition_of())
    return whole(rows).order_by(*SORTS[sort])


def chosen(account: Account, listing_ids: list[UUID]) -> list[Listing]:
    """These of the account's listings, in this order. Raises AppError NOT_FOUND for any other."""
    rows = whole(Listing.objects.filter(account=account, pk__in=listing_ids))
    found: dict[Any, Listing] = {row.pk: row for row in rows}
    if len(found) < len(set(listing_ids)):
        raise not_found("Listing")
    return [found[pk] for pk in listing_ids]


def check_chosen(account: Account, listing_ids: list[UUID]) -> None:
    """Raises AppError NOT_FOUND unless all of these are the account's."""
    mine = Listing.objects.filter(account=account, pk__in=listing_ids).count()
    if mine < len(set(listing_ids)):
        raise not_found("Listing")


def history_of(listing: Listing) -> QuerySet[ListingChange]:
    """What happened to the listing, the newest first."""
    return listing.changes.select_related("made_by").order_by("-id")
