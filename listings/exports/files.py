"""Making one file of some listings: checked whole before its first byte is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.errors import AppError
from listings.exports import reach
from listings.exports.common import Site, link_of
from listings.exports.format import Contents, ExportRequest, Requirement
from listings.models import Listing, ListingVariant
from listings.offers import Offer, offer

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_CHUNK: Final = 100
_NAMED: Final = 10
_WORDS: Final[dict[Requirement, str]] = {
    "title": "a title",
    "price": "a price",
    "link": "a URL (the variant's url, or `link`)",
}
_FOR_PEOPLE: Final[dict[Requirement, _StrPromise]] = {
    "title": _("a title"),
    "price": _("a price"),
    "link": _("the address of its page"),
}


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    pieces: Iterator[bytes]


def export(listings: QuerySet[Listing], request: ExportRequest, site: Site, day: date) -> File:
    """Make the file while it is sent. Raises AppError CONFLICT for no listings and for links that a
    marketplace could not follow, VALIDATION_ERROR for listings that lack what the format requires."""
    ids = list(listings.values_list("pk", flat=True))
    if not ids:
        raise AppError("CONFLICT", "There are no listings to export.", status=409)
    _check(listings, request)
    if site.picture_links and request.format.platform is not None:
        reach.check(site.base, https=request.format.https)
    contents = Contents(ids, request, site, day)
    label = request.format.label(contents) if request.format.label else ""
    pieces = request.format.pieces(contents)
    stem = "-".join(filter(None, ("packshot", request.format.name, request.platform, label)))
    name = f"{stem}-{day.isoformat()}.{request.format.extension}"
    return File(name, request.format.media_type, pieces)


def _check(listings: QuerySet[Listing], request: ExportRequest) -> None:
    doubtful = _doubtful(request)
    if not doubtful:
        return
    wrong, told = [], []
    for listing in listings.filter(doubtful).iterator(chunk_size=_CHUNK):
        missing = _missing(offer(listing, request.offer_platform), request)
        if missing:
            words = " and ".join(_WORDS[name] for name in missing)
            wrong.append(f"{listing.public_id} needs {words}")
            told.append(_told(listing, missing))
    if wrong:
        more = f" And {len(wrong) - _NAMED} more." if len(wrong) > _NAMED else ""
        message = f"{'; '.join(wrong[:_NAMED])}.{more}"
        fields = {"listingIds": wrong[:_NAMED]}
        page_message = " ".join([*told[:_NAMED], *(["…"] if len(told) > _NAMED else [])])
        raise AppError("VALIDATION_ERROR", message, fields=fields, page_message=page_message)


def _told(listing: Listing, missing: Sequence[Requirement]) -> str:
    """What it lacks, for people."""
    words = ", ".join(str(_FOR_PEOPLE[name]) for name in missing)
    named = {"name": listing.title or gettext("Untitled"), "what": words}
    return gettext("“%(name)s” still needs: %(what)s.") % named


def _doubtful(request: ExportRequest) -> Q:
    """Find the listings that may lack what is required: their variant may have it. Empty: none."""
    found = Q()
    if "title" in request.format.requires:
        found |= Q(title="")
    if "price" in request.format.requires:
        found |= Q(price=None)
    if "link" in request.format.requires and not request.link:
        addressed = ListingVariant.objects.filter(platform=request.offer_platform).exclude(url="")
        found |= ~Q(pk__in=addressed.values("listing"))
    return found


def _missing(offered: Offer, request: ExportRequest) -> list[Requirement]:
    there: dict[Requirement, str] = {
        "title": offered.title,
        "price": offered.amount,
        "link": link_of(offered, request.link),
    }
    return [name for name in request.format.requires if not there[name]]
