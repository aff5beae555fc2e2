"""Which file, of which listings: checked whole before its first byte is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from config.errors import AppError
from listings import selectors
from listings.exports import ebay, google, meta, plain, shopify
from listings.exports.cells import rows_of
from listings.exports.common import Site, identifier
from listings.models import Listing, ListingVariant, Platform
from listings.offers import Offer, offer

_CHUNK: Final = 100
_BOM: Final = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else
_TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class Format:
    """`platform` whose words and pictures the file has; None leaves that to whoever asks."""

    name: str
    extension: str
    media_type: str
    platform: str | None = None
    needs_link: bool = False


_CSV, _TSV = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"
FORMATS: Final = {
    one.name: one
    for one in (
        Format("ebay", "csv", _CSV, Platform.EBAY),
        Format("shopify", "csv", _CSV, Platform.SHOPIFY),
        Format("google", "tsv", _TSV, Platform.GOOGLE, needs_link=True),
        Format("meta", "csv", _CSV, Platform.FACEBOOK, needs_link=True),
        Format("csv", "csv", _CSV),
        Format("json", "json", "application/json"),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`link` is an address with ``{id}``, ``{sku}`` or ``{handle}`` in it, for listings whose
    variant has none; `platform` counts for the plain formats alone."""

    format: Format
    platform: str | None = None
    link: str = ""
    ebay: ebay.Options = field(default_factory=ebay.Options)

    @property
    def words_of(self) -> str | None:
        return self.format.platform or self.platform


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    pieces: Iterator[bytes]


def export(listings: QuerySet[Listing], wanted: Wanted, site: Site, day: date) -> File:
    """The file, to be sent while it is made. Raises AppError CONFLICT for no listings,
    VALIDATION_ERROR for listings without what the file can't be without."""
    ids = list(listings.values_list("pk", flat=True))
    if not ids:
        raise AppError("CONFLICT", "There is no listing to export.", status=409)
    _check(listings, wanted)
    makers: dict[str, Callable[[Sequence[UUID], Wanted, Site], Iterator[bytes]]] = {
        "ebay": _ebay,
        "shopify": _shopify,
        "google": _google,
        "meta": _meta,
        "csv": _csv,
        "json": _json,
    }
    pieces = makers[wanted.format.name](ids, wanted, site)
    told = "-".join(filter(None, ("packshot", wanted.format.name, wanted.platform)))
    name = f"{told}-{day.isoformat()}.{wanted.format.extension}"
    return File(name, wanted.format.media_type, pieces)


def link_of(offered: Offer, template: str) -> str:
    """Where buyers find it; "" where nobody knows."""
    if offered.url or not template:
        return offered.url
    names = {
        "{id}": offered.listing.public_id,
        "{sku}": identifier(offered.listing),
        "{handle}": shopify.handle_of(offered),
    }
    for name, value in names.items():
        template = template.replace(name, value)
    return template


def _check(listings: QuerySet[Listing], wanted: Wanted) -> None:
    doubtful = Q(title="") | Q(price=None)
    if wanted.format.needs_link and not wanted.link:
        addressed = ListingVariant.objects.filter(platform=wanted.words_of).exclude(url="")
        doubtful |= ~Q(pk__in=addressed.values("listing"))
    wrong = []
    if wanted.format.platform is not None:
        for listing in listings.filter(doubtful)[:_CHUNK]:
            missing = _missing(offer(listing, wanted.words_of), wanted)
            if missing:
                wrong.append(f"{listing.public_id} needs {' and '.join(missing)}")
    if wrong:
        more = f" And {len(wrong) - _TOLD} more." if len(wrong) > _TOLD else ""
        message = f"{'; '.join(wrong[:_TOLD])}.{more}"
        raise AppError("VALIDATION_ERROR", message, fields={"listingIds": wrong[:_TOLD]})
    if wanted.format.name == "ebay":
        ebay.country_for(listings.order_by().values_list("currency", flat=True), wanted.ebay)


def _missing(offered: Offer, wanted: Wanted) -> list[str]:
    needed = {"a title": offered.title, "a price": offered.amount}
    if wanted.format.needs_link:
        needed["an address (the variant's url, or `link`)"] = link_of(offered, wanted.link)
    return [name for name, there in needed.items() if not there]


def _offers(ids: Sequence[UUID], wanted: Wanted) -> Iterator[Offer]:
    """A chunk at a time; a listing that was deleted meanwhile is left out."""
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        found = {one.pk: one for one in selectors.whole(Listing.objects.filter(pk__in=chunk))}
        for pk in chunk:
            if pk in found:
                yield offer(found[pk], wanted.words_of)


def _ebay(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    country, aspects = _ebay_columns(ids, wanted)

    def rows() -> Iterator[list[str]]:
        yield ebay.header(country, aspects)
        for offered in _offers(ids, wanted):
            yield ebay.row(offered, site, wanted.ebay, aspects)

    return rows_of(rows())


def _ebay_columns(ids: Sequence[UUID], wanted: Wanted) -> tuple[str, list[str]]:
    currencies: set[str] = set()
    names: set[str] = set()
    for offered in _offers(ids, wanted):
        currencies.add(offered.listing.currency)
        names |= set(offered.attributes)
    return ebay.country_for(currencies, wanted.ebay), ebay.aspects_of([sorted(names)])


def _shopify(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    def rows() -> Iterator[list[str]]:
        yield shopify.HEADER
        for offered in _offers(ids, wanted):
            yield from shopify.rows(offered, site)

    return rows_of(rows())


def _google(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    def rows() -> Iterator[list[str]]:
        yield google.HEADER
        for offered in _offers(ids, wanted):
            yield google.row(offered, site, link_of(offered, wanted.link))

    return rows_of(rows(), "excel-tab")


def _meta(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    def rows() -> Iterator[list[str]]:
        yield meta.HEADER
        for offered in _offers(ids, wanted):
            yield meta.row(offered, site, link_of(offered, wanted.link))

    return rows_of(rows())


def _csv(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    def rows() -> Iterator[list[str]]:
        yield plain.HEADER
        for offered in _offers(ids, wanted):
            yield plain.row(offered, site)

    yield _BOM
    yield from rows_of(rows())


def _json(ids: Sequence[UUID], wanted: Wanted, site: Site) -> Iterator[bytes]:
    return plain.json_pieces(plain.record(one, site) for one in _offers(ids, wanted))
