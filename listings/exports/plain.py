"""Listings for any program: one row, or one JSON object, each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from accounts import currencies
from listings.exports.common import Site, links
from listings.offers import Offer
from listings.pictures import MOST as MOST_PICTURES

HEADER: Final = [
    *("id", "sku", "state", "platform", "title", "description", "category", "brand", "size"),
    *("condition", "colors", "materials", "tags", "attributes", "currency", "price"),
    *("purchase_price", "quantity", "sold_price", "sold_at", "sold_on", "url", "image_urls"),
    *("created_at", "updated_at"),
]


def row(offer: Offer, site: Site) -> list[str]:
    """Money as decimal numbers; lists joined by ``|``, attributes as JSON."""
    told = record(offer, site)
    for name in ("colors", "materials", "tags", "image_urls"):
        told[name] = "|".join(told[name])
    if told["attributes"]:
        told["attributes"] = json.dumps(told["attributes"], ensure_ascii=False)
    return ["" if told[name] in (None, {}) else str(told[name]) for name in HEADER]


def record(offer: Offer, site: Site) -> dict[str, Any]:
    """Money as text with the currency's decimals, so that nothing is lost on the way."""
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
        "image_urls": links(offer, site, MOST_PICTURES),
        "created_at": listing.created_at.isoformat(),
        "updated_at": listing.updated_at.isoformat(),
    }


def json_pieces(records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One JSON array, an object at a time."""
    before = "["
    for one in records:
        yield f"{before}\n{json.dumps(one, ensure_ascii=False)}".encode()
        before = ","
    yield b"\n]\n" if before == "," else b"[]\n"


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else currencies.amount(minor, currency)
