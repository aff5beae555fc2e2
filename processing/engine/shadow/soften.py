"""Blurs for shadows: any width at the price of a narrow one, and no bands in the result."""

import math

import cv2
import numpy as np

from processing.engine.arrays import F32, U8

# Wider blurs than this, in pixels, are made on a smaller copy, where they are no wider.
_WIDEST = 2.5
_MIN_PIXELS = 8
_TILE = 64


def softened(mask: F32, across: float, along: float) -> F32:
    """A Gaussian blur of float32 (h, w), 0 to 1, of different width across and along the picture.

    `across` and `along` are standard deviations in pixels. The picture goes on beyond its edges.
    """
    height, width = mask.shape
    size = _reduced(width, across), _reduced(height, along)
    small = (
        cv2.resize(mask, size, interpolation=cv2.INTER_AREA) if size != (width, height) else mask
    )
    blurred = cv2.GaussianBlur(
        small,
        (0, 0),
        max(across * size[0] / width, 0.01),
        sigmaY=max(along * size[1] / height, 0.01),
        borderType=cv2.BORDER_REPLICATE,
    )
    if size != (width, height):
        blurred = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC)
    # (cubic resizing swings a little beyond 0 and 1)
    return np.asarray(np.clip(blurred, 0, 1), np.float32)


def _reduced(side: int, sigma: float) -> int:
    return max(min(side, _MIN_PIXELS), round(side / max(1.0, sigma / _WIDEST)))


def graded(mask: F32, sigma: F32) -> F32:
    """A Gaussian blur whose width differs from place to place: `sigma` (h, w) or (h, 1), above 0.

    Mixes the two nearest of copies that are blurred an octave apart.
    """
    # From the narrowest blur, doubled until the widest is reached: log2 says which two a place
    # lies between.
    least, most = float(sigma.min()), float(sigma.max())
    octave = np.log2(sigma / np.float32(least))
    result = softened(mask, least, least)
    for level in range(math.ceil(math.log2(most / least) - 1e-6)):
        wider = least * 2 ** (level + 1)
        share = np.clip(octave - np.float32(level), 0, 1)
        result += share * (softened(mask, wider, wider) - result)
    return result


def moved(mask: F32, right: float, down: float) -> F32:
    """The mask moved by a number of pixels, whole or not; it goes on beyond its edges."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = mask.shape[1], mask.shape[0]
    shifted = cv2.warpAffine(
        mask, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(shifted, np.float32)


def enlarged(mask: F32, size: tuple[int, int]) -> U8:
    """A mask 0 to 1 as uint8 of (width, height), rounded up or down by a fixed pattern.

    A slow fade has fewer steps than pixels, and steps of one value show as bands. The pattern is
    interleaved gradient noise (Jimenez, "Next Generation Post Processing in Call of Duty", 2014).
    """
    large: F32 = np.asarray(
        cv2.resize(mask * np.float32(255), size, interpolation=cv2.INTER_CUBIC), np.float32
    )
    width, height = size
    pattern = np.tile(_PATTERN, (1, -(-width // _TILE)))[:, :width]
    for top in range(0, height, _TILE):
        strip = large[top : top + _TILE]
        strip += pattern[: strip.shape[0]]
    # convertScaleAbs takes absolute values: what cubic resizing swings below 0 would come back.
    return np.asarray(cv2.convertScaleAbs(np.maximum(large, 0)), np.uint8)


def _noise() -> F32:
    y, x = np.mgrid[:_TILE, :_TILE].astype(np.float64)
    between = (52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1)) % 1
    # (a little less than a whole step, so that what has no fraction stays even)
    return np.asarray(0.98 * (between - 0.5), np.float32)


_PATTERN = _noise()
