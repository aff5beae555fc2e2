"""A matte that comes from outside, as a grey picture: drawn by hand, or made by another tool."""

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.cutout import edges, foreground, fullsize
from processing.engine.cutout.result import Cutout
from processing.engine.errors import InvalidPlan
from processing.engine.files import decode
from processing.engine.plans.cutout import Edge

# The longer side of the copy on which the colors on both sides of the edge are guessed; the room around
# the subject that shows its background, as a share of its longer side.
_SIDE, _ROOM = 384, 0.1
# How many cells the longer side of a drawn matte is taken to have, as if a network had made it: the
# photo's edge is looked for within a few of them.
_CELLS = 96


def read(data: bytes, size: tuple[int, int], *, max_pixels: int) -> U8:
    """Read a mask for a photo of the size (width, height): white is subject; what is transparent is black.

    Raises InvalidPlan for a mask of another size, and what decoding a picture does.
    """
    picture = decode.decode(data, max_pixels=max_pixels, convert=False)
    height, width = picture.rgb.shape[:2]
    if (width, height) != size:
        raise InvalidPlan(
            f"The mask has {width}x{height} pixels and the photo {size[0]}x{size[1]}.",
            field="mask",
        )
    grey = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
    if picture.alpha is not None:
        grey = cv2.multiply(grey, picture.alpha, scale=1 / 255)
    return np.asarray(grey, dtype=np.uint8)


def cut_out(rgb: U8, mask: U8) -> Cutout:
    """Take a mask (n, m) as alpha for a photo (h, w, 3), as it is. The old background is taken out of the
    colors where it is soft."""
    alpha = arrays.shrink(mask, (rgb.shape[1], rgb.shape[0]))
    seen = arrays.visible_box(alpha)
    if seen is None:
        return Cutout(rgb, alpha)
    left, top, right, bottom = seen
    room = max(8, round(_ROOM * max(right - left, bottom - top)))
    region = (
        max(0, left - room),
        max(0, top - room),
        min(rgb.shape[1], right + room),
        min(rgb.shape[0], bottom + room),
    )
    window = np.s_[region[1] : region[3], region[0] : region[2]]
    small = edges.copy(rgb[window], min(_SIDE, max(rgb[window].shape[:2])))
    cover = _share(arrays.shrink(alpha[window], (small.shape[1], small.shape[0])))
    front, back = foreground.blur_fusion(small, cover)
    return Cutout(fullsize.freed(rgb, alpha, region, (front, back)), alpha)


def fitted(rgb: U8, mask: U8, edge: Edge) -> U8:
    """Fit a roughly drawn mask of the photo's size to the photo's own edges: alpha (h, w)."""
    return edges.cut_out(rgb, as_matte(mask), edge=edge).alpha


def as_matte(mask: U8) -> F32:
    """A mask as if a network had answered with it: float32 (n, m), 0 to 1."""
    size = arrays.fit_within(mask.shape[1], mask.shape[0], _CELLS)
    return _share(arrays.shrink(mask, size))


def _share(values: U8) -> F32:
    return values.astype(np.float32) / np.float32(255)
