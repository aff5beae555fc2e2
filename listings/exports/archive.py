"""A ZIP for platforms without a bulk import: a folder a listing, with its words and pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.text import slugify

from listings.exports.records import record
from listings.offers import Offer
from media_library.files.archives import Entry
from media_library.models import Image
from processing.services.batching import archives


def stream(offers: Sequence[Offer], sized: Mapping[UUID, Image]) -> Iterator[bytes]:
    """Make the archive, in pieces. ``sized`` are the pictures to be sent, by the id of those
    that the offers have."""
    entries: list[Entry] = []
    texts: dict[str, str] = {}
    for number, offered in enumerate(offers, start=1):
        folder = _folder(number, offered)
        texts[f"{folder}/listing.txt"] = words(offered)
        for position, picture in enumerate(offered.pictures, start=1):
            image = sized[picture.image.pk]
            name = f"{folder}/{position:02}.jpg"
            entries.append(Entry(name, image.file_key, image.created_at))
    records = [record(offered) for offered in offers]  # the pictures themselves are here
    listing = json.dumps({"listings": records}, indent=2, ensure_ascii=False).encode()
    return archives.stream(entries, listing, texts=texts)


def words(offered: Offer) -> str:
    """Write a listing's words, to be copied into a form field by field."""
    listing = offered.listing
    price = f"{offered.amount} {listing.currency}" if offered.amount else ""
    condition = listing.get_condition_display() if listing.condition else ""
    told = {
        "Title": offered.title,
        "Price": price,
        "Category": offered.category_name,
        "Brand": listing.brand,
        "Size": listing.size,
        "Condition": condition,
        "Colours": ", ".join(listing.colors),
        "Materials": ", ".join(listing.materials),
        "Tags": ", ".join(offered.tags),
        **offered.attributes,
        "SKU": listing.sku,
    }
    lines = [f"{name}: {value}" for name, value in told.items() if value]
    return "\n".join([*lines, "", offered.description, ""])


def _folder(number: int, offered: Offer) -> str:
    """Name a folder in plain ASCII, so that every system unpacks it; its number keeps it apart."""
    name = slugify(offered.listing.sku) or slugify(offered.title) or "listing"
    return f"{number:03}-{name[:50].strip('-_')}"
