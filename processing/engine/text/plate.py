"""The plain plate that an overlaid caption may stand on: it goes with its text."""

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import U8, Box
from processing.engine.canvas import compose
from processing.engine.text.detect import Text
from processing.engine.text.strokes import Strokes

# How far beyond its line a plate may reach, in heights of the line. Larger ones stay: what would be
# invented in their place is a product that nobody has for sale.
_REACH = 1.5
# A plate has one color within so many grey levels, in this share of the gaps between letters ...
_ALIKE = 18
_EVEN = 0.5
# ... it deviates from it by no more than this beside the line, as nothing before a camera does ...
_FLAT = 3.0
# ... and it is a rectangle, a disc, a rounded box: it fills this share of its convex hull.
_FULL = 0.95


def plate(text: Text, found: Strokes, rgb: U8) -> npt.NDArray[np.int32] | None:
    """The outline of the convex plate of one color right around a line, or None.

    `rgb` uint8 (h, w, 3), `found` the line's strokes in it. The outline is int32 (n, 1, 2), corners
    (x, y) in pixels of the picture. A line on an even wall has no plate, for the wall does not end
    near the line; a plate that reaches the picture's rim, or that the photo shines through, is not
    recognised, and stays without its text.
    """
    gaps = found.of(rgb)[found.line & ~found.touched]
    if not found.separable or not len(gaps):
        return None
    color = np.median(gaps, axis=0)
    if (np.abs(gaps - color).max(axis=1) <= _ALIKE).mean() < _EVEN:
        return None
    zone = text.box(_REACH * text.height, rgb)
    part = compose.crop(rgb, zone)
    low, high = (np.clip(color + d, 0, 255) for d in (-_ALIKE, _ALIKE))
    even = np.asarray(cv2.inRange(part, low, high), dtype=np.uint8)
    return _convex(even, text, part, zone)


def _convex(even: U8, text: Text, part: U8, zone: Box) -> npt.NDArray[np.int32] | None:
    corners = np.rint(text.quad - np.array(zone[:2], np.float32)).astype(np.int32)
    line = cv2.fillConvexPoly(np.zeros_like(even), corners, 255)
    # Letters are holes in the plate, closed as far as the line goes.
    solid = cv2.bitwise_or(even, line)
    _, labels = cv2.connectedComponents(solid, connectivity=4)
    row, column = np.clip(
        corners.mean(axis=0).round().astype(int)[::-1], 0, np.array(even.shape) - 1
    )
    piece = np.where(labels == labels[row, column], 255, 0).astype(np.uint8)
    # Thin spurs of the plate's color would swell its convex hull below.
    opened = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    left, top, width, height = cv2.boundingRect(opened)
    ends = left > 0 and top > 0 and left + width < even.shape[1] and top + height < even.shape[0]
    if not ends or not width:
        return None
    hull = cv2.convexHull(cv2.findNonZero(opened))
    whole = cv2.fillConvexPoly(np.zeros_like(even), hull, 255)
    beside = np.asarray(cv2.subtract(cv2.erode(opened, np.ones((5, 5), np.uint8)), line), np.uint8)
    if cv2.countNonZero(opened) < _FULL * cv2.countNonZero(whole) or not beside.any():
        return None
    if np.asarray(cv2.meanStdDev(part, mask=beside)[1]).max() > _FLAT:
        return None
    return np.asarray(hull + np.array(zone[:2]), dtype=np.int32)
