"""Barcodes of the trade (ISBN, EAN, UPC) on a photo; all other kinds, such as QR, are not looked for.

Read by zxing-cpp, at first on a small copy. Parts where slopes are dense and lie one way may be bars
that lie askew, or are too small there: they are read on the whole photo, turned upright.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np

from listings.recognition import numbers
from listings.recognition.result import SeenNumber
from processing.engine.arrays import F32, U8

# The small copy's side; slopes are summed up over blocks of it, and over the blocks around each.
_SIDE, _BLOCK = 800, 10
# What bars have: squares of their slopes, how far these lie one way, how much of a block is slope (the
# edge of a garment is one thin line), and how far dark follows bright as often as bright dark.
_STEEP, _ONE_WAY, _DENSE, _ONE_SIDED = 1000.0, 0.9, 0.35, 0.3
_MIN_BLOCKS, _MAX_PARTS = 6, 3
# The narrowest bar that is believed, in pixels; an EAN-13 is 95 of them long, an EAN-8 67.
_MIN_MODULE = 1.2
# A part is read with some of what is around it, on at most so many pixels a side.
_AROUND, _PART_SIDE = 1.35, 700
# What is read must be read again on copies that are larger by this: blurred bars read as anything.
_AGAIN = 1.5


def read(whole: U8, view: U8, image: int) -> list[SeenNumber]:
    """All barcodes of the trade on photo number `image`, each number once: `whole` is the photo, uint8
    (h, w, 3), and `view` a smaller copy of it, or the photo again."""
    grey = np.asarray(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), np.uint8)
    small = _scaled(grey, min(1.0, _SIDE / max(grey.shape)))
    # On the small copy only what is not found to be bars, such as a photo of hardly anything else.
    return _read(list(_parts(whole, small)), image) or _read([small], image)


def _read(pictures: Sequence[U8], image: int) -> list[SeenNumber]:
    first = _decoded(pictures)
    if not first:
        return []
    both = first & _decoded([_scaled(picture, _AGAIN) for picture in pictures])
    right = sorted(text for text, valid in both if valid)
    # Where a number is read right, other readings are mistakes.
    wrong = [] if right else sorted(text for text, _ in both)
    return [numbers.seen(text, "barcode", image) for text in right or wrong]


def _decoded(pictures: Sequence[U8]) -> set[tuple[str, bool]]:
    """What zxing-cpp reads on pictures (h, w), and whether each number's check digit is right."""
    import zxingcpp  # 4 MB: not for processes that never recognize

    kinds = zxingcpp.BarcodeFormat
    # Half of an EAN that lies askew looks like a UPC-E, so these are not read.
    formats = zxingcpp.BarcodeFormats([kinds.EAN13, kinds.EAN8, kinds.UPCA])
    return {
        (code.text, code.valid)
        for picture in pictures
        for code in zxingcpp.read_barcodes(
            picture, formats, try_downscale=False, try_invert=False, return_errors=True
        )
        if _width(code) > _MIN_MODULE * (67 if code.format == kinds.EAN8 else 95)
    }


def _width(code: Any) -> float:
    """How long the bars of a code are in all, in pixels."""
    left, right = code.position.top_left, code.position.top_right
    return float(np.hypot(right.x - left.x, right.y - left.y))


def _scaled(grey: U8, scale: float) -> U8:
    size = tuple(max(8, round(side * scale)) for side in reversed(grey.shape))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def _parts(whole: U8, small: U8) -> Iterator[U8]:
    """The parts of a photo (h, w, 3) that may be bars by its `small` copy, the largest first,
    each turned so that they stand upright, in gray."""
    bars, both, squares = _bars(small)
    # Wide bars leave gaps.
    joined = cv2.morphologyEx(bars, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, labels, about, _ = cv2.connectedComponentsWithStats(joined)
    largest = sorted(range(1, count), key=lambda label: -about[label, cv2.CC_STAT_AREA])
    for label in largest[:_MAX_PARTS]:
        if about[label, cv2.CC_STAT_AREA] < _MIN_BLOCKS:
            return
        inside = labels == label
        angle = 0.5 * np.arctan2(2 * both[inside].sum(), squares[inside].sum())
        points = np.argwhere(inside)[:, ::-1].astype(np.float32) + np.float32(0.5)
        yield _turned(
            whole, points * np.float32(_BLOCK * max(whole.shape) / max(small.shape)), angle
        )


def _bars(small: U8) -> tuple[U8, F32, F32]:
    """Which blocks of a picture (h, w) may be bars, and what the mean direction of their slopes is
    told from: products of slopes across and down, and differences of their squares."""
    across, down = cv2.spatialGradient(small)
    grid = (max(1, small.shape[1] // _BLOCK), max(1, small.shape[0] // _BLOCK))

    def mean(layer: Any) -> F32:
        blocks = cv2.resize(layer, grid, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.blur(blocks, (3, 3)), np.float32)

    def product(one: Any, other: Any) -> F32:
        # A quarter: Sobel's kernel counts a slope four times.
        return mean(cv2.multiply(one, other, scale=1 / 16, dtype=cv2.CV_32F))

    # The structure tensor (Bigun and Granlund, 1987).
    both, upper, lower = product(across, down), product(across, across), product(down, down)
    steep = upper + lower
    sizes = np.hypot(
        *(
            mean(cv2.convertScaleAbs(layer, alpha=1 / 4).astype(np.float32))
            for layer in (across, down)
        )
    )
    signed = np.hypot(*(mean(layer.astype(np.float32)) / 4 for layer in (across, down)))
    found = (
        (steep > _STEEP)
        & (np.hypot(2 * both, upper - lower) > _ONE_WAY * steep)
        & (sizes**2 > _DENSE * steep)
        & (signed < _ONE_SIDED * sizes)
    )
    return found.astype(np.uint8), both, upper - lower


def _turned(whole: U8, points: F32, angle: float) -> U8:
    """The part of a photo around points (n, 2), each (x, y), turned back by `angle`."""
    along = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    laid = points @ along.T
    low, high = laid.min(axis=0), laid.max(axis=0)
    extent = (high - low) * _AROUND + 4 * _BLOCK
    shown = min(1.0, _PART_SIDE / float(extent.max()))
    size = (round(float(extent[0]) * shown), round(float(extent[1]) * shown))
    shift = np.array(size) / 2 - (low + high) / 2 * shown
    onto = np.hstack([along * shown, shift[:, None]]).astype(np.float32)
    turned = cv2.warpAffine(whole, onto, size, flags=cv2.INTER_LINEAR, borderValue=(255,) * 3)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY), np.uint8)
