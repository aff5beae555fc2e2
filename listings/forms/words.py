"""What pages call things: sellers' words for the names that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from accounts import currencies
from listings.models import Condition, ListingState, Platform
from listings.vocabulary import tree

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
    "barcode": _("read from a barcode"),
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
    found = tree.categories().get(key)
    name = tree.names_in(get_language() or "en").get(key) or (found.name if found else key)
    return name[:1].upper() + name[1:]


def category_to_type(key: str) -> str:
    """A name that ``category_typed`` knows again: with the key where several kinds are called so."""
    name = category(key)
    return name if category_typed(name) == [key] else f"{name} ({key})"


def category_typed(text: str) -> list[str]:
    """The categories that a person may mean."""
    return tree.find(text, get_language() or "en")


def group(name: str) -> str:
    """What people call a group of categories: with a capital, as it stands alone."""
    told = pgettext("group of categories", name)
    return told[:1].upper() + told[1:]


def conditions() -> list[tuple[str, object]]:
    return [("", "—"), *CONDITIONS.items()]
