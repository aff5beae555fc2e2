"""Cells that a spreadsheet shows and never runs."""

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


def rows_of(rows: Iterable[Sequence[str]], dialect: Dialect = "excel") -> Iterator[bytes]:
    """Encode each row for a CSV file (or one with tabs), every cell safe, in UTF-8."""
    sink = _Sink()
    writer = csv.writer(sink, dialect)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
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
