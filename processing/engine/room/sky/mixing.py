"""How much of a pixel is sky: where its light lies between that of what is behind, and of what is in front.

The alpha of a known background (A. Smith, J. Blinn, Blue Screen Matting, SIGGRAPH 1996), with a foreground that is
guessed (as in Y. Chuang et al., A Bayesian Approach to Digital Matting, CVPR 2001, by a mean instead of a
distribution). Two things that cameras and JPEG do move light off that line: colors are kept more coarsely than
brightness, and sharpening drives the sky beside an edge away from what is in front.
"""

from typing import Any, Final

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear

# Lights that differ by less than this share of the sky's don't tell sky from what stands before it.
_UNLIKE: Final = (0.06, 0.2)
# Off the line between both by this share of the sky's light is neither, but stands before the sky: at the sky's end,
# whose color is known, and how much more at the other, whose color is a guess.
_OFF_SKY, _OFF_FRONT = np.float32(0.06), np.float32(0.3)
# What is bluer than the sky is sky whose colors JPEG has blurred into leaves, rather than a wall.
_OFF_BLUE: Final = np.float32(0.2)
# Places on the line up to here are wholly the one or the other: noise, and colors that vary.
_FRONT, _SKY = 0.06, 0.9
# How far coarser colors lead off the line, as a share of how much those of its ends differ.
_BLURRED: Final = np.float32(0.5)
# How far sharpening drives the sky away, in terms of the line's length, and what is left of its light and color there.
_DRIVEN: Final = np.float32(-0.5)
_LIGHT_LEFT, _COLOR_OFF = (0.5, 0.7), (0.1, 0.2)
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)

_BY_PLACE: F32 = arrays.smooth_step(np.arange(256, dtype=np.float32), 96, 160)

Plane = Any  # numbers (n,) or (n, m)


class Line:
    """The lines between what is behind and what is in front at n places, each linear light, float32 (3, n)."""

    def __init__(self, behind: F32, front: F32) -> None:
        line = front - behind
        self._behind = behind
        self._length: Plane = _dot(line, line)
        self._sky: Plane = _dot(behind, behind) + np.float32(4e-4)
        self._scaled: Plane = line / (self._length + np.float32(1e-6))
        self._shown: Plane = np.sqrt(self._length / self._sky)
        color = line - (_LUMINANCE @ line)
        across: Plane = color - _dot(color, self._scaled) * line
        self._across: Plane = across / (np.sqrt(_dot(across, across)) + np.float32(1e-6))
        self._reach: Plane = _BLURRED * np.sqrt(_dot(color, color))
        self._told: Plane = arrays.smooth_step(self._shown, *_UNLIKE)

    def sky(self, light: F32, mask: Plane) -> U8:
        """Tell how much of each pixel's light, float32 (3, n) or (3, n, m), is sky: uint8 (n,) or (n, m), 255 for
        all. Where the line doesn't tell, its place in the photo does: `mask`, uint8 of that shape."""

        def wide(values: Plane) -> Plane:
            return values[..., None] if light.ndim == 3 else values

        length, shown = wide(self._length), wide(self._shown)
        away = light - wide(self._behind)
        place: Plane = _dot(away, wide(self._scaled))
        aside = np.clip(_dot(away, wide(self._across)), -wide(self._reach), wide(self._reach))
        apart: Plane = _dot(away, away) - place * place * length - aside * aside
        off = np.sqrt(np.maximum(apart, 0) / wide(self._sky))
        off /= np.where(away[2] > away[0], _OFF_BLUE, _OFF_SKY) + _OFF_FRONT * np.clip(place, 0, 1)
        found = np.clip((np.float32(1 - _FRONT) - place) * np.float32(1 / (_SKY - _FRONT)), 0, 1)
        found *= np.clip(2 - off, 0, 1)
        beyond = -place * shown
        told = wide(self._told) * (1 - arrays.smooth_step(beyond, *_UNLIKE))
        by_place = _BY_PLACE[mask]
        driven = np.nonzero((beyond > _UNLIKE[0]) & (place > _DRIVEN))
        if driven[0].size:
            by_place[driven] = np.maximum(by_place[driven], self._driven(light, driven))
        by_place += told * (found - by_place)
        return np.asarray(by_place * np.float32(255) + np.float32(0.5), np.uint8)

    def _driven(self, light: F32, places: Any) -> Plane:
        """How much single pixels are as sharpening makes the sky beside an edge: of its color, float32 (n,)."""
        behind, sky = self._behind[:, places[0]], self._sky[places[0]]
        own = light[(slice(None), *places)]
        along = _dot(own, behind) / sky
        off = np.sqrt(np.maximum(_dot(own, own) / sky - along * along, 0))
        return arrays.smooth_step(along, *_LIGHT_LEFT) * (1 - arrays.smooth_step(off, *_COLOR_OFF))


def light_of(pixels: U8) -> F32:
    """The linear light of pixels, uint8 (..., 3), by channel: float32 (3, ...)."""
    channels = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    return linear.to_float(channels.reshape(3, -1)).reshape(channels.shape)


def _dot(one: F32, other: F32) -> F32:
    return np.asarray(one[0] * other[0] + one[1] * other[1] + one[2] * other[2], np.float32)
