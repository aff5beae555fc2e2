"""Which ISBN, EAN or UPC is the item's, of all that its photos show, and what it says of the item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from listings.recognition.choosing import MAX_CANDIDATES, Choice
from listings.recognition.reading import Line
from listings.recognition.result import SeenNumber
from listings.vocabulary import trade_numbers, tree

_PRINTED = re.compile(
    r"\bISBN(?:-1[03])?[:.]?\s*((?:97[89][\s-]?)?\d[\d\s-]{7,13}[\dX])\b", re.IGNORECASE
)
_SURE = 0.8
# Of what has an ISBN some are calendars, games and audio books.
_BOOK = 0.95
_BOOKS = ("book", "comic")


def seen(text: str, source: Literal["barcode", "ocr"], image: int) -> SeenNumber:
    """A number as it was read on photo number `image`, with what is wrong with it."""
    try:
        number = trade_numbers.parse(text)
    except ValueError as error:
        return SeenNumber(trade_numbers.bare(text), None, str(error), source, image)
    return SeenNumber(number.digits, number.kind, None, source, image)


def printed(lines: Sequence[Line]) -> list[SeenNumber]:
    """Numbers that stand in print behind the word ISBN."""
    return [
        seen(match[1], "ocr", line.image)
        for line in lines
        if line.score >= _SURE
        for match in _PRINTED.finditer(line.words)
    ]


def of_item(every: Sequence[SeenNumber]) -> SeenNumber | None:
    """The number that is the item's: the one ISBN, else the one EAN or UPC. None where there are
    several, as nobody knows which."""
    known = _known(every)
    return known[0] if len(known) == 1 else None


def doubts(every: Sequence[SeenNumber]) -> list[str]:
    """What the seller should know of numbers that were not used."""
    known = _known(every)
    if len(known) > 1:
        listed = ", ".join(number.digits for number in known)
        return [f"The photos show different numbers ({listed}), so none of them was used."]
    if known:
        return []
    told = []
    for number in every:
        if message := number.fault:
            told.append(f"Photo {number.image + 1}: {message}")
    return list(dict.fromkeys(told))


def named(number: SeenNumber | None, choice: Choice) -> Choice:
    """What the item is, now that its number is known: an ISBN makes everything a book but a comic."""
    if number is None or number.kind != "isbn" or choice.key in _BOOKS:
        return choice
    kept = [
        (key, round(chance * (1 - _BOOK), 3)) for key, chance in choice.candidates if key != "book"
    ]
    candidates = (("book", _BOOK), *kept[: MAX_CANDIDATES - 1])
    return Choice("book", _BOOK, candidates, (), tree.categories()["book"].group, _BOOK)


def _known(every: Sequence[SeenNumber]) -> list[SeenNumber]:
    """Numbers that are right, each once: ISBNs where there are any, as books have a second code."""
    right = {number.digits: number for number in reversed(every) if number.kind}
    isbns = [number for number in right.values() if number.kind == "isbn"]
    return (isbns or list(right.values()))[::-1]
