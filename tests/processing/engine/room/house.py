"""A house that is drawn below a sky, with what stands in front of it known for every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear

SIZE = (720, 480)
BLUE = ((82, 134, 200), (176, 206, 232))  # at the top, and at the horizon
GREY = ((205, 207, 210), (232, 233, 234))
NIGHT = ((10, 14, 30), (18, 22, 40))
_WALL, _ROOF, _GRASS, _LEAF, _WIRE, _FRAME = (
    (196, 184, 166),
    (112, 62, 50),
    (74, 104, 48),
    (34, 52, 26),
    (30, 30, 32),
    (90, 84, 80),
)


@dataclass(frozen=True)
class House:
    """`rgb`, uint8 (h, w, 3), and `sky`, float32 (h, w): how much of each pixel is sky. `front`, the light of what
    stands before it, float32 (h, w, 3). `window` and `wire` are places: the pane that mirrors the sky, and a row
    and column where the wire is."""

    rgb: U8
    sky: F32
    front: F32
    window: tuple[slice, slice]
    wire: tuple[int, int]


@cache
def house(colors: tuple[tuple[int, int, int], ...] = BLUE, *, finer: int = 3) -> House:
    """A gabled house with a pane that mirrors the sky, a tree and a wire; drawn finer and averaged in light."""
    width, height = SIZE[0] * finer, SIZE[1] * finer
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    share = np.minimum(down / 0.62, 1)
    top, horizon = (np.array(color, np.float32) for color in colors)
    behind = np.broadcast_to(top + (horizon - top) * share, (height, width, 3)).astype(np.uint8)
    front = behind.copy()
    _drawn(front, finer, pane=behind[round(0.3 * height), 0])
    is_sky = (front == behind).all(axis=-1).astype(np.float32)
    light = [linear.to_float(np.ascontiguousarray(part)) for part in (front, front)]
    light[1][is_sky > 0] = 0
    shown, own, sky = (
        np.asarray(cv2.resize(part, SIZE, interpolation=cv2.INTER_AREA), np.float32)
        for part in (light[0], light[1], is_sky)
    )
    return House(linear.from_float(shown), sky, own, np.s_[262:296, 282:318], (92, 150))


def _drawn(front: U8, finer: int, pane: U8) -> None:
    def at(*points: tuple[int, int]) -> np.ndarray:
        return np.array([points], np.int32) * finer

    def box(left: int, top: int, right: int, bottom: int, color: tuple[int, int, int]) -> None:
        cv2.fillPoly(front, at((left, top), (right, top), (right, bottom), (left, bottom)), color)

    box(0, 330, 720, 480, _GRASS)
    box(200, 200, 520, 400, _WALL)
    cv2.fillPoly(front, at((180, 206), (360, 90), (540, 206)), _ROOF)
    box(276, 256, 324, 302, _FRAME)
    box(280, 260, 320, 298, tuple(int(value) for value in pane))  # type: ignore[arg-type]
    box(610, 220, 622, 400, _ROOF)
    random = np.random.default_rng(8)
    for right, lower in zip(
        random.normal(616, 34, 1400), random.normal(210, 32, 1400), strict=True
    ):
        cv2.circle(front, (round(right * finer), round(lower * finer)), 2 * finer, _LEAF, -1)
    cv2.line(front, (0, 110 * finer), (300 * finer, 74 * finer), _WIRE, finer)
