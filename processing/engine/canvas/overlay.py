"""A picture over all the rest of a canvas: a logo, or a watermark."""

import numpy as np

from processing.engine.arrays import U8
from processing.engine.canvas import compose, resample
from processing.engine.canvas.compose import Pixels
from processing.engine.plans.overlay import Overlay


def laid(canvas: Pixels, picture: Pixels, plan: Overlay) -> Pixels:
    """Lay a picture over a canvas where the plan says, in the size and as opaque as it says.

    Straight colors uint8 (h, w, 3) and alpha (h, w), None for opaque; new arrays. The picture keeps its
    proportions, and what doesn't fit between the margins is made smaller.
    """
    height, width = canvas[0].shape[:2]
    margin = round(plan.margin * min(width, height))
    room = (max(1, width - 2 * margin), max(1, height - 2 * margin))
    size = _size(picture[0].shape[1::-1], (width, height), plan.size, room)
    rgb, alpha = resample.resample(*picture, size)
    left = _start(plan.horizontal, ("left", "right"), (width, size[0], margin))
    top = _start(plan.vertical, ("top", "bottom"), (height, size[1], margin))
    return compose.over(canvas, (rgb, _veiled(alpha, rgb, plan.opacity)), (left, top))


def _size(
    own: tuple[int, ...], canvas: tuple[int, int], share: float, room: tuple[int, int]
) -> tuple[int, int]:
    """The picture's size on the canvas: as large as fits into that share of both its sides."""
    width, height = own
    most_wide = min(share * canvas[0], room[0])
    most_high = min(share * canvas[1], room[1])
    scale = min(most_wide / width, most_high / height)
    return max(1, round(scale * width)), max(1, round(scale * height))


def _start(where: str, ends: tuple[str, str], along: tuple[int, int, int]) -> int:
    whole, size, margin = along
    if where == ends[0]:
        return margin
    return whole - margin - size if where == ends[1] else (whole - size) // 2


def _veiled(alpha: U8 | None, rgb: U8, opacity: float) -> U8:
    cover = np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
    return np.asarray(np.rint(cover * np.float32(opacity)), np.uint8)
