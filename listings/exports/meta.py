"""Meta's catalog file, for Facebook and Instagram."""

from __future__ import annotations

from typing import Final

from listings.exports.common import (
    IDENTIFIERS,
    Site,
    age_group,
    attribute,
    condition,
    gender,
    identifier,
    in_stock,
    links,
)
from listings.offers import Offer

HEADER: Final = [
    *("id", "title", "description", "availability", "condition", "price", "link", "image_link"),
    *("brand", "google_product_category", "fb_product_category"),
    *("quantity_to_sell_on_facebook", "sale_price", "sale_price_effective_date"),
    *("item_group_id", "gender", "color", "size", "age_group", "material", "pattern"),
    *("shipping", "shipping_weight", "video[0].url", "video[0].tag[0]", "gtin"),
    *("product_tags[0]", "product_tags[1]", "style[0]"),
]


def row(offer: Offer, site: Site, link: str) -> list[str]:
    """One product. ``link`` is where buyers find it."""
    listing = offer.listing
    tags = [*offer.tags, "", ""]
    told = {
        "id": identifier(listing),
        "title": offer.title,
        "description": offer.description,
        "availability": "in stock" if in_stock(listing) else "out of stock",
        "condition": condition(listing),
        "price": f"{offer.amount} {listing.currency}",
        "link": link,
        "image_link": next(iter(links(offer, site, 1)), ""),
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
    return [told.get(name, "") for name in HEADER]
