"""What a table of sold items says, row by row, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts import currencies
from config.errors import AppError
from listings.models.comparables import TITLE_LENGTH
from listings.models.listings import SHORT_LENGTH
from listings.pricing import cells, sheets
from listings.pricing.cells import BadCell, Order
from listings.vocabulary import texts

MOST_ROWS = 100_000  # in one table
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

    def told(self) -> dict[str, Any]:
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
    for line, given in sheet.rows:
        wrong: list[tuple[str, str]] = []
        row = _row(given, choices.currency or currency, order, today, wrong)
        if row is not None:
            found.rows.append(row)
            if given.get("condition") and not row.condition:
                found.conditions[texts.one_line(given["condition"])[:60]] += 1
            continue
        found.skipped += 1
        if found.skipped <= _LISTED:
            found.errors += [
                {"line": line, "column": column, "message": f"{message}."}
                for column, message in wrong
            ]
    return found


def _dates(data: bytes) -> Iterator[str]:
    """The column of dates, counted: a table that is too long is refused before all else."""
    for count, (_, row) in enumerate(sheets.read(data).rows, start=1):
        if count > MOST_ROWS:
            message = f"A table may have at most {MOST_ROWS:,} rows; send it in parts."
            raise AppError("PAYLOAD_TOO_LARGE", message, status=413)
        yield row["date"]


def _row(
    given: Mapping[str, str],
    currency: str,
    order: Order | None,
    today: date,
    wrong: list[tuple[str, str]],
) -> Row | None:
    """A row's values; None where `wrong` has been told of some."""
    price, sold_on = 0, today
    code = (given.get("currency") or currency).upper()
    title = texts.one_line(given["title"])
    if not title:
        wrong.append(("title", "is empty"))
    elif len(title) > TITLE_LENGTH:
        wrong.append(("title", f"is longer than {TITLE_LENGTH} characters"))
    if code not in currencies.EXPONENTS:
        wrong.append(("currency", f"'{texts.one_line(code)[:20]}' is no currency code such as EUR"))
    else:
        try:
            price = cells.money(given["price"], code, currencies.EXPONENTS[code])
        except BadCell as error:
            wrong.append(("price", str(error)))
    try:
        sold_on = cells.day(given["date"], order, today=today)
    except BadCell as error:
        wrong.append(("date", str(error)))
    for column in ("brand", "category"):
        if len(texts.one_line(given.get(column, ""))) > SHORT_LENGTH:
            wrong.append((column, f"is longer than {SHORT_LENGTH} characters"))
    if wrong:
        return None
    brand, category = (
        texts.one_line(given.get("brand", "")),
        texts.one_line(given.get("category", "")),
    )
    condition = cells.condition(given.get("condition", "")) or ""
    return Row(title, brand, category, condition, price, code, sold_on)
