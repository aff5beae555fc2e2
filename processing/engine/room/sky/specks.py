"""Light specks beside dark leaves, as sharpening and JPEG leave them: lighter than the sky, but sky."""

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np

from processing.engine.arrays import U8, Mask
from processing.engine.canvas import linear
from processing.engine.room import detail

# How many pixels a speck has at most, and how far it is off the sky's color at most, as a share of its light.
_LARGEST, _OFF = 24, 0.3
# Its stored value as a share of the sky's, at least.
_LIGHT: Final = 0.97
# Alpha of what isn't wholly sky, at most, and its mean around a speck.
_SKY, _AMID = 229, 90
_AROUND: Final = (7, 7)


def fill(alpha: U8, pixels: U8, unsure: U8, level: U8, behind: Callable[[], U8]) -> None:
    """Give to the sky, in `alpha`, uint8 (h, w), what is no darker than it, stands alone, and is too small to be
    anything else; what the part's border cuts off may belong to more, and stays.

    Of this part of a photo, `pixels`, uint8 (h, w, 3), `unsure`, uint8 (h, w), is 255 where there may be such,
    `level`, uint8 (h, w), how light the sky is, and `behind` answers its color, uint8 (h, w, 3), where it is needed.
    """
    least = cv2.convertScaleAbs(level, alpha=_LIGHT)
    light = cv2.compare(detail.grey(pixels), least, cv2.CMP_GE)
    light = cv2.bitwise_and(light, cv2.inRange(alpha, 0, _SKY))
    if not cv2.countNonZero(cv2.bitwise_and(light, unsure)):
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(light)
    where = _are_specks(stats, alpha.shape)[labels] & (unsure > 0)
    if where.any():
        where &= np.asarray(cv2.blur(alpha, _AROUND)) > _AMID
    if not where.any():
        return
    of = labels[where]
    off = np.bincount(of, _off(pixels[where], behind()[where]), count)
    alpha[where] = np.where(
        off[of] < _OFF * np.bincount(of, minlength=count)[of], 255, alpha[where]
    )


def _are_specks(stats: Any, shape: tuple[int, ...]) -> Mask:
    """Which of OpenCV's components are small and wholly inside; the first is what is between them."""
    left, top, width, height, area = stats.T
    inside = (left > 0) & (top > 0) & (left + width < shape[1]) & (top + height < shape[0])
    found = np.asarray(inside & (area <= _LARGEST), np.bool_)
    found[0] = False
    return found


def _off(pixels: U8, behind: U8) -> Any:
    """How far the light of pixels, uint8 (n, 3), is off the sky's color: float32 (n,), shares of the sky's light."""
    light, sky = linear.to_float(pixels), linear.to_float(behind) + np.float32(1e-4)
    along = (light * sky).sum(axis=1) / (sky * sky).sum(axis=1)
    return np.linalg.norm(light - along[:, None] * sky, axis=1) / np.linalg.norm(sky, axis=1)
