"""What an account may see of listings. Nothing here ever answers with somebody else's rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OrderBy, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Account
from config.errors import not_found
from listings.models import Listing, ListingChange, ListingImage, ListingState
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
    return whole(_found(account, search, only)).order_by(*SORTS[sort])


def covers_of(
    account: Account, *, search: str = "", only: Filter | None = None, sort: str = DEFAULT_SORT
) -> QuerySet[Listing]:
    """The same for lists: ``covers`` holds the first picture alone, nothing else of the listing."""
    return _with_covers(_found(account, search, only)).order_by(*SORTS[sort])


def board_of(
    account: Account, states: Sequence[str], *, search: str, only: Filter, most: int
) -> QuerySet[Listing]:
    """The newest of each state, at most so many, in one query however many states there are."""
    found = _found(account, search, only).order_by(*SORTS[DEFAULT_SORT])
    newest = Q(pk__in=[])
    for state in states:
        newest |= Q(pk__in=found.filter(state=state).values("pk")[:most])
    return _with_covers(Listing.objects.filter(newest)).order_by(*SORTS[DEFAULT_SORT])


def counts_by_state(
    account: Account, *, search: str = "", only: Filter | None = None
) -> dict[str, int]:
    """How many listings there are in each state, 0 where there are none."""
    rows = _found(account, search, only).order_by().values_list("state")
    counted = dict(rows.annotate(Count("pk", distinct=True)))
    return {state.value: counted.get(state.value, 0) for state in ListingState}


def _found(account: Account, search: str, only: Filter | None) -> QuerySet[Listing]:
    rows = Listing.objects.filter(account=account)
    for word in search.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(brand__icontains=word)
            | Q(sku__icontains=word)
        )
    return rows if only is None else rows.filter(only.condition_of())


def _with_covers(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    pictures = ListingImage.objects.filter(image__deleted_at=None).select_related("image")
    first = Prefetch("images", pictures.order_by("position")[:1], to_attr="covers")
    return rows.prefetch_related(first)


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


def skus_of(account: Account, photos: Collection[UUID]) -> dict[UUID, str]:
    """The SKUs of the listings that photos are in, or that show what was made of them; of several the oldest's."""
    rows = ListingImage.objects.filter(listing__account=account).exclude(listing__sku="")
    found = rows.filter(Q(image__in=photos) | Q(image__parent__in=photos))
    skus = dict[UUID, str]()
    order = found.order_by("listing__created_at", "listing")
    for image, parent, sku in order.values_list("image", "image__parent", "listing__sku"):
        skus.setdefault(image, sku)
        if parent is not None:
            skus.setdefault(parent, sku)
    return skus
