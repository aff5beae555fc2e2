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
from listings.exports.format import CSV, Contents, Format, table
from listings.models import Platform
from listings.offers import Offer

HEADER: Final = [
    *("id", "title", "description", "availability", "condition", "price", "link", "image_link"),
    *("brand", "google_product_category", "fb_product_category"),
    *("quantity_to_sell_on_facebook", "sale_price", "sale_price_effective_date"),
    *("item_group_id", "gender", "color", "size", "age_group", "material", "pattern"),
    *("shipping", "shipping_weight", "video[0].url", "video[0].tag[0]", "gtin"),
    *("product_tags[0]", "product_tags[1]", "style[0]"),
]


def rows(offer: Offer, contents: Contents) -> Iterator[list[str]]:
    """Make the row of a product."""
    listing = offer.listing
    tags = [*offer.tags, "", ""]
    cells = {
        "id": identifier(listing),
        "title": prose(offer.title),
        "description": prose(offer.description),
        "availability": "in stock" if in_stock(listing) else "out of stock",
        "condition": condition(listing),
        "price": f"{offer.amount} {listing.currency}",
        "link": contents.link(offer),
        "image_link": next(iter(links(offer, contents.site, 1)), ""),
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
    yield [cells.get(name, "") for name in HEADER]


FORMAT = Format(
    name="meta",
    position=40,
    about="catalog, CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.FACEBOOK,
    requires=("title", "price", "link"),
    pieces=table(HEADER, rows),
)
