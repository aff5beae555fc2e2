"""Hiding parts of a photo beyond recovery, such as faces.

What is shown instead are the means of a few cells, blurred into each other: nothing else of the part goes
into the result, so no sharpening brings it back. A Gaussian blur alone would keep what was there, only fainter.
"""

from collections.abc import Iterable
from math import ceil, floor
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8

Area = tuple[float, float, float, float]

# Along a part's longer side; faces of 8 cells and more are still told apart by networks (R. McPherson,
# R. Shokri, V. Shmatikov, Defeating Image Obfuscation with Deep Learning, 2016).
_CELLS: Final = 6
# All is hidden up to this share of a part's sides beyond it, and then the less up to that.
_WHOLE, _FADED = 0.15, 0.35
_POWER: Final = 4  # of the rounded box that is hidden


def hide(rgb: U8, parts: Iterable[Area]) -> U8:
    """Return the photo, uint8 (h, w, 3), with these parts (left, top, right, bottom in pixels) hidden, and
    what is close to each. Parts may lie partly or wholly outside of the photo. It is the same array where there
    are none; otherwise a copy."""
    areas = list(parts)
    if not areas:
        return rgb
    hidden = rgb.copy()
    # Each from the photo as it came: parts that overlap don't show through each other.
    for area in areas:
        _hide(rgb, hidden, area)
    return hidden


def _hide(rgb: U8, hidden: U8, area: Area) -> None:
    height, width = rgb.shape[:2]
    left, top, right, bottom = area
    across, down = _FADED * (right - left), _FADED * (bottom - top)
    west, north = max(0, floor(left - across)), max(0, floor(top - down))
    east, south = min(width, ceil(right + across)), min(height, ceil(bottom + down))
    if west >= east or north >= south:
        return
    means = _means(rgb[north:south, west:east])
    mask = _mask(area, (west, north, east, south))[..., None]
    shown = hidden[north:south, west:east]
    mixed = shown + mask * (means - shown.astype(np.float32))
    hidden[north:south, west:east] = np.rint(mixed).astype(np.uint8)


def _means(part: U8) -> F32:
    height, width = part.shape[:2]
    size = (width, height)
    cells = arrays.fit_within(width, height, _CELLS)
    few = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _mask(area: Area, box: arrays.Box) -> F32:
    """How much is hidden of each pixel of a box, float32 (h, w), 0 to 1."""
    left, top, right, bottom = area
    away = []
    for start, stop, low, high in ((left, right, box[0], box[2]), (top, bottom, box[1], box[3])):
        reach = max((0.5 + _WHOLE) * (stop - start), 0.5)
        away.append(np.abs(np.arange(low, high) + 0.5 - (start + stop) / 2) / reach)
    radius = (away[0][None, :] ** _POWER + away[1][:, None] ** _POWER) ** (1 / _POWER)
    return 1 - arrays.smooth_step(radius.astype(np.float32), 1, (0.5 + _FADED) / (0.5 + _WHOLE))
