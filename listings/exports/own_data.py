"""What listings give an account of its own data: listings and sold items, for programs and spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from accounts import currencies
from accounts.lifecycle.own_data import DataFile, as_json
from listings import selectors
from listings.exports.cells import rows_of
from listings.exports.records import record
from listings.models import Comparable, Listing
from listings.offers import offer

_BOM: Final = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
_CHUNK: Final = 200


def of_listings(account_id: UUID) -> Iterator[DataFile]:
    listings = [_told(one) for one in _listings(account_id)]
    yield as_json("listings.json", listings)
    yield _table("listings.csv", listings)
    sold = Comparable.objects.filter(account=account_id).order_by("sold_on", "pk")
    yield _table("sold items.csv", [_sold(one) for one in sold.iterator(chunk_size=500)])


def _listings(account_id: UUID) -> Iterator[Listing]:
    rows = Listing.objects.filter(account=account_id).order_by("created_at", "pk")
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        yield from selectors.whole(rows.filter(pk__in=ids[start : start + _CHUNK]))


def _told(listing: Listing) -> dict[str, Any]:
    offered = offer(listing, None)
    pictures = [picture.original.public_id for picture in offered.pictures]
    return record(offered) | {"pictures": pictures}


def _sold(row: Comparable) -> dict[str, Any]:
    return {
        "title": row.title,
        "brand": row.brand,
        "category": row.category,
        "condition": row.condition,
        "price": currencies.amount(row.price, row.currency),
        "currency": row.currency,
        "sold_on": row.sold_on,
    }


def _table(name: str, rows: list[dict[str, Any]]) -> DataFile:
    header = list(rows[0]) if rows else []
    cells = [header, *([_cell(row[column]) for column in header] for row in rows)]
    return DataFile(name, _BOM + b"".join(rows_of(cells, guarded=True)) if rows else b"")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)
