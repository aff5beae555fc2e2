"""How a subject stands or lies, read from its matte alone: its ground line and its pose."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.canvas.contact import touches

# The ground may rise to one side by this slope (two shoes, one behind the other); what hangs
# higher than that (a mug's handle) does not stand on it.
_STEEPEST = 0.5
# Of the width of what stands at least this share touches the ground (closer than `_TOUCHING` of the
# subject's size), and nearly level.
_BASE, _TOUCHING, _LEVEL = 0.6, 0.015, 0.04
# A contour that lies higher above the ground than twice this share of the subject's size doesn't touch it.
_ROUND = 0.035
# Garments are about as wide as high and alike on both sides. These are not:
_NARROW, _WIDE, _LOPSIDED = 0.45, 1.75, 0.65
# ... nor is a box, which fills its convex hull and stands on all of its width.
_CONVEX, _WHOLE_BASE = 0.985, 0.9
LYING, UPRIGHT = 0.0, 90.0
# What stands is wide where it touches the ground: at the first of these heights, by its size, at least so much as at the
# second, measured over what is hollow between.
_LOW, _HIGHER, _STEADY = 0.06, 0.3, 0.44


@dataclass(frozen=True, slots=True)
class GroundContact:
    """Where a subject meets the ground, in the pixels of the matte it was measured on.

    - `box` (left, top, right, bottom) around the subject, `unit` the square root of its area.
    - `ground` float32 (w,): the y of the ground beneath each column.
    - `foot` float32 (w,): the same where the subject touches it. A toe is round, and seen from above its sides touch
      the ground farther away, higher in the picture. `touches` float32 (w,): how surely, 0 to 1.
    """

    box: Box
    unit: float
    ground: F32
    foot: F32
    touches: F32


def measure(alpha: U8) -> GroundContact | None:
    """Find where the subject of a matte (h, w) touches the ground; None where nothing is visible.

    The ground is the lower convex hull of the silhouette, which reaches over the arch of a shoe and
    between the legs of a chair; where it climbs steeply it goes on level. Where the picture's lower
    edge cuts the subject, its ground is out of sight, one unit below.
    """
    box = arrays.subject_box(alpha)
    if box is None:
        return None
    left, top, right, bottom = box
    unit = float(np.sqrt((right - left) * (bottom - top)))
    columns, lowest = _lower_contour(alpha)
    if columns.size == 0:  # haze alone
        level = np.full(alpha.shape[1], bottom, np.float32)
        return GroundContact(box, unit, level, level, np.ones_like(level))
    ground = _ground(columns, lowest, alpha.shape[1])
    if touches(alpha[-1:], 0, right - left):
        ground += np.float32(unit)
    return GroundContact(box, unit, ground, *_foot(columns, lowest, ground, unit))


def _foot(columns: F32, lowest: F32, ground: F32, unit: float) -> tuple[F32, F32]:
    """Where columns touch the ground, and how surely: less, the higher their contour lies above it."""
    own, sure = ground.copy(), np.zeros_like(ground)
    at = columns.astype(np.intp)
    above = np.maximum(ground[at] - lowest, 0)
    own[at] = np.where(above < 2 * _ROUND * unit, lowest, ground[at])
    sure[at] = np.exp(-np.square(above / np.float32(_ROUND * unit)))
    lines = np.stack([own, sure])[:, None]
    foot, touching = (
        np.asarray(cv2.GaussianBlur(line, (0, 0), 1.5)[0], np.float32) for line in lines
    )
    return foot, touching


def _lower_contour(alpha: U8) -> tuple[F32, F32]:
    """The columns that hold subject, and the y just below its lowest pixel in each."""
    solid = _solid(alpha).astype(bool)
    columns = np.flatnonzero(solid.any(axis=0))
    # Upside down, argmax finds the lowest pixel; its lower edge is what stands on the ground.
    lowest = alpha.shape[0] - np.argmax(solid[::-1, columns], axis=0)
    return columns.astype(np.float32), lowest.astype(np.float32)


def _solid(alpha: U8) -> U8:
    """1 where the subject is, without hair and other lines that are thinner than three pixels."""
    opened = cv2.morphologyEx(alpha, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return (np.asarray(opened) > 127).astype(np.uint8)


def _ground(columns: F32, lowest: F32, width: int) -> F32:
    xs, ys = _lower_hull(columns, lowest)
    deepest = int(np.argmax(ys))
    slopes = np.abs(np.diff(ys) / np.diff(xs))
    # Outwards from the lowest point, as long as the hull rises gently.
    first, last = deepest, deepest
    while first > 0 and slopes[first - 1] <= _STEEPEST:
        first -= 1
    while last < len(xs) - 1 and slopes[last] <= _STEEPEST:
        last += 1
    kept = slice(first, last + 1)
    line = np.interp(np.arange(width), xs[kept], ys[kept]).astype(np.float32)[None]
    # A contour counts whole pixels; a shadow that is thrown along it would show the steps.
    return np.asarray(cv2.GaussianBlur(line, (0, 0), 3)[0], np.float32)


def _lower_hull(columns: F32, lowest: F32) -> tuple[F32, F32]:
    """The corners of the convex hull that face the ground, from left to right.

    Andrew's monotone chain (1979), on the contour's points, which are sorted already.
    """
    corners: list[tuple[float, float]] = []
    for x, y in zip(columns.tolist(), lowest.tolist(), strict=True):
        while len(corners) > 1:
            (x0, y0), (x1, y1) = corners[-2:]
            if (x1 - x0) * (y - y0) < (y1 - y0) * (x - x0):
                break
            corners.pop()
        corners.append((x, y))
    hull = np.array(corners, np.float32)
    return hull[:, 0], hull[:, 1]


def pose(alpha: U8) -> float:
    """LYING or UPRIGHT, in degrees, guessed from a matte (h, w).

    A silhouette can't tell a folded shirt from a box, so this is a rule of thumb, drawn from 150
    photos: a subject stands if it has a level base of at least 0.6 of its width, and is besides
    narrow (a bottle), long (a shoe) or lopsided (a mug with its handle); or if it is a convex block
    on a base of its whole width (a box, also one that shows an edge).
    All else lies, as most of what sellers photograph does. So does what the lower edge of the
    picture cuts: its base is out of sight.
    """
    found = measure(alpha)
    if found is None or touches(alpha[-1:], 0, found.box[2] - found.box[0]):
        return LYING
    left, top, right, bottom = found.box
    columns, lowest = _touching(alpha, found)
    base = columns.size / (right - left)
    solid = _solid(alpha)[top:bottom, left:right]
    if base >= _WHOLE_BASE and _convexity(solid) >= _CONVEX:
        return UPRIGHT
    if base < _BASE or _slope(columns, lowest) > _LEVEL:
        return LYING
    aspect = (right - left) / (bottom - top)
    ungarmentlike = not _NARROW <= aspect <= _WIDE or _symmetry(solid) < _LOPSIDED
    return UPRIGHT if ungarmentlike else LYING


def is_steady(alpha: U8) -> bool:
    """Whether a subject (h, w) could stand as it is seen: its underside has two points of support on about one level.

    A cap that was photographed from above ends in a slanted brim, which nothing stands on. Of what the picture's lower
    edge cuts nobody knows.
    """
    found = measure(alpha)
    if found is None or touches(alpha[-1:], 0, found.box[2] - found.box[0]):
        return True
    columns, lowest = _lower_contour(alpha)
    if columns.size == 0:
        return True
    xs, ys = _lower_hull(columns, lowest)
    low, higher = (_width_above(xs, ys, share * found.unit) for share in (_LOW, _HIGHER))
    return low >= _STEADY * higher


def _width_above(xs: F32, ys: F32, height: float) -> float:
    """How wide a lower hull is so far above its lowest corner."""
    deepest = int(np.argmax(ys))
    at = float(ys[deepest]) - height
    left = np.interp(at, ys[: deepest + 1], xs[: deepest + 1])
    right = np.interp(-at, -ys[deepest:], xs[deepest:])
    return float(right - left)


def _touching(alpha: U8, found: GroundContact) -> tuple[F32, F32]:
    """The columns in which a subject is as low as the ground, and the y just below it there."""
    columns, lowest = _lower_contour(alpha)
    near = found.ground[columns.astype(np.intp)] - lowest < _TOUCHING * found.unit
    return columns[near], lowest[near]


def _slope(xs: F32, ys: F32) -> float:
    """Return the slope of the line that fits the points best, without its sign."""
    x, y = xs - xs.mean(), ys - ys.mean()
    spread = float((x * x).sum())
    return abs(float((x * y).sum())) / spread if spread else 0.0


def _symmetry(solid: U8) -> float:
    """Measure how much of the silhouette its mirror image covers, 0 to 1."""
    mirrored = solid[:, ::-1]
    return float((solid & mirrored).sum()) / float((solid | mirrored).sum())


def _convexity(solid: U8) -> float:
    """Measure how much of its convex hull the silhouette fills, about 0 to 1."""
    hull = cv2.convexHull(np.asarray(cv2.findNonZero(solid)))
    # A hull through pixel centres misses half a pixel all around.
    whole = cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1
    return float(solid.sum()) / whole
