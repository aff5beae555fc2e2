"""A photo seen anew: each pixel of the result tells where in the photo it comes from.

Whatever moves pixels (a camera made level, a lens's distortion taken back) is one function of a pixel's place, and
all of it is done at once, as each time would cost sharpness. The function is asked at every sixteenth pixel of every
sixteenth row, and taken for linear between: for cameras turned by 20 degrees and distortions of a tenth that is
right to a hundredth of a pixel.

Colors that come from one place are interpolated linearly, and brightness cubically (R. Keys, Cubic Convolution
Interpolation for Digital Image Processing, IEEE ASSP 1981): the cubic is the linear one less c t (1 - t) times the
second difference, at t from a pixel to the next, for each axis. Fine detail is seen in brightness, and that takes half
the time that a bicubic of three colors does.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

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
_EDGE: Final = 1  # pixels beyond a block that a second difference needs
_REACH: Final = 3  # pixels beyond its place that the bicubic may need
# Shares of a pixel as OpenCV's fixed places have them: those of x in the lower five bits, of y in the next five.
_SHARES: Final = np.arange(2**16) & 31, np.arange(2**16) >> 5 & 31
_SHARP: Final = 0.75  # c, of OpenCV's own bicubic
_BITS: Final = 7  # of what follows the point in its weights
_WEIGHTS: Final = tuple(
    np.rint(2**_BITS * _SHARP * (share / 32) * (1 - share / 32)).astype(np.int16)
    for share in _SHARES
)

Plane = Any  # numbers (h, w), of the kind that OpenCV's functions take and give


def resampled(rgb: U8, size: tuple[int, int], places: Sequence[Places]) -> U8:
    """The photo, uint8 (h, w, 3), as seen from `places`, of that size (width, height): uint8. Beyond its borders it
    goes on with their pixels. `places` are one for all colors, or three for red, green and blue, which are bicubic
    each."""
    width, height = size
    result = np.empty((height, width, 3), np.uint8)
    grids = [_grid(size, each) for each in places]

    def band(start: int) -> None:
        desk = _Desk(min(width, _WIDEST + 2 * _EDGE))
        for top in range(start, min(height, start + _BAND), _STEP):
            rows = slice(top, min(height, top + _STEP))
            for left in range(0, width, _WIDEST):
                columns = slice(left, min(width, left + _WIDEST))
                if len(grids) == 1:
                    _together(rgb, grids[0], rows, columns, desk, result)
                else:
                    _apart(rgb, grids, rows, columns, desk, result)

    parallel.each(band, range(0, height, _BAND))
    return result


class _Desk:
    """Memory for one block after the other, see strips: of so many columns, with a row more above and below."""

    def __init__(self, width: int) -> None:
        shape = (_STEP + 2 * _EDGE, width)
        self._places = np.empty((2, *shape), np.float32)
        self._fixed = np.empty((*shape, 2), np.int16)
        self._shares = np.empty(shape, np.uint16)
        self._signed = np.empty((5, *shape), np.int16)
        self._stored = np.empty((3, *shape), np.uint8)
        self._colors = np.empty((2, *shape, 3), np.uint8)

    def places(self, rows: int, columns: int) -> F32:
        return self._places[:, :rows, :columns]

    def fixed(self, rows: int, columns: int) -> tuple[Plane, Plane]:
        return self._fixed[:rows, :columns], self._shares[:rows, :columns]

    def signed(self, rows: int, columns: int) -> Plane:
        return self._signed[:, :rows, :columns]

    def stored(self, rows: int, columns: int) -> Plane:
        return self._stored[:, :rows, :columns]

    def colors(self, rows: int, columns: int) -> Plane:
        return self._colors[:, :rows, :columns]


def _together(
    rgb: U8, grid: tuple[F32, F32], rows: slice, columns: slice, desk: _Desk, result: U8
) -> None:
    """Write a block whose colors come from one place."""
    last = result.shape[1]
    wide = slice(max(0, columns.start - _EDGE), min(last, columns.stop + _EDGE))
    shape = (rows.stop - rows.start + 2 * _EDGE, wide.stop - wide.start)
    across, down = desk.places(*shape)
    part = _part(rgb, grid, (rows, wide), _EDGE, (across, down))
    whole, shares = desk.fixed(*shape)
    cv2.convertMaps(across, down, cv2.CV_16SC2, whole, shares)
    seen = desk.colors(*shape)[0]
    cv2.remap(part, whole, shares, cv2.INTER_LINEAR, seen, cv2.BORDER_REPLICATE)
    inside = slice(columns.start - wide.start, columns.stop - wide.start)
    _sharpen(seen, shares, inside, desk, result[rows, columns])


def _sharpen(seen: U8, shares: Plane, columns: slice, desk: _Desk, into: U8) -> None:
    """Write those columns of a linearly interpolated block, without its first and last row, as bright as the cubic
    has them."""
    shape = shares.shape
    stored, more = desk.stored(*shape), desk.signed(*shape)
    cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY, dst=stored[0])
    more = _more(stored[0], shares, more)
    before, after, change = (plane[_EDGE:-_EDGE] for plane in stored)
    cv2.add(before, more, dst=after, dtype=cv2.CV_8U)
    inside, spare = (block[_EDGE:-_EDGE] for block in (seen, desk.colors(*shape)[1]))
    cv2.subtract(after, before, dst=change)
    cv2.add(inside, cv2.cvtColor(change, cv2.COLOR_GRAY2RGB, dst=spare), dst=inside)
    cv2.subtract(before, after, dst=change)
    cv2.cvtColor(change, cv2.COLOR_GRAY2RGB, dst=spare)
    cv2.subtract(inside[:, columns], spare[:, columns], dst=into)


def _more(grey: U8, shares: Plane, spare: Plane) -> Plane:
    """How much more brightness the cubic has than a linearly interpolated grey, uint8 (h, w), in levels: int16, of
    the rows but the first and the last."""
    signed = spare[0]
    np.copyto(signed, grey)
    inside, twice, across, down, weight = spare[:, _EDGE:-_EDGE]
    shares = shares[_EDGE:-_EDGE]
    np.add(inside, inside, out=twice)
    # Second differences, with the other sign.
    across[:, 0] = across[:, -1] = 0
    np.subtract(twice[:, 1:-1], inside[:, :-2], out=across[:, 1:-1])
    np.subtract(across[:, 1:-1], inside[:, 2:], out=across[:, 1:-1])
    np.subtract(twice, signed[: -2 * _EDGE], out=down)
    np.subtract(down, signed[2 * _EDGE :], out=down)
    for bent, weights in zip((across, down), _WEIGHTS, strict=True):
        np.multiply(bent, cv2.LUT(shares, weights, dst=weight), out=bent)
    np.add(across, down, out=across)
    np.add(across, np.int16(2 ** (_BITS - 1)), out=across)
    return np.right_shift(across, _BITS, out=across)


def _apart(
    rgb: U8,
    grids: Sequence[tuple[F32, F32]],
    rows: slice,
    columns: slice,
    desk: _Desk,
    result: U8,
) -> None:
    """Write a block whose colors come from different places."""
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    for channel, grid in enumerate(grids):
        across, down = desk.places(*shape)
        part = cv2.extractChannel(_part(rgb, grid, (rows, columns), 0, (across, down)), channel)
        plane = desk.stored(*shape)[0]
        cv2.remap(part, across, down, cv2.INTER_CUBIC, plane, cv2.BORDER_REPLICATE)
        cv2.insertChannel(plane, result[rows, columns], channel)


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


def _part(
    rgb: U8,
    grid: tuple[F32, F32],
    block: tuple[slice, slice],
    beyond: int,
    into: tuple[F32, F32],
) -> U8:
    """The part of the photo that a block's pixels come from, and so many rows beyond it; their places in that part
    are written into two planes."""
    rows, columns = block
    share = np.arange(-beyond, rows.stop - rows.start + beyond, dtype=np.float32)[:, None] / _STEP
    found = []
    for plane, places, side in zip(grid, into, rgb.shape[1::-1], strict=True):
        above, below = plane[rows.start // _STEP : rows.start // _STEP + 2, columns]
        step = below - above
        # Places lie between those of the first row and those of the last.
        ends = above + share[[0, -1]] * step
        first = min(max(0, int(ends.min()) - _REACH), side - 1)
        found.append(slice(first, min(side, max(first + 1, int(ends.max()) + 1 + _REACH))))
        np.multiply(share, step, out=places)
        np.add(places, above - np.float32(first), out=places)
    return rgb[found[1], found[0]]
