"""A face to look for, and photos that show it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from processing.engine.arrays import U8
from processing.engine.files import decode

FILE = Path(__file__).parent / "collins.jpg"
# Where the face is in the file, as shares of its sides: left, top, right, bottom.
FACE = (0.25, 0.23, 0.77, 0.87)


def portrait(width: int) -> U8:
    """The portrait, uint8 (h, w, 3), so wide: the face is half of that."""
    rgb = decode.decode(FILE.read_bytes(), max_pixels=100_000).rgb
    height = round(rgb.shape[0] * width / rgb.shape[1])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def with_portraits(rgb: U8, *places: tuple[int, int, int]) -> U8:
    """A copy of a photo, uint8 (h, w, 3), in which portraits hang: left, top and width of each."""
    shown = rgb.copy()
    for left, top, width in places:
        face = portrait(width)
        shown[top : top + len(face), left : left + width] = face
    return shown
