"""A mark over pictures that were made for trying out."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.engine.arrays import U8

I32 = NDArray[np.int32]

# Each letter as pen strokes in a box of 4 x 6, y downwards; drawn, so that no font is needed.
_LETTERS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "P": (((0, 6), (0, 0), (3, 0), (4, 0.8), (4, 2.2), (3, 3), (0, 3)),),
    "A": (((0, 6), (2, 0), (4, 6)), ((0.7, 4), (3.3, 4))),
    "C": (((4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5)),),
    "K": (((0, 0), (0, 6)), ((4, 0), (0, 3.4)), ((1.4, 2.4), (4, 6))),
    "S": (((4, 1), (3, 0), (1, 0), (0, 1), (0, 2), (4, 4), (4, 5), (3, 6), (1, 6), (0, 5)),),
    "H": (((0, 0), (0, 6)), ((4, 0), (4, 6)), ((0, 3), (4, 3))),
    "O": (((1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5), (0, 1), (1, 0)),),
    "T": (((0, 0), (4, 0)), ((2, 0), (2, 6))),
}
_TEXT = "PACKSHOT "
_ADVANCE = 5.5  # from one letter to the next, and
_LINE = 16.0  # from one line to the next, in units of the letters' boxes
_ANGLE = math.radians(-30)
# The share of the picture's size (the root of its area) that one unit takes.
_UNIT = 0.011
# Light strokes with a dark rim show on white, on black and on nothing at all.
_CORE, _RIM = (255, 255, 255), (0, 0, 0)
_CORE_OPACITY, _RIM_OPACITY = 150, 90
_SHIFT = 4  # OpenCV's fixed point: coordinates in sixteenths of a pixel


def stamp(rgb: U8, alpha: U8 | None) -> tuple[U8, U8 | None]:
    """Write PACKSHOT in slanting lines all over a picture.

    `rgb` uint8 (h, w, 3) straight colors, `alpha` uint8 (h, w) or None for opaque. Answers new
    arrays of the same shapes. The mark covers transparent parts as well: else the matte could be
    taken off the result, and laid on the photo that it was made from.
    """
    height, width = rgb.shape[:2]
    unit = max(1.0, _UNIT * math.sqrt(width * height))
    strokes = _strokes(width, height, unit)
    rgb, alpha = rgb.copy(), None if alpha is None else alpha.copy()
    for opacity, color, thickness in (
        (_RIM_OPACITY, _RIM, round(1.3 * unit) + 2),
        (_CORE_OPACITY, _CORE, max(1, round(0.7 * unit))),
    ):
        cover = np.zeros((height, width), np.uint8)
        cv2.polylines(cover, strokes, False, opacity, thickness, cv2.LINE_AA, _SHIFT)
        _paint(rgb, alpha, color, cover)
    return rgb, alpha


def _paint(rgb: U8, alpha: U8 | None, color: tuple[int, int, int], cover: U8) -> None:
    """Lay a color over the picture, as opaque as `cover` (h, w) says: whole numbers, in place."""
    places = cv2.findNonZero(cover)
    if places is None:
        return
    xs, ys = np.asarray(places).reshape(-1, 2).T
    above = cover[ys, xs].astype(np.uint32)
    beneath = 255 - above
    if alpha is not None:
        # Shares of 255 * 255, of which the result's own alpha is the sum.
        beneath *= alpha[ys, xs]
        above *= 255
        alpha[ys, xs] = (above + beneath + 127) // 255
    total = (above + beneath)[:, None]
    mixed = rgb[ys, xs] * beneath[:, None] + np.array(color, np.uint32) * above[:, None]
    rgb[ys, xs] = (mixed + total // 2) // total


def _strokes(width: int, height: int, unit: float) -> list[I32]:
    """The strokes of all letters that may touch the picture, as polylines in fixed point."""
    across = np.array([math.cos(_ANGLE), math.sin(_ANGLE)])
    down = np.array([-across[1], across[0]])
    size = np.array([width, height])
    reach, overhang = math.hypot(width, height) / 2, 8 * unit
    letters, lines = int(reach / (_ADVANCE * unit)) + 2, int(reach / (_LINE * unit)) + 2
    found = []
    for line in range(-lines, lines):
        for place in range(-letters, letters):
            start = size / 2 + unit * (_ADVANCE * place * across + _LINE * line * down)
            if (start < -overhang).any() or (start > size + overhang).any():
                continue
            # Words are a letter's gap apart, and each line begins elsewhere.
            for stroke in _LETTERS.get(_TEXT[(place + 3 * line) % len(_TEXT)], ()):
                points = np.array(stroke)
                drawn = start + unit * (points[:, :1] * across + points[:, 1:] * down)
                found.append(np.round(drawn * 2**_SHIFT).astype(np.int32))
    return found
