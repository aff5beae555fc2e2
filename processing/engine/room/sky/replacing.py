"""Another sky behind a house, and the house a little more in its light.

At a pixel of the border the old sky's share of its light goes and the new sky's comes, so that no fringe of
the old one stays around leaves (as with a known background the foreground's own share is what is left).
"""

from dataclasses import dataclass
from math import radians, tan
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear
from processing.engine.plans.room import Level, SkyKind
from processing.engine.room import detail
from processing.engine.room.sky.alpha import alpha_of
from processing.engine.room.sky.border import Border, border_of, enlarged
from processing.engine.room.sky.drawn import View, draw
from processing.engine.room.sky.finding import Sky

_STRIP: Final = 64
# Where the horizon is when the camera's pitch isn't known, and how far it lies below any sky, in heights.
_HORIZON, _BELOW = 0.6, 0.02
# Grain in levels: the least hides the steps of 8 bits.
_LEAST_GRAIN, _MOST_GRAIN = 0.7, 4.0
_GRAIN: Final = 509
# What a sunny sky adds to a house below a grey one: stops, and the logarithm of red over blue.
_STOPS, _WARMTH = 0.3, 0.18
_SHARES: Final[dict[Level, float]] = {"NONE": 0.0, "LOW": 0.35, "MEDIUM": 0.7, "HIGH": 1.0}
# The logarithm of blue over red light between which a sky is grey, and blue.
_BLUE: Final = (0.15, 0.9)
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True, slots=True)
class Camera:
    """A photo's `focal` length in shares of its longer side, and the `pitch` upwards in degrees, where that is
    known."""

    focal: float
    pitch: float | None


def replace(rgb: U8, sky: Sky, kind: SkyKind, light: Level, camera: Camera) -> U8:
    """Put a drawn sky in the place of the one that was found in a photo, uint8 (h, w, 3), which stays as it is.

    `light`: how far the house follows where its sky was grey. The same photo gets the same sky.
    """
    height, width = rgb.shape[:2]
    border = border_of(rgb, sky)
    alpha = alpha_of(rgb, border)
    rows = np.flatnonzero(border.mask.any(axis=1) | border.unsure.any(axis=1))
    lowest = min(height, round((int(rows[-1]) + 2) * height / len(border.mask)))
    seed = sky.seed
    horizon = _horizon((width, height), lowest, camera)
    view = View((width, height), horizon, camera.focal, lowest)
    drawn = linear.encoded(draw(kind, view, seed).astype(np.float64)).astype(np.float32) * 255
    table = _table(border, light)
    grain = _grain(detail.noise_of(rgb), seed)
    result = np.asarray(cv2.LUT(rgb, table), np.uint8) if light != "NONE" else rgb.copy()
    behind = np.asarray(cv2.LUT(border.behind, table), np.uint8)

    def strip(top: int) -> None:
        box = (0, top, width, min(lowest, top + _STRIP))
        here, pixels = (np.ascontiguousarray(part[top : box[3]]) for part in (alpha, result))
        if not here.any():
            return
        fresh = enlarged(drawn, box, (width, lowest))
        fresh += _tiled(grain, top, fresh.shape[:2])[..., None]
        fresh = np.clip(fresh + np.float32(0.5), 0, 255).astype(np.uint8)
        mixed = (here > 0) & (here < 255)
        if mixed.any():
            old = enlarged(behind, box, (width, height))[mixed]
            fresh[mixed] = _mixed(pixels[mixed], old, fresh[mixed], here[mixed])
        result[top : box[3]] = np.where(here[..., None] > 0, fresh, pixels)

    parallel.each(strip, range(0, lowest, _STRIP))
    return result


def _mixed(was: U8, behind: U8, fresh: U8, alpha: U8) -> U8:
    """Pixels, uint8 (n, 3), whose share `alpha`, uint8 (n,), of the sky behind becomes the fresh one's."""
    share = alpha.astype(np.float32)[:, None] * np.float32(1 / 255)
    own: F32 = np.maximum(linear.to_float(was) - share * linear.to_float(behind), 0)
    return linear.from_float(own + share * linear.to_float(fresh))


def _horizon(size: tuple[int, int], lowest: int, camera: Camera) -> float:
    height = size[1]
    if camera.pitch is None:
        level = (lowest + _HORIZON * height) / 2
    else:
        level = height / 2 + tan(radians(camera.pitch)) * camera.focal * max(size)
    return max(level, lowest + _BELOW * height)


def _table(border: Border, light: Level) -> U8:
    """What stored values become, uint8 (1, 256, 3), below a sunny sky, by how grey the old one was."""
    sky = linear.to_float(border.behind)[border.mask > 127].mean(axis=0)
    grey = 1 - float(arrays.smooth_step(np.log(sky[2] / max(float(sky[0]), 1e-4)), *_BLUE))
    amount = grey * _SHARES[light]
    gains = np.exp(amount * np.array([_WARMTH / 2, 0, -_WARMTH / 2]))
    gains *= 2 ** (amount * _STOPS) / float(gains @ _LUMINANCE)
    stored = linear.decoded(np.arange(256) / 255)[:, None]
    # White stays white: the nearer to it, the less is gained.
    gained = stored * (1 + (gains - 1) * (1 - stored))
    return linear.from_float(gained.astype(np.float32))[None]


def _grain(noise: float, seed: int) -> F32:
    """Noise like the photo's, float32 (_GRAIN, _GRAIN), of brightness alone."""
    random = np.random.Generator(np.random.PCG64(seed))
    level = np.float32(np.clip(noise, _LEAST_GRAIN, _MOST_GRAIN))
    return random.standard_normal((_GRAIN, _GRAIN), np.float32) * level


def _tiled(grain: F32, top: int, shape: tuple[int, int]) -> F32:
    rows = (np.arange(top, top + shape[0]) * 7 // 3) % _GRAIN
    across = (np.arange(shape[1]) + top // _STRIP * 131) % _GRAIN
    return np.asarray(grain[rows[:, None], across[None]], np.float32)
