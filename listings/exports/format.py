"""What a module in ``formats/`` declares: one kind of file, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Literal
from uuid import UUID

from django.conf import settings

from listings import selectors
from listings.exports.cells import Dialect, rows_of
from listings.exports.common import Site, link_of
from listings.exports.options import NoOptions
from listings.exports.template import Template, faults_of
from listings.models import Listing
from listings.offers import Offer, offer

CSV: Final = "text/csv; charset=utf-8"
TSV: Final = "text/tab-separated-values; charset=utf-8"
JSON: Final = "application/json"

# A file is made whole before its first byte is sent; beyond this it waits on the disk.
_IN_MEMORY: Final = 4_000_000
_PIECE: Final = 64 * 1024

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
    its contents; like `pieces` it may refuse them. `template` is what the platform says of such a
    file.

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
    template: Template | None = None
    label: Callable[[Contents], str] | None = None

    @property
    def link_days(self) -> int | None:
        """How long links to pictures hold where nobody says otherwise; None: as the site lets any."""
        return self.template.link_days if self.template else None

    @property
    def https(self) -> bool:
        """Whether the platform follows no other links."""
        return self.template is not None and self.template.https


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
    day: date

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


def described(
    template: Template | Callable[[Contents], Template],
    cells: Callable[[Offer, Contents], Iterable[Mapping[str, str]]],
    dialect: Dialect = "excel",
    *,
    header: Callable[[Contents], Sequence[str]] | None = None,
    before: Callable[[Contents], Iterable[Sequence[str]]] | None = None,
    guarded: bool = False,
    mark: bytes = b"",
) -> Callable[[Contents], Iterator[bytes]]:
    """A Format's `pieces` for a table that its platform describes: every row is held against the
    template before the first is sent, and listings whose rows don't fit are refused by name.

    ``cells`` makes the rows of one listing, cells by the names of their columns. ``header`` are its columns, where they aren't the template's own; ``before`` are rows above them.
    """

    def whole(contents: Contents) -> Iterator[bytes]:
        told = template(contents) if callable(template) else template
        columns = header(contents) if header else told.header
        faults = faults_of(
            told,
            columns,
            platform=contents.request.offer_platform,
            day=contents.day,
            with_links=contents.site.picture_links,
        )

        def checked() -> Iterator[Sequence[str]]:
            yield from before(contents) if before else ()
            yield columns
            for offered in contents.offers():
                made = [faults.row(one) for one in cells(offered, contents)]
                faults.look(offered, made)
                yield from made

        with ExitStack() as closing:
            file = closing.enter_context(SpooledTemporaryFile(_IN_MEMORY))
            file.write(mark)
            file.writelines(rows_of(checked(), dialect, guarded=guarded))
            faults.raise_if_any()
            file.seek(0)
            closing.pop_all()  # it is closed once it is sent
        return _pieces_of(file)

    return whole


def _pieces_of(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
