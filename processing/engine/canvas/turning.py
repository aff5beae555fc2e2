"""The frame of a photo: turned by quarters, straightened, cropped.

Quarters and crops move pixels and change none. Straightening resamples once, bicubic, colors weighed by
alpha; where the turned photo doesn't reach, the frame is transparent.
"""

from math import ceil, cos, radians, sin

import cv2
import numpy as np

from processing.engine.arrays import U8, U16, Box
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Area
from processing.engine.plans.frame import Frame

_QUARTERS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
# Colors of a strip should stay in the processor's cache.
_STRIP = 64
# What cv2 can turn at all, by side, and what a result may have, in pixels.
_MAX_SIDE, _MAX_AREA = 32_000, 65_000_000

Size = tuple[int, int]


def framed_size(frame: Frame, size: Size, *, full: bool) -> Size:
    """The size (width, height) that a photo of that size has in its frame; `full` as for `framed`.

    Raises InvalidPlan for a photo that is too large to be straightened.
    """
    left, top, right, bottom = _place(frame, size, full=full)
    return right - left, bottom - top


def framed(rgb: U8, alpha: U8 | None, frame: Frame, *, full: bool) -> tuple[U8, U8 | None]:
    """Colors (h, w, 3) and alpha (h, w) of a photo in its frame. Both inputs stay as they are.

    Without a crop, the frame of a straightened photo is all of it, with transparent corners (`full`), or
    the largest part without them that has the photo's proportions. Raises InvalidPlan for a photo that is
    too large to be straightened.
    """
    size = (rgb.shape[1], rgb.shape[0])
    place = _place(frame, size, full=full)
    quarter = _QUARTERS.get(frame.rotate)
    if quarter is not None:
        rgb = np.asarray(cv2.rotate(rgb, quarter), dtype=np.uint8)
        alpha = None if alpha is None else np.asarray(cv2.rotate(alpha, quarter), dtype=np.uint8)
    if frame.straighten == 0:
        part = np.s_[place[1] : place[3], place[0] : place[2]]
        return rgb[part].copy(), None if alpha is None else alpha[part].copy()
    return _straightened(rgb, alpha, frame.straighten, place)


def _place(frame: Frame, size: Size, *, full: bool) -> Box:
    """Where the frame lies in the upright box around the turned photo, in its pixels."""
    width, height = size if frame.rotate in (0, 180) else size[::-1]
    around = _around((width, height), frame.straighten)
    if frame.straighten and (max(*size, *around) > _MAX_SIDE or around[0] * around[1] > _MAX_AREA):
        raise InvalidPlan(
            f"Straightened, the photo would have {around[0]}x{around[1]} pixels, which is too large.",
            field="frame.straighten",
        )
    if frame.crop is not None:
        return _within(frame.crop, around)
    if full or frame.straighten == 0:
        return 0, 0, *around
    # The largest rectangle of the photo's proportions that lies within the turned photo.
    turn = abs(radians(frame.straighten))
    longer, shorter = max(width, height), min(width, height)
    scale = shorter / (longer * sin(turn) + shorter * cos(turn))
    inner = max(1, int(width * scale)), max(1, int(height * scale))
    left, top = ((whole - part) // 2 for whole, part in zip(around, inner, strict=True))
    return left, top, left + inner[0], top + inner[1]


def _around(size: Size, straighten: float) -> Size:
    """The upright box around a photo that is turned."""
    if straighten == 0:
        return size
    turn = abs(radians(straighten))
    width, height = size
    # Less a hair, so that rounding adds no column.
    return (
        ceil(width * cos(turn) + height * sin(turn) - 1e-6),
        ceil(width * sin(turn) + height * cos(turn) - 1e-6),
    )


def _within(area: Area, size: Size) -> Box:
    """The pixels of an area, at least one each way."""
    left, top = (
        min(round(edge * side), side - 1)
        for edge, side in zip((area.left, area.top), size, strict=True)
    )
    right, bottom = round(area.right * size[0]), round(area.bottom * size[1])
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _straightened(rgb: U8, alpha: U8 | None, degrees: float, place: Box) -> tuple[U8, U8 | None]:
    height, width = rgb.shape[:2]
    around = _around((width, height), degrees)
    # cv2 turns counterclockwise, about the middle of pixels.
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    matrix[:, 2] += (np.array(around) - (width, height)) / 2 - place[:2]
    size = (place[2] - place[0], place[3] - place[1])
    cover = np.full((height, width), 255, np.uint8) if alpha is None else alpha
    turned = cv2.warpAffine(cover, matrix, size, flags=cv2.INTER_CUBIC)
    if alpha is None:
        colors = cv2.warpAffine(
            rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        opaque = bool(np.asarray(turned).min() == 255)
        found = None if opaque else np.asarray(turned, dtype=np.uint8)
        return np.asarray(colors, dtype=np.uint8), found
    # Colors weighed by alpha: those of the old background, beside the edge, must not come in.
    weighed = cv2.warpAffine(
        rgb.astype(np.uint16) * cover[..., None], matrix, size, flags=cv2.INTER_CUBIC
    )
    return _unweighed(np.asarray(weighed), shown := np.asarray(turned, dtype=np.uint8)), shown


def _unweighed(weighed: U16, alpha: U8) -> U8:
    """Colors of their own again, black where nothing is visible; in strips, as these are many numbers."""
    colors = np.empty(weighed.shape, np.uint8)
    for start in range(0, len(alpha), _STRIP):
        rows = np.s_[start : start + _STRIP]
        cover = np.maximum(alpha[rows], 1)[..., None].astype(np.float32)
        straight = np.clip(weighed[rows] / cover + np.float32(0.5), 0, 255)
        colors[rows] = np.where(alpha[rows][..., None] > 0, straight, 0)
    return colors
