"""What a table of sold items says, row by row, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from accounts import currencies
from config.errors import AppError
from listings.models.comparables import TITLE_LENGTH
from listings.models.listings import SHORT_LENGTH
from listings.pricing import cells, sheets
from listings.pricing.cells import BadCell, Order
from listings.vocabulary import texts

MAX_ROWS = 100_000  # in one table
_LISTED = 50  # rows in error that are told of one by one


@dataclass(frozen=True, slots=True)
class Choices:
    """How a table is to be read where it doesn't say so itself."""

    currency: str | None = None  # of prices without one; the account's where None
    date_order: Order | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A sold item as its table tells it; its condition in our own word, or empty."""

    title: str
    brand: str
    category: str
    condition: str
    price: int
    currency: str
    sold_on: date


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cells of one table are read by."""

    currency: str  # of rows that name none
    order: Order | None
    today: date


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, without the full stop."""

    column: str
    message: str


@dataclass(slots=True)
class Outcome:
    """A table that was read: the rows in order, and the first of those that are not."""

    encoding: str
    separator: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    conditions: Counter[str] = field(default_factory=Counter)
    """Conditions that nobody here knows, and how many rows have them."""

    def as_json(self) -> dict[str, Any]:
        return {
            "encoding": self.encoding,
            "separator": self.separator,
            "columns": list(self.columns),
            "rows": len(self.rows) + self.skipped,
            "skipped": self.skipped,
            "errors": self.errors,
            "unknownConditions": [text for text, _ in self.conditions.most_common(20)],
        }


def read(data: bytes, choices: Choices, *, currency: str) -> Outcome:
    """Read a table; rows in error are told of, and left out. Raises AppError VALIDATION_ERROR for
    what is no table, PAYLOAD_TOO_LARGE for one with too many rows."""
    sheet = sheets.read(data)
    order = choices.date_order or cells.date_order(_dates(data))
    found = Outcome(sheet.encoding, sheet.separator, sheet.columns)
    # In the easternmost time zone: a sale of today is not in the future anywhere.
    today = (timezone.now() + timedelta(hours=14)).date()
    reading = Reading(choices.currency or currency, order, today)
    for line, given in sheet.rows:
        row = _row(given, reading)
        if isinstance(row, Row):
            found.rows.append(row)
            if given.get("condition") and not row.condition:
                found.conditions[texts.one_line(given["condition"])[:60]] += 1
            continue
        found.skipped += 1
        if found.skipped <= _LISTED:
            found.errors += [
                {"line": line, "column": fault.column, "message": f"{fault.message}."}
                for fault in row
            ]
    return found


def _dates(data: bytes) -> Iterator[str]:
    """The column of dates, counted: a table that is too long is refused before all else."""
    for count, (_, row) in enumerate(sheets.read(data).rows, start=1):
        if count > MAX_ROWS:
            message = f"A table can have at most {MAX_ROWS:,} rows; send it in parts."
            raise AppError("PAYLOAD_TOO_LARGE", message, status=413)
        yield row["date"]


def _row(given: Mapping[str, str], reading: Reading) -> Row | list[Fault]:
    """A row's values, or what is wrong with its cells."""
    values = {name: read_cell(given, reading) for name, read_cell in _READERS.items()}
    # A fault that two values share (an unknown currency is the price's, too) is named once.
    faults = dict.fromkeys(value for value in values.values() if isinstance(value, Fault))
    return list(faults) or Row(**values)


def _title(given: Mapping[str, str], _: Reading) -> str | Fault:
    title = texts.one_line(given["title"])
    if not title:
        return Fault("title", "is empty")
    if len(title) > TITLE_LENGTH:
        return Fault("title", f"is longer than {TITLE_LENGTH} characters")
    return title


def _currency(given: Mapping[str, str], reading: Reading) -> str | Fault:
    code = (given.get("currency") or reading.currency).upper()
    if code not in currencies.EXPONENTS:
        return Fault(
            "currency", f"'{texts.one_line(code)[:20]}' is not a currency code such as EUR"
        )
    return code


def _price(given: Mapping[str, str], reading: Reading) -> int | Fault:
    code = _currency(given, reading)
    if isinstance(code, Fault):
        return code
    try:
        return cells.money(given["price"], code, currencies.EXPONENTS[code])
    except BadCell as error:
        return Fault("price", str(error))


def _sold_on(given: Mapping[str, str], reading: Reading) -> date | Fault:
    try:
        return cells.day(given["date"], reading.order, today=reading.today)
    except BadCell as error:
        return Fault("date", str(error))


def _brand(given: Mapping[str, str], _: Reading) -> str | Fault:
    return _short_text(given, "brand")


def _category(given: Mapping[str, str], _: Reading) -> str | Fault:
    return _short_text(given, "category")


def _short_text(given: Mapping[str, str], column: str) -> str | Fault:
    text = texts.one_line(given.get(column, ""))
    if len(text) > SHORT_LENGTH:
        return Fault(column, f"is longer than {SHORT_LENGTH} characters")
    return text


def _condition(given: Mapping[str, str], _: Reading) -> str:
    return cells.condition(given.get("condition", "")) or ""


# A reader for each value of a Row, in the order in which faults are named.
_READERS: Final[Mapping[str, Callable[[Mapping[str, str], Reading], Any]]] = {
    "title": _title,
    "currency": _currency,
    "price": _price,
    "sold_on": _sold_on,
    "brand": _brand,
    "category": _category,
    "condition": _condition,
}
