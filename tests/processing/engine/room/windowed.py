"""A room with two windows: one whose view the file holds just below white, and one that is clipped; and a lamp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear

SIZE = (600, 400)
VIEW, CLIPPED = (80, 90, 250, 250), (350, 90, 520, 250)
LAMP = (300, 60)


@dataclass(frozen=True)
class Windowed:
    """`rgb` as a camera exposed for the room saw it, and `dark` as one exposed for the view did, uint8 (h, w, 3);
    `light`, that of the scene, float32 (h, w, 3), of which the camera holds up to 1."""

    rgb: U8
    dark: U8
    light: F32


def windowed(sky: tuple[float, float, float] = (0.93, 0.93, 0.93)) -> Windowed:
    """The room; the view's upper half has the light of `sky`, its lower one hills and trees."""
    width, height = SIZE
    light = np.empty((height, width, 3), np.float32)
    light[:] = (0.2, 0.18, 0.16)
    light[300:] = (0.1, 0.06, 0.04)
    for left, top, right, bottom in (VIEW, CLIPPED):
        light[top - 8 : bottom + 8, left - 8 : right + 8] = (0.05, 0.05, 0.05)
    left, top, right, bottom = VIEW
    light[top:bottom, left:right] = sky
    for tree in range(left, right, 12):
        light[top + 90 : bottom, tree : min(right, tree + 6)] = (0.72, 0.8, 0.68)
        light[top + 90 : bottom, min(right, tree + 6) : min(right, tree + 12)] = (0.8, 0.85, 0.76)
    left, top, right, bottom = CLIPPED
    light[top:bottom, left:right] = 3.0
    light[top + 100 : bottom, left:right] = (1.6, 2.4, 1.4)
    cv2.circle(light, LAMP, 16, (1.5, 1.2, 0.8), -1)
    return Windowed(linear.from_float(light), linear.from_float(light / 4), light)
