"""Twigs and fronds flat on a canvas: what hangs into a picture's corners, and what stands before a window."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.props import blades

# The width of a leaf by its length.
_WIDTHS = {"leaf": 0.5, "palm": 0.085, "beech": 0.52, "olive": 0.24}


def stamp(
    canvas: F32, name: str, base: tuple[float, float], pose: tuple[float, float], tone: F32
) -> None:
    """One leaf over a canvas of premultiplied RGBA, in place. `pose`: its way in radians (down is positive) and
    its length in pixels; `tone` (3,) by the leaf's own color."""
    turn, long = pose
    wide = long * _WIDTHS[name]
    along = np.array([np.cos(turn), np.sin(turn)]) * long
    aside = np.array([-np.sin(turn), np.cos(turn)]) * wide / 2
    start = np.array(base)
    corners = np.array([start - aside, start + along - aside, start + aside, start + along + aside])
    low, high = np.floor(corners.min(axis=0) - 1), np.ceil(corners.max(axis=0) + 1)
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(canvas.shape[1], int(high[0])), min(canvas.shape[0], int(high[1]))
    if right <= left or bottom <= top:
        return
    levels = blades.pyramid(name)
    picture = next((level for level in levels if level.shape[1] < 2 * max(long, 1)), levels[-1])
    rows, columns = picture.shape[:2]
    from_ = np.array([[0, 0], [columns, 0], [0, rows]], np.float32) - np.float32(0.5)
    matrix = cv2.getAffineTransform(from_, (corners[:3] - (left, top) - 0.5).astype(np.float32))
    drawn = cv2.warpAffine(picture, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    part = canvas[top:bottom, left:right]
    part *= 1 - drawn[..., 3:]
    part[..., :3] += drawn[..., :3] * tone
    part[..., 3] += drawn[..., 3]


def twig(
    canvas: F32,
    name: str,
    start: tuple[float, float],
    heading: float,
    lengths: tuple[float, float],
    random: np.random.Generator,
) -> None:
    """A twig with leaves to both sides; `lengths` of a leaf and of the twig, in pixels."""
    place, count = np.array(start, np.float64), int(random.integers(8, 12))
    step = lengths[1] * random.uniform(0.8, 1.1) / count
    for number in range(count):
        share = number / count
        heading += random.normal(0, 0.09)
        place = place + step * np.array([np.cos(heading), np.sin(heading)])
        turn = heading + (1 if number % 2 else -1) * random.uniform(0.45, 0.95)
        long = lengths[0] * random.uniform(0.75, 1.1) * (1.05 - 0.45 * share)
        stamp(canvas, name, (float(place[0]), float(place[1])), (turn, long), _tone(random))


def frond(
    canvas: F32,
    start: tuple[float, float],
    heading: float,
    long: float,
    random: np.random.Generator,
) -> None:
    """A palm's frond: narrow leaflets in pairs along a bent rib, `long` pixels from its foot to its tip."""
    place, count = np.array(start, np.float64), 30
    bend = random.choice((-1, 1)) * random.uniform(0.01, 0.025)
    for number in range(count):
        share = number / count
        heading += bend
        place = place + long / count * np.array([np.cos(heading), np.sin(heading)])
        reach = long * (0.42 * np.sin(np.pi * (0.12 + 0.88 * share) ** 0.8) ** 0.7 + 0.04)
        for side in (-1, 1):
            turn = heading + side * (1.05 - 0.6 * share) + random.normal(0, 0.03)
            stamp(canvas, "palm", (float(place[0]), float(place[1])), (turn, reach), _tone(random))


def _tone(random: np.random.Generator) -> F32:
    return np.asarray(
        random.uniform(0.75, 1.35) * np.array([1, random.uniform(0.92, 1.06), 0.9]), np.float32
    )


def shadows(kind: str, side: int, random: np.random.Generator) -> F32:
    """What twigs ("leaves") or fronds ("palm") before a window leave in the shade: 0 to 1, float32 (side, side)."""
    canvas = np.zeros((side, side, 4), np.float32)
    for number in range(5):
        left = number % 2 == 0
        start = ((-0.08 if left else 1.08) * side, random.uniform(-0.1, 0.75) * side)
        heading = (0 if left else np.pi) + (1 if left else -1) * random.uniform(-0.5, 0.6)
        if kind == "palm":
            frond(canvas, start, heading, random.uniform(0.6, 0.85) * side, random)
        else:
            twig(canvas, "leaf", start, heading, (0.14 * side, 0.75 * side), random)
    return np.ascontiguousarray(canvas[..., 3])
