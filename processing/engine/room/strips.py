"""What a recipe makes of a photo's pixels: one walk through it, in strips, on all cores.

A band of rows has one desk, memory that all its strips are worked on in: what lies there stays in the cache,
and the system isn't asked for pages over and over, which took as long as the work itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear
from processing.engine.room import detail

# Pixels of a strip: fewer, and calls cost more than they do; more, and they leave the cache.
_STRIP: Final = 131_072
_BAND: Final = 256  # rows
_EDGE: Final = 1  # row that a strip needs above and below, for fine detail
_LUMINANCE: Final = (0.2126, 0.7152, 0.0722)
# The most light that a pixel may get, 0 to 65535, by its brightest stored value: what wasn't clipped comes to
# 254 at most.
_LIMITS: Final = np.append(
    np.full(255, linear.decoded(np.array(254.4 / 255)) * linear.FULL, np.float32),
    np.float32(linear.FULL),
)
_SRGB: Final = linear.to_srgb(np.arange(linear.FULL + 1, dtype=np.uint16))

Plane = Any  # numbers (h, w), of the kind that OpenCV's functions take and give


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to each pixel: tables by stored value, and maps of a small copy.

    - `light`: each channel's light, 0 to 65535, white balanced, float32 (3, 256).
    - `logs`: natural logarithms of a grey's light, float32 (256,).
    - `slope`, `offset`: what a pixel's brightness becomes, in natural logarithms: slope * its own + offset.
      float32 (rows of the small copy, width of the photo).
    - `detail`: what fine differences become, uint8 (256,), see detail.curve.
    - `saturation`: how much colors gain, see looks.Amounts.
    """

    light: F32
    logs: F32
    slope: F32
    offset: F32
    detail: U8
    saturation: float


