"""Putting pixels over a background."""

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import U8, Box, Places, picked, put
from processing.engine.canvas.layout import clipped
from processing.engine.plans.color_names import Color

# Straight (not premultiplied) colors (h, w, 3) and alpha (h, w); None is opaque.
Pixels = tuple[U8, U8 | None]

# A strip's intermediate values should stay in the processor's cache.
_STRIP = 64
# Picking single pixels out costs about this many times what a pixel of a whole strip does.
_PICKING = 6


def flatten(rgb: U8, alpha: U8, background: Color) -> U8:
    """Lay straight (not premultiplied) colors over one flat color: uint8 (h, w, 3).

    Blends the stored sRGB values, as browsers do, so that a flattened picture looks like the
    transparent one on a page of that color. Exact to rounding.
    """
    flat = arrays.filled(background, (rgb.shape[1], rgb.shape[0]))
    _lay((flat, None), rgb, alpha)
    return flat


def over(canvas: Pixels, layer: Pixels, at: tuple[int, int] = (0, 0)) -> Pixels:
    """Lay a layer over a canvas, its upper left corner at (x, y), which may lie outside.

    What overhangs is cut off. Blends stored sRGB values ("over" of Porter and Duff, "Compositing
    Digital Images", 1984, on straight alpha), exact to rounding; where nothing of the layer covers
    it, the canvas keeps its values. Both inputs stay as they are.
    """
    rgb, alpha = layer
    height, width = rgb.shape[:2]
    box = (at[0], at[1], at[0] + width, at[1] + height)
    result = canvas[0].copy(), None if canvas[1] is None else canvas[1].copy()
    seen = clipped(box, (canvas[0].shape[1], canvas[0].shape[0]))
    if seen is not None:
        part = (seen[0] - at[0], seen[1] - at[1], seen[2] - at[0], seen[3] - at[1])
        beneath = None if result[1] is None else crop(result[1], seen)
        cover = None if alpha is None else crop(alpha, part)
        _lay((crop(result[0], seen), beneath), crop(rgb, part), cover)
    return result


def paint(canvas: Pixels, color: Color, opacity: U8) -> Pixels:
    """Lay one color over a whole canvas, by an opacity (h, w) for every pixel; see `over`."""
    box = visible_box(opacity)
    flat = arrays.filled(color, (box[2] - box[0], box[3] - box[1]))
    return over(canvas, (flat, crop(opacity, box)), box[:2])


def crop(pixels: U8, box: Box) -> U8:
    """A view of the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    return pixels[top:bottom, left:right]


def visible_box(cover: U8) -> Box:
    """The smallest box (left, top, right, bottom) around what is not 0; four zeros for nothing."""
    left, top, width, height = cv2.boundingRect(cover)
    return left, top, left + width, top + height


def places_of(mask: cv2.typing.MatLike) -> Places | None:
    """Rows and columns of what is not 0, as indices; None where there is nothing."""
    # A third of the time that cv2.findNonZero() takes.
    found = np.flatnonzero(np.asarray(mask) != 0).astype(np.int32)
    if found.size == 0:
        return None
    width = np.int32(mask.shape[1])
    down = found // width
    return down, found - down * width


def _lay(canvas: Pixels, rgb: U8, alpha: U8 | None) -> None:
    """Write a layer of the same size into a canvas, strip by strip on as many threads as OpenCV
    has."""
    beneath, veil = canvas
    if alpha is None:
        beneath[:] = rgb
        if veil is not None:
            veil[:] = 255
        return

    def strip(start: int) -> None:
        rows = np.s_[start : start + _STRIP]
        if veil is None:
            _lay_on_opaque(beneath[rows], rgb[rows], alpha[rows])
        else:
            _lay_on_transparent((beneath[rows], veil[rows]), rgb[rows], alpha[rows])

    parallel.each(strip, range(0, alpha.shape[0], _STRIP))


def _lay_on_opaque(beneath: U8, rgb: U8, alpha: U8) -> None:
    soft = cv2.inRange(alpha, 1, 254)
    if cv2.countNonZero(soft) * _PICKING > soft.size:
        beneath[:] = _mixed(beneath, rgb, cv2.merge([alpha, alpha, alpha]))
        return
    cv2.copyTo(rgb, cv2.inRange(alpha, 255, 255), beneath)
    if places := places_of(soft):
        cover = picked(alpha, places)[:, None]
        put(beneath, places, _mixed(picked(beneath, places), picked(rgb, places), cover))


def _mixed(beneath: U8, rgb: U8, alpha: cv2.typing.MatLike) -> U8:
    cover = alpha.astype(np.uint16)
    mixed = rgb * cover
    mixed += beneath * (255 - cover)
    # Rounds; no sum lies half-way between two multiples of 255.
    return np.asarray(cv2.convertScaleAbs(mixed, alpha=1 / 255), dtype=np.uint8)


def _lay_on_transparent(canvas: tuple[U8, U8], rgb: U8, alpha: U8) -> None:
    beneath, veil = canvas
    # The layer decides alone where it is opaque, and where there is nothing behind it.
    alone = cv2.bitwise_or(cv2.inRange(alpha, 255, 255), cv2.inRange(veil, 0, 0))
    places = places_of(cv2.copyTo(alpha, cv2.bitwise_not(alone)))
    mixed = (
        _composed(
            (picked(beneath, places), picked(veil, places)),
            picked(rgb, places),
            picked(alpha, places),
        )
        if places
        else None
    )
    alone = cv2.copyTo(alpha, alone)
    cv2.copyTo(rgb, alone, beneath)
    cv2.copyTo(alpha, alone, veil)
    if places and mixed:
        put(beneath, places, mixed[0])
        put(veil, places, mixed[1])


def _composed(canvas: tuple[U8, U8], rgb: U8, alpha: U8) -> tuple[U8, U8]:
    cover, behind = alpha.astype(np.uint32), canvas[1].astype(np.uint32)
    # Shares of 255 * 255: the layer's, what it lets through, and both.
    front, back = 255 * cover, behind * (255 - cover)
    # Never 0 here: a layer that covers nothing at a pixel was not asked for it.
    whole = front + back
    colors = rgb * front[..., None] + canvas[0] * back[..., None] + whole[..., None] // 2
    return (colors // whole[..., None]).astype(np.uint8), ((whole + 127) // 255).astype(np.uint8)
