"""What a module in ``formats/`` declares: one kind of file, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from django.conf import settings

from listings import selectors
from listings.exports.cells import Dialect, rows_of
from listings.exports.common import Site, link_of
from listings.exports.options import NoOptions
from listings.models import Listing
from listings.offers import Offer, offer

CSV: Final = "text/csv; charset=utf-8"
TSV: Final = "text/tab-separated-values; charset=utf-8"
JSON: Final = "application/json"

Requirement = Literal["title", "price", "link"]
_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    `position` is its place among the formats wherever they are listed, and `about` what its
    platform calls such a file. `platform` is whose words and pictures the file has; None leaves
    that to the request. A listing without what is in `requires` is refused; "link" is the address
    where buyers find it. `options` is a dataclass of what the format alone asks for; each field
    says by listings.exports.options.option what it takes. `label` is what the file's name says of
    its contents; like `pieces` it may refuse them. Links to pictures hold for `link_days`, where
    nobody says otherwise (None: as long as the site lets any), and `https` says that the platform
    follows no others.

    `pieces` is called before the first byte is sent, so that it may still raise AppError; what it
    returns is sent while it is made.
    """

    name: str
    position: int
    extension: str
    media_type: str
    pieces: Callable[[Contents], Iterator[bytes]]
    about: str = ""
    platform: str | None = None
    requires: tuple[Requirement, ...] = ()
    options: type[Any] = NoOptions
    link_days: int | None = None
    https: bool = False
    label: Callable[[Contents], str] | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What somebody asks for. `options` is an instance of the format's own.

    `link` is an address with ``{id}``, ``{sku}`` or ``{handle}`` in it, for listings whose variant
    has none; `platform` counts for formats alone that have none themselves. Links to pictures hold
    for `link_days`, else for as long as is usual for the format.
    """

    format: Format
    options: Any
    platform: str | None = None
    link: str = ""
    picture_links: bool = True
    link_days: int | None = None

    @property
    def days(self) -> int:
        """How long its links to pictures hold."""
        most: int = settings.EXPORT_LINK_DAYS
        return min(self.link_days or self.format.link_days or most, most)

    @property
    def offer_platform(self) -> str | None:
        """Whose words and pictures the file has; None for the listings' own."""
        return self.format.platform or self.platform


@dataclass(frozen=True, slots=True)
class Contents:
    """The listings of one file, and what was asked for it."""

    ids: Sequence[UUID]
    request: ExportRequest
    site: Site

    @property
    def options(self) -> Any:
        return self.request.options

    def offers(self) -> Iterator[Offer]:
        """Read the listings, a chunk at a time; one that was deleted meanwhile is left out."""
        for start in range(0, len(self.ids), _CHUNK):
            chunk = self.ids[start : start + _CHUNK]
            found = {one.pk: one for one in selectors.whole(Listing.objects.filter(pk__in=chunk))}
            for pk in chunk:
                if pk in found:
                    yield offer(found[pk], self.request.offer_platform)

    def currencies(self) -> list[str]:
        """Name every currency that a listing is in, by alphabet."""
        found: set[str] = set()
        for start in range(0, len(self.ids), _CHUNK):
            rows = Listing.objects.filter(pk__in=self.ids[start : start + _CHUNK])
            found |= set(rows.values_list("currency", flat=True))
        return sorted(found)

    def link(self, offered: Offer) -> str:
        """Tell where buyers find it; "" where nobody knows."""
        return link_of(offered, self.request.link)


def table(
    header: Sequence[str],
    rows: Callable[[Offer, Contents], Iterable[Sequence[str]]],
    dialect: Dialect = "excel",
    *,
    guarded: bool = False,
) -> Callable[[Contents], Iterator[bytes]]:
    """A Format's `pieces` for a table with a fixed header; ``rows`` makes those of one listing.

    ``guarded`` is for tables that people open in a spreadsheet (see cells.rows_of).
    """

    def whole(contents: Contents) -> Iterator[Sequence[str]]:
        yield header
        for offered in contents.offers():
            yield from rows(offered, contents)

    return lambda contents: rows_of(whole(contents), dialect, guarded=guarded)
