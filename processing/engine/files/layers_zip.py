"""A transparent picture as two plain ones in a ZIP: its colors as a JPEG, its alpha as a grey PNG."""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.files import encode

MEDIA_TYPE = "application/zip"
# Pixels along the sides of the smallest square that is averaged, and the share of it that has to be covered.
_CELL, _LEAST = 4, np.float32(1 / 16)
COLOR, ALPHA = "color.jpg", "alpha.png"


def zipped(rgb: U8, alpha: U8 | None) -> bytes:
    """Pack uint8 (h, w, 3) and (h, w), or None for opaque: the same bytes for the same pixels.

    Raises InvalidPlan for a picture that is too large for a JPEG.
    """
    if alpha is None:
        alpha = np.full(rgb.shape[:2], 255, np.uint8)
    colors = encode.encode(_spread(rgb, alpha), None, format="jpg")
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as packed:  # both are compressed already
        packed.writestr(ZipInfo(COLOR), colors)
        packed.writestr(ZipInfo(ALPHA), encode.encode(alpha, None, format="png"))
    return out.getvalue()


def _spread(rgb: U8, alpha: U8) -> U8:
    """The colors, and where nothing covers those nearby, averaged over ever larger squares: black would be mixed
    into the edges by a JPEG's blocks."""
    bare = cv2.inRange(alpha, 0, 0)
    if not cv2.countNonZero(bare):
        return rgb
    covered = cv2.bitwise_not(bare)
    height, width = alpha.shape
    small = (-(-width // _CELL), -(-height // _CELL))
    sums = cv2.resize(
        cv2.bitwise_and(rgb, rgb, mask=covered), small, interpolation=cv2.INTER_AREA
    ).astype(np.float32)
    shares = cv2.resize(covered, small, interpolation=cv2.INTER_AREA)
    counts = shares.astype(np.float32) / np.float32(255)
    beyond = np.clip(_averages(sums, counts) + np.float32(0.5), 0, 255).astype(np.uint8)
    filled = cv2.resize(beyond, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(rgb, covered, filled)
    return np.asarray(filled, np.uint8)


def _averages(sums: F32, counts: F32) -> F32:
    """Sums (h, w, 3) over counts (h, w); where too little covers, what a copy of half the size has there."""
    height, width = counts.shape
    whole = (sums / np.maximum(counts, _LEAST)[..., None]).astype(np.float32)
    if min(height, width) <= 2:
        return whole
    half = (-(-width // 2), -(-height // 2))
    smaller = _averages(_halved(sums, half), _halved(counts, half))
    beyond = cv2.resize(smaller, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.where((counts >= _LEAST)[..., None], whole, beyond), np.float32)


def _halved(values: F32, size: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
