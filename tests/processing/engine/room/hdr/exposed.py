"""Exposures of a drawn room with bright windows: moved, noisy, and with something that stood in between."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from processing.engine.arrays import F32, F64, U8
from processing.engine.canvas import linear
from tests.processing.engine.room.drawn import room

STOPS = (-4.0, -2.0, 0.0)
_WINDOW = (225, 238, 240)  # what is at least as bright is seen through a window
_NOISE = 0.002


@cache
def light(size: tuple[int, int], *, other: bool = False) -> F32:
    """The room's light, float32 (h, w, 3): 1 is a white wall, and what is outside has up to 5. Windows show
    something, and everything has texture. `other` is another room."""
    half = (size[0] // 2, size[1] // 2)
    drawn = room(half, roll=25.0 if other else 0.0, pitch=-12.0 if other else 0.0, finer=1)
    outside = cv2.inRange(drawn, _WINDOW, (255, 255, 255))
    random = np.random.default_rng(2 if other else 1)
    texture = cv2.GaussianBlur(
        random.normal(0, 1, (half[1], half[0])).astype(np.float32), (0, 0), 2
    )
    texture = 1 + 0.5 * texture
    value = linear.to_float(drawn) * texture[..., None] * (1 + 4 * (outside[..., None] > 0))
    large = cv2.resize(value.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(large, 0.002), np.float32)


def held(
    size: tuple[int, int], *, degrees: float = 0.0, right: float = 0.0, down: float = 0.0
) -> F64:
    """How a camera that was turned about its middle and moved sees what another sees."""
    turn = cv2.getRotationMatrix2D(((size[0] - 1) / 2, (size[1] - 1) / 2), degrees, 1)
    turn[:, 2] += right, down
    return np.vstack([turn, [0, 0, 1]])


def exposed(
    scene: F32,
    stops: float,
    *,
    seen: F64 | None = None,
    noise: float = _NOISE,
    thing: tuple[int, int, int, int] | None = None,
    seed: int = 0,
) -> U8:
    """A photo of the scene, uint8 (h, w, 3), with so many stops of light, as a camera `seen` it. A dark `thing`
    stands in the box (left, top, right, bottom)."""
    if thing is not None:
        left, top, right, bottom = thing
        scene = scene.copy()
        scene[top:bottom, left:right] = (0.02, 0.03, 0.1)
    if seen is not None:
        size = scene.shape[1::-1]
        scene = cv2.warpPerspective(scene, seen, size, borderMode=cv2.BORDER_REFLECT_101)
    value = scene * np.float32(2.0**stops)
    random = np.random.default_rng(seed)
    value = value + random.standard_normal(value.shape, np.float32) * np.float32(noise)
    return linear.from_float(value)


def jpeg(rgb: U8, *, stops: float | None = None, orientation: int = 1) -> bytes:
    """A photo's file; with `stops`, its EXIF tells a time that many stops from one second."""
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    if stops is not None:
        exif.get_ifd(0x8769)[0x829A] = 2.0**stops
    out = BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()
