"""Google Merchant's product file, with tabs."""

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
    one_line,
    prose,
)
from listings.exports.format import TSV, Contents, Format, described
from listings.exports.template import load
from listings.models import Platform
from listings.offers import Offer

_MAX_PICTURES: Final = 11
_MAX_COLORS: Final = 3
_TEMPLATE: Final = load("google")


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make the row of a product."""
    listing = offer.listing
    pictures = links(offer, contents.site, _MAX_PICTURES)
    gtin, mpn = attribute(offer, *IDENTIFIERS), attribute(offer, "mpn")
    told = {
        "id": identifier(listing),
        "title": prose(offer.title),
        # Tabs and line ends are this file's own.
        "description": one_line(prose(offer.description)),
        "link": contents.link(offer),
        "image_link": pictures[0] if pictures else "",
        "additional_image_link": ",".join(pictures[1:]),
        "availability": "in_stock" if in_stock(listing) else "out_of_stock",
        "price": f"{offer.amount} {listing.currency}",
        "condition": condition(listing),
        "brand": listing.brand,
        "gtin": gtin,
        "mpn": mpn,
        "identifier_exists": "" if gtin or (mpn and listing.brand) else "no",
        "google_product_category": offer.category,
        "product_type": offer.category_name,
        "color": "/".join(listing.colors[:_MAX_COLORS]),
        "size": listing.size,
        "gender": gender(offer),
        "age_group": age_group(offer),
        "material": "/".join(listing.materials),
        "pattern": attribute(offer, "pattern"),
    }
    yield {name: one_line(text) for name, text in told.items()}


FORMAT = Format(
    name="google",
    position=30,
    about="Merchant, tab-separated",
    extension="tsv",
    media_type=TSV,
    platform=Platform.GOOGLE,
    requires=("title", "price", "link"),
    template=_TEMPLATE,
    pieces=described(_TEMPLATE, cells, "excel-tab"),
)
