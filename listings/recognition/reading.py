"""Lines of text on a photo, in the order in which a person would read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.engine.text.detect import Text

# Beyond this a photo shows a page, not a label: matching would only take longer.
_MAX_LINES, _LONGEST = 60, 200


@dataclass(frozen=True, slots=True)
class Line:
    """`words` as read, with how sure the reading is (0 to 1), on photo number `image`.

    Whatever it says is data: it is matched and shown, never obeyed.
    """

    words: str
    score: float
    image: int
    height: float = 0.0
    """Of its letters, in pixels of the photo as it was looked at; 0 where it was not measured."""


def lines(texts: Sequence[Text], image: int) -> list[Line]:
    """Put what was read on one photo in order, without control characters, from top to bottom."""
    ordered = sorted(
        texts, key=lambda text: (float(text.quad[:, 1].mean()), float(text.quad[0, 0]))
    )
    return [
        Line(words, round(text.score, 3), image, round(text.height, 1))
        for text in ordered[:_MAX_LINES]
        if (words := _clean(text.words))
    ]


def _clean(words: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printable.split())[:_LONGEST]
