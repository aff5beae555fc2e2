"""Noise and fine detail: small differences to the neighbors are noise, larger ones detail."""

from itertools import product
from typing import Final

import cv2
import numpy as np

from processing.engine.arrays import F32, U8

_PATCH: Final = 64
_PATCHES: Final = 12  # along each side
# Beyond this, in levels, nothing is taken for noise; differences gain at most so much by sharpening.
_MOST_NOISE: Final = 8.0
_MOST_SHARPER: Final = 24.0
_KERNEL: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def grey(rgb: U8) -> U8:
    """Brightness, uint8 (h, w), of uint8 (h, w, 3)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def noise_of(rgb: U8) -> float:
    """The standard deviation of a photo's noise in levels, from uint8 (h, w, 3).

    J. Immerkaer, Fast Noise Variance Estimation (CVIU 1996), on small patches all over the photo, of which
    the flattest quarter counts: the others have texture.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < len(_KERNEL):
        return 0.0
    tops, lefts = (
        np.linspace(0, max(0, side - _PATCH), _PATCHES).astype(int) for side in (height, width)
    )
    patches = np.stack(
        [grey(rgb[top : top + _PATCH, left : left + _PATCH]) for top, left in product(tops, lefts)]
    )
    least, most = patches.min(axis=(1, 2)), patches.max(axis=(1, 2))
    patches = patches[(least > 0) & (most < 255)]  # clipped parts have no noise
    if len(patches) == 0:
        return 0.0
    # One below the other: what neighbors add to their first and last rows doesn't count.
    told = cv2.filter2D(patches.reshape(-1, patches.shape[2]), cv2.CV_32F, _KERNEL)
    told = np.abs(told).reshape(patches.shape)[:, 1:-1, 1:-1]
    found = told.mean(axis=(1, 2)) * np.sqrt(np.pi / 2) / 6
    return min(_MOST_NOISE, float(np.percentile(found, 25)))


def curve(noise: float, *, denoise: float, sharpen: float) -> F32:
    """What differences of -128 to 127 levels to the neighbors' mean become, float32 (256,): smoothed up to
    `denoise` times the noise, beyond that greater by `sharpen`."""
    was = np.arange(-128, 128, dtype=np.float64)
    limit = denoise * noise
    beyond = np.maximum(np.abs(was) - limit, 0)
    # Soft: what lies beyond the limit by as much again is kept whole.
    kept = np.minimum(np.abs(was), 2 * beyond) if limit > 0 else np.abs(was)
    gained = np.minimum(sharpen * beyond, _MOST_SHARPER * (1 - np.exp(-beyond / _MOST_SHARPER)))
    return np.asarray(np.sign(was) * (kept + gained), np.float32)


def table(becomes: F32) -> U8:
    """A `curve` as a table of whole levels, 128 for none, uint8 (256,)."""
    return np.asarray(np.clip(np.rint(becomes) + 128, 0, 255), np.uint8)


def apply(brightness: U8, becomes: U8, into: U8, spare: U8) -> None:
    """Write brightness, uint8 (h, w), with its fine differences as a `table` has them, `into` a plane of that
    size. The borders' neighbors are mirrored. `spare` is another such plane, to work in."""
    cv2.GaussianBlur(brightness, (3, 3), 0, dst=spare, borderType=cv2.BORDER_REFLECT_101)
    cv2.addWeighted(brightness, 1, spare, -1, 128, dst=into)
    cv2.LUT(into, becomes, dst=into)
    cv2.addWeighted(spare, 1, into, 1, -128, dst=into)
