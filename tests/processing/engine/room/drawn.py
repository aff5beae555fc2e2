"""A room that is drawn by following each pixel's ray to a wall, as a camera of known tilt would see it."""

from __future__ import annotations

from functools import cache
from math import cos, radians, sin

import cv2
import numpy as np

from processing.engine.arrays import F64, U8

FOCAL = 26 / 36  # of the longer side
# The walls' distances from the camera in metres, two an axis: left and right, up and down, behind
# and ahead.
_WALLS = ((2.4, 2.6), (1.3, 1.3), (np.inf, 4.0))
_STRIP = 64  # rows that are drawn at once: more leave the processor's cache
_PLASTER, _CEILING, _BOARDS, _WINDOW, _SEAM = (
    (205, 200, 192),
    (236, 235, 232),
    (150, 108, 70),
    (240, 246, 252),
    (70, 64, 60),
)


def room(
    size: tuple[int, int] = (900, 600), *, roll: float = 0.0, pitch: float = 0.0, finer: int = 2
) -> U8:
    """The room, uint8 (h, w, 3), from a camera turned clockwise by `roll` and upwards by `pitch` degrees."""
    drawn: U8 = _drawn(size, roll, pitch, finer)
    return drawn.copy()


@cache
def _drawn(size: tuple[int, int], roll: float, pitch: float, finer: int) -> U8:
    width, height = size[0] * finer, size[1] * finer
    focal, turn = FOCAL * max(width, height), _turn(roll, pitch)
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        strip = pixels[top : top + _STRIP]
        down, right = np.mgrid[top : top + len(strip), 0:width].astype(np.float64)
        right, down = (right - (width - 1) / 2) / focal, (down - (height - 1) / 2) / focal
        _paint(strip, [a * right + b * down + c for a, b, c in turn])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turn(roll: float, pitch: float) -> F64:
    """Turns what the camera sees into the room's own directions: right, down, ahead."""
    r, p = radians(roll), radians(pitch)
    rolled = np.array([[cos(r), -sin(r), 0], [sin(r), cos(r), 0], [0, 0, 1]])
    pitched = np.array([[1, 0, 0], [0, cos(p), -sin(p)], [0, sin(p), cos(p)]])
    return np.asarray(pitched @ rolled, np.float64)


def _paint(pixels: U8, rays: list[F64]) -> None:
    """Draw what each ray meets; `rays` are their parts to the right, down and ahead, float64 (h, w)."""
    with np.errstate(divide="ignore"):
        away = [
            np.where(ray < 0, *walls) / np.abs(ray) for ray, walls in zip(rays, _WALLS, strict=True)
        ]
    nearest = np.argmin(away, axis=0)
    for axis in range(3):
        met = nearest == axis
        right, down, ahead = (ray[met] * away[axis][met] for ray in rays)
        if axis == 1:
            pixels[met] = _level(down, ahead)
        else:
            pixels[met] = _upright(right, down) if axis == 2 else _panels(ahead)


def _level(down: F64, ahead: F64) -> U8:
    """The ceiling and the floor."""
    found = np.where(down[:, None] < 0, _color(_CEILING), _color(_BOARDS))
    found[(ahead % 0.6 < 0.015) & (down > 0)] = _SEAM
    return found


def _panels(along: F64) -> U8:
    return np.where((along % 0.8 < 0.02)[:, None], _color(_SEAM), _color(_PLASTER))


def _color(rgb: tuple[int, int, int]) -> U8:
    return np.array(rgb, np.uint8)


def _upright(right: F64, down: F64) -> U8:
    """The wall ahead, with two windows."""
    found = np.full((len(right), 3), _PLASTER, np.uint8)
    beside, beyond = np.abs(np.abs(right) - 1.0), np.abs(down)
    found[(beside < 0.54) & (beyond < 0.74)] = _SEAM
    found[(beside < 0.5) & (beyond < 0.7)] = _WINDOW
    found[right % 0.8 < 0.02] = _SEAM  # panels
    return found
