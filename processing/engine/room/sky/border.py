"""What tells sky from the leaves, wires and roofs in front of it: what is known at its border, on a small copy.

What the sky is like behind its border is known, as it is smooth, and what stands in front of it is as what
surely does nearby: a pixel's light lies between the two, and where it lies says how much of it is sky
(alpha from a known background as in A. Smith, J. Blinn, Blue Screen Matting, SIGGRAPH 1996; the foreground is
guessed, as in Y. Chuang et al., A Bayesian Approach to Digital Matting, CVPR 2001, by a mean instead of a
distribution). Only a band along the border is looked at in this way.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.canvas import linear
from processing.engine.room import detail
from processing.engine.room.sky.finding import Sky, small_copy

# The band to either side of the small copy's border, in its pixels, and how far leaves are looked at.
_BAND: Final = 2
_LEAVES: Final = 24
_TEXTURE: Final = 10.0  # levels by which leaves differ from their neighbors
# Lights that differ by less than this share of the sky's don't tell sky from what stands before it.
_UNLIKE: Final = (0.06, 0.2)
# Off the line between both by this share of the sky's light is neither, but stands before the sky: at the sky's end,
# whose color is known, and how much more at the other, whose color is a guess.
_OFF_SKY, _OFF_FRONT = 0.06, 0.3
# What is bluer than the sky is sky whose colors JPEG has blurred into leaves, rather than a wall.
_OFF_BLUE: Final = 0.2
# Places on the line up to here are wholly the one or the other: noise, and colors that vary.
_FRONT, _SKY = 0.06, 0.9
_DARKER: Final = 10  # levels by which lines are darker than what is around
_BLACK: Final = 25  # levels of dark lines

_BY_PLACE: F32 = arrays.smooth_step(np.arange(256, dtype=np.float32), 96, 160)

Plane = Any  # numbers (h, w), of the kind that OpenCV's functions take and give


@dataclass(frozen=True, slots=True)
class Border:
    """What is known on the small copy, all uint8: `unsure`, (h, w), 255 where each pixel is to be looked at;
    `mask`, (h, w), 255 for sky; `floor`, (h, w), the darkest that the sky is around there; `behind` and
    `front`, (h, w, 3) in sRGB, the sky, and what stands before it, as each would go on."""

    unsure: U8
    mask: U8
    floor: U8
    behind: U8
    front: U8


def border_of(rgb: U8, sky: Sky) -> Border:
    """What lies at the border of a sky that was found in a photo, uint8 (h, w, 3)."""
    height, width = sky.mask.shape
    small = small_copy(rgb, (width, height))
    mask = sky.mask.astype(np.uint8)
    sure = cv2.erode(mask, _square(_BAND), borderType=cv2.BORDER_REPLICATE)
    outside = 1 - cv2.dilate(mask, _square(_BAND))
    if not sure.any():
        sure = mask
    behind = _going_on(np.asarray(cv2.medianBlur(small, 5), np.uint8), sure)
    busy = _busy(small)
    # Among leaves even what is nearly opaque holds some sky: the darkest nearby is the purest leaf.
    leaf = np.where(busy[..., None], cv2.erode(small, _square(2)), small)
    front = _going_on(leaf, outside)
    front[_thin(small)] = _BLACK
    floor = cv2.erode(detail.grey(behind), _square(4))
    unsure = (sure == 0) & (outside == 0) | (busy & _leaves(small, behind, front, mask))
    return Border(
        unsure=(unsure * np.uint8(255)),
        mask=np.asarray(cv2.GaussianBlur(mask * np.uint8(255), (0, 0), 0.8), np.uint8),
        floor=np.asarray(floor, np.uint8),
        behind=behind,
        front=front,
    )


def enlarged(plane: Plane, box: Box, size: tuple[float, float]) -> Plane:
    """What a box of a photo of that size (width, height) has of a small copy's map (h, w[, c]), bilinear."""
    left, top, right, bottom = box
    across, down = plane.shape[1] / size[0], plane.shape[0] / size[1]
    place = np.array(
        [[across, 0, (left + 0.5) * across - 0.5], [0, down, (top + 0.5) * down - 0.5]]
    )
    return cv2.warpAffine(
        plane,
        place,
        (right - left, bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def between(light: F32, behind: F32, front: F32, mask: U8) -> F32:
    """How much of each pixel's light, float32 (..., 3), is sky: float32 (...). What is behind and in front may be
    told for several pixels at once, (n, 1, 3) for (n, m, 3)."""
    line, away = front - behind, light - behind
    length, sky = _dot(line, line), _dot(behind, behind) + np.float32(4e-4)
    # (by what is in front and behind alone, before there are more pixels)
    scaled = line / (length + np.float32(1e-6))[..., None]
    place = _dot(away, scaled)
    apart = _dot(away, away)
    apart -= place * place * length
    off = np.sqrt(np.maximum(apart / sky, 0))
    length = np.sqrt(length / sky)
    found = np.clip((np.float32(1 - _FRONT) - place) * np.float32(1 / (_SKY - _FRONT)), 0, 1)
    off /= np.where(
        away[..., 2] > away[..., 0], np.float32(_OFF_BLUE), np.float32(_OFF_SKY)
    ) + np.float32(_OFF_FRONT) * np.clip(place, 0, 1)
    found *= 1 - arrays.smooth_step(off, 1, 2)
    # Where both are alike, or it is the sky's other side, its place in the photo decides.
    told = arrays.smooth_step(length, *_UNLIKE) * (
        1 - arrays.smooth_step(-place * length, *_UNLIKE)
    )
    by_place = _BY_PLACE[mask]
    return np.asarray(by_place + told * (found - by_place), np.float32)


def _dot(one: F32, other: F32) -> F32:
    return np.asarray(
        one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1] + one[..., 2] * other[..., 2],
        np.float32,
    )


def _leaves(small: U8, behind: U8, front: U8, mask: U8) -> Any:
    """Where sky may be seen through leaves: near the sky, and some neighbors are like it."""
    near = cv2.dilate(mask, _square(_LEAVES)) > 0
    light, sky, other = (linear.to_float(part).reshape(-1, 3) for part in (small, behind, front))
    share = between(light, sky, other, np.zeros(len(light), np.uint8)).reshape(mask.shape)
    return near & (cv2.dilate(share, _square(2)) > 0.12)


def _thin(small: U8) -> Any:
    """Where there are dark lines: what the small copy shows of one is mostly the sky beside it."""
    dark = cv2.morphologyEx(detail.grey(small), cv2.MORPH_BLACKHAT, _square(2))
    thin = cv2.inRange(dark, _DARKER, 255)
    # (beside what is dark and wide, as a roof, no line is seen)
    return cv2.dilate(thin, _square(1)) > 0


def _busy(small: U8) -> Any:
    """Where neighbors differ all around, bool (h, w)."""
    grey = detail.grey(small).astype(np.float32)
    varies = cv2.blur(grey * grey, (5, 5)) - cv2.blur(grey, (5, 5)) ** 2
    return cv2.blur((varies > _TEXTURE**2).astype(np.float32), (9, 9)) > 0.8


def _going_on(small: U8, known: Plane) -> U8:
    """The known part's colors, uint8 (h, w, 3), as they go on beyond it: means of what is near, from as near
    as there is any."""
    light, weight = linear.to_float(small), known.astype(np.float32)
    total, mass = np.zeros_like(light), np.full(weight.shape, 1e-9, np.float32)
    for share, belief in ((0.02, 1.0), (0.06, 1e-2), (0.25, 1e-4), (1.0, 1e-6)):
        side = (max(3, round(share * max(weight.shape))) | 1,) * 2
        total += np.float32(belief) * cv2.blur(light * weight[..., None], side)
        mass += np.float32(belief) * cv2.blur(weight, side)
    around = linear.from_float(np.asarray(total / mass[..., None], np.float32))
    return np.where(known[..., None] > 0, small, around)


def _square(reach: int) -> U8:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
