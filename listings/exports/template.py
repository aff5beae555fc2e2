"""What a marketplace says of its import file, as templates/ has it, and rows held against it."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.errors import AppError
from listings import marketplaces
from listings.checks import bans
from listings.checks.problems import Problem
from listings.marketplaces import Rule
from listings.models import Listing
from listings.offers import Offer

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_FOLDER: Final = Path(__file__).parent / "templates"
_NAMED: Final = 10
# What is asked for where a cell is empty that must not be: for programs, and for people.
_ASKED: Final[dict[str, tuple[str, _StrPromise]]] = {
    "ebay-category": (
        "eBay's number of its category (`category` of its eBay variant, or `category` of the options)",
        _("eBay’s number of its category, among its words for eBay"),
    ),
    "ebay-condition": (
        "a condition that eBay has for its category",
        _("a condition that eBay has for its category"),
    ),
    "ebay-brand": (
        "a brand (Unbranded, if you know that it has none)",
        _("a brand (“Unbranded”, if you know that it has none)"),
    ),
    "ebay-location": (
        "where it is sent from (`location` of the options)",
        _("where it is sent from, at More"),
    ),
    "condition": ("a condition", _("a condition")),
    "picture": ("a picture", _("a picture")),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as templates/ describes it (see the top of each file)."""

    name: str
    required: bool = False
    required_for: Sequence[str] = ()
    ask: str = ""
    max: int | None = None
    max_rule: str = ""
    values: Sequence[str] = ()
    pattern: str = ""
    links: bool = False
    cell: str = ""
    lower: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it stands for columns that the listings name."""
        return self.name.endswith("*")


@dataclass(frozen=True, slots=True)
class Template:
    """A file as its marketplace describes it; `columns` in order."""

    name: str
    read: date
    columns: Sequence[Column]
    https: bool = False
    link_days: int | None = None
    rules: str = ""

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a listing's row: for programs, and for people."""

    words: str
    for_people: str


@dataclass(slots=True)
class Faults:
    """Collects what the rows of a file lack or have too much of."""

    template: Template
    rules: Mapping[str, Rule]
    header: Sequence[str]
    with_links: bool
    columns: list[Column] = field(init=False)
    named: list[tuple[Listing, list[Fault]]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.columns = [_column(self.template, name) for name in self.header]

    def row(self, cells: Mapping[str, str]) -> list[str]:
        """Put cells into the file's order. Those of a column that ends in ``*`` in the template are found by
        the file's name for it in lower case."""
        told = [
            (
                column,
                cells.get(name.casefold() if column.is_open else column.cell or column.name, ""),
            )
            for name, column in zip(self.header, self.columns, strict=True)
        ]
        return [text.lower() if column.lower else text for column, text in told]

    def look(self, offered: Offer, rows: Iterable[Sequence[str]]) -> None:
        """Hold a listing's rows against the template: the first must have what is required. What the
        platform does not let people sell has no place in its file."""
        found = [
            _banned(offered, problem)
            for problem in bans.problems_of(offered, self.rules)
            if problem.level == "error"
        ]
        for number, row in enumerate(rows):
            for column, cell in zip(self.columns, row, strict=True):
                if not cell:
                    if number == 0 and self._is_required(column, row[0]):
                        found.append(_missing(column))
                elif fault := _misfit(column, cell, self.rules):
                    found.append(fault)
        if found:
            self.count += 1
            if len(self.named) < _NAMED:
                self.named.append((offered.listing, found))

    def raise_if_any(self) -> None:
        """Raise AppError VALIDATION_ERROR that names the first listings and all that is wrong with them."""
        if not self.named:
            return
        told = [
            f"{listing.public_id} {' and '.join(fault.words for fault in faults)}"
            for listing, faults in self.named
        ]
        more = f" And {self.count - _NAMED} more." if self.count > _NAMED else ""
        raise AppError(
            "VALIDATION_ERROR",
            f"{'; '.join(told)}.{more}",
            fields={"listingIds": told},
            page_message=" ".join(
                [*(_named(*one) for one in self.named), *(["…"] if more else [])]
            ),
        )

    def _is_required(self, column: Column, action: str) -> bool:
        if column.links and not self.with_links:
            return False
        return column.required or action in column.required_for


@functools.cache
def load(name: str) -> Template:
    """Read a file of templates/."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        told: dict[str, Any] = tomllib.load(file)
    columns = tuple(Column(**_tuples(one)) for one in told["columns"])
    return Template(
        name,
        told["read"],
        columns,
        told.get("https", False),
        told.get("link_days"),
        told.get("rules", ""),
    )


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in told.items()}


def faults_of(
    template: Template, header: Sequence[str], *, platform: str | None, day: date, with_links: bool
) -> Faults:
    """Begin to collect, for a file with these columns: the template's, with others where it has a
    column that ends in ``*``."""
    whose = template.rules or platform
    rules = marketplaces.rules(whose, day) if whose else {}
    return Faults(template, rules, header, with_links)


def _column(template: Template, name: str) -> Column:
    exact = {column.name: column for column in template.columns}
    stems = {one.name[:-1]: one for one in template.columns if one.is_open}
    opened = name.partition("(")[0]  # *Action(SiteID=US|…)
    found = exact.get(name) or exact.get(opened)
    return found or next(one for stem, one in stems.items() if name.startswith(stem))


def _banned(offered: Offer, problem: Problem) -> Fault:
    used = problem.field == "condition"
    told = {"name": offered.category_name}
    if used:
        text = gettext("is used “%(name)s”, which may not be sold there")
    else:
        text = gettext("is “%(name)s”, which may not be sold there")
    kind = f"{'used ' if used else ''}'{offered.category_name}'"
    return Fault(f"is {kind}, which may not be sold there", text % told)


def _missing(column: Column) -> Fault:
    said, for_people = _ASKED.get(column.ask, (column.name, column.name))
    return Fault(f"needs {said}", gettext("needs %(what)s") % {"what": for_people})


def _misfit(column: Column, cell: str, rules: Mapping[str, Rule]) -> Fault | None:
    most, since = _most(column, rules)
    if most is not None and len(cell) > most:
        told = {"column": column.name, "found": len(cell), "most": most}
        words = f"has {len(cell)} characters in {column.name}, where {most} are allowed{since}"
        text = gettext("has %(found)s characters in “%(column)s”, where %(most)s are allowed")
        return Fault(words, text % told)
    fits = cell in column.values if column.values else True
    if fits and (not column.pattern or re.fullmatch(column.pattern, cell)):
        return None
    told = {"column": column.name, "found": cell[:50]}
    text = gettext("has “%(found)s” in “%(column)s”, which is not taken there")
    return Fault(f"has {cell[:50]!r} in {column.name}, which is not taken there", text % told)


def _most(column: Column, rules: Mapping[str, Rule]) -> tuple[int | None, str]:
    """How many characters are allowed, and since when, where that is known: a limit may have changed
    while a listing waited. What nobody vouches for refuses nothing."""
    rule = rules.get(column.max_rule)
    if rule is None or rule.source.certainty == "uncertain":
        return column.max, ""
    return rule.value, f" since {rule.since.isoformat()}" if rule.since else ""


def _named(listing: Listing, faults: Sequence[Fault]) -> str:
    title = listing.title or gettext("Untitled")
    words = ", ".join(fault.for_people for fault in faults)
    return gettext("“%(name)s” %(what)s.") % {"name": title, "what": words}
