"""How much of each pixel of a photo is sky, at full size: by blocks first, and pixel by pixel where that isn't enough.

Blocks of pixels along the border are told by their means, and only those that are mixed, or lie beside others that
are other than they, are gone through. Within the sky, what is darker than all of it around is a wire or a bird, and
stays.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import U8, Mask
from processing.engine.room import detail
from processing.engine.room.sky.border import Border
from processing.engine.room.sky.mixing import Line, light_of

_STRIP: Final = 32  # rows of blocks
# The sides of blocks in pixels, how many of them the photo's longer side has at least, and the share of sky, of 255,
# by which one differs from none or all where it is mixed.
_STEPS: Final = (4, 2)
_COARSE: Final = 1000
_PURE: Final = 6
_LEAST_SIDE: Final = 64  # photos that are narrower are gone through pixel by pixel
# How many levels darker than the sky around wires are, and blocks that they cross; and their own light as a share of
# the sky's.
_DARKER, _CROSSED = 10, 3
_WIRE: Final = np.float32(0.03)

Plane = Any  # numbers (h, w[, c]), of the kind that OpenCV's functions take and give


@dataclass(frozen=True, slots=True)
class _Strip:
    """Rows of blocks: `pixels` (rows, step, columns, step, 3) and their `alpha` without the 3, views of a photo and
    of what is made of it; `mean`, a color for each block, and a `Border`'s maps, all uint8 (rows, columns[, 3])."""

    pixels: U8
    alpha: U8
    mean: U8
    border: Border


def alpha_of(rgb: U8, border: Border) -> U8:
    """How much of each pixel is sky, uint8 (h, w), of a photo, uint8 (h, w, 3)."""
    alpha: U8 = np.zeros(rgb.shape[:2], np.uint8)
    step = 1
    if min(alpha.shape) >= _LEAST_SIDE:
        step = next((side for side in _STEPS if max(alpha.shape) // side >= _COARSE), 1)
    rows, columns = alpha.shape[0] // step, alpha.shape[1] // step
    maps = border.resized((columns, rows))

    def strip(top: int) -> None:
        part = slice(top, min(top + _STRIP, rows))
        here = maps.rows(part)
        if not (here.unsure.any() or here.mask.any()):
            return
        whole = np.s_[part.start * step : part.stop * step, : columns * step]
        mean = arrays.shrink(rgb[whole], (columns, part.stop - part.start))
        pixels, own = _in_blocks(rgb[whole], step), _in_blocks(alpha[whole], step)
        _look(_Strip(pixels, own, mean, here))

    parallel.each(strip, range(0, rows, _STRIP))
    # (the last pixels, where the photo isn't of whole blocks)
    alpha[rows * step :] = alpha[rows * step - 1]
    alpha[:, columns * step :] = alpha[:, columns * step - 1 : columns * step]
    return alpha


def _look(strip: _Strip) -> None:
    """Tell what is sky in a strip."""
    border, step = strip.border, strip.pixels.shape[1]
    found = np.asarray(cv2.inRange(border.mask, 128, 255), np.uint8)
    unsure = border.unsure > 0
    places = np.nonzero(unsure)
    if places[0].size:
        line = Line(light_of(border.behind[places]), light_of(border.front[places]))
        found[places] = line.sky(light_of(strip.mean[places]), border.mask[places])
    _spread(found, strip.alpha)
    if step > 1 and places[0].size:
        near = np.ones((3, 3), np.uint8)
        mixed = (cv2.dilate(found, near) > _PURE) & (cv2.erode(found, near) < 255 - _PURE) & unsure
        _look_closer(strip, mixed)
    _keep_wires(strip, found, unsure)


def _spread(found: U8, alpha: U8) -> None:
    """Give each block's value to its pixels."""
    rows, step, columns = alpha.shape[:3]
    wide = np.asarray(cv2.resize(found, (columns * step, rows), interpolation=cv2.INTER_NEAREST))
    for row in range(step):
        alpha[:, row] = wide.reshape(rows, columns, step)


def _look_closer(strip: _Strip, mixed: Mask) -> None:
    """Go through the pixels of mixed blocks."""
    down, across = np.nonzero(mixed)
    if not down.size:
        return
    border, step = strip.border, strip.pixels.shape[1]
    line = Line(light_of(border.behind[down, across]), light_of(border.front[down, across]))
    light = light_of(strip.pixels[down, :, across].reshape(len(down), step * step, 3))
    share = line.sky(light, _sloped(border.mask, (down, across), step))
    strip.alpha[down, :, across] = share.reshape(len(down), step, step)


def _keep_wires(strip: _Strip, found: U8, unsure: Mask) -> None:
    """Take what is darker than all of the sky around it for what stands in front."""
    border, step = strip.border, strip.pixels.shape[1]
    darker = cv2.subtract(border.floor, detail.grey(strip.mean))
    crossed = (darker >= (_DARKER if step == 1 else _CROSSED)) & (found == 255) & ~unsure
    down, across = np.nonzero(crossed)
    if not down.size:
        return
    pixels = strip.pixels[down, :, across].reshape(len(down), step * step, 3)
    dark = cv2.subtract(
        np.repeat(border.floor[down, across][:, None], step * step, axis=1), detail.grey(pixels)
    )
    behind = light_of(border.behind[down, across])
    share = Line(behind, behind * _WIRE).sky(
        light_of(pixels), np.repeat(border.mask[down, across][:, None], step * step, axis=1)
    )
    share[dark < _DARKER] = 255
    strip.alpha[down, :, across] = share.reshape(len(down), step, step)


def _sloped(mask: U8, places: tuple[Any, Any], step: int) -> U8:
    """A map's values at each pixel of some blocks, uint8 (n, step * step), from those of the blocks around."""
    down, across = places
    middle, rows, columns = mask[places].astype(np.float32), *mask.shape
    after, before = np.minimum(down + 1, rows - 1), np.maximum(down - 1, 0)
    steep = mask[after, across].astype(np.float32) - mask[before, across]
    after, before = np.minimum(across + 1, columns - 1), np.maximum(across - 1, 0)
    sideways = mask[down, after].astype(np.float32) - mask[down, before]
    away = ((np.arange(step, dtype=np.float32) + 0.5) / step - 0.5) / 2
    values = middle[:, None, None] + steep[:, None, None] * away[:, None]
    values = values + sideways[:, None, None] * away
    return np.asarray(np.clip(values, 0, 255), np.uint8).reshape(len(down), step * step)


def _in_blocks(plane: U8, step: int) -> U8:
    """A view of whole blocks of a plane (h, w[, c]): (rows, step, columns, step[, c])."""
    down, across, *inner = plane.strides
    rows, columns = (side // step for side in plane.shape[:2])
    return np.lib.stride_tricks.as_strided(
        plane,
        (rows, step, columns, step, *plane.shape[2:]),
        (down * step, down, across * step, across, *inner),
    )
