"""A room that is drawn by following each pixel's ray to a wall, as a camera of known tilt would see it."""

from __future__ import annotations

from math import cos, radians, sin

import cv2
import numpy as np

from processing.engine.arrays import U8

FOCAL = 26 / 36  # of the longer side
# The walls' distances from the camera in metres: left, right, up, down, ahead.
_WALLS = ((0, -2.4), (0, 2.6), (1, -1.3), (1, 1.3), (2, 4.0))
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
    width, height = size[0] * finer, size[1] * finer
    focal = FOCAL * max(width, height)
    down, right = np.mgrid[0:height, 0:width].astype(np.float64)
    rays = np.stack(
        [(right - (width - 1) / 2) / focal, (down - (height - 1) / 2) / focal, np.ones_like(down)],
        axis=-1,
    )
    pixels = _colors(rays @ _turn(roll, pitch).T)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turn(roll: float, pitch: float) -> np.ndarray:
    """Turns what the camera sees into the room's own directions: right, down, ahead."""
    r, p = radians(roll), radians(pitch)
    rolled = np.array([[cos(r), -sin(r), 0], [sin(r), cos(r), 0], [0, 0, 1]])
    pitched = np.array([[1, 0, 0], [0, cos(p), -sin(p)], [0, sin(p), cos(p)]])
    return pitched @ rolled


def _colors(rays: np.ndarray) -> U8:
    nearest = np.full(rays.shape[:2], np.inf)
    pixels = np.zeros((*rays.shape[:2], 3), np.uint8)
    for axis, place in _WALLS:
        with np.errstate(divide="ignore", invalid="ignore"):
            away = place / rays[..., axis]
        ahead = (away > 0) & (away < nearest)
        nearest[ahead] = away[ahead]
        hit = rays[ahead] * away[ahead, None]
        pixels[ahead] = _painted(hit, axis, place)
    return pixels


def _painted(hit: np.ndarray, axis: int, place: float) -> U8:
    if axis == 1:
        color = _CEILING if place < 0 else _BOARDS
        found = np.full(hit.shape, color, np.uint8)
        found[(hit[:, 2] % 0.6 < 0.015) & (place > 0)] = _SEAM
        return found
    found = np.full(hit.shape, _PLASTER, np.uint8)
    along = hit[:, 0] if axis == 2 else hit[:, 2]
    if axis == 2:  # two windows ahead
        inside = (np.abs(np.abs(hit[:, 0]) - 1.0) < 0.5) & (np.abs(hit[:, 1]) < 0.7)
        frame = (np.abs(np.abs(hit[:, 0]) - 1.0) < 0.54) & (np.abs(hit[:, 1]) < 0.74)
        found[frame] = _SEAM
        found[inside] = _WINDOW
    found[along % 0.8 < 0.02] = _SEAM  # panels
    return found
