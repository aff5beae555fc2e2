"""A band of one color around the subject, as on a sticker."""

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.canvas.compose import crop, visible_box
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.edit import Outline

# Where the subject ends, as far as its outline goes: half covered.
_EDGE = 128


def outline(alpha: U8, wanted: Outline) -> U8:
    """Opacity (h, w) of the outline's color, to be laid beneath the subject.

    `alpha` (h, w) is the subject on the whole canvas, whose longer side `wanted` measures on. The
    band reaches as far inwards as outwards, so that nothing shines through soft edges while what is
    translucent further in stays so. A color that is not opaque lessens it.
    """
    longer = max(alpha.shape)
    width, blur = wanted.width * longer, wanted.blur * longer
    opacity = np.zeros_like(alpha)
    inside = np.asarray(cv2.inRange(alpha, _EDGE, 255), dtype=np.uint8)
    if width == 0 or not inside.any():
        return opacity
    left, top, right, bottom = visible_box(inside)
    reach = round(width + 2 * blur) + 2
    box = (
        max(0, left - reach),
        max(0, top - reach),
        min(alpha.shape[1], right + reach),
        min(alpha.shape[0], bottom + reach),
    )
    part = crop(inside, box)
    # Distances lead to the next pixel's centre; the edge lies half a pixel before it.
    apart = _distance(cv2.bitwise_not(part)) + _distance(part) - np.float32(0.5)
    strength = np.float32(parse_rgba(wanted.color)[3])
    band = np.clip(np.float32(width + 0.5) - apart, 0, 1) * strength + np.float32(0.5)
    found = band.astype(np.uint8)
    if blur > 0:
        # A Gaussian as wide as a disc of that radius.
        found = np.asarray(cv2.GaussianBlur(found, (0, 0), blur / 2), dtype=np.uint8)
    crop(opacity, box)[:] = found
    return opacity


def _distance(mask: cv2.typing.MatLike) -> F32:
    """Measure from each pixel's center to that of the nearest 0 in the mask."""
    found = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found, dtype=np.float32)
