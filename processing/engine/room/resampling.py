"""A photo seen anew: each pixel of the result tells where in the photo it comes from.

Whatever moves pixels (a camera made level, a lens's distortion taken back) is one function of a pixel's place, and
all of it is done at once, as each time would cost sharpness. The function is asked at every sixteenth pixel of every
sixteenth row, and taken for linear between: for cameras turned by 20 degrees and distortions of a tenth that is
right to a hundredth of a pixel.
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import F32, F64, U8

# From places in the result, float64 (..., 2) as x and y, to those in the photo.
Places = Callable[[F64], F64]

_STEP: Final = 16
_BAND: Final = 256  # rows, a multiple of that
# OpenCV's remapping takes fewer than 32768 pixels along a side.
_WIDEST: Final = 8192
_REACH: Final = 3  # pixels beyond its place that the bicubic may need


def resampled(rgb: U8, size: tuple[int, int], places: Sequence[Places]) -> U8:
    """The photo, uint8 (h, w, 3), as seen from `places`, of that size (width, height): uint8, bicubic. Beyond its
    borders it goes on with their pixels. `places` are one for all colors, or three for red, green and blue."""
    width, height = size
    result = np.empty((height, width, 3), np.uint8)
    grids = [_grid(size, each) for each in places]

    def band(start: int) -> None:
        desk = np.empty((2, _STEP, min(width, _WIDEST)), np.float32)  # see strips
        for top in range(start, min(height, start + _BAND), _STEP):
            rows = slice(top, min(height, top + _STEP))
            for left in range(0, width, _WIDEST):
                columns = slice(left, min(width, left + _WIDEST))
                block = desk[:, : rows.stop - top, : columns.stop - left]
                _write(rgb, grids, rows, columns, block, result[rows, columns])

    parallel.each(band, range(0, height, _BAND))
    return result


def _write(
    rgb: U8,
    grids: Sequence[tuple[F32, F32]],
    rows: slice,
    columns: slice,
    desk: F32,
    into: U8,
) -> None:
    across, down = desk
    for channel, grid in enumerate(grids):
        _between(grid[0], rows, columns, across)
        _between(grid[1], rows, columns, down)
        if len(grids) == 1:
            _remap(rgb, across, down, into)
        else:
            plane = np.empty(into.shape[:2], np.uint8)
            _remap(rgb, across, down, plane, channel)
            cv2.insertChannel(plane, into, channel)


def _grid(size: tuple[int, int], places: Places) -> tuple[F32, F32]:
    """x and y in the photo for every sixteenth row, and one beyond the last: float32 (rows, width)."""
    columns, rows = (-(-side // _STEP) + 1 for side in size)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64) * _STEP
    found = places(np.stack([x, y], axis=-1)).astype(np.float32)
    share = np.arange(_STEP, dtype=np.float32) / _STEP
    weights = np.stack([1 - share, share]).astype(np.float32)
    across, down = (_finer(plane, weights)[:, : size[0]] for plane in np.moveaxis(found, -1, 0))
    return across, down


def _finer(plane: F32, weights: F32) -> F32:
    pairs = np.stack([plane[:, :-1], plane[:, 1:]], axis=-1).reshape(-1, 2)
    # OpenCV's product takes one core, and NumPy's as many as it likes.
    found = cv2.gemm(pairs, weights, 1, np.zeros((0, 0), np.float32), 0)
    return np.asarray(found, np.float32).reshape(len(plane), -1)


def _between(plane: F32, rows: slice, columns: slice, into: F32) -> None:
    above, below = plane[rows.start // _STEP : rows.start // _STEP + 2, columns]
    share = np.arange(len(into), dtype=np.float32)[:, None] / _STEP
    np.multiply(share, below - above, out=into)
    np.add(into, above, out=into)


def _remap(rgb: U8, across: F32, down: F32, into: U8, channel: int | None = None) -> None:
    """Write the pixels at these places, which are used up; of one channel alone where that is given."""
    height, width = rgb.shape[:2]
    top, bottom = _span(down, height)
    left, right = _span(across, width)
    across -= np.float32(left)
    down -= np.float32(top)
    part = rgb[top:bottom, left:right]
    if channel is not None:
        part = np.asarray(cv2.extractChannel(part, channel), np.uint8)
    cv2.remap(part, across, down, cv2.INTER_CUBIC, into, cv2.BORDER_REPLICATE)


def _span(places: F32, side: int) -> tuple[int, int]:
    """The pixels of a side that places need."""
    first = min(max(0, int(places.min()) - _REACH), side - 1)
    return first, min(side, max(first + 1, int(places.max()) + 1 + _REACH))
