"""Everything about a listing, for programs: what the plain formats and archives hold."""

from __future__ import annotations

from typing import Any

from accounts import currencies
from listings.exports.common import Site, links
from listings.offers import Offer
from listings.pictures import MAX_PICTURES as MAX_PICTURES


def record(offer: Offer, site: Site | None = None) -> dict[str, Any]:
    """Gather a listing's fields; money is text with its decimals, so that nothing is lost.

    Without a site there are no links to its pictures.
    """
    listing = offer.listing
    return {
        "id": listing.public_id,
        "sku": listing.sku,
        "state": listing.state,
        "platform": offer.platform,
        "title": offer.title,
        "description": offer.description,
        "category": offer.category,
        "brand": listing.brand,
        "size": listing.size,
        "condition": listing.condition,
        "colors": list(listing.colors),
        "materials": list(listing.materials),
        "tags": list(offer.tags),
        "attributes": dict(offer.attributes),
        "currency": listing.currency,
        "price": offer.amount or None,
        "purchase_price": _amount(listing.purchase_price, listing.currency),
        "quantity": listing.quantity,
        "sold_price": _amount(listing.sold_price, listing.currency),
        "sold_at": listing.sold_at.isoformat() if listing.sold_at else None,
        "sold_on": listing.sold_on or None,
        "url": offer.url or None,
        **({"image_urls": links(offer, site, MAX_PICTURES)} if site else {}),
        "created_at": listing.created_at.isoformat(),
        "updated_at": listing.updated_at.isoformat(),
    }


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else currencies.amount(minor, currency)
