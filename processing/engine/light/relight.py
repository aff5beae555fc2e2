"""A product in the light of its scene, within its own range: tinted, and darker where it faces away.

Nothing gets brighter than it was, so nothing clips; and as buyers must get the color that is shown, no more
is done than `MOST` of CIEDE2000, on average over the product, `MOST_OF_A_TENTH` where most is done, and
`_MOST_OF_WHITE` to what is white.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, F64, U8, Mask
from processing.engine.canvas import linear
from processing.engine.light.color_difference import differences, lab_of
from processing.engine.light.scene_light import SceneLight

# The most by which the product's colors may differ from what they were, on average and on average over the tenth of it
# that differs most, away from its edges; and white from white.
MOST, MOST_OF_A_TENTH, _MOST_OF_WHITE = 3.5, 4.0, 2.5
_ENOUGH = 0.02
# How much of the light's color falls on the product: the rest is the room's, of all colors.
_TINT = 0.45
# How much darker the far side and edges that face away are, under a bare sun; of that, what is left under
# an overcast sky.
_FAR_SIDE, _EDGES, _OVERCAST = 0.1, 0.2, 0.35
# How wide an edge is that turns away, as a share of the product's size.
_ROUND = 0.012
# How much of the difference in light from place to place is seen on the product, whose own folds stay, and what
# share of places, in percent, counts as not in the brightest light.
_PATCHES, _BRIGHTEST = 0.34, 95
_SIDE, _STRIP = 160, 128
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_WHITE = np.full((1, 1, 3), 245, np.uint8)


@dataclass(frozen=True, slots=True)
class _Relighting:
    """What is done to every pixel: a table (256, 3) for its channels, then a factor of at most 1, float32
    (h, w) on a small copy."""

    table: U8
    shade: F32


def falling_on(
    fall: F32, canvas: tuple[int, ...], place: tuple[tuple[int, int], tuple[int, ...]]
) -> F32:
    """The part of a canvas's light, `fall` on a small copy of it, that falls on the product: `canvas` (h, w), and the
    product's place on it, left, top and (h, w)."""
    (left, top), (height, width) = place
    size = arrays.fit_within(max(width, 1), max(height, 1), _SIDE)
    scale = fall.shape[1] / canvas[1], fall.shape[0] / canvas[0]
    across, down = width / size[0] * scale[0], height / size[1] * scale[1]
    matrix = np.array(
        [
            [across, 0, left * scale[0] + (across - 1) / 2],
            [0, down, top * scale[1] + (down - 1) / 2],
        ],
        np.float32,
    )
    part = cv2.warpAffine(
        fall,
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(part, np.float32)


def relit(
    rgb: U8,
    cover: U8,
    light: SceneLight,
    towards: tuple[float, float],
    falls: F32 | None = None,
) -> U8:
    """The product (h, w, 3) under a scene's light; `cover` (h, w) is its matte.

    `towards` the light in the picture: right and up, of length 0 (it comes from the camera) to 1. `falls`: how brightly
    light falls on each part of it, see `falling_on`; None where it does evenly.
    """
    if min(rgb.shape[:2]) == 0:  # a subject that stands outside of its canvas
        return rgb
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    small, matte = arrays.shrink(rgb, size), arrays.shrink(cover, size)
    inside = matte >= arrays.SOLID
    if not inside.any():
        return rgb
    shade = _shade(matte, light, towards)
    if falls is not None:
        shade *= _patches(falls, inside)
    before, within = lab_of(small)[inside], _well_inside(inside)
    strength = 1.0
    for _ in range(3):
        done = _Relighting(_table(light, strength), _weaker(shade, strength))
        changed = differences(before, lab_of(_applied(small, done))[inside])
        over = max(float(changed.mean()) / MOST, _of_the_tenth(changed[within]) / MOST_OF_A_TENTH)
        if over <= 1 + _ENOUGH:
            break
        strength /= over
    return _applied(rgb, done)


def _well_inside(inside: Mask) -> Mask:
    """Which of the opaque pixels lie away from the edge; all where none do."""
    kernel = np.ones((3, 3), np.uint8)
    deep = cv2.erode(inside.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    found = np.asarray(deep, bool)[inside]
    return found if found.any() else np.ones_like(found)


def _of_the_tenth(changed: F64) -> float:
    """The mean of the tenth that changed most."""
    count = max(1, changed.size // 10)
    return float(np.partition(changed, -count)[-count:].mean())


def _table(light: SceneLight, strength: float) -> U8:
    """New levels for old ones, (256, 3): the light's color in linear light, as much as leaves white white."""
    color = np.array(light.color)
    apart = _TINT * strength * (color / (color @ _LUMINANCE) - 1)
    table = _tinting(apart)
    # (near white, difference grows about in proportion)
    for _ in range(3):
        tinted = np.stack([table[_WHITE[0, 0, 0], channel] for channel in range(3)])
        seen = float(differences(lab_of(_WHITE), lab_of(tinted[None, None]))[0, 0])
        if seen <= _MOST_OF_WHITE:
            break
        apart = apart * (_MOST_OF_WHITE / (seen + _ENOUGH))
        table = _tinting(apart)
    return table


def _tinting(apart: F64) -> U8:
    gains = 1 + apart
    old = linear.decoded(np.arange(256) / 255)[:, None]
    # A gain above 1 bends into white, where there is no room for it.
    more = np.maximum(gains - 1, 0)
    new = np.rint(linear.encoded(old * gains / (1 + more * old)) * 255)
    new[:255] = np.minimum(new[:255], 254)
    return new.astype(np.uint8)


def _shade(matte: U8, light: SceneLight, towards: tuple[float, float]) -> F32:
    """A factor (h, w) of at most 1 for stored values: darker away from the light, and at edges that turn
    away from it."""
    left, top, right, bottom = arrays.visible_box(matte) or (0, 0, matte.shape[1], matte.shape[0])
    half = max(right - left, bottom - top) / 2
    columns = (np.arange(matte.shape[1], dtype=np.float32) + 0.5 - (left + right) / 2) / half
    rows = (np.arange(matte.shape[0], dtype=np.float32) + 0.5 - (top + bottom) / 2) / half
    bare = _OVERCAST + (1 - _OVERCAST) * (1 - light.softness)
    near = columns[None] * np.float32(towards[0]) - rows[:, None] * np.float32(towards[1])
    far = np.clip((1 - near) / 2, 0, 1) * np.float32(_FAR_SIDE * bare * math.hypot(*towards))
    away = np.maximum(_outwards(matte, towards, 2 * half), 0) * np.float32(_EDGES * bare)
    return np.asarray((1 - far) * (1 - np.minimum(away, 1)), np.float32)


def _patches(falls: F32, inside: Mask) -> F32:
    """A factor of at most 1 for stored values: darker where less light falls than where most does."""
    most = max(float(np.percentile(falls[inside], _BRIGHTEST)), 1e-3)
    less = np.clip(1 - falls / np.float32(most), 0, 1)
    return np.asarray(1 - np.float32(_PATCHES) * less, np.float32)


def _outwards(matte: U8, towards: tuple[float, float], side: float) -> F32:
    """How far each place's edge turns away from the light, about -1 to 1; 0 well inside."""
    sigma = max(_ROUND * side, 0.8)
    soft = cv2.GaussianBlur(
        matte.astype(np.float32) / np.float32(255), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE
    )
    # The slope of a blurred straight edge is at most 1 / (sigma * sqrt(2 pi)), and points inwards.
    scale = np.float32(sigma * math.sqrt(2 * math.pi))
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8) * scale
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8) * scale
    return np.asarray(across * np.float32(towards[0]) - down * np.float32(towards[1]), np.float32)


def _weaker(shade: F32, strength: float) -> F32:
    return np.asarray(1 - np.float32(strength) * (1 - shade), np.float32)


def _applied(rgb: U8, done: _Relighting) -> U8:
    height, width = rgb.shape[:2]
    result = np.empty_like(rgb)
    table = np.ascontiguousarray(done.table)[:, None, :]
    shade = cv2.resize(done.shade, (width, height), interpolation=cv2.INTER_LINEAR)

    def strip(top: int) -> None:
        rows = slice(top, top + _STRIP)
        tinted = cv2.LUT(rgb[rows], table)
        result[rows] = cv2.multiply(tinted, cv2.merge([shade[rows]] * 3), dtype=cv2.CV_8U)

    parallel.each(strip, range(0, height, _STRIP))
    return result
