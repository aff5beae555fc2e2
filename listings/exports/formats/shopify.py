"""Shopify's product file, with the columns of its present template or of the one before.

It has no column for a currency: prices are in the shop's. So a file has one currency, which its name
says, and which it can be told to have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from accounts import currencies
from config.errors import invalid
from listings import marketplaces
from listings.exports.common import (
    IDENTIFIERS,
    age_group,
    attribute,
    condition,
    gender,
    handle_of,
    html,
    links,
    prose,
)
from listings.exports.format import CSV, Contents, Format, described
from listings.exports.options import Choice, option
from listings.exports.template import Template, load
from listings.models import ListingState, Platform
from listings.offers import Offer

_MAX_PICTURES: Final = 250
_GOOGLE: Final = "Google Shopping / "
_TEMPLATES: Final = {"2026": load("shopify"), "older": load("shopify-older")}


@dataclass(frozen=True, slots=True)
class Options:
    """Names the shop's currency, so that listings in another one are refused, and which of Shopify's
    templates has the columns."""

    currency: str | None = option(None, Choice(currencies.CODES))
    columns: str = option("2026", Choice(tuple(_TEMPLATES)))


def currency(contents: Contents) -> str:
    """Tell which currency the prices are in. Raises AppError VALIDATION_ERROR where it is not one,
    or not the shop's."""
    found = contents.currencies()
    if len(found) > 1:
        message = f"A Shopify file can have only one currency, not {' and '.join(found)}."
        raise invalid("listingIds", message)
    only = found[0] if found else ""  # all of them were deleted meanwhile
    if only and contents.options.currency not in (None, only):
        message = f"The shop sells in {contents.options.currency}, but the listings are in {only}."
        raise invalid("shopify.currency", message)
    return only


def template(contents: Contents) -> Template:
    return _TEMPLATES[contents.options.columns]


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make the product's row with its cover, and a row for each further picture."""
    handle, pictures = handle_of(offer), links(offer, contents.site, _MAX_PICTURES)
    title = prose(offer.title)
    told = _product(offer) | {"URL handle": handle}
    for position, link in enumerate(pictures or [""], start=1):
        if link:
            told |= {
                "Product image URL": link,
                "Image position": str(position),
                "Image alt text": title if position == 1 else f"{title} ({position})",
            }
        yield told
        told = {"URL handle": handle}


def _product(offer: Offer) -> dict[str, str]:
    listing = offer.listing
    listed = listing.state == ListingState.LISTED
    cost = listing.purchase_price
    return {
        "Title": prose(offer.title),
        "Description": html(offer.description),
        "Vendor": listing.brand,
        "Product category": offer.category,
        "Type": offer.category_name,
        "Tags": ", ".join(tag.replace(",", " ") for tag in offer.tags),
        "Published on online store": "TRUE" if listed else "FALSE",
        "Status": "Active" if listed else "Draft",
        "SKU": listing.sku,
        "Barcode": attribute(offer, *IDENTIFIERS),
        "Option1 name": "Size" if listing.size else "Title",
        "Option1 value": listing.size or "Default Title",
        "Price": offer.amount,
        "Cost per item": "" if cost is None else currencies.amount(cost, listing.currency),
        "Charge tax": "TRUE",
        "Inventory tracker": "shopify",
        "Inventory quantity": str(listing.quantity),
        "Continue selling when out of stock": "DENY",
        "Requires shipping": "TRUE",
        "Fulfillment service": "manual",
        "Gift card": "FALSE",
        "Color (product.metafields.shopify.color-pattern)": "; ".join(listing.colors),
        f"{_GOOGLE}Google product category": marketplaces.google_category(listing.category),
        f"{_GOOGLE}Gender": gender(offer).capitalize(),
        f"{_GOOGLE}Age group": age_group(offer).capitalize(),
        f"{_GOOGLE}Manufacturer part number (MPN)": attribute(offer, "mpn"),
        f"{_GOOGLE}Condition": condition(listing),
    }


FORMAT = Format(
    name="shopify",
    position=20,
    about="CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.SHOPIFY,
    requires=("title", "price"),
    options=Options,
    label=currency,
    template=_TEMPLATES["2026"],
    pieces=described(template, cells),
)
