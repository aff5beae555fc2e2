"""A second look at a small subject: where it fills little of the photo, the network sees it better in
a part of the photo around it."""

import cv2
import numpy as np

from processing.engine.arrays import F32, Box
from processing.engine.looking.opinions import Opinion

# What may be subject at all: the box must hold a faint sleeve, too.
_FAINT = 0.2
# Room around the box on each side, as a share of its longer side; and the largest part of the photo
# that is worth looking at again.
_MARGIN, _WORTH = 0.15, 0.8
# How much of what the first look was sure of, as a share of its subject, the second may leave out.
_MAY_DENY = 0.02


def region(matte: F32, width: int, height: int) -> Box | None:
    """The square around the subject with room on each side, in pixels of a photo (width, height), cut
    off at the photo's frame; None where that is most of the photo, or where nothing was found.

    A square, as networks see everything squeezed into one: in a long narrow part of the photo they
    would see the subject distorted.
    """
    left, top, across, down = cv2.boundingRect((matte > _FAINT).astype(np.uint8))
    if across == 0:
        return None
    step_x, step_y = width / matte.shape[1], height / matte.shape[0]
    side = max(across * step_x, down * step_y) * (1 + 2 * _MARGIN)
    columns = _span((left + across / 2) * step_x, side, width)
    rows = _span((top + down / 2) * step_y, side, height)
    if (columns[1] - columns[0]) * (rows[1] - rows[0]) >= _WORTH * width * height:
        return None
    return columns[0], rows[0], columns[1], rows[1]


def is_better(second: F32, part: Box, first: F32, size: tuple[int, int]) -> bool:
    """Whether the second look's matte, of a part of the photo (`size`: width, height), holds the whole
    subject and all that the first one, of the whole photo, was sure of.

    A box around half a product cuts the rest off: the subject then reaches the part's border within
    the photo, or is another one than before.
    """
    return not _cut_off(second, part, size) and _holds(second, first, part, size)


def laid(second: F32, part: Box, shape: tuple[int, ...], size: tuple[int, int]) -> F32:
    """Lay the matte of a part onto a grid of that shape over the whole photo: float32."""
    rows, columns = shape
    left, top, right, bottom = part
    across, down = columns / size[0], rows / size[1]
    step_x, step_y = (
        (right - left) * across / second.shape[1],
        (bottom - top) * down / second.shape[0],
    )
    # Centers of cells fall on centers of cells: hence the halves.
    shift_x, shift_y = left * across + step_x / 2 - 0.5, top * down + step_y / 2 - 0.5
    matrix = np.array([[step_x, 0, shift_x], [0, step_y, shift_y]])
    out = cv2.warpAffine(second, matrix, (columns, rows), flags=cv2.INTER_LINEAR)
    return np.asarray(out, dtype=np.float32)


def _span(center: float, side: float, length: int) -> tuple[int, int]:
    """Where a side of the square lies along a side of the photo: within it, as central as it can."""
    side = min(side, length)
    start = min(max(0.0, center - side / 2), length - side)
    return int(start), min(length, int(np.ceil(start + side)))


def _cut_off(second: F32, part: Box, size: tuple[int, int]) -> bool:
    left, top, right, bottom = part
    borders = (
        (second[:, 0], left > 0),
        (second[0], top > 0),
        (second[:, -1], right < size[0]),
        (second[-1], bottom < size[1]),
    )
    return any(within and bool((border > 0.5).any()) for border, within in borders)


def _holds(second: F32, first: F32, part: Box, size: tuple[int, int]) -> bool:
    before, after = Opinion(first), Opinion(laid(second, part, first.shape, size))
    return after.denies(before) <= _MAY_DENY * before.area
