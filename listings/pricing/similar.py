"""Sold items that are like the one to be priced: a bounded look-up, and how much each one says."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account
from listings import vocabulary
from listings.models import Comparable, Condition, Listing
from listings.vocabulary import tree

# The newest so many of each kind are looked at, so that a look-up costs the same however many
# there are in all.
NEWEST = 1_000
# The nearest of them make the price.
NEAREST = 60
# What says less than this about the item says nothing.
_MIN_SIMILARITY = 0.12
# Of the kinds above and below its own, a sale says half.
_RELATIVE = 0.5
_HALF_LIFE = 365.0  # days in which a sale's word comes to count half
# From best to worst: the further apart, the less one says about the other.
_GRADES: Mapping[str, int] = {
    Condition.NEW: 0,
    Condition.NEW_OTHER: 1,
    Condition.LIKE_NEW: 2,
    Condition.NEW_WITH_DEFECTS: 3,
    Condition.GOOD: 3,
    Condition.FAIR: 5,
    Condition.FOR_PARTS: 8,
}


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of the thing to be priced; `words` are all that was seen or said of it."""

    category: str | None
    brand: str | None
    condition: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class SoldItem:
    """One sold item, from a table or from the account's own listings."""

    title: str
    brand_key: str
    category: str
    condition: str
    price: int
    sold_on: date
    own: bool = False


@dataclass(frozen=True, slots=True)
class SimilarSale:
    """A sold item, and how much it says: 0 to 1, less the longer ago it was sold."""

    sold: SoldItem
    weight: float


def item(category: str | None, brand: str | None, condition: str, texts: Iterable[str]) -> Item:
    found = frozenset(word for text in texts for word in vocabulary.words(text).split())
    return Item(category, brand or None, condition, found)


def nearest(account: Account, wanted: Item, *, currency: str, today: date) -> list[SimilarSale]:
    """List the account's sold items that are most like `wanted`, the likest first."""
    sold = (*_imported(account, wanted, currency), *_listed(account, wanted, currency))
    weighed = (SimilarSale(one, _weight(one, wanted, today)) for one in sold)
    alike = (one for one in weighed if one.weight > 0)
    # Ties go by date and title, not by the order in which the database answers.
    return heapq.nlargest(NEAREST, alike, key=lambda x: (x.weight, x.sold.sold_on, x.sold.title))


def _imported(account: Account, wanted: Item, currency: str) -> Iterator[SoldItem]:
    rows = Comparable.objects.filter(account=account, currency=currency)
    lots: list[QuerySet[Comparable]] = []
    brand = vocabulary.brand_key(wanted.brand) if wanted.brand else ""
    if wanted.category:
        of_category = rows.filter(category_key=wanted.category)
        lots.append(of_category)
        if brand:
            # On its own, too: the newest thousand of a category may hold none of the brand.
            lots.append(of_category.filter(brand_key=brand))
        if relatives := tree.relatives(wanted.category):
            lots.append(rows.filter(category_key__in=relatives))
    if brand:
        lots.append(rows.filter(brand_key=brand))
    if not lots:
        lots.append(rows)
    columns = ("pk", "title", "brand_key", "category_key", "condition", "price", "sold_on")
    found: dict[UUID, SoldItem] = {}
    for lot in lots:
        for pk, *row in lot.order_by("-sold_on").values_list(*columns)[:NEWEST]:
            found[pk] = SoldItem(*row)
    yield from found.values()


def _listed(account: Account, wanted: Item, currency: str) -> Iterator[SoldItem]:
    rows = Listing.objects.filter(account=account, currency=currency, sold_at__isnull=False)
    if wanted.category:
        rows = rows.filter(category__in=[wanted.category, *tree.relatives(wanted.category)])
    columns = ("title", "brand", "category", "condition", "sold_price", "sold_at")
    for title, brand, category, condition, price, sold_at in rows.order_by("-sold_at").values_list(
        *columns
    )[:NEWEST]:
        if price and sold_at:
            key = vocabulary.brand_key(brand)
            yield SoldItem(title, key, category, condition, price, sold_at.date(), own=True)


def _weight(sold: SoldItem, wanted: Item, today: date) -> float:
    alike = _category(sold, wanted) * _brand(sold, wanted)
    if alike == 0:
        return 0.0
    alike *= _condition(sold, wanted) * (0.4 + 0.6 * _text(sold, wanted))
    # Before age comes in: an old sale of the very same thing says little, but says it.
    if alike < _MIN_SIMILARITY:
        return 0.0
    days = max(0, (today - sold.sold_on).days)
    return float(alike * 0.5 ** (days / _HALF_LIFE))


def _category(sold: SoldItem, wanted: Item) -> float:
    if sold.category == wanted.category:
        return 1.0
    if wanted.category and sold.category in tree.relatives(wanted.category):
        return _RELATIVE
    if sold.category and wanted.category:
        return 0.0
    # One of the two has no category, so the title has to do.
    return 0.6 if _text(sold, wanted) >= 0.5 else 0.0


def _brand(sold: SoldItem, wanted: Item) -> float:
    """Another brand says something only where it is of the same tier; a plain one of an item without
    any, more."""
    theirs = vocabulary.tier(sold.brand_key or None)
    if not wanted.brand:
        return {"unknown": 1.0, "luxury": 0.0, "premium": 0.3}.get(theirs, 0.8)
    if sold.brand_key == vocabulary.brand_key(wanted.brand):
        return 1.0
    if not sold.brand_key:
        return 0.4
    return 0.35 if theirs == vocabulary.tier(wanted.brand) else 0.0


def _condition(sold: SoldItem, wanted: Item) -> float:
    if not (sold.condition and wanted.condition):
        return 0.8
    return float(0.75 ** abs(_GRADES[sold.condition] - _GRADES[wanted.condition]))


def _text(sold: SoldItem, wanted: Item) -> float:
    """The share of a sold item's title that is true of the wanted one; words with digits in them,
    such as models and sizes, count three times."""
    told = set(vocabulary.words(sold.title).split())
    whole = sum(map(_say, told))
    return sum(map(_say, told & wanted.words)) / whole if whole else 0.0


def _say(word: str) -> int:
    return 3 if any(letter.isdigit() for letter in word) else 1
