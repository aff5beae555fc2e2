"""Tables of sold items as people have them: any usual encoding, separator and column name."""

from __future__ import annotations

import codecs
import csv
import functools
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext

from config.errors import invalid
from listings.vocabulary import plain

REQUIRED = ("title", "price", "date")
_SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that was read: how it was spelt, and its rows by our own column names."""

    encoding: str
    separator: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Mapping[str, str]]]
    """Line of the file where the row ends, and its cells, trimmed; blank rows are left out."""


def read(data: bytes) -> Sheet:
    """The sheet in a CSV file's bytes. Raises AppError VALIDATION_ERROR where it can't be one."""
    encoding, text = _text(data)
    start = len(text) - len(text.lstrip("\r\n \ufeff"))
    head = text[start : start + 10_000]
    if not head.strip():
        raise invalid("file", gettext("The file is empty."))
    separator, header = _header(head)
    columns = [_known().get(plain(name)) for name in header]
    _check(header, columns)
    lines = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator)
    skipped = text[:start].count("\n")
    return Sheet(
        encoding,
        _NAMES[separator],
        tuple(name for name in columns if name),
        _rows(lines, columns, skipped),
    )


def _text(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return encoding.removesuffix("-sig"), data.decode(encoding)
            except UnicodeDecodeError as error:
                raise invalid("file", f"The file says it is {encoding}, but it is not.") from error
    if b"\0" in data[:4096]:
        raise invalid("file", gettext("This is not a text file. Save the table as CSV."))
    try:
        return "utf-8", data.decode()
    except UnicodeDecodeError:
        # What Windows calls Latin-1; where a byte has no meaning in it, the real Latin-1 has one.
        try:
            return "windows-1252", data.decode("cp1252")
        except UnicodeDecodeError:
            return "latin-1", data.decode("latin-1")


def _header(head: str) -> tuple[str, list[str]]:
    """The separator by which the first line has the most columns that we know, and its cells."""
    known = _known()
    found: dict[str, list[str]] = {}
    for separator in _SEPARATORS:
        try:
            found[separator] = next(csv.reader(io.StringIO(head, newline=""), delimiter=separator))
        except (csv.Error, StopIteration):
            continue
    if not found:
        raise invalid("file", gettext("The first line is not a table header."))
    # By columns that we know, then by columns at all: a comma in a name must not decide.
    best = max(found, key=lambda x: (sum(plain(n) in known for n in found[x]), len(found[x])))
    return best, found[best]


def _check(header: list[str], columns: list[str | None]) -> None:
    named = [name for name in columns if name]
    if missing := [name for name in REQUIRED if name not in named]:
        seen = ", ".join(cell.strip()[:40] for cell in header[:12] if cell.strip())
        wanted = " and ".join(f"'{name}'" for name in missing)
        raise invalid("file", f"The header is missing {wanted}; it has: {seen}.")
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise invalid("file", f"Several columns could be the {twice[0]}; keep only one of them.")


def _rows(
    lines: Iterator[list[str]], columns: list[str | None], skipped: int
) -> Iterator[tuple[int, Mapping[str, str]]]:
    next(lines)
    wanted = [(place, name) for place, name in enumerate(columns) if name]
    while True:
        number = skipped + getattr(lines, "line_num", 0) + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"Line {number}: {error}. Is a quotation mark not closed?"
            raise invalid("file", message) from error
        if any(cell.strip() for cell in cells):
            yield (
                number,
                {name: cells[at].strip() if at < len(cells) else "" for at, name in wanted},
            )


@functools.cache
def _known() -> dict[str, str]:
    """Our column by each name that a header may call it."""
    words = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    return {plain(name): column for column, names in words["columns"].items() for name in names}
