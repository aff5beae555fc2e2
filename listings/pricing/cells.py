"""What single cells of a table of sold items mean: money, dates, conditions. Never evaluated."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from listings.vocabulary import plain

Order = Literal["day-first", "month-first"]

MAX_AMOUNT = 100_000_000_00  # minor units: nothing anybody lists costs more
_SYMBOLS = {"$": None, "€": "EUR", "£": "GBP", "¥": None, "zł": "PLN", "kr": None}
# Spreadsheets also begin formulas with + and -, but so do people their numbers.
_FORMULA = ("=", "@")
_MONEY = re.compile(
    r"(?P<before>[^\d\s.,'+-]{0,4}) ?(?P<sign>[-+]?) ?(?P<before2>[^\d\s.,'+-]{0,4}) ?"
    r"(?P<number>\d[\d.,' ]*) ?(?P<after>[^\d\s.,'+-]{0,4})"
)
_NUMERIC = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?:[T ,].*)?")
_WORDY = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%y", "%d-%b-%Y")
_EARLIEST = date(1995, 1, 1)


class BadCell(ValueError):
    """What is wrong with a cell, in words for the person whose table it is."""


def money(text: str, currency: str, decimals: int) -> int:
    """Read a price, in minor units: ``12.50``, ``$1,234.50``, ``1.234,50 €``. Raises BadCell."""
    if text.startswith(_FORMULA):
        raise BadCell("is a formula, not an amount")
    tidy = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")
    found = _MONEY.fullmatch(tidy)
    if found is None:
        raise BadCell(f"'{_short(text)}' is not an amount of money")
    for symbol in filter(None, (found["before"], found["before2"], found["after"])):
        _check_symbol(symbol, currency)
    # Decimal and never float: 0.29 * 100 is not 29 in floating point.
    amount = Decimal(digits(found["number"], decimals)).scaleb(decimals)
    if found["sign"] == "-" or amount <= 0:
        raise BadCell("must be more than zero")
    if amount != amount.to_integral_value():
        raise BadCell(f"'{_short(text)}' has more decimal places than {currency} allows")
    if amount > MAX_AMOUNT:
        raise BadCell("is too large")
    return int(amount)


def _check_symbol(symbol: str, currency: str) -> None:
    word = symbol.strip(" .").upper()
    for known, code in _SYMBOLS.items():
        if known.upper() in word:
            if code is not None and code != currency:
                raise BadCell(f"is in {code}, and {currency} was expected")
            return
    if word != currency and word not in currency:
        raise BadCell(f"is in '{_short(symbol)}', and {currency} was expected")


def digits(number: str, decimals: int) -> str:
    """Drop separators of thousands, and put a point before the decimals.

    A last group of three digits is thousands, but in a currency with three decimals.
    """
    groups = re.split(r"[.,' ]", number.strip(" .,'"))
    marks = re.findall(r"[.,' ]", number.strip(" .,'"))
    if len(groups) == 1:
        return groups[0]
    is_thousands = len(groups[-1]) == 3 and decimals != 3
    # A mark that comes twice parts thousands: 1.234.50 has no decimals, and is no amount.
    ends_in_decimals = marks[-1] in ".," and not is_thousands and marks.count(marks[-1]) == 1
    whole, fraction = (groups[:-1], groups[-1]) if ends_in_decimals else (groups, "")
    if any(len(group) != 3 for group in whole[1:]):
        raise BadCell(f"'{_short(number)}' is not an amount of money")
    return "".join(whole) + (f".{fraction}" if fraction else "")


def date_order(cells: Iterable[str]) -> Order | None:
    """Tell how a column writes dates like 5/6/2024, by those that can be read one way only.

    None where none tells, or where they tell different things.
    """
    found: set[Order] = set()
    for cell in cells:
        parts = _NUMERIC.fullmatch(cell)
        if parts is None or len(parts[1]) == 4:
            continue
        if int(parts[1]) > 12:
            found.add("day-first")
        elif int(parts[3]) > 12:
            found.add("month-first")
    return found.pop() if len(found) == 1 else None


def day(text: str, order: Order | None, *, today: date) -> date:
    """Read a date of sale. Raises BadCell, also for one in the future."""
    if text.startswith(_FORMULA):
        raise BadCell("is a formula, not a date")
    parts = _NUMERIC.fullmatch(text)
    found = _numeric(parts, order) if parts else _wordy(text)
    if found is None:
        raise BadCell(f"'{_short(text)}' is not a date; write it as 2024-12-31")
    if not _EARLIEST <= found <= today:
        when = "in the future" if found > today else "before 1995"
        raise BadCell(f"{found.isoformat()} is {when}")
    return found


def _numeric(parts: re.Match[str], order: Order | None) -> date | None:
    first, mark, second, last = int(parts[1]), parts[2], int(parts[3]), int(parts[4])
    if len(parts[1]) == 4:
        year, month, of_month = first, second, last
    else:
        year = last if len(parts[4]) == 4 else 2000 + last
        if mark == "." or first > 12:  # points stand in dates of countries that name the day first
            order = "day-first"
        elif second > 12 or first == second:
            # 5/5/2024 is the same day either way.
            order = "month-first"
        if order is None:
            said = f"{parts[1]}{mark}{parts[3]}{mark}{parts[4]}"
            raise BadCell(
                f"'{said}' could start with the day or the month; say which with 'dateOrder'"
            )
        of_month, month = (first, second) if order == "day-first" else (second, first)
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def _wordy(text: str) -> date | None:
    tidy = " ".join(text.replace(",", " ").split())
    for pattern in _WORDY:
        try:
            return datetime.strptime(tidy, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def condition(text: str) -> str | None:
    """Find our name of a condition; empty for no text, None for one that nobody here knows."""
    return _conditions().get(plain(text)) if text else ""


@functools.cache
def _conditions() -> dict[str, str]:
    words = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    return {plain(name): ours for ours, names in words["conditions"].items() for name in names}


def _short(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 40 else f"{line[:39]}…"
