"""Listings for any spreadsheet: a row for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from listings.exports.format import CSV, Contents, Format, described
from listings.exports.records import record
from listings.exports.template import load
from listings.offers import Offer

_BOM: Final = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
_TEMPLATE: Final = load("csv")


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make a row: money as decimal numbers; lists joined by ``|``, attributes as JSON."""
    told = record(offer, contents.site)
    for name in ("colors", "materials", "tags", "image_urls"):
        told[name] = "|".join(told[name])
    if told["attributes"]:
        told["attributes"] = json.dumps(told["attributes"], ensure_ascii=False)
    yield {name: "" if value in (None, {}) else str(value) for name, value in told.items()}


FORMAT = Format(
    name="csv",
    position=50,
    extension="csv",
    media_type=CSV,
    template=_TEMPLATE,
    pieces=described(_TEMPLATE, cells, guarded=True, mark=_BOM),
)
