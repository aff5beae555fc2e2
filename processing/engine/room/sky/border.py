"""What tells sky from the leaves, wires and roofs in front of it: what is known at its border, on a small copy.

What the sky is like behind its border is known, as it is smooth, and what stands in front of it is as what
surely does nearby: a pixel's light lies between the two (`mixing`). Only a band along the border is looked at in this
way.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.room import detail
from processing.engine.room.sky.finding import Sky, small_copy
from processing.engine.room.sky.mixing import Line, light_of

# The band to either side of the small copy's border, in its pixels, and how far leaves are looked at.
_BAND: Final = 2
_LEAVES: Final = 24
_SOME: Final = 0.7  # how much of a pixel is sky where it is seen through leaves
_TEXTURE: Final = 10.0  # levels by which leaves differ from their neighbors
_DARKER: Final = 10  # levels by which lines are darker than what is around
_BLACK: Final = 25  # levels of dark lines

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

    def resized(self, size: tuple[int, int]) -> "Border":
        """The same for another size (width, height)."""
        return Border(*(np.asarray(cv2.resize(plane, size), np.uint8) for plane in self._planes()))

    def rows(self, part: slice) -> "Border":
        """Some rows of it."""
        return Border(*(plane[part] for plane in self._planes()))

    def _planes(self) -> tuple[U8, ...]:
        return self.unsure, self.mask, self.floor, self.behind, self.front


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


def _leaves(small: U8, behind: U8, front: U8, mask: U8) -> Any:
    """Where sky may be seen through leaves: near the sky, and one comes from it by what is partly like it, which no
    window in a wall is."""
    near = np.asarray(cv2.dilate(mask, _square(_LEAVES)), np.uint8)
    light, sky, other = (light_of(part.reshape(-1, 3)) for part in (small, behind, front))
    share = Line(sky, other).sky(light, np.zeros(mask.size, np.uint8)).reshape(mask.shape)
    some = np.asarray(cv2.dilate((share > _SOME * 255).astype(np.uint8), _square(1)), np.uint8)
    some = some & near | mask
    count, labels = cv2.connectedComponents(some)
    reached = np.bincount(labels[mask > 0], minlength=count) > 0
    return cv2.dilate((reached[labels] & (some > 0)).astype(np.uint8), _square(3)) > 0


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
