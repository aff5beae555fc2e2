"""The transparency that a file brings along: what a network is shown beneath it, and when it is a
better cutout than the network's.

Shapes and colors are judged on every n-th pixel: a copy would mix what is visible with the colors
that lie hidden under transparent pixels.
"""

import cv2
import numpy as np

from processing.engine.arrays import F64, SOLID, U8, VISIBLE, Mask, visible_box
from processing.engine.canvas import compose
from processing.engine.files.decode import Decoded
from processing.engine.plans.color_names import Color

# The longer side, in pixels, of what shapes and colors are judged on.
_SIDE = 256
# A cutout has left out at least this share of the frame; rounded corners have less.
_LEFT_OUT = 0.05
# Of what the file shows, a network that has found the subject keeps at least this share.
_KEPT = 0.5
# How alike (intersection over union) a shape must be to a rectangle or an ellipse to be one.
_ALIKE = 0.98
# What may lie beneath a cutout, the best known to networks first: most product photos are on white.
# A color will do if no more than this share of what is visible comes that near to it, in levels of
# the channel that differs most. Greys suffice: of drawn products in nine colors, U2-Net-p lost parts
# only where product and ground were alike.
_GROUNDS: tuple[Color, ...] = (
    (255, 255, 255),
    (128, 128, 128),
    (190, 190, 190),
    (64, 64, 64),
    (0, 0, 0),
)
_LIKE_IT, _NEAR = 0.02, 64


def shown(photo: Decoded) -> U8:
    """Return what a network is to look at: uint8 (h, w, 3), the photo on one color.

    Beneath a cutout that is a color which its product doesn't have, or a white product would vanish
    on white. A photo with rounded corners, or with empty strips beside it, lies on the color along
    its own rim, so that corners and strips look like more of the same background.
    """
    if photo.alpha is None:
        return photo.rgb
    rgb, alpha = _sampled(photo.rgb), _sampled(photo.alpha)
    ground = _rim_color(rgb, alpha) if _is_framed(alpha) else _contrasting(rgb, alpha)
    return compose.flatten(photo.rgb, photo.alpha, ground)


def is_better(own: U8, found: U8) -> bool:
    """Say whether the file's own alpha is to be kept instead of the network's, both uint8 (h, w).

    It is where it is a cutout and the network found nothing in it, or less than half of it. `found` is
    nowhere above `own`. A cutout leaves out 5 % of the frame or more, and is no rectangle that
    reaches from one side of the frame to the other: that is a photo with rounded corners or between
    empty strips. Of a rectangle or an ellipse with room about it nobody can tell whether it is a product
    or a photo: there the network is overruled only where it found nothing.
    """
    whole = cv2.sumElems(own)[0]
    if cv2.sumElems(found)[0] >= _KEPT * whole:
        return False
    alpha = _sampled(own)
    if not (alpha >= VISIBLE).any() or (alpha < VISIBLE).mean() < _LEFT_OUT or _is_framed(alpha):
        return False
    return visible_box(found) is None or not _is_plain_shape(alpha >= VISIBLE)


def _sampled(pixels: U8) -> U8:
    step = max(1, -(-max(pixels.shape[:2]) // _SIDE))
    return pixels[::step, ::step]


def _is_framed(alpha: U8) -> bool:
    """Whether a rectangle is visible that reaches two opposite sides of the frame."""
    mask = alpha >= VISIBLE
    box = visible_box(np.ascontiguousarray(alpha))
    if box is None:
        return False
    left, top, right, bottom = box
    height, width = mask.shape
    across, down = left == 0 and right == width, top == 0 and bottom == height
    if not (across or down):
        return False
    # A circle or a pill is a rectangle with round ends; that much rounding makes no photo.
    return _overlap(mask, _rectangle(mask, roundest=0.25)) >= _ALIKE


def _is_plain_shape(mask: Mask) -> bool:
    """Whether a mask (h, w) is a rectangle, however round its corners, or an ellipse."""
    shapes = (_rectangle(mask, roundest=0.5), _ellipse(mask))
    return any(_overlap(mask, shape) >= _ALIKE for shape in shapes)


def _overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _rectangle(mask: Mask, *, roundest: float) -> Mask:
    """Draw the rectangle of the mask's box whose corners leave out as much as the mask's, but are no
    rounder than a share of the shorter side."""
    across, down, (width, height) = _centered(mask)
    missing = max(0.0, width * height - float(mask.sum()))
    # Four corners, rounded by r, leave (4 - pi) r² out.
    radius = min((missing / (4 - np.pi)) ** 0.5, roundest * min(width, height))
    beyond_x = np.maximum(np.abs(across) - (width / 2 - radius), 0)
    beyond_y = np.maximum(np.abs(down) - (height / 2 - radius), 0)
    inside = (np.abs(across) <= width / 2) & (np.abs(down) <= height / 2)
    return np.asarray(inside & (beyond_x**2 + beyond_y**2 <= max(radius, 0.5) ** 2))


def _ellipse(mask: Mask) -> Mask:
    across, down, (width, height) = _centered(mask)
    return np.asarray((2 * across / width) ** 2 + (2 * down / height) ** 2 <= 1)


def _centered(
    mask: Mask,
) -> tuple[F64, F64, tuple[int, int]]:
    """Distances of each pixel's center from that of the mask's box, (1, w) and (h, 1), and the
    box's (width, height)."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    across: F64 = np.arange(mask.shape[1], dtype=np.float64)[None] + 0.5 - (left + width / 2)
    down: F64 = np.arange(mask.shape[0], dtype=np.float64)[:, None] + 0.5 - (top + height / 2)
    return across, down, (width, height)


def _rim_color(rgb: U8, alpha: U8) -> Color:
    """The median color of what lies next to transparent pixels, or of all that is visible."""
    mask = (alpha >= SOLID).astype(np.uint8)
    inner = cv2.erode(mask, np.ones((5, 5), np.uint8))
    rim = (mask > 0) & (np.asarray(inner) == 0)
    seen = rgb[rim if rim.any() else alpha >= VISIBLE]
    red, green, blue = np.median(seen, axis=0).astype(int).tolist()
    return red, green, blue


def _contrasting(rgb: U8, alpha: U8) -> Color:
    """The first of the grounds that is unlike what is visible, or the one that is most unlike."""
    visible = alpha >= VISIBLE
    colors, weights = rgb[visible].astype(int), alpha[visible].astype(float)
    if not weights.size:
        return _GROUNDS[0]
    like = [
        float(weights[np.abs(colors - ground).max(axis=1) < _NEAR].sum() / weights.sum())
        for ground in _GROUNDS
    ]
    fit = [ground for ground, share in zip(_GROUNDS, like, strict=True) if share <= _LIKE_IT]
    return fit[0] if fit else _GROUNDS[int(np.argmin(like))]
