"""What the files of several marketplaces have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.utils.html import escape
from django.utils.text import slugify

from listings.models import Condition, Listing, ListingState
from listings.offers import Offer
from media_library.files import public_copies
from media_library.files.links import PUBLIC, content_url

_DAY: Final = 86400
_DASH: Final = re.compile(r"^- +", re.MULTILINE)
IDENTIFIERS: Final = ("gtin", "upc", "ean", "isbn")
NEW: Final = (Condition.NEW, Condition.NEW_OTHER, Condition.NEW_WITH_DEFECTS)


@dataclass(frozen=True, slots=True)
class Site:
    """`base` is the site's address, in front of the signed paths of pictures.

    Links hold for `days`, and only as long as their `grant` does; without `picture_links` there are
    none.
    """

    base: str
    grant: str = ""
    days: int = 1
    picture_links: bool = True


def links(offer: Offer, site: Site, most: int) -> list[str]:
    """Sign addresses of the offer's pictures, the cover first.

    Whoever has the file can open them: they lead to copies that tell nothing but the picture.
    """
    if not site.picture_links:
        return []
    images = [picture.image for picture in offer.pictures[:most]]
    public_copies.ask_for(images)
    return [
        content_url(image, PUBLIC, base=site.base, seconds=site.days * _DAY, grant=site.grant)
        for image in images
    ]


def attribute(offer: Offer, *names: str) -> str:
    """Find the first attribute of one of these names, in any case."""
    said = {key.casefold(): text for key, text in offer.attributes.items()}
    return next((said[name] for name in names if name in said), "")


def identifier(listing: Listing) -> str:
    """Return the seller's own number for it, or ours."""
    return listing.sku or listing.public_id


def handle_of(offer: Offer) -> str:
    """Make the listing's name in a shop's addresses: the same in every export, and readable where
    the title is in Latin script."""
    number = offer.listing.public_id[-8:].lower()
    words = slugify(offer.listing.title)[:80].strip("-")
    return f"{words}-{number}" if words else f"listing-{number}"


def link_of(offer: Offer, template: str) -> str:
    """Tell where buyers find it: at the variant's address, else at the template's, else ""."""
    if offer.url or not template:
        return offer.url
    names = {
        "{id}": offer.listing.public_id,
        "{sku}": identifier(offer.listing),
        "{handle}": handle_of(offer),
    }
    for name, value in names.items():
        template = template.replace(name, quote(value, safe=""))
    return template


def prose(text: str) -> str:
    """Make bullets of dashes at the beginning of lines: a cell with one looks like a formula."""
    return _DASH.sub("\u2022 ", text)


def html(text: str) -> str:
    """Turn plain text into HTML: paragraphs at empty lines, line breaks within them."""
    text = prose(text)
    paragraphs = [part for part in text.split("\n\n") if part]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def one_line(text: str) -> str:
    return " ".join(text.split())


def condition(listing: Listing) -> str:
    """Say new or used, as feeds for shoppers have it."""
    if not listing.condition:
        return ""
    return "new" if listing.condition in NEW else "used"


def in_stock(listing: Listing) -> bool:
    gone = (ListingState.SOLD, ListingState.ARCHIVED)
    return listing.quantity > 0 and listing.state not in gone


def gender(offer: Offer) -> str:
    """Say male, female or unisex, as feeds for shoppers have it."""
    words = {"men": "male", "boys": "male", "women": "female", "girls": "female"}
    return words.get(offer.department, offer.department)


def age_group(offer: Offer) -> str:
    if not offer.department:
        return ""
    return "kids" if offer.department in ("boys", "girls") else "adult"
