"""The plain plate that an overlaid caption may stand on, badge, bar or ribbon: it goes with its text."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.text.detect import Text
from processing.engine.text.strokes import Strokes

# How far around its line a plate is looked for, in heights of the line, and in what size: the line is so many pixels
# high there.
_REACH = 9.0
_SMALL = 24
# Larger ones, as a share of the picture, stay: what would be invented in their place is a product that nobody has
# for sale.
_LARGEST = 0.25
# A plate has one color, or one that changes evenly, within so many grey levels, in this share of the gaps between
# letters ...
_ALIKE = 18
_EVEN = 0.5
# ... with no more grain than this (median, grey levels), as nothing before a camera has ...
_GRAIN = 0.5
# ... it ends at once: so much of what is around it differs by so many grey levels more ...
_ENDS, _STEP = 0.85, 26
# ... and it is a box, a disc, a star: it fills this share of its convex hull, jagged ones less.
_FULL, _JAGGED = 0.93, 0.8
# Rounds in which its color is fitted to what was found of it.
_ROUNDS = 4
# White and black this near to the limits may be light and shade.
_WHITE, _BLACK = 245, 22
# Fewer pixels of its inside, in the small size, are none.
_FEWEST = 20
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """Where a plate is: `mask`, uint8 (h, w), 255 on it, for the part `box` of the picture; `color` float32 (3) in
    its middle; `grain`, how much its pixels differ from their neighbors, in grey levels; `share` of the picture that
    it covers; whether it `reaches` the picture's rim."""

    box: Box
    mask: U8
    color: F32
    grain: float
    share: float
    reaches: bool

    @property
    def is_extreme(self) -> bool:
        """Whether it may as well be something white in bright light, or black in the shade: both have no grain."""
        return float(self.color.min()) >= _WHITE or float(self.color.max()) <= _BLACK


