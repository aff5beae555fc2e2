"""Rows of cells as bytes: as they are for machines, and so that a spreadsheet never runs them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

Dialect = Literal["excel", "excel-tab"]
# What makes Excel, LibreOffice or Sheets take a cell for a formula, also in full width.
_FORMULA: Final = re.compile(r"[\s\u200b-\u200f\ufe0e\ufe0f]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def safe(text: str) -> str:
    """Put an apostrophe before what would be a formula: spreadsheets show such a cell as text.

    Plain numbers stay what they are.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def rows_of(
    rows: Iterable[Sequence[str]], dialect: Dialect = "excel", *, guarded: bool = False
) -> Iterator[bytes]:
    """Encode each row for a CSV file (or one with tabs) in UTF-8; ``guarded`` makes cells safe.

    A marketplace would show the apostrophe, or take it for a part of a number: files for machines
    are not guarded.
    """
    sink = _Sink()
    writer = csv.writer(sink, dialect)
    for row in rows:
        writer.writerow([safe(cell) for cell in row] if guarded else row)
        yield sink.taken()


class _Sink:
    """What a csv writer writes to."""

    def __init__(self) -> None:
        self._line = ""

    def write(self, text: str) -> int:
        self._line += text
        return len(text)

    def taken(self) -> bytes:
        line, self._line = self._line, ""
        return line.encode()
