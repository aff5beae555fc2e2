"""Where things are in a picture: turning it upright, boxes, sizes; a smooth step from one value to another."""

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
# Rows and columns of single pixels, as indices.
Places = tuple[I32, I32]
Box = tuple[int, int, int, int]

# Alpha below this is haze that no eye sees.
VISIBLE = 16
# Alpha from here on is subject; below it may be the soft edge of it, or haze.
SOLID = 128
# What is visible outside of the solid parts' box is haze, unless it is more than this share of all
# that is visible: then the subject itself is translucent, as glass and veils are. Of 136 photos by
# sellers, haze came to 1.8 % at most.
_TRANSLUCENT = 0.05
# Fur and other soft edges go on beyond the solid parts, by this share of the subject's longer side.
_SOFT = 0.02

# A subject that meets the photo's border along more than this share of a side goes on outside of it;
# less is a hanger's hook, a strap, a ribbon's end.
_CUT_OFF = 0.05


def upright(pixels: U8, orientation: int) -> U8:
    """Apply an EXIF orientation (1 to 8) to an array (height, width[, channels])."""
    match orientation:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return pixels
    return np.asarray(turned, dtype=np.uint8)


def filled(color: tuple[int, int, int], size: tuple[int, int]) -> U8:
    """One color, uint8 (h, w, 3), for a size (width, height)."""
    pixels = np.empty((size[1], size[0], 3), np.uint8)
    pixels[:1] = color
    pixels[1:] = pixels[:1]  # whole rows are copied ten times as fast as single pixels are set
    return pixels


def is_clipped(alpha: U8) -> bool:
    """Whether the subject goes on outside of the photo."""
    borders = (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])
    return any(float(np.mean(border >= SOLID)) > _CUT_OFF for border in borders)


def subject_box(alpha: U8) -> Box | None:
    """The smallest box (left, top, right, bottom; right and bottom exclusive) around the subject, in
    pixels, or None where nothing is visible.

    Around what is at least half opaque, as haze must not blow it up; around all that is visible
    where the subject is translucent.
    """
    seen, solid = visible_box(alpha), _box(alpha, SOLID)
    if seen is None or solid is None or seen == solid:
        return seen
    left, top, right, bottom = solid
    _, visible = cv2.threshold(alpha, VISIBLE - 1, 0, cv2.THRESH_TOZERO)
    whole, inside = cv2.sumElems(visible)[0], cv2.sumElems(visible[top:bottom, left:right])[0]
    return seen if whole - inside > _TRANSLUCENT * whole else solid


def visible_box(alpha: U8) -> Box | None:
    """The smallest box around everything visible, haze included, or None where nothing is."""
    return _box(alpha, VISIBLE)


def trim_box(alpha: U8, subject: Box) -> Box:
    """The smallest box around a subject (its subject_box) and its soft edges, but not around haze
    farther away."""
    height, width = alpha.shape
    left, top, right, bottom = subject
    reach = max(1, round(_SOFT * max(right - left, bottom - top)))
    left, top = max(0, left - reach), max(0, top - reach)
    right, bottom = min(width, right + reach), min(height, bottom + reach)
    box = visible_box(alpha[top:bottom, left:right])
    if box is None:
        return subject
    return left + box[0], top + box[1], left + box[2], top + box[3]


def _box(alpha: U8, least: int) -> Box | None:
    _, mask = cv2.threshold(alpha, least - 1, 255, cv2.THRESH_BINARY)
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0 or height == 0:
        return None
    return left, top, left + width, top + height


def fit_within(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Width and height scaled down so that neither passes `max_side`; never enlarged, never 0."""
    scale = min(1.0, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrink(pixels: U8, size: tuple[int, int]) -> U8:
    """Resize to (width, height): area averaging down, cubic up."""
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    smaller = size[0] <= pixels.shape[1] and size[1] <= pixels.shape[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=np.uint8)


def tiles(pixels: U8, *, side: int, overlap: int) -> list[tuple[int, int]]:
    """Where squares of that side begin (top, left) that cover a picture and share at least so many pixels with
    their neighbors."""
    height, width = pixels.shape[:2]
    return list(product(_starts(height, side, overlap), _starts(width, side, overlap)))


def _starts(length: int, side: int, overlap: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - overlap) // (side - overlap))
    return [round(number * (length - side) / (count - 1)) for number in range(count)]


def picked(pixels: U8, places: Places) -> U8:
    """Copy single pixels out of an array (h, w) or (h, w, c): uint8 (n) or (n, c), as `pixels[places]`
    does in several times the time."""
    down, across = places
    line = _in_line(pixels)
    if line is None:
        return np.asarray(pixels[places], dtype=np.uint8)
    values, width = line
    found = values.take(down.astype(np.intp) * width + across)
    return found.view(np.uint8).reshape(len(down), *pixels.shape[2:])


def put(pixels: U8, places: Places, values: U8) -> None:
    """Write single pixels into an array, as `pixels[places] = values` does."""
    down, across = places
    line = _in_line(pixels)
    if line is None:
        pixels[places] = values
        return
    whole, width = line
    written = np.ascontiguousarray(values).view(whole.dtype).reshape(len(down))
    whole[down.astype(np.intp) * width + across] = written


def _in_line(pixels: U8) -> tuple[npt.NDArray[np.generic], int] | None:
    """A view of all pixels in one line, each one value, and how many of them lie from one row to the
    next: more than the width where this is a part of a larger picture. None where there is none."""
    height, width = pixels.shape[:2]
    deep = pixels.shape[2] if pixels.ndim == 3 else 1
    row, *inner = pixels.strides
    if pixels.size == 0 or inner != [deep, 1][3 - pixels.ndim :] or row < 0 or row % deep:
        return None
    count = (height - 1) * (row // deep) + width
    line = np.lib.stride_tricks.as_strided(pixels, (count * deep,), (1,))
    return line.view(np.dtype((np.void, deep)) if deep > 1 else np.uint8), row // deep


def smooth_step(values: F32 | np.float32, low: float, high: float) -> F32:
    """0 up to `low`, 1 from `high` on, and between them a cubic without corners: float32 of any shape."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