def plate(text: Text, found: Strokes, rgb: U8) -> Plate | None:
    """The plate of one color, or of a gradient, around a line, or None.

    `rgb` uint8 (h, w, 3), `found` the line's strokes in it. The other lines that stand on it are part of it. It may
    reach the picture's rim. A wall is none, even behind a line: it is too large, or ends softly, or is cut out by
    what stands before it. Those that the photo shines through are `bar`'s.
    """
    gaps = found.of(rgb)[found.line & ~found.touched]
    if not len(gaps):
        return None
    color = np.median(gaps, axis=0).astype(np.float32)
    if (np.abs(gaps - color).max(axis=1) <= _ALIKE).mean() < _EVEN:
        return None
    zone = text.box(_REACH * text.height, rgb)
    part = rgb[zone[1] : zone[3], zone[0] : zone[2]]
    scale = min(1.0, _SMALL / text.height)
    size = (max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale)))
    small = arrays.shrink(part, size)
    ratio = np.array(size, np.float32) / np.array(part.shape[1::-1], np.float32)
    corners = np.rint((text.quad - np.array(zone[:2], np.float32)) * ratio).astype(np.int32)
    line = _u8(cv2.fillConvexPoly(np.zeros(small.shape[:2], np.uint8), corners, 255))
    grown = _grown(small, line, color)
    if grown is None:
        return None
    piece, off = grown
    whole = _whole(piece, line)
    picture = rgb.shape[0] * rgb.shape[1] * float(ratio.prod())
    if not _is_plate(whole, off, _rims(zone, rgb), picture):
        return None
    inner = cv2.bitwise_and(cv2.erode(piece, _SQUARE), cv2.bitwise_not(line))
    grain = _grain(part, _u8(cv2.resize(inner, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)))
    large = cv2.resize(whole, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    mask = _u8(cv2.threshold(large, 127, 255, cv2.THRESH_BINARY)[1])
    if grain > _GRAIN:
        return None
    sides = (whole[0], whole[-1], whole[:, 0], whole[:, -1])
    share = cv2.countNonZero(whole) / picture
    return Plate(zone, mask, color, grain, share, any(bool(side.any()) for side in sides))


def _grown(small: U8, line: U8, color: F32) -> tuple[U8, F32] | None:
    """All that is colored like the plate and hangs together with its line, uint8 (h, w); and how far each pixel is
    from the plate's color, float32 (h, w). That is fitted anew, a plane for each channel, as the plate grows."""
    height, width = small.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    places = np.stack([np.ones_like(down), down / height, across / width], axis=-1)
    model = np.zeros((3, 3), np.float32)
    model[0] = color
    before = 0
    for _ in range(_ROUNDS):
        off = np.abs(small - places @ model).max(axis=2).astype(np.float32)
        alike = np.where(off <= _ALIKE, 255, 0).astype(np.uint8)
        piece = _u8(cv2.bitwise_and(_piece(alike, line), alike))
        inner = cv2.erode(piece, _SQUARE)
        count = cv2.countNonZero(inner)
        if count < _FEWEST:
            return None
        if abs(count - before) < 0.02 * count:
            break
        before = count
        taken = inner > 0
        model = np.linalg.lstsq(places[taken], small[taken].astype(np.float32), rcond=None)[0]
    return piece, off


def _piece(mask: U8, line: U8) -> U8:
    """All of a mask and of the line that hangs together with the line."""
    solid = _u8(cv2.bitwise_or(mask, line))
    count, labels = cv2.connectedComponents(solid, connectivity=4)
    on = np.bincount(labels[line > 0], minlength=count)
    return np.where(labels == on.argmax(), solid, 0).astype(np.uint8)


def _whole(piece: U8, line: U8) -> U8:
    """The plate with all that stands on it. Letters may cut through it, but do not reach beyond it."""
    hull = cv2.convexHull(cv2.findNonZero(cv2.morphologyEx(piece, cv2.MORPH_OPEN, _SQUARE)))
    within = cv2.fillConvexPoly(np.zeros_like(line), hull, 255)
    solid = cv2.bitwise_or(piece, cv2.bitwise_and(line, within))
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, _SQUARE)
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=cv2.contourArea)
    return _u8(cv2.drawContours(np.zeros_like(line), [largest], -1, 255, cv2.FILLED))


def _u8(pixels: object) -> U8:
    return np.asarray(pixels, dtype=np.uint8)


def _rims(zone: Box, rgb: U8) -> tuple[bool, bool, bool, bool]:
    """Whether the part's left, top, right and bottom are the picture's."""
    height, width = rgb.shape[:2]
    return zone[0] == 0, zone[1] == 0, zone[2] == width, zone[3] == height


def _is_plate(whole: U8, off: F32, rims: tuple[bool, bool, bool, bool], picture: float) -> bool:
    area = cv2.countNonZero(whole)
    if not 0 < area <= _LARGEST * picture:
        return False
    sides = (whole[:, 0], whole[0], whole[:, -1], whole[-1])
    if any(side.any() and not rim for side, rim in zip(sides, rims, strict=True)):
        return False
    hull = cv2.convexHull(cv2.findNonZero(whole))
    full = area / max(1, cv2.countNonZero(cv2.fillConvexPoly(np.zeros_like(whole), hull, 255)))
    touching = any(side.any() for side in sides)
    if full < (_FULL if touching else _JAGGED):
        return False
    ring = (
        cv2.subtract(
            cv2.dilate(whole, np.ones((7, 7), np.uint8)),
            cv2.dilate(whole, np.ones((3, 3), np.uint8)),
        )
        > 0
    )
    return bool(ring.any()) and float((off[ring] > _STEP).mean()) >= _ENDS


def _grain(part: U8, even: U8) -> float:
    """How much pixels differ from the mean of their neighbors, the median in grey levels."""
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
    apart = np.abs(grey - cv2.blur(grey, (5, 5)))[even > 0]
    return float(np.median(apart)) if apart.size else 255.0
