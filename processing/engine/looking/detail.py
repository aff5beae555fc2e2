"""Where a product shows most of itself: a label, a print, a texture.

By rules, without a network of its own: lines of text that the reader found (`text.detect`) count first; then fine
structure, as a difference of Gaussians of lightness and color sees it, and more where only some part of the product has
it (Itti, Koch and Niebur 1998 call such a measure saliency); and a little how close to the middle it is.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.text.detect import Text

# The copy that is looked at, by its longer side.
_SIDE = 480
# The sides of squares that are tried, as shares of the product's shorter side; no less than so many pixels of the photo.
_SIDES = (0.32, 0.42, 0.52)
_LEAST_PIXELS = 160
# Of a product as narrow as a chain, whose squares would be smaller than this in the copy, it is the middle.
_LEAST_SIDE = 8
# How far the outline's own gradients reach in, as a share of the copy.
_RIM = 0.02
# Structure finer than this many pixels of the copy counts; folds are coarser.
_FINE, _COARSE, _STRONG = 1.0, 6.0, 12.0
# A square shows nothing but product, or nearly so.
_LEAST_COVER = 0.97
# What text, a place near the middle and a smaller square are worth beside structure, which is 1 at most.
_TEXT, _MIDDLE, _CLOSE = 0.8, 0.15, 0.1
# How far a square's inner part is from its border, and how wide that border is, as shares of its side; how much structure
# there counts against it.
_INNER, _BORDER, _CUT = 0.2, 0.07, 0.4
# How much of what all of the product has counts beside what only some part of it has, and which share of it is usual.
_USUAL, _MOST_OF_IT = 0.3, 70
_NEVER = 10
# A line of text is shown whole, with this much room around it, as a share of the square's side.
_ROOM = 0.06


def most_telling(rgb: U8, alpha: U8, box: Box, texts: Sequence[Text]) -> Box:
    """The square part of a cutout that shows most, (left, top, right, bottom) in pixels.

    `rgb` uint8 (h, w, 3), `alpha` uint8 (h, w), `box` the subject's in it, `texts` in its pixels. The square lies on the
    product as far as one of its size fits there.
    """
    height, width = alpha.shape
    size = arrays.fit_within(width, height, _SIDE)
    scale = size[0] / width
    cover = np.asarray(arrays.shrink(alpha, size) / np.float32(255), np.float32)
    structure = _structure(arrays.shrink(rgb, size), cover)
    quads = [one.quad * scale for one in texts]
    shorter = min(box[2] - box[0], box[3] - box[1])
    found = []
    for share in _SIDES:
        side = int(min(max(share * shorter, _LEAST_PIXELS), shorter))
        if round(side * scale) < _LEAST_SIDE:
            return _middle(box, shorter)
        worth, corner = _best_of(structure, cover, quads, round(side * scale))
        left, top = (round(at / scale) for at in corner)
        left, top = min(left, width - side), min(top, height - side)
        found.append((worth - _CLOSE * share, (left, top, left + side, top + side)))
    return max(found)[1]


def _middle(box: Box, side: int) -> Box:
    left, top = (box[0] + box[2] - side) // 2, (box[1] + box[3] - side) // 2
    return left, top, left + side, top + side


def _structure(rgb: U8, cover: F32) -> F32:
    """How much fine structure each pixel has, 0 to 1, float32 (h, w); none near the product's outline."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    fine = cv2.GaussianBlur(lab, (0, 0), _FINE) - cv2.GaussianBlur(lab, (0, 0), _COARSE)
    energy = np.sqrt((fine**2).sum(axis=-1))
    rim = max(1, round(_RIM * max(cover.shape)))
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    inside = cv2.erode(
        (cover > 0.98).astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    # Lone strong lines are worth no more than a print, and what the whole product has less than what one part has.
    found = np.asarray(np.tanh(energy / _STRONG) * inside, np.float32)
    usual = np.percentile(found[inside > 0], _MOST_OF_IT) if inside.any() else 0.0
    rare = np.maximum(found - usual, 0) / max(1e-3, 1 - usual)
    return np.asarray(_USUAL * found + (1 - _USUAL) * rare, np.float32)


def _best_of(
    structure: F32, cover: F32, quads: Sequence[F32], side: int
) -> tuple[float, tuple[int, int]]:
    """What the best square of that side is worth, and its left upper corner."""
    covered = _means(cover, side)
    # What stands in the middle of a square counts more, and what its border cuts counts against it.
    inset, rim = round(_INNER * side), max(1, round(_BORDER * side))
    inner = _means(structure, side - 2 * inset)[inset:, inset:][
        : covered.shape[0], : covered.shape[1]
    ]
    core = _means(structure, side - 2 * rim)[rim:, rim:][: covered.shape[0], : covered.shape[1]]
    whole = _means(structure, side)
    border = (whole * side**2 - core * (side - 2 * rim) ** 2) / (side**2 - (side - 2 * rim) ** 2)
    worth = (whole + inner) / 2 - _CUT * border
    worth += _MIDDLE * (1 - _away(cover, side, worth.shape))
    for quad in quads:
        worth += _TEXT * _holding(quad, side, worth.shape)
    # As much product as there is anywhere, up to what is asked for.
    worth[covered < min(_LEAST_COVER, float(covered.max()) - 1e-3)] -= _NEVER
    _, most, _, at = cv2.minMaxLoc(worth.astype(np.float32))
    return float(most), (int(at[0]), int(at[1]))


def _away(cover: F32, side: int, shape: tuple[int, ...]) -> F32:
    """How far squares (by their corner) are from the product's middle, in halves of the copy's longer side."""
    rows, columns = (np.arange(n, dtype=np.float32) + side / 2 for n in shape)
    middle = cv2.moments(cover)
    x, y = middle["m10"] / middle["m00"], middle["m01"] / middle["m00"]
    reach = max(cover.shape) / 2
    return np.asarray(
        np.hypot((columns - x)[None] / reach, (rows - y)[:, None] / reach), np.float32
    )


def _holding(quad: F32, side: int, shape: tuple[int, ...]) -> F32:
    """1 for squares (by their corner) that show a line whole and with room, 0 for others."""
    room = _ROOM * side
    (left, top), (right, bottom) = quad.min(axis=0) - room, quad.max(axis=0) + room
    found = np.zeros(shape, np.float32)
    first, last = (max(0, int(np.ceil(end - side))) for end in (bottom, right))
    found[first : max(0, int(top)) + 1, last : max(0, int(left)) + 1] = 1
    return found


def _means(values: F32, side: int) -> F32:
    """The mean of each square of that side, by its left upper corner."""
    total = cv2.integral(values, sdepth=cv2.CV_64F)
    squares = (
        total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    )
    return np.asarray(squares / side**2, np.float32)
