"""What a price rests on, drawn: every sale that feeds it, and the range around the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access.pages import page, signed_in
from accounts.models import Account
from listings.forms import words
from listings.models import Listing
from listings.pages.shown import listing_of
from listings.pricing import similar
from listings.pricing.estimate import Estimate, estimate
from listings.pricing.similar import Item, SimilarSale

TEMPLATE: Final = "listings/price.html"
# The drawing's own units; the browser scales it.
WIDTH: Final = 320
_MARGIN: Final = 14
_MIDDLE: Final = 34
_ROWS: Final = (0, -9, 9, -17, 17)
_SHOWN: Final = 8


@dataclass(frozen=True)
class Dot:
    """One sale: where it stands, and how faint, as it says less about the item."""

    x: float
    y: float
    opacity: str
    label: str


@dataclass(frozen=True)
class Sale:
    title: str
    price: str
    sold_on: date
    condition: Any
    own: bool
    percent: int


@dataclass(frozen=True)
class Drawing:
    """A line of prices with its sales; ``None`` where there is nothing to draw."""

    low: float
    middle: float
    high: float
    now: float | None
    dots: list[Dot]

    @property
    def wide(self) -> float:
        return max(2.0, round(self.high - self.low, 1))


@dataclass(frozen=True)
class Priced:
    """An estimate as pages show it."""

    found: Estimate
    drawing: Drawing | None
    sales: list[Sale]

    @property
    def suggested(self) -> str:
        return words.money(self.found.suggested, self.found.currency)

    @property
    def low(self) -> str:
        return words.money(self.found.low, self.found.currency)

    @property
    def high(self) -> str:
        return words.money(self.found.high, self.found.currency)

    @property
    def number(self) -> str:
        """The suggestion without its currency, to be put into a field."""
        return self.suggested.partition(" ")[0]


@page
@require_safe
def listing_price(request: HttpRequest, listing_id: str) -> HttpResponse:
    """What the account's sales say about a listing as it is now."""
    found = listing_of(request, listing_id)
    caller, _user = signed_in(request)
    context = {"listing": found, "priced": priced(caller.account, _item(found), found)}
    return render(request, TEMPLATE, context)


def priced(account: Account, item: Item, listing: Listing | None = None) -> Priced:
    currency = listing.currency if listing else account.currency
    found = estimate(account, item, currency=currency, today=timezone.now().date())
    now = listing.price if listing else None
    return Priced(
        found, _drawing(found, now), [_sale(one, currency) for one in found.nearest[:_SHOWN]]
    )


def _item(listing: Listing) -> Item:
    told = [listing.title, listing.brand, listing.size, *listing.materials, *listing.colors]
    return similar.item(listing.category or None, listing.brand, listing.condition, told)


def _drawing(found: Estimate, now: int | None) -> Drawing | None:
    low, middle, high = found.low, found.suggested, found.high
    if low is None or middle is None or high is None:
        return None
    prices = [low, high, *(one.sold.price for one in found.nearest), *([now] if now else [])]
    least, most = min(prices), max(prices)
    span = max(1, most - least)

    def x(price: int) -> float:
        return round(_MARGIN + (WIDTH - 2 * _MARGIN) * (price - least) / span, 1)

    strongest = max((one.weight for one in found.nearest), default=1.0)
    dots = [
        Dot(
            x=x(one.sold.price),
            y=_MIDDLE + _ROWS[at % len(_ROWS)],
            opacity=f"{0.25 + 0.75 * one.weight / strongest:.2f}",
            label=f"{one.sold.title}, {words.money(one.sold.price, found.currency)}",
        )
        for at, one in enumerate(found.nearest)
    ]
    return Drawing(x(low), x(middle), x(high), x(now) if now else None, dots)


def _sale(one: SimilarSale, currency: str) -> Sale:
    return Sale(
        title=one.sold.title,
        price=words.money(one.sold.price, currency),
        sold_on=one.sold.sold_on,
        condition=words.CONDITIONS.get(one.sold.condition, ""),
        own=one.sold.own,
        percent=round(100 * one.weight),
    )
