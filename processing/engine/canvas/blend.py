"""Colors of the subject mixed with what lies behind it, as the blend modes of drawing programs do.

The formulas are those of W3C's "Compositing and Blending Level 1", on stored sRGB values.
"""

from collections.abc import Callable

import cv2
import numpy as np

from processing.engine.arrays import U8
from processing.engine.canvas.compose import Pixels, over
from processing.engine.plans.edit import Blend

# No product of three bytes and a two is an odd multiple of 255 / 2, so nothing lies half-way between
# two bytes, and OpenCV's single precision rounds every one of them as exact arithmetic would.
_SHARE = 1 / 255


def blended(rgb: U8, behind: Pixels, mode: Blend) -> U8:
    """The colors of a layer as they are laid over what is behind it: uint8 (h, w, 3).

    `behind` has the layer's size. Where it lets light through, the layer's own colors show in
    proportion, so over nothing they stay as they are. The layer's alpha is for whoever lays it:
    blending and then `compose.over` is what the standard calls a blend mode. Rounded once for the
    mode and once for transparency.
    """
    if mode == "normal" or not rgb.size:
        return rgb
    beneath, alpha = behind
    mixed = _MODES[mode](beneath, rgb)
    return mixed if alpha is None else over((rgb, None), (mixed, alpha))[0]


def _multiply(beneath: U8, layer: U8, times: int = 1) -> U8:
    return np.asarray(cv2.multiply(beneath, layer, scale=times * _SHARE), dtype=np.uint8)


def _screen(beneath: U8, layer: U8, times: int = 1) -> U8:
    return ~_multiply(~beneath, ~layer, times)


def _overlay(beneath: U8, layer: U8) -> U8:
    """Dark places of what is behind multiply, light ones screen, each twice as strongly."""
    # The standard's hard-light with both layers exchanged. 255 / 2 lies between 127 and 128.
    dark, light = _multiply(beneath, layer, 2), _screen(beneath, layer, 2)
    return np.where(beneath < 128, dark, light)


_MODES: dict[Blend, Callable[[U8, U8], U8]] = {
    "multiply": _multiply,
    "screen": _screen,
    "overlay": _overlay,
}
