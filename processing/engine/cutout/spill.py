"""Green light that a green screen throws onto the subject's edges.

The idea is the studio's usual limit, green no stronger than the stronger of red and blue, but
measured against the product: what is green further in may stay as green at its edge.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Places, fit_within, shrink
from processing.engine.canvas.compose import places_of
from processing.engine.cutout import foreground

# How far from the edge light of the screen is looked for: a share of the longer side.
_REACH = 0.015
# Green beyond the stronger of red and blue, 0 to 255, from which a background is a green screen.
_SCREEN = 40
# Every so many-th pixel of a longer side tells what the background is like.
_SAMPLED = 256
# Side of the copy on which the product's own green is averaged.
_SMALL = 160


def despill(rgb: U8, alpha: U8) -> U8:
    """Take a green screen's light out of the soft and near-edge pixels: uint8 (h, w, 3).

    `rgb` (h, w, 3) still shows the photo where `alpha` (h, w) is 0: only where that is a green
    screen is anything changed. A product that is itself green keeps its hue, as green is lowered to
    what the product has nearby, away from its edge.
    """
    if not _on_green(rgb, alpha):
        return rgb
    reach = max(2, round(_REACH * max(alpha.shape)))
    square = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    core = cv2.erode(cv2.inRange(alpha, 255, 255), square)
    # 1 at the edge and where alpha is soft, falling to 0 in the core.
    ramp = cv2.blur(cv2.bitwise_not(core), (2 * reach + 1, 2 * reach + 1))
    places = places_of(cv2.copyTo(ramp, alpha))
    if places is None:
        return rgb
    result = rgb.copy()
    colors = rgb[places].astype(np.float32)
    limit = np.maximum(colors[:, 0], colors[:, 2]) + _own_green(rgb, np.asarray(core), places)
    weight = ramp[places].astype(np.float32) / np.float32(255)
    excess = np.maximum(colors[:, 1] - limit, 0) * weight
    result[(*places, 1)] = np.round(colors[:, 1] - excess).astype(np.uint8)
    return result


def _on_green(rgb: U8, alpha: U8) -> bool:
    step = max(1, max(alpha.shape) // _SAMPLED)
    background = rgb[::step, ::step][alpha[::step, ::step] == 0]
    if background.size == 0:
        return False
    # The median: a prop or the floor beside the screen doesn't count.
    red, green, blue = np.median(background, axis=0)
    return bool(green - max(red, blue) >= _SCREEN)


def _own_green(rgb: U8, core: U8, places: Places) -> F32:
    """Say how much the product's green exceeds its red and blue near the places, 0 to 255: (n,)."""
    height, width = core.shape
    size = fit_within(width, height, _SMALL)
    colors = shrink(rgb, size).astype(np.float32)
    inside = shrink(core, size).astype(np.float32) / np.float32(255)
    # Squared: cells that are half edge would tell the screen's green for the product's own.
    mean = foreground.nearby_mean(colors, np.square(inside))
    excess = np.maximum(mean[..., 1] - np.maximum(mean[..., 0], mean[..., 2]), 0)
    larger = cv2.resize(excess, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger[places], dtype=np.float32)
