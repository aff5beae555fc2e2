"""Another sky behind a house, and the house a little more in its light.

At a pixel of the border the old sky's share of its light goes and the new sky's comes, so that no fringe of
the old one stays around leaves (as with a known background the foreground's own share is what is left).
"""

from dataclasses import dataclass
from math import radians, tan
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8, Box
from processing.engine.canvas import linear
from processing.engine.plans.room import Level, SkyKind
from processing.engine.room import detail
from processing.engine.room.sky.alpha import alpha_of
from processing.engine.room.sky.border import Border, border_of
from processing.engine.room.sky.drawn import View, draw, step_of
from processing.engine.room.sky.finding import Sky

_STRIP: Final = 64
# Where the horizon is when the camera's pitch isn't known, and how far it lies below any sky, in heights.
_HORIZON, _BELOW = 0.6, 0.02
# Grain in levels: the least hides the steps of 8 bits.
_LEAST_GRAIN, _MOST_GRAIN = 0.7, 4.0
_GRAIN: Final = 509
# What skies are stored in: shares of a level; and how many levels of light are told apart on the way there.
_UNIT: Final = 64
_FINE: Final = 1 << 15
# What a sunny sky adds to a house below a grey one: stops, and the logarithm of red over blue.
_STOPS, _WARMTH = 0.3, 0.18
_SHARES: Final[dict[Level, float]] = {"NONE": 0.0, "LOW": 0.35, "MEDIUM": 0.7, "HIGH": 1.0}
# The logarithm of blue over red light between which a sky is grey, and blue.
_BLUE: Final = (0.15, 0.9)
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)

Plane = Any  # numbers (h, w[, c]), of the kind that OpenCV's functions take and give


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
    table = _table(border, light)
    grain = _grain(detail.noise_of(rgb), seed, width)
    result = np.asarray(cv2.LUT(rgb, table), np.uint8) if light != "NONE" else rgb.copy()
    behind = np.asarray(cv2.LUT(border.behind, table), np.uint8)
    step = step_of(view.size)
    behind = arrays.shrink(behind, (-(-width // step), -(-height // step)))
    seen = arrays.shrink(_whole(alpha[:lowest], step), (-(-width // step), -(-lowest // step))) > 0
    drawn = _stored(draw(kind, view, seed, seen))
    strip_rows = max(1, round(_STRIP / step)) * step

    def strip(top: int) -> None:
        bottom = min(lowest, top + strip_rows)
        columns = np.flatnonzero(seen[top // step : -(-bottom // step)].any(axis=0))
        if not columns.size:
            return
        left, right = int(columns[0]) * step, min(width, (int(columns[-1]) + 1) * step)
        here, pixels = alpha[top:bottom, left:right], result[top:bottom, left:right]
        fresh = _fresh(drawn, (left, top, right, bottom), step, grain)
        mixed = cv2.inRange(here, 1, 254)
        if cv2.countNonZero(mixed):
            rows, across = np.nonzero(mixed)
            places = (rows.astype(np.int32), across.astype(np.int32))
            old = behind[(rows + top) // step, (across + left) // step]
            own, new, share = (arrays.picked(part, places) for part in (pixels, fresh, here))
            arrays.put(pixels, places, _mixed(own, old, new, share))
        cv2.copyTo(fresh, cv2.inRange(here, 255, 255), pixels)

    parallel.each(strip, range(0, lowest, strip_rows))
    return result


def _whole(plane: U8, step: int) -> U8:
    """A plane with its last row and column repeated up to whole steps."""
    below, right = (-side % step for side in plane.shape)
    return np.asarray(cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def _stored(sky: F32) -> Plane:
    """Linear light as sRGB in shares of a level, int16 of the same shape."""
    values = np.round(linear.encoded(np.linspace(0, 1, _FINE)) * 255 * _UNIT).astype(np.int16)
    return values[(np.clip(sky, 0, 1) * np.float32(_FINE - 1) + np.float32(0.5)).astype(np.int32)]


def _fresh(drawn: Plane, box: Box, step: int, grain: Plane) -> U8:
    """A box of a drawn sky of which each pixel stands for `step` to either side, with grain: uint8 (h, w, 3). The box
    begins at whole steps."""
    left, top, right, bottom = box
    # (with what lies around it, so that it joins what is beside)
    first, last = top // step - 1, -(-bottom // step) + 1
    rows = np.clip(np.arange(first, last), 0, len(drawn) - 1)
    start, end = left // step - 1, -(-right // step) + 1
    columns = np.clip(np.arange(start, end), 0, drawn.shape[1] - 1)
    large = cv2.resize(drawn[rows][:, columns], None, fx=step, fy=step)
    large = large[step : step + bottom - top, step : step + right - left]
    begin = top * 131 % _GRAIN
    noise = grain[begin : begin + bottom - top, left:right]
    noise = cv2.merge([noise, noise, noise])
    share = 1 / _UNIT
    return np.asarray(cv2.addWeighted(large, share, noise, share, 0, dtype=cv2.CV_8U), np.uint8)


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


def _grain(noise: float, seed: int, width: int) -> Plane:
    """Noise like the photo's, in shares of a level, of brightness alone: int16, so large that a strip may begin
    anywhere in its first _GRAIN rows and columns."""
    random = np.random.Generator(np.random.PCG64(seed))
    level = np.float32(np.clip(noise, _LEAST_GRAIN, _MOST_GRAIN) * _UNIT)
    tile = np.round(random.standard_normal((_GRAIN, _GRAIN), np.float32) * level).astype(np.int16)
    return np.pad(tile, ((0, 2 * _STRIP), (0, width)), mode="wrap")
