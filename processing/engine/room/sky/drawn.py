"""Skies as a camera would see them above a house."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import F32, Mask
from processing.engine.plans.room import SkyKind
from processing.engine.room.sky.clouds import Clouds, Rays, Weather
from processing.engine.room.sky.daylight import clear_sky

# Skies are drawn at most this large, and what is clear of them at a quarter of that, as it has no detail.
_SIDE: Final = 900
_CLEAR_STEP: Final = 4
_BAND: Final = 64
_AROUND: Final = 7  # what of clouds is drawn around what is seen, as they are smoothed
_SOFT: Final = 1.1  # pixels by which clouds are smoothed
# Where the sun stands: from the zenith, and to either side of straight behind the camera.
_SUN, _ASIDE = radians(50), radians(60)
_TURBIDITY: Final = 2.4
# The zenith's luminance in a photo, and the light beyond which it bends towards white.
_ZENITH: Final = 0.2
# The haze along the horizon, in terms of the zenith's luminance, and the sine of the elevation where a third is left.
_HAZE_COLOR: Final = np.array([3.0, 3.5, 4.1], np.float32)
_HAZE_UP: Final = 0.16
_VIVID: Final = np.float32(1.3)
_TINT: Final = np.array([0.9, 1.04, 1.04], np.float32)
_SHOULDER: Final = 0.5
_SUNLIT: Final = np.array([0.95, 0.945, 0.94], np.float32)
_SHADED: Final = np.array([0.36, 0.42, 0.52], np.float32)
_HAZE: Final = 17.0  # kilometres in which most of a cloud's contrast is lost
# No sky begins lower than at this sine of the elevation, so that the horizon stays behind the house.
_LOWEST: Final = 0.015


@dataclass(frozen=True, slots=True)
class View:
    """What a camera sees: the photo's `size` (width, height); the row of its `horizon` in pixels, which may lie
    outside of it; its `focal` length in shares of the longer side; the row above which there is any sky."""

    size: tuple[int, int]
    horizon: float
    focal: float
    lowest: int


def step_of(size: tuple[int, int]) -> int:
    """How many pixels of a photo, (width, height), each drawn one stands for, across and down."""
    return -(-max(size) // _SIDE)


def draw(kind: SkyKind, view: View, seed: int, seen: Mask) -> F32:
    """Draw a sky in linear light, 0 to 1: float32 (h, w, 3), the photo's rows down to `view.lowest` and its whole
    width, each pixel for `step_of` the photo's; the last may reach beyond it. `seen`, bool (h, w), is where clouds are
    wanted. The same arguments give the same sky."""
    weather = Weather(seed)
    step = step_of(view.size)
    width, height = -(-view.size[0] // step), -(-view.lowest // step)
    aside = _ASIDE if seed % 2 else -_ASIDE
    sun = (sin(_SUN) * sin(aside), cos(_SUN), -sin(_SUN) * cos(aside))
    light = _all_clear((width, height), view, step, sun)
    if kind == "CLEAR":
        return light
    clouds = Clouds(*(np.zeros((height, width), np.float32) for _ in range(3)))
    wanted = cv2.dilate(seen.astype(np.uint8), np.ones((_AROUND, _AROUND), np.uint8)) > 0

    def band(top: int) -> None:
        part = slice(top, min(height, top + _BAND))
        places = np.nonzero(wanted[part])
        if not places[0].size:
            return
        rays = _rays(np.arange(part.start, part.stop), np.arange(width), view, step, sun)
        drawn = (
            weather.low(rays, places, top) if kind == "LOW_CLOUD" else weather.high(rays, places)
        )
        for plane, values in zip(
            (clouds.cover, clouds.lit, clouds.far), (drawn.cover, drawn.lit, drawn.far), strict=True
        ):
            plane[part][places] = values.ravel()[: places[0].size]

    weather.prepare(kind)
    parallel.each(band, range(0, height, _BAND))
    return _clouded(light, clouds)


def _all_clear(
    size: tuple[int, int], view: View, step: int, sun: tuple[float, float, float]
) -> F32:
    """A clear sky of a size (width, height), float32 (h, w, 3), drawn coarsely."""
    width, height = size
    by = _CLEAR_STEP
    rows, columns = (np.arange(-1, -(-side // by) + 1) for side in (height, width))
    coarse = _clear(_rays(rows, columns, view, step * by, sun))
    large = cv2.resize(coarse, None, fx=by, fy=by, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[by : by + height, by : by + width], np.float32)


def _rays(
    rows: np.ndarray, columns: np.ndarray, view: View, step: int, sun: tuple[float, float, float]
) -> Rays:
    focal = view.focal * max(view.size)
    right = ((columns + 0.5) * step - view.size[0] / 2)[None] / focal
    up = (view.horizon - (rows + 0.5) * step)[:, None] / focal
    length = np.sqrt(right**2 + up**2 + 1)
    rightwards, upwards, ahead = (
        np.asarray(np.broadcast_to(part, length.shape) / length, np.float32)
        for part in (right, up, np.ones((1, 1)))
    )
    return Rays(rightwards, np.maximum(upwards, np.float32(_LOWEST)), ahead, sun)


def _clear(rays: Rays) -> F32:
    to_sun = rays.right * rays.sun[0] + rays.up * rays.sun[1] + rays.ahead * rays.sun[2]
    clear = clear_sky(rays.up, to_sun.astype(np.float32), sun=_SUN, turbidity=_TURBIDITY)
    # As cameras show it: bluer than it is.
    grey = clear @ np.array([[0.2126], [0.7152], [0.0722]], np.float32)
    clear = np.maximum(grey + (clear - grey) * _VIVID, 0) * _TINT
    return _bent(_hazy(clear, rays.up) * np.float32(_ZENITH))


def _hazy(clear: F32, up: F32) -> F32:
    """A clear sky with the white haze that lies along the horizon, where the model's turns brown."""
    haze = np.exp(-up / np.float32(_HAZE_UP))[..., None]
    return np.asarray(clear + (_HAZE_COLOR - clear) * haze * np.float32(0.9), np.float32)


def _clouded(light: F32, clouds: Clouds) -> F32:
    cover, lit, far = (
        np.asarray(cv2.GaussianBlur(part, (0, 0), _SOFT), np.float32)
        for part in (clouds.cover, clouds.lit, clouds.far)
    )
    color = _SHADED + (_SUNLIT - _SHADED) * lit[..., None]
    cover = np.asarray(cover * np.exp(-np.square(far / np.float32(_HAZE))), np.float32)
    return np.asarray(light + (color - light) * cover[..., None], np.float32)


def _bent(light: F32) -> F32:
    """Light beyond the shoulder bent, so that none comes to 1."""
    beyond = np.maximum(light - np.float32(_SHOULDER), 0)
    room = np.float32(1 - _SHOULDER)
    return np.asarray(light - beyond + beyond / (1 + beyond / room), np.float32)
