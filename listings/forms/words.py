"""What pages call things: sellers' words for the names that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts import currencies
from listings import vocabulary
from listings.models import Condition, ListingState, Platform

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words = Mapping[str, "_StrPromise"]

STATES: Final[Words] = {
    ListingState.DRAFT: _("Draft"),
    ListingState.READY: _("Ready"),
    ListingState.LISTED: _("Listed"),
    ListingState.SOLD: _("Sold"),
    ListingState.ARCHIVED: _("Archived"),
}
# What a button says that takes a listing there, by the state before where it matters.
MOVES: Final[Words] = {
    ListingState.DRAFT: _("Back to draft"),
    ListingState.READY: _("Mark as ready"),
    ListingState.LISTED: _("Mark as listed"),
    ListingState.SOLD: _("Mark as sold"),
    ListingState.ARCHIVED: _("Archive"),
}
MOVES_BACK: Final[Mapping[tuple[str, str], _StrPromise]] = {
    (ListingState.LISTED, ListingState.READY): _("Take off sale"),
    (ListingState.SOLD, ListingState.LISTED): _("Sale fell through"),
    (ListingState.ARCHIVED, ListingState.DRAFT): _("Bring back as draft"),
}
CONDITIONS: Final[Words] = {
    Condition.NEW: _("New"),
    Condition.NEW_OTHER: _("New without tags or box"),
    Condition.NEW_WITH_DEFECTS: _("New with defects"),
    Condition.LIKE_NEW: _("Used, like new"),
    Condition.GOOD: _("Used, good"),
    Condition.FAIR: _("Used, fair"),
    Condition.FOR_PARTS: _("For parts or repair"),
}
FIELDS: Final[Words] = {
    "title": _("Title"),
    "description": _("Description"),
    "category": _("Category"),
    "brand": _("Brand"),
    "size": _("Size"),
    "condition": _("Condition"),
    "colors": _("Colors"),
    "materials": _("Materials"),
    "tags": _("Tags"),
    "attributes": _("More details"),
    "currency": _("Currency"),
    "price": _("Price"),
    "price_min": _("Price from"),
    "price_max": _("Price to"),
    "purchase_price": _("What you paid"),
    "quantity": _("Quantity"),
    "sku": _("SKU"),
    "state": _("State"),
    "sold_price": _("Sold for"),
    "sold_at": _("Sold on"),
    "sold_on": _("Sold at"),
    "image_ids": _("Photos"),
    "repair": _("Repaired photo"),
    "url": _("Address of the page"),
    "external_id": _("Number there"),
    "generated_by": _("Written by"),
}
SOURCES: Final[Words] = {
    "classifier": _("recognized"),
    "ocr": _("read on the item"),
    "pixels": _("measured in the photo"),
    "hint": _("you said so"),
    "llm": _("seen by the language model"),
}
ACTIONS: Final[Words] = {
    "created": _("Created"),
    "generated": _("Written from photos"),
    "changed": _("Changed"),
    "duplicated": _("Copied"),
    "repair": _("Photo repaired"),
}
PLATFORMS: Final[Mapping[str, str]] = {one.value: str(one.label) for one in Platform}


def money(minor: int | None, currency: str) -> str:
    """An amount as sellers write it, with its currency; "" for none."""
    return "" if minor is None else f"{currencies.amount(minor, currency)} {currency}"


def category(key: str) -> str:
    """What people call a category: with a capital, as it stands alone."""
    found = vocabulary.categories().get(key)
    name = pgettext("category", found.name) if found else key
    return name[:1].upper() + name[1:]


def categories() -> list[tuple[str, object]]:
    """Every category by its group, for a list to choose from."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, found in vocabulary.categories().items():
        group = pgettext("group of categories", found.group)
        groups.setdefault(group[:1].upper() + group[1:], []).append((key, category(key)))
    return [("", "—"), *((name, sorted(rows, key=_by_name)) for name, rows in groups.items())]


def conditions() -> list[tuple[str, object]]:
    return [("", "—"), *CONDITIONS.items()]


def _by_name(row: tuple[str, str]) -> str:
    return row[1]
