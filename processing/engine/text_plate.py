"""The plain plate that an overlaid caption may stand on: it goes with its text."""

import cv2
import numpy as np

from processing.engine import compose
from processing.engine.arrays import U8, Box
from processing.engine.text_detection import Text
from processing.engine.text_strokes import Strokes

# How far beyond its line a plate may reach, in heights of the line.
_REACH = 1.5
# A plate has one colour within so many grey levels, in this share of the gaps between letters ...
_ALIKE = 18
_EVEN = 0.5
# ... and it is a rectangle: it fills this share of its own box.
_FULL = 0.9


def plate(text: Text, found: Strokes, rgb: U8) -> Box | None:
    """The box of the rectangle of one colour right around a line, or None.

    A line on an even wall has none, for the wall does not end near the line.
    """
    gaps = found.of(rgb)[found.line & ~found.touched]
    if not found.separable or not len(gaps):
        return None
    colour = np.median(gaps, axis=0)
    if (np.abs(gaps - colour).max(axis=1) <= _ALIKE).mean() < _EVEN:
        return None
    zone = _zone(text, rgb)
    part = compose.crop(rgb, zone)
    low, high = (np.clip(colour + d, 0, 255) for d in (-_ALIKE, _ALIKE))
    even = np.asarray(cv2.inRange(part, low, high), dtype=np.uint8)
    return _rectangle(even, text, zone)


def _rectangle(even: U8, text: Text, zone: Box) -> Box | None:
    middle = np.rint(text.quad - np.array(zone[:2], np.float32)).astype(np.int32)
    line = cv2.fillConvexPoly(np.zeros_like(even), middle, 255)
    # Letters are holes in the plate, closed as far as the line goes.
    solid = cv2.bitwise_or(even, line)
    _, labels = cv2.connectedComponents(solid, connectivity=4)
    row, column = np.clip(
        middle.mean(axis=0).round().astype(int)[::-1], 0, np.array(even.shape) - 1
    )
    piece = (labels == labels[row, column]).astype(np.uint8)
    opened = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    left, top, width, height = cv2.boundingRect(opened)
    ends = left > 0 and top > 0 and left + width < even.shape[1] and top + height < even.shape[0]
    if not ends or cv2.countNonZero(opened) < _FULL * width * height:
        return None
    left, top = left + zone[0], top + zone[1]
    return left, top, left + width, top + height


def _zone(text: Text, rgb: U8) -> Box:
    """Where the plate is looked for; one pixel more than the picture's rim is never needed."""
    reach = _REACH * text.height
    left, top = np.floor(text.quad.min(axis=0) - reach).astype(int)
    right, bottom = np.ceil(text.quad.max(axis=0) + reach).astype(int)
    height, width = rgb.shape[:2]
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))
