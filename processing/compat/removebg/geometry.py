"""Lengths as the vendor writes them, ``10%`` or ``30px``, and what is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processing.compat.fields import Fields, wrong
from processing.compat.removebg.errors import Refusal
from processing.engine.plans.cutout import Area
from processing.engine.plans.placed import MOST_REACH, MOST_SHARE, Around, Reach

_LENGTH = re.compile(r"(-?[0-9]{1,7}(?:\.[0-9]{0,9})?)(px|%)")
_HUNDRED = 100.0
_CENTER = (0.5, 0.5)
_LEAST_SCALE = 10.0


@dataclass(frozen=True)
class Length:
    value: float
    is_share: bool

    def of(self, side: int) -> float:
        """In pixels of a side."""
        return self.value / _HUNDRED * side if self.is_share else self.value


def read_roi(fields: Fields) -> list[Length] | None:
    """Left, top, right and bottom of what is looked at."""
    lengths = _lengths(fields, "roi", (4,))
    return lengths if lengths else None


def region(roi: list[Length] | None, width: int, height: int) -> Area | None:
    """The part of a photo of this size; None for all of it. Raises Refusal for one that leaves it or is empty."""
    if roi is None:
        return None
    sides = (width, height, width, height)
    edges = [length.of(side) for length, side in zip(roi, sides, strict=True)]
    if any(not 0 <= edge <= side for edge, side in zip(edges, sides, strict=True)):
        told = f"The image has {width}x{height} pixels."
        raise Refusal("roi_exceeds_bounds", "The region of interest leaves the image", told)
    left, top, right, bottom = edges
    if right - left < 1 or bottom - top < 1:
        told = "It must be at least one pixel wide and high: left, top, right and bottom, in this order."
        raise Refusal("roi_region_empty", "The region of interest is empty", told)
    found = Area(left / width, top / height, right / width, bottom / height)
    return None if found.is_whole else found


def read_around(fields: Fields) -> Around:
    """``crop_margin``: one value, or those of top and bottom and of left and right, or all four; none is more than
    half of the subject, or 500 pixels."""
    values = _lengths(fields, "crop_margin", (1, 2, 4))
    if values is None:
        return Around()
    if any(length.value < 0 for length in values):
        raise wrong("crop_margin", "must not be negative")
    reaches = [_reach(length) for length in values]
    if len(reaches) == 1:
        reaches *= 4
    elif len(reaches) == 2:
        reaches *= 2
    return Around(*reaches)


def read_scale(fields: Fields) -> float | None:
    """None for ``original``."""
    word = fields.text("scale")
    if word is None or word == "original":
        return None
    share = _share(word, least=_LEAST_SCALE)
    if share is None:
        raise wrong("scale", "must be original, or 10% to 100%")
    return share


def read_position(fields: Fields, *, is_scaled: bool) -> tuple[float, float] | None:
    """None for ``original``; the center where nothing is said of a subject that is scaled."""
    word = fields.text("position")
    if word is None:
        return _CENTER if is_scaled else None
    if word == "original":
        return None
    if word == "center":
        return _CENTER
    shares = [share for one in word.split() if (share := _share(one, least=0)) is not None]
    if len(shares) not in (1, 2) or len(shares) < len(word.split()):
        raise wrong("position", "must be original, center, or one or two values of 0% to 100%")
    return shares[0], shares[-1]


def _share(word: str, *, least: float) -> float | None:
    """None for what is no percentage, or not within its bounds."""
    match = _LENGTH.fullmatch(word)
    if match is None or match[2] != "%" or not least <= float(match[1]) <= _HUNDRED:
        return None
    return float(match[1]) / _HUNDRED


def _reach(length: Length) -> Reach:
    if length.is_share:
        return min(length.value / _HUNDRED, MOST_SHARE)
    return f"{min(length.value, MOST_REACH):.9f}px"


def _lengths(fields: Fields, name: str, counts: tuple[int, ...]) -> list[Length] | None:
    text = fields.text(name)
    if text is None:
        return None
    found = [_length(name, word) for word in text.split()]
    if len(found) not in counts:
        *others, last = map(str, counts)
        numbers = f"{', '.join(others)} or {last}" if others else last
        raise wrong(name, f"must have {numbers} values, not {len(found)}")
    return found


def _length(name: str, word: str) -> Length:
    """A bare zero needs no unit."""
    match = _LENGTH.fullmatch(f"{word}px" if word in ("0", "0.0") else word)
    if match is None:
        raise wrong(name, "must be written in pixels or percent, such as 30px or 10%")
    return Length(float(match[1]), match[2] == "%")
