"""Listings for any program: a JSON array with an object for each."""

from __future__ import annotations

import json
from collections.abc import Iterator

from listings.exports.format import JSON, Contents, Format
from listings.exports.records import record


def pieces(contents: Contents) -> Iterator[bytes]:
    """Write the array, an object at a time."""
    before = "["
    for offered in contents.offers():
        yield f"{before}\n{json.dumps(record(offered, contents.site), ensure_ascii=False)}".encode()
        before = ","
    yield b"\n]\n" if before == "," else b"[]\n"


FORMAT = Format(name="json", position=60, extension="json", media_type=JSON, pieces=pieces)
