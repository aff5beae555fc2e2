"""Listings for any spreadsheet: a row for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from listings.exports.format import CSV, Contents, Format, table
from listings.exports.records import record
from listings.offers import Offer

_BOM: Final = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
HEADER: Final = [
    *("id", "sku", "state", "platform", "title", "description", "category", "brand", "size"),
    *("condition", "colors", "materials", "tags", "attributes", "currency", "price"),
    *("purchase_price", "quantity", "sold_price", "sold_at", "sold_on", "url", "image_urls"),
    *("created_at", "updated_at"),
]


def rows(offer: Offer, contents: Contents) -> Iterator[list[str]]:
    """Make a row: money as decimal numbers; lists joined by ``|``, attributes as JSON."""
    cells = record(offer, contents.site)
    for name in ("colors", "materials", "tags", "image_urls"):
        cells[name] = "|".join(cells[name])
    if cells["attributes"]:
        cells["attributes"] = json.dumps(cells["attributes"], ensure_ascii=False)
    yield ["" if cells[name] in (None, {}) else str(cells[name]) for name in HEADER]


def pieces(contents: Contents) -> Iterator[bytes]:
    yield _BOM
    yield from table(HEADER, rows, guarded=True)(contents)


FORMAT = Format(name="csv", position=50, extension="csv", media_type=CSV, pieces=pieces)