def apply(rgb: U8, recipe: Recipe) -> U8:
    """A photo, uint8 (h, w, 3), as the recipe makes it, of the same size. The photo stays as it is."""
    height, width = rgb.shape[:2]
    result = np.empty_like(rgb)
    count = max(1, _STRIP // width)

    def band(start: int) -> None:
        end = min(height, start + max(_BAND, count))
        desk = _Desk(min(count, end - start), width)
        for top in range(start, end, count):
            _strip(rgb, result, slice(top, min(end, top + count)), recipe, desk)

    parallel.each(band, range(0, height, max(_BAND, count)))
    return result


class _Desk:
    """Memory for one strip after the other: planes of so many rows or fewer."""

    def __init__(self, rows: int, width: int) -> None:
        self._floats = np.empty((8, rows, width), np.float32)
        self._light = np.empty((3, rows, width), np.uint16)
        self._stored = np.empty((4, rows, width), np.uint8)
        self._grey = np.empty((3, rows + 2 * _EDGE, width), np.uint8)

    def floats(self, rows: int) -> Iterator[Plane]:
        return (plane[:rows] for plane in self._floats)

    def light(self, rows: int) -> list[Plane]:
        return [plane[:rows] for plane in self._light]

    def stored(self, rows: int) -> list[Plane]:
        return [plane[:rows] for plane in self._stored]

    def grey(self, rows: int) -> list[Plane]:
        return [plane[:rows] for plane in self._grey]


def _strip(rgb: U8, result: U8, rows: slice, recipe: Recipe, desk: _Desk) -> None:
    count = rows.stop - rows.start
    factor, *floats = desk.floats(count)
    _brighter(rgb, rows, recipe, desk, [factor, *floats[:2]])
    *stored, most = desk.stored(count)
    cv2.split(rgb[rows], stored)
    *light, limit = floats[:4]
    for plane, table, into in zip(stored, recipe.light, light, strict=True):
        cv2.LUT(plane, table, dst=into)
    cv2.LUT(_most(stored, most), _LIMITS, dst=limit)
    lit = desk.light(count)
    _lit(light, factor, limit, recipe.saturation, lit, floats[4:])
    for plane, into in zip(lit, stored, strict=True):
        cv2.LUT(plane, _SRGB, dst=into)
    cv2.merge(stored, dst=result[rows])


def _brighter(rgb: U8, rows: slice, recipe: Recipe, desk: _Desk, planes: Sequence[Plane]) -> None:
    """Write into the first of three planes by what factor each pixel's light grows."""
    after, before, by = planes
    first, last = max(0, rows.start - _EDGE), min(len(rgb), rows.stop + _EDGE)
    grey, changed, spare = desk.grey(last - first)
    inside = slice(rows.start - first, rows.stop - first)
    cv2.cvtColor(rgb[first:last], cv2.COLOR_RGB2GRAY, dst=grey)
    detail.apply(grey, recipe.detail, changed, spare)
    cv2.LUT(changed[inside], recipe.logs, dst=after)
    cv2.LUT(grey[inside], recipe.logs, dst=before)
    share = len(recipe.slope) / len(rgb)
    _between(recipe.slope, rows, share, by)
    cv2.multiply(after, by, dst=after)
    _between(recipe.offset, rows, share, by)
    cv2.add(after, by, dst=after)
    cv2.subtract(after, before, dst=after)
    cv2.exp(after, dst=after)


def _between(plane: F32, rows: slice, share: float, into: Plane) -> None:
    """Write a map's values at some of a photo's rows, of which each is that `share` of one of the map's:
    bilinear."""
    places = np.clip((np.arange(rows.start, rows.stop) + 0.5) * share - 0.5, 0, len(plane) - 1)
    above = places.astype(int)
    starts = [0, *(np.flatnonzero(np.diff(above)) + 1), len(above)]
    for start, end in pairwise(starts):  # rows that lie between the same two of the map
        row = plane[above[start]]
        step = plane[min(above[start] + 1, len(plane) - 1)] - row
        down = (places[start:end] - above[start]).astype(np.float32)[:, None]
        np.multiply(down, step, out=into[start:end])
        np.add(into[start:end], row, out=into[start:end])


def _lit(
    light: Sequence[Plane],
    factor: Plane,
    limit: Plane,
    saturation: float,
    lit: Sequence[Plane],
    spare: Sequence[Plane],
) -> None:
    """Write three channels of light, times a factor, and saturated: they differ from their brightness by more, the
    more the paler the color is, by `saturation` for a grey and not at all where a channel is 0, so that none
    becomes negative. None gets more than its limit. All planes but `lit` are used up."""
    most, by, grey = spare
    np.maximum(_most(light, most), np.float32(1), out=most)
    if saturation == 0:
        cv2.min(factor, cv2.divide(limit, most, dst=limit), dst=factor)
        for part, into in zip(light, lit, strict=True):
            cv2.multiply(part, factor, dst=into, dtype=cv2.CV_16U)
        return
    cv2.min(cv2.min(light[0], light[1], dst=by), light[2], dst=by)
    cv2.divide(by, most, dst=by, scale=saturation)
    cv2.addWeighted(light[0], _LUMINANCE[0], light[1], _LUMINANCE[1], 0, dst=grey)
    cv2.scaleAdd(light[2], _LUMINANCE[2], grey, dst=grey)
    cv2.multiply(grey, by, dst=grey)
    np.add(by, np.float32(1), out=by)
    # The brightest channel comes to factor * (by * most - grey).
    cv2.subtract(cv2.multiply(by, most, dst=most), grey, dst=most)
    cv2.min(factor, cv2.divide(limit, most, dst=limit), dst=factor)
    cv2.multiply(by, factor, dst=by)
    cv2.multiply(grey, factor, dst=grey)
    for part, into in zip(light, lit, strict=True):
        cv2.subtract(cv2.multiply(part, by, dst=part), grey, dst=into, dtype=cv2.CV_16U)


def _most(parts: Sequence[Plane], into: Plane) -> Plane:
    red, green, blue = parts
    return cv2.max(cv2.max(red, green, dst=into), blue, dst=into)
