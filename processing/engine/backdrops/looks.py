"""What a material looks like before light falls on it, and the few sums that materials share."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32
from processing.engine.backdrops.planes import Plane
from processing.engine.canvas.linear import decoded
from processing.engine.plans.color_names import Color, parse_color

# What a sum of float32 arrays and numbers may be to a type checker.
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A material over a plane of (h, w) pixels.

    - `albedo`: float32 (h, w, 3), linear, 0 to 1.
    - `height`: relief in metres, float32 (h, w), or None for flat.
    - `gloss`: how strongly it mirrors, 0 to 1, (h, w) where that differs; `rough`: how blurred, 0 to 1.
    - `sheen`: light caught by slopes that turn away from the eye, as velvet's pile does.
    """

    albedo: F32
    height: F32 | None = None
    gloss: float | F32 = 0.0
    rough: float = 0.5
    sheen: float = 0.0


def linear(color: str | Color) -> F32:
    """A color of the screen (`#rrggbb` or three bytes) in linear light, float32 (3,)."""
    encoded = np.array(parse_color(color) if isinstance(color, str) else color) / 255
    return decoded(encoded).astype(np.float32)


def mix(one: F32, other: F32, share: Floats) -> F32:
    """Mix `one` with `other`, each a color (3,) or a picture (h, w, 3), by `share` (h, w)."""
    mixed = np.empty((*share.shape, 3), np.float32)
    for channel in range(3):
        start, end = one[..., channel], other[..., channel]
        np.multiply(share, end - start, out=mixed[..., channel])
        mixed[..., channel] += start
    return mixed


def toned(albedo: F32, tone: Floats) -> F32:
    """Every channel times `tone` (h, w)."""
    return np.asarray(albedo * tone[..., None], dtype=np.float32)


def step(low: float, high: float, value: Floats) -> F32:
    """0 below `low`, 1 above `high` and smooth between (either way round)."""
    t = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def thin(value: F32, width: Floats | float, blur: Floats | float) -> F32:
    """A line of `width` where `value` crosses 0, fainter as `blur` (same unit) exceeds it."""
    wide = np.sqrt(np.square(width) + np.square(blur), dtype=np.float32)
    return np.asarray(np.exp(-np.square(value / wide)) * (width / wide), dtype=np.float32)


def joints(place: Floats, period: float, width: float, pixel: Floats) -> F32:
    """Say how far each pixel lies on a joint: 0 to 1. Joints are `width` wide at whole periods of
    `place`; `pixel` is its size there. All in metres."""
    away = np.abs(
        np.mod(place + np.float32(period / 2), np.float32(period)) - np.float32(period / 2)
    )
    size = np.maximum(pixel, 1e-6)
    # The part of a pixel, seen as a span of that size, which the joint's span covers.
    cover = np.clip((np.float32(width) + size) / 2 - away, 0, np.minimum(width, size)) / size
    return np.asarray(cover, dtype=np.float32)


def turned(plane: Plane, degrees: float) -> Plane:
    """The plane with its axes turned."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    u = cv2.addWeighted(plane.u, cos, plane.v, sin, 0)
    v = cv2.addWeighted(plane.u, -sin, plane.v, cos, 0)
    pixel = np.maximum(plane.du, plane.dv)
    return Plane(np.asarray(u, np.float32), np.asarray(v, np.float32), pixel, pixel)


def tinted(albedo: F32, color: Color) -> F32:
    """The material in another color: its own variations around the given mean."""
    mean = albedo.reshape(-1, 3)[::7].mean(axis=0, dtype=np.float64)
    factor = linear(color) / np.maximum(mean, 1e-3)
    return np.asarray(np.minimum(albedo * factor.astype(np.float32), 0.97), dtype=np.float32)
