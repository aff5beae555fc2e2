"""Exposure fusion: each part of the picture from the brackets that show it best.

T. Mertens, J. Kautz, F. Van Reeth, Exposure Fusion (Pacific Graphics 2007): weights by contrast, saturation and
how well a pixel is exposed, blended by Laplacian pyramids (P. Burt, E. Adelson, 1983). What is new here is where
it is done: weights and all but the finest octaves on small copies, which lie in memory for all brackets; the
finest detail at full size, one bracket after the other, in strips. There each bracket adds what its pixels differ
by from its own small copy, times its weight, so that where one bracket has all the weight its pixels come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import F32, F64, U8
from processing.engine.room import detail

_SPREAD: Final = 0.2  # of well exposed values around the middle
# Every pixel has at least this much contrast and saturation, so that walls aren't chosen by their noise.
_PLAIN: Final = 0.004
NOTHING: Final = 1e-9
_ROWS: Final = 16  # of the small copy, in a strip
_UNIT: Final = 64  # what differences are stored in: shares of a level
_SCARCE: Final = 1 / 256  # less weight changes nothing

Plane = Any  # numbers (h, w) or (h, w, 3), of the kind that OpenCV's functions take and give


@dataclass(frozen=True, slots=True)
class Fusion:
    """What the small copies come to: `base`, int16 (h, w, 3) in 64ths of a level, and for each bracket its
    `weights`, float32 (h, w), which sum to 1."""

    base: Plane
    weights: list[F32]


def weight_of(small: U8) -> F32:
    """How well a bracket shows each pixel, float32 (h, w), of its small copy, uint8 (h, w, 3)."""
    value = small.astype(np.float32) * np.float32(1 / 255)
    grey = np.asarray(detail.grey(small), np.float32) * np.float32(1 / 255)
    contrast = np.abs(cv2.Laplacian(grey, cv2.CV_32F)) + np.float32(_PLAIN)
    red, green, blue = cv2.split(value)
    mean = (red + green + blue) * np.float32(1 / 3)
    saturation = cv2.sqrt(
        ((red - mean) ** 2 + (green - mean) ** 2 + (blue - mean) ** 2) * np.float32(1 / 3)
    )
    away = (red - 0.5) ** 2 + (green - 0.5) ** 2 + (blue - 0.5) ** 2
    exposed = cv2.exp(away * np.float32(-0.5 / _SPREAD**2))
    return np.asarray(contrast * (saturation + np.float32(_PLAIN)) * exposed, np.float32)


def fused_small(smalls: Sequence[U8], weights: Sequence[F32]) -> Fusion:
    """Fuse small copies, uint8 (h, w, 3), that lie on each other, by their weights, float32 (h, w)."""
    total = np.maximum(np.sum(weights, axis=0, dtype=np.float32), np.float32(NOTHING))
    shares = [np.asarray(one / total, np.float32) for one in weights]
    levels = max(1, int(np.log2(max(2, min(smalls[0].shape[:2])))))
    summed: list[Plane] = []
    for small, share in zip(smalls, shares, strict=True):
        _add(summed, small.astype(np.float32), share, levels)
    base = summed[-1]
    for finer in reversed(summed[:-1]):
        base = finer + cv2.pyrUp(base, dstsize=(finer.shape[1], finer.shape[0]))
    return Fusion(_stored(base), shares)


def _add(summed: list[Plane], picture: Plane, share: Plane, levels: int) -> None:
    """Add a picture's Laplacian pyramid, times its weights' Gaussian pyramid, to what is summed."""
    for level in range(levels + 1):
        smaller = cv2.pyrDown(picture) if level < levels else None
        part = picture
        if smaller is not None:
            part = picture - cv2.pyrUp(smaller, dstsize=(picture.shape[1], picture.shape[0]))
        part = part * share[..., None]
        if len(summed) == level:
            summed.append(part)
        else:
            summed[level] += part
        if smaller is not None:
            picture, share = smaller, cv2.pyrDown(share)


def _stored(base: Plane) -> Plane:
    return np.clip(np.rint(base * _UNIT), -32768, 32767).astype(np.int16)


class FullSize:
    """Sums brackets up at full size, (width, height), `step` times that of the small copies."""

    def __init__(self, size: tuple[int, int], step: int) -> None:
        self._size, self._step = size, step
        self._sum = np.zeros((size[1], size[0], 3), np.int16)

    def add(self, rgb: U8, small: U8, weight: F32, matrix: F64 | None) -> None:
        """Add what a bracket, uint8 (h, w, 3), differs by from its small copy, which lies on the reference
        already, times its weight; the bracket is moved by a matrix first, unless that is None."""
        parallel.each(lambda top: self._add(rgb, small, weight, matrix, top), self._tops())

    def finished(self, base: Plane) -> U8:
        """The picture, uint8 (h, w, 3), with the fused small copies below what was added."""
        result = np.empty(self._sum.shape, np.uint8)

        def finish(top: int) -> None:
            rows = self._rows(top)
            low = self._enlarged(base, top)
            share = 1 / _UNIT
            cv2.addWeighted(low, share, self._sum[rows], share, 0, result[rows], cv2.CV_8U)

        parallel.each(finish, self._tops())
        return result

    def _add(self, rgb: U8, small: U8, weight: F32, matrix: F64 | None, top: int) -> None:
        rows = self._rows(top)
        at = top // self._step
        if float(weight[max(0, at - 1) : at + _ROWS + 1].max()) < _SCARCE:
            return
        share = self._enlarged(weight, top)
        part = rgb[rows] if matrix is None else self._warped(rgb, matrix, top)
        away = cv2.subtract(part, self._enlarged(small, top), dtype=cv2.CV_16S)
        share = cv2.merge([share, share, share])
        found = cv2.multiply(away, share, scale=_UNIT, dtype=cv2.CV_16S)
        cv2.add(self._sum[rows], found, self._sum[rows])

    def _tops(self) -> range:
        return range(0, self._size[1], _ROWS * self._step)

    def _rows(self, top: int) -> slice:
        return slice(top, min(self._size[1], top + _ROWS * self._step))

    def _enlarged(self, plane: Plane, top: int) -> Plane:
        """The rows of a strip, of a plane of the small copies, bilinear."""
        step, rows = self._step, self._rows(top)
        if step == 1:
            return plane[rows]
        first = max(0, top // step - 1)
        part = plane[first : top // step + _ROWS + 1]
        size = (part.shape[1] * step, part.shape[0] * step)
        larger = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
        begin = top - first * step
        return larger[begin : begin + rows.stop - top, : self._size[0]]

    def _warped(self, rgb: U8, matrix: F64, top: int) -> Plane:
        rows = self._rows(top)
        down = np.array([[1, 0, 0], [0, 1, top], [0, 0, 1]], np.float64)
        return cv2.warpPerspective(
            rgb,
            matrix @ down,
            (self._size[0], rows.stop - top),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
