"""Better light and colors for a photo of a room: white balance, exposure, local tone, color, clarity, noise.

What is to be done is decided on a small copy; the photo itself is walked through once, in strips. Each
pixel is multiplied by one factor for brightness, which keeps its hue, and nothing that wasn't clipped
becomes clipped: where a channel would, the factor is smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear
from processing.engine.room import detail, tone, white_balance
from processing.engine.room.looks import Amounts
from processing.engine.room.tone import Tone

_SIDE: Final = 512
_STRIP: Final = 16
_EDGE_ROWS: Final = 1  # that a strip needs above and below, for fine detail
# Beyond this stored value a channel is the less white balanced the nearer it is to being clipped, as the
# color that clipped light had isn't known.
_NEARLY_CLIPPED: Final = 0.88
_LUMINANCE: Final = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_NOTHING: Final = np.zeros((0, 0), np.float32)
_LOG_2: Final = float(np.log(2))
# The most light that a pixel may get, 0 to 65535, by its brightest stored value: what wasn't clipped comes to
# 254 at most.
_LIMITS: Final = np.append(
    np.full(255, linear.decoded(np.array(254.4 / 255)) * linear.FULL, np.float32),
    np.float32(linear.FULL),
)


Plane = Any  # numbers (h, w), of the kind that OpenCV's functions take and give


@dataclass(frozen=True, slots=True)
class Enhanced:
    """The photo, uint8 (h, w, 3), and what was found: the light's color (see white_balance.cast_of) and
    the noise in levels."""

    rgb: U8
    cast: tuple[float, float]
    noise: float


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What is done to each strip: tables by stored value, and maps of the small copy."""

    light: F32  # (3, 256): each channel's light, 0 to 65535, white balanced
    logs: F32  # (256,): natural logarithms of a grey's light
    slope: F32  # (rows of the small copy, width of the photo), see tone.Tone
    offset: F32  # the same, in natural logarithms
    detail: F32  # (256,)
    saturation: float


def enhance(rgb: U8, amounts: Amounts) -> Enhanced:
    """Enhance a photo, uint8 (h, w, 3) in sRGB, which stays as it is."""
    height, width = rgb.shape[:2]
    small = arrays.shrink(rgb, arrays.fit_within(width, height, _SIDE))
    cast = white_balance.cast_of(small)
    gains = white_balance.gains(cast, amounts.white_balance, amounts.warmth)
    noise = detail.noise_of(rgb)
    slope, offset = _widened(tone.tone_of(tone.small_light(small, gains), amounts), width)
    recipe = _Recipe(
        light=_light_table(gains),
        logs=_log_table(),
        slope=slope,
        offset=offset,
        detail=detail.curve(noise, denoise=amounts.denoise, sharpen=amounts.sharpen),
        saturation=amounts.saturation,
    )
    result = np.empty_like(rgb)
    parallel.each(lambda top: _strip(rgb, result, top, recipe), range(0, height, _STRIP))
    return Enhanced(result, cast, noise)


def _strip(rgb: U8, result: U8, top: int, recipe: _Recipe) -> None:
    height = rgb.shape[0]
    first, last = max(0, top - _EDGE_ROWS), min(height, top + _STRIP + _EDGE_ROWS)
    around = detail.grey(rgb[first:last])
    rows = slice(top - first, top - first + min(_STRIP, height - top))
    before = cv2.LUT(around[rows], recipe.logs)
    after = cv2.LUT(detail.applied(around, recipe.detail)[rows], recipe.logs)
    under, weights = _rows(len(recipe.slope), height, top, len(before))
    # (OpenCV's product takes one core, and NumPy's as many as it likes)
    slope, offset = (
        cv2.gemm(weights, plane[under], 1, _NOTHING, 0) for plane in (recipe.slope, recipe.offset)
    )
    brighter = cv2.add(cv2.subtract(after, before), cv2.add(cv2.multiply(after, slope), offset))
    factor = cv2.exp(brighter)
    stored = cv2.split(rgb[top : top + _STRIP])
    light = [cv2.LUT(part, table) for part, table in zip(stored, recipe.light, strict=True)]
    lit = _lit(light, factor, cv2.LUT(_most(stored), _LIMITS), recipe.saturation)
    result[top : top + _STRIP] = cv2.merge([linear.to_srgb(part) for part in lit])


def _lit(light: list[Plane], factor: Plane, limit: Plane, saturation: float) -> list[Plane]:
    """Three channels of light, times a factor, and saturated: they differ from their brightness by more, the
    more the paler the color is, by `saturation` for a grey and not at all where a channel is 0, so that none
    becomes negative. None gets more than its limit."""
    most = np.maximum(_most(light), np.float32(1))
    if saturation == 0:
        factor = cv2.min(factor, cv2.divide(limit, most))
        return [cv2.multiply(part, factor, dtype=cv2.CV_16U) for part in light]
    red, green, blue = light
    least = cv2.min(cv2.min(red, green), blue)
    by = cv2.divide(least, most, scale=saturation)
    grey = cv2.multiply(cv2.transform(cv2.merge(light), _LUMINANCE), by)
    by = np.add(by, np.float32(1))
    # The brightest channel comes to factor * (by * most - grey).
    factor = cv2.min(factor, cv2.divide(limit, cv2.subtract(cv2.multiply(by, most), grey)))
    by, grey = cv2.multiply(by, factor), cv2.multiply(grey, factor)
    return [cv2.subtract(cv2.multiply(part, by), grey, dtype=cv2.CV_16U) for part in light]


def _most(parts: Sequence[Plane]) -> Plane:
    red, green, blue = parts
    return cv2.max(cv2.max(red, green), blue)


def _widened(tone: Tone, width: int) -> tuple[F32, F32]:
    """The tone's maps as wide as the photo, and in natural logarithms."""
    size = (width, tone.slope.shape[0])
    slope, offset = (cv2.resize(plane, size) for plane in (tone.slope, tone.offset))
    return np.asarray(slope, np.float32), np.asarray(offset * _LOG_2, np.float32)


def _rows(height: int, rows: int, top: int, count: int) -> tuple[slice, F32]:
    """The rows of maps of that height that lie under `count` of a photo's `rows` from `top` on, and by how much
    each of them counts for each of those: float32 (count, rows of the maps), bilinear."""
    down = height / rows
    places = np.clip((np.arange(top, top + count) + 0.5) * down - 0.5, 0, height - 1)
    first, last = int(places[0]), min(height, int(places[-1]) + 2)
    away = np.abs(places[:, None] - np.arange(first, last))
    return slice(first, last), np.maximum(1 - away, 0).astype(np.float32)


def _light_table(gains: F32) -> F32:
    stored = np.arange(256) / 255
    share = np.clip((1 - stored) / (1 - _NEARLY_CLIPPED), 0, 1)[:, None]
    by = 1 + (gains.astype(np.float64) - 1) * share
    light = linear.decoded(stored)[:, None] * by * linear.FULL
    return np.ascontiguousarray(light.T, np.float32)


def _log_table() -> F32:
    light = np.maximum(linear.decoded(np.arange(256) / 255), tone.FLOOR)
    return np.asarray(np.log(light), np.float32)
