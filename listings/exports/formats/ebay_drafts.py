"""Seller Hub's template for drafts, which its seller completes there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from listings.exports import ebay
from listings.exports.common import attribute, html, links, prose
from listings.exports.format import CSV, Contents, Format, described
from listings.exports.options import Choice, Text, option
from listings.exports.template import load
from listings.models import Platform
from listings.offers import Offer

_TEMPLATE: Final = load("ebayDrafts")
_UPC_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Options:
    """Says what listings do not: eBay's site, and a category for those whose own is not known."""

    country: str | None = option(None, Choice(tuple(ebay.SITES)))
    category: str = option("", Text(10))


def header(contents: Contents) -> list[str]:
    """Name the columns. Raises AppError VALIDATION_ERROR where the file can't have one site and currency."""
    country = _country(contents.currencies(), contents)
    action, *others = _TEMPLATE.header
    return [f"{action}({ebay.action(country)})", *others]


def before(contents: Contents) -> Iterator[list[str]]:
    """Name the template above the columns, as eBay's own file does."""
    country = _country(contents.currencies(), contents)
    info = ["#INFO", "Version=0.0.2", f"Template= eBay-draft-listings-template_{country}"]
    empty = [""] * len(_TEMPLATE.columns)
    yield [*info, *empty[len(info) :]]
    yield ["#INFO", *empty[1:]]


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make a listing's row."""
    upc = attribute(offer, "upc", "gtin")
    country = _country([offer.listing.currency], contents)
    yield {
        "Action": "Draft",
        "Custom label (SKU)": offer.listing.sku,
        "Category ID": ebay.category(offer, country, contents.options.category),
        "Title": prose(offer.title),
        "UPC": upc if len(upc) == _UPC_LENGTH else "",
        "Price": offer.amount,
        "Quantity": str(offer.listing.quantity),
        "Item photo URL": "|".join(links(offer, contents.site, ebay.MAX_PICTURES)),
        "Condition ID": ebay.condition(offer),
        "Description": html(offer.description),
        "Format": "FixedPrice",
    }


def _country(currencies: list[str], contents: Contents) -> str:
    return ebay.country_for(currencies, contents.options.country, "ebayDrafts.country")


FORMAT = Format(
    name="ebayDrafts",
    position=11,
    about="Seller Hub's draft template, CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.EBAY,
    requires=("title", "price"),
    options=Options,
    template=_TEMPLATE,
    pieces=described(_TEMPLATE, cells, header=header, before=before),
)
