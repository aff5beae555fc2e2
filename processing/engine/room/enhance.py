"""Better light and colors for a photo of a room: white balance, exposure, local tone, color, clarity, noise.

What is to be done is decided on a small copy; the photo itself is walked through once, in strips. Each
pixel is multiplied by one factor for brightness, which keeps its hue, and nothing that wasn't clipped
becomes clipped: where a channel would, the factor is smaller.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear
from processing.engine.room import detail, panorama, strips, tone, white_balance
from processing.engine.room.looks import Amounts
from processing.engine.room.strips import Recipe
from processing.engine.room.tone import Tone

# The longer side of the small copy on which all is decided.
SMALL_SIDE: Final = 512
_MARGIN: Final = 1  # columns that fine detail needs beyond the join
# Beyond this stored value a channel is the less white balanced the nearer it is to being clipped, as the
# color that clipped light had isn't known.
_NEARLY_CLIPPED: Final = 0.88
_LOG_2: Final = float(np.log(2))


@dataclass(frozen=True, slots=True)
class Enhanced:
    """The photo, uint8 (h, w, 3), and what was found: the light's color (see white_balance.cast_of) and
    the noise in levels."""

    rgb: U8
    cast: tuple[float, float]
    noise: float


def enhance(
    rgb: U8, amounts: Amounts, light: F32 | None = None, *, is_around: bool = False
) -> Enhanced:
    """Enhance a photo, uint8 (h, w, 3) in sRGB, which stays as it is.

    `light` is by what factor it is to become lighter before all else, where its lens kept some from it: float32 (h, w)
    of a copy of any size. `is_around` says that it shows everything around, see room.panorama.
    """
    small = panorama.small_copy(rgb, SMALL_SIDE) if is_around else small_copy(rgb, SMALL_SIDE)
    more = None
    if light is not None:
        more = np.asarray(cv2.resize(light, small.shape[1::-1]), np.float32)
        small = linear.from_float(linear.to_float(small) * more[..., None])
    cast = white_balance.cast_of(panorama.even(small) if is_around else small)
    gains = white_balance.gains(cast, amounts.white_balance, amounts.warmth)
    noise = detail.noise_of(panorama.middle(rgb) if is_around else rgb)
    local = tone.tone_of(tone.small_light(small, gains), amounts, is_around=is_around)
    if more is not None:
        local = local.after(more)
    becomes = detail.curve(noise, denoise=amounts.denoise, sharpen=amounts.sharpen)
    maps = _widened(local, rgb.shape[1], is_around=is_around)
    recipe = _recipe(maps, gains, becomes, amounts.saturation)
    if not is_around:
        return Enhanced(strips.apply(rgb, recipe), cast, noise)
    # Fine detail is looked for across the join.
    wide = strips.apply(panorama.around(rgb, _MARGIN), recipe)
    return Enhanced(np.ascontiguousarray(wide[:, _MARGIN:-_MARGIN]), cast, noise)


def lightened(rgb: U8, light: F32) -> U8:
    """A photo, uint8 (h, w, 3) in sRGB, whose light grows by a factor, float32 (h, w) of a copy of any size, and
    which stays as it is otherwise."""
    small = np.asarray(cv2.resize(light, small_copy(rgb, SMALL_SIDE).shape[1::-1]), np.float32)
    nothing = np.zeros_like(small)
    same = np.arange(-128, 128, dtype=np.float32)
    maps = _widened(Tone(nothing, nothing).after(small), rgb.shape[1], is_around=False)
    return strips.apply(rgb, _recipe(maps, np.ones(3, np.float32), same, 0.0))


def _recipe(maps: tuple[F32, F32], gains: F32, becomes: F32, saturation: float) -> Recipe:
    slope, offset = maps
    return Recipe(
        light=_light_table(gains),
        logs=_log_table(),
        slope=slope + np.float32(1),  # what it has, and what it gains
        offset=offset,
        detail=detail.table(becomes),
        saturation=saturation,
    )


def small_copy(rgb: U8, side: int) -> U8:
    """A copy, uint8 (h, w, 3), whose longer side is `side` or less, for measuring.

    First by a whole number, which is done several times as quickly as by any other; what doesn't go into it, at the
    right and at the bottom, is left out.
    """
    height, width = rgb.shape[:2]
    size = arrays.fit_within(width, height, side)
    step = max(1, min(width // size[0], height // size[1]))
    even = (width // step, height // step)
    whole = rgb[: even[1] * step, : even[0] * step]
    return arrays.shrink(arrays.shrink(whole, even), size)


def _widened(tone: Tone, width: int, *, is_around: bool) -> tuple[F32, F32]:
    """The tone's maps as wide as the photo, and in natural logarithms; around, with as much more on both sides as
    fine detail needs."""
    if is_around:
        slope, offset = (
            panorama.widened(plane, width, _MARGIN) for plane in (tone.slope, tone.offset)
        )
        return slope, offset * np.float32(_LOG_2)
    size = (width, tone.slope.shape[0])
    slope, offset = (
        np.asarray(cv2.resize(plane, size), np.float32) for plane in (tone.slope, tone.offset)
    )
    return slope, offset * np.float32(_LOG_2)


def _light_table(gains: F32) -> F32:
    stored = np.arange(256) / 255
    share = np.clip((1 - stored) / (1 - _NEARLY_CLIPPED), 0, 1)[:, None]
    by = 1 + (gains.astype(np.float64) - 1) * share
    light = linear.decoded(stored)[:, None] * by * linear.FULL
    return np.ascontiguousarray(light.T, np.float32)


def _log_table() -> F32:
    light = np.maximum(linear.decoded(np.arange(256) / 255), tone.FLOOR)
    return np.asarray(np.log(light), np.float32)
