"""Pictures of everything around (equirectangular, 360 by 180 degrees): no join at the sides, no steps at the poles.

The left and the right border show the same meridian, so what looks at surroundings looks across it. Rows near the
top and the bottom show little of the world in many pixels: they count by the solid angle that they show, and
what they gain is evened out along the row, in the end over all of it, as a pole is one point.
"""

from collections.abc import Callable
from math import floor
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.errors import InvalidPlan

Numbers = npt.NDArray[Any]
Area = tuple[float, float, float, float]

# How far a picture's proportions may be from 2:1, as cameras round them.
_TOLERANCE: Final = 0.01
# The angle, as a share of the whole turn, over which gains are evened out.
_EVENED: Final = 0.02
_NOISE_PATCH: Final = 64
# This part of the turn is looked at twice, so that what the join parts is found.
_SEEN_AGAIN: Final = 8
# Columns on either side of the join that are enlarged as neighbors; no network sees farther.
_SEAM: Final = 24


def check(size: tuple[int, int]) -> None:
    """Return when a picture of that size (width, height) can show everything around. Raises InvalidPlan."""
    if not is_whole(size):
        width, height = size
        raise InvalidPlan(
            f"A 360° picture is twice as wide as high, and this one has {width} x {height} pixels.",
            field="threesixty",
        )


def is_whole(size: tuple[int, int]) -> bool:
    """Whether a picture of that size (width, height) has the proportions of everything around."""
    width, height = size
    return abs(width - 2 * height) <= _TOLERANCE * width


def small_copy(rgb: U8, side: int) -> U8:
    """A copy whose longer side is `side` or less, for measuring, of which no column is left out: those at the join
    are neighbors."""
    height, width = rgb.shape[:2]
    return arrays.shrink(rgb, arrays.fit_within(width, height, side))


def even(small: Numbers) -> Numbers:
    """A copy, of any numbers (h, w[, c]), whose rows show as much of the world each: Lambert's cylindrical
    projection."""
    height = small.shape[0]
    heights = (np.arange(height) + 0.5) / height  # of the sphere, from above
    rows = np.arccos(1 - 2 * heights) / np.pi * height
    return np.ascontiguousarray(small[np.clip(rows.astype(int), 0, height - 1)])


def around(pixels: U8, margin: int) -> U8:
    """The picture with `margin` columns more on either side, which are those of the other."""
    return np.asarray(cv2.copyMakeBorder(pixels, 0, 0, margin, margin, cv2.BORDER_WRAP), np.uint8)


def parts_found(rgb: U8, find: Callable[[U8], list[Area]]) -> list[Area]:
    """Boxes of what is found in a picture, across the join, too, each once; there they go on beyond a side."""
    width = rgb.shape[1]
    margin = width // _SEEN_AGAIN
    kept: list[Area] = []
    for left, top, right, bottom in find(around(rgb, margin)):
        turn = floor(((left + right) / 2 - margin) / width) * width
        box = (left - margin - turn, top, right - margin - turn, bottom)
        if not any(_is_same(box, other, width) for other in kept):
            kept.append(box)
    return kept


def _is_same(one: Area, other: Area, width: int) -> bool:
    """Whether the middles of two boxes are nearer to each other, either way round, than half their size."""
    right = abs(one[0] + one[2] - other[0] - other[2]) / 2
    down = abs(one[1] + one[3] - other[1] - other[3]) / 2
    size = max(one[2] - one[0], one[3] - one[1])
    return min(right, width - right) < size / 2 and down < size / 2


def across(box: Area, width: int) -> list[Area]:
    """The parts of a picture of that width that a box shows, which may go on beyond a side: it comes in again at
    the other."""
    left, top, right, bottom = box
    turns = (0, width if left < 0 else -width)
    goes_on = left < 0 or right > width
    return [(left + turn, top, right + turn, bottom) for turn in turns[: 1 + goes_on]]


def enlarged(rgb: U8, enlarge: Callable[[U8], U8]) -> U8:
    """The picture enlarged by a whole number, as if it had no join: what lies there is enlarged once more, as the
    middle of a strip."""
    width = rgb.shape[1]
    large = enlarge(rgb).copy()
    if large.shape == rgb.shape or width < 4 * _SEAM:
        return large
    by = large.shape[1] // width
    strip = enlarge(np.ascontiguousarray(np.roll(rgb, 2 * _SEAM, axis=1)[:, : 4 * _SEAM]))
    near = _SEAM * by
    large[:, -near:] = strip[:, near : 2 * near]
    large[:, :near] = strip[:, 2 * near : 3 * near]
    return large


def middle(rgb: U8) -> U8:
    """What shows a picture's noise: the middle rows, which no projection stretches, of so many columns that patches
    at twelve places of it are as far from each other across the join."""
    height, width = rgb.shape[:2]
    columns = np.arange(width * 11 // 12 + _NOISE_PATCH) % width
    return np.ascontiguousarray(rgb[height // 4 : height - height // 4].take(columns, axis=1))


def blur(plane: F32, side: int) -> F32:
    """The means of squares of that (odd) side, float32 (h, w). Beyond a pole lie the places half a turn on."""
    height, width = plane.shape
    reach = min(side // 2, height, width)
    beyond = np.roll(plane, width // 2, axis=1)
    tall = np.concatenate([beyond[:reach][::-1], plane, beyond[height - reach :][::-1]])
    wide = cv2.copyMakeBorder(tall, 0, 0, reach, reach, cv2.BORDER_WRAP)
    means = cv2.blur(wide, (2 * reach + 1, 2 * reach + 1), borderType=cv2.BORDER_REFLECT)
    return np.asarray(means[reach : reach + height, reach : reach + width], np.float32)


def evened(plane: F32) -> F32:
    """A plane, float32 (h, w), whose rows are averaged along themselves over the same angle of the world: hardly
    at the horizon, wholly at the poles."""
    height, width = plane.shape
    angles = (np.arange(height) + 0.5) / height * np.pi
    reach = np.minimum(_EVENED / np.sin(angles), 1.0)  # shares of the turn
    waves = np.fft.rfftfreq(width)[None, :] * width
    # A box of such a width, as its Fourier series has it.
    damped = np.fft.rfft(plane, axis=1) * np.sinc(waves * reach[:, None])
    return np.asarray(np.fft.irfft(damped, width, axis=1), np.float32)


def widened(plane: F32, width: int, margin: int) -> F32:
    """A plane, float32 (h, w), as wide as a picture with so many columns more on either side, interpolated across
    the join, too."""
    own = plane.shape[1]
    places = (np.arange(-margin, width + margin) + 0.5) * own / width - 0.5
    first = np.floor(places).astype(int)
    share = (places - first).astype(np.float32)
    return np.asarray(
        plane[:, first % own] * (1 - share) + plane[:, (first + 1) % own] * share, np.float32
    )
