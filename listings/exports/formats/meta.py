"""Meta's catalog file, for Facebook and Instagram."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listings.exports.common import (
    IDENTIFIERS,
    age_group,
    attribute,
    condition,
    gender,
    identifier,
    in_stock,
    links,
    prose,
)
from listings.exports.format import CSV, Contents, Format, described
from listings.exports.template import load
from listings.models import Platform
from listings.offers import Offer

# The cover, and 20 more.
_MAX_PICTURES: Final = 21
_TEMPLATE: Final = load("meta")


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make the row of a product."""
    listing = offer.listing
    tags = [*offer.tags, "", ""]
    cover, *others = links(offer, contents.site, _MAX_PICTURES) or [""]
    yield {
        "id": identifier(listing),
        "title": prose(offer.title),
        "description": prose(offer.description),
        "availability": "in stock" if in_stock(listing) else "out of stock",
        "condition": condition(listing),
        "price": f"{offer.amount} {listing.currency}",
        "link": contents.link(offer),
        "image_link": cover,
        "additional_image_link": ",".join(others),
        "brand": listing.brand,
        "google_product_category": offer.category,
        "quantity_to_sell_on_facebook": str(listing.quantity),
        "gender": gender(offer),
        "color": ", ".join(listing.colors),
        "size": listing.size,
        "age_group": age_group(offer),
        "material": ", ".join(listing.materials),
        "pattern": attribute(offer, "pattern"),
        "gtin": attribute(offer, *IDENTIFIERS),
        "product_tags[0]": tags[0],
        "product_tags[1]": tags[1],
    }


FORMAT = Format(
    name="meta",
    position=40,
    about="catalog, CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.FACEBOOK,
    requires=("title", "price", "link"),
    template=_TEMPLATE,
    pieces=described(_TEMPLATE, cells),
)
