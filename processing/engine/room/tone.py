"""How bright each part of a room should be: exposure, dark corners, highlights, windows.

Everything is decided on a small copy, in logarithms of light (stops). What a part should gain depends on its
surroundings' brightness, and what comes out is written as a linear function of the pixel's own brightness
within each neighborhood: the local model of a guided filter (K. He, J. Sun, X. Tang, Guided Image Filtering,
PAMI 2013; on small copies as in their Fast Guided Filter, 2015). It follows edges, so that windows get no
halos, and at full size costs one multiplication and one addition a pixel. Detail is what differs from the
surroundings (F. Durand, J. Dorsey, SIGGRAPH 2002).
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear
from processing.engine.room import panorama
from processing.engine.room.looks import Amounts

# Light is taken for at least this, 0 to 1, so that black has a logarithm.
FLOOR: Final = 1 / 4096
# Neighborhoods, as a share of the longer side; differences of so many stops are edges.
_AROUND: Final = 0.06
_EDGE: Final = 0.7
# Where the brightest half percent of a photo should be, and the most stops that takes.
_WHITE: Final = 0.92
_MOST_STOPS: Final = 2.5
# Light of a well exposed room's middle, which dark parts are brought towards, and the most stops.
_MIDDLE: Final = 0.24
_MOST_LIFT: Final = 1.6
# Of what the middle lacks then, this share is exposed for: the highlights make room.
_REST_SHARE: Final = 0.3
# Below this light is black, and stays.
_BLACK: Final = 0.004
# Beyond this light highlights bend, where they would pass 1.
_SHOULDER: Final = 0.75
# What is as bright as this is seen through windows, or sky.
_OUTSIDE: Final = (0.62, 0.85)
_NOTHING: Final = 0.01


@dataclass(frozen=True, slots=True)
class Tone:
    """What each part gains: `slope` * brightness + `offset`, float32 (h, w) of the small copy, all in stops."""

    slope: F32
    offset: F32

    def after(self, light: F32) -> "Tone":
        """The same for a photo whose light is still to grow by a factor, float32 (h, w)."""
        more = np.log2(light)
        return Tone(self.slope, np.asarray(self.offset + more * (1 + self.slope), np.float32))


def tone_of(light: F32, amounts: Amounts, *, is_around: bool = False) -> Tone:
    """What each part of a photo gains. `light` is a small copy, float32 (h, w, 3), linear, 0 to 1, white
    balanced. A photo without any light gains nothing. `is_around`: see room.panorama."""
    value = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    stops = np.log2(np.maximum(value, np.float32(FLOOR))).astype(np.float32)
    counted = panorama.even if is_around else np.asarray
    peak = float(np.percentile(counted(light.max(axis=-1)), 99.5))
    if peak < _NOTHING:
        nothing = np.zeros_like(stops)
        return Tone(nothing, nothing)
    model = _Neighborhoods(stops, is_around=is_around)
    base = model.fitted(stops)
    smooth = base[0] * stops + base[1]
    exposure = _exposure(peak, counted(smooth), amounts)
    slope, offset = model.fitted(_gain(smooth, exposure, amounts))
    # Detail is what the surroundings don't have.
    slope, offset = slope + amounts.clarity * (1 - base[0]), offset - amounts.clarity * base[1]
    if is_around:
        slope, offset = panorama.evened(slope), panorama.evened(offset)
    return Tone(np.asarray(slope, np.float32), np.asarray(offset, np.float32))


def small_light(small: U8, gains: F32) -> F32:
    """A small copy, uint8 (h, w, 3) in sRGB, as white balanced light, float32, 0 to 1."""
    return np.asarray(np.minimum(linear.to_float(small) * gains, 1), np.float32)


class _Neighborhoods:
    """The local linear models of a guided filter with one guide, float32 (h, w)."""

    def __init__(self, guide: F32, *, is_around: bool) -> None:
        self._is_around = is_around
        self._side = max(3, round(_AROUND * max(guide.shape)) * 2 + 1)
        self._guide = guide
        self._mean = self._blur(guide)
        self._variance = np.maximum(self._blur(guide * guide) - self._mean**2, 0)

    def fitted(self, wanted: F32) -> tuple[F32, F32]:
        """Slope and offset of `wanted` as a function of the guide."""
        mean = self._blur(wanted)
        together = self._blur(self._guide * wanted) - self._mean * mean
        slope = together / (self._variance + np.float32(_EDGE**2))
        return self._blur(slope), self._blur(mean - slope * self._mean)

    def _blur(self, plane: F32) -> F32:
        if self._is_around:
            return panorama.blur(plane, self._side)
        size = (self._side, self._side)
        return np.asarray(cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT), np.float32)


def _exposure(peak: float, stops: F32, amounts: Amounts) -> float:
    """How many stops the whole photo is exposed for: until its highlights are white, and a little more where
    its middle is dark all the same."""
    white = float(np.clip(np.log2(_WHITE / peak), 0, _MOST_STOPS))
    dark = np.log2(_MIDDLE) - float(np.median(stops)) - white
    return amounts.exposure * (white + _REST_SHARE * float(np.clip(dark, 0, _MOST_LIFT)))


def _gain(stops: F32, exposure: float, amounts: Amounts) -> F32:
    """The stops that surroundings of such brightness gain."""
    middle = np.float32(np.log2(_MIDDLE))
    exposed = stops + np.float32(exposure)
    outside = arrays.smooth_step(np.exp2(exposed), *_OUTSIDE)
    inside = 1 - outside
    contrast = amounts.contrast + amounts.inside_contrast * inside
    contrast = contrast + amounts.outside_contrast * outside
    away = exposed - middle
    lift = np.clip(-amounts.shadows * away, 0, _MOST_LIFT)
    # Contrast fades away from the middle, so that neither end is crushed.
    wanted = exposed + lift + contrast * away * np.exp(-(away**2) / 4)
    wanted = wanted + amounts.inside * inside + amounts.outside * outside
    # What was black before any of this stays black.
    stays = arrays.smooth_step(np.exp2(exposed), _BLACK / 4, _BLACK)
    wanted = exposed + (wanted - exposed) * stays
    return np.asarray(_shoulder(wanted) - stops, np.float32)


def _shoulder(stops: F32) -> F32:
    """Light beyond the shoulder bent so that the brightest comes to 1, where it came to more."""
    light = np.exp2(stops)
    brightest = float(light.max())
    if brightest <= 1:
        return stops
    bend = 1 / (1 - _SHOULDER) - 1 / (brightest - _SHOULDER)
    beyond = np.maximum(light - _SHOULDER, 0)
    return np.asarray(np.log2(light - beyond + beyond / (1 + bend * beyond)), np.float32)
