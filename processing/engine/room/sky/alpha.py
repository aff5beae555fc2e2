"""How much of each pixel of a photo is sky, at full size: roughly first, and pixel by pixel where that isn't enough.

Blocks of pixels along the border are told by their means, and only those that are mixed, or lie beside others that
are other than they, are gone through. Within the sky, what is darker than all of it around is a wire or a bird, and
stays.
"""

import math
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8, Mask, Places
from processing.engine.canvas import linear
from processing.engine.room import detail
from processing.engine.room.sky import specks
from processing.engine.room.sky.border import Border, between, enlarged

_TILE: Final = 256
# The sides of blocks in pixels, how many of them the photo's longer side has at least, and the share of sky, of 255,
# by which one differs from none or all where it is mixed.
_STEPS: Final = (4, 2)
_COARSE: Final = 1000
_PURE: Final = 6
# How many levels darker than the sky around wires are, and their own light as a share of the sky's.
_DARKER: Final = 10
_WIRE: Final = 0.03

Plane = Any  # numbers (h, w[, c]), of the kind that OpenCV's functions take and give


def alpha_of(rgb: U8, border: Border) -> U8:
    """How much of each pixel is sky, uint8 (h, w), of a photo, uint8 (h, w, 3)."""
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    width = rgb.shape[1]
    unsure, mask = (_reaching(part, rgb.shape) for part in (border.unsure, border.mask))
    step = next((step for step in _STEPS if max(rgb.shape) // step >= _COARSE), 1)

    def row(index: int) -> None:
        for column in range(math.ceil(width / _TILE)):
            if unsure[index, column] or mask[index, column]:
                tile = _Tile(rgb, alpha, (index * _TILE, column * _TILE), border, step)
                if unsure[index, column]:
                    tile.look()
                    tile.fill_specks()
                else:
                    tile.part[:] = 255
                tile.keep_wires()

    parallel.each(row, range(math.ceil(len(rgb) / _TILE)))
    return alpha


def _reaching(plane: U8, shape: tuple[int, ...]) -> Any:
    """Which tiles of a photo a small copy's map has anything in: bool (rows, columns)."""
    rows, columns = (math.ceil(side / _TILE) for side in shape[:2])
    side = 2 * (2 + round(_TILE * max(plane.shape) / max(shape) / 2)) + 1
    near = cv2.dilate(plane, np.ones((side, side), np.uint8))
    down = (np.arange(rows) + 0.5) * _TILE * plane.shape[0] / shape[0]
    across = (np.arange(columns) + 0.5) * _TILE * plane.shape[1] / shape[1]
    picked = np.minimum(down, len(plane) - 1).astype(int)[:, None]
    return near[picked, np.minimum(across, plane.shape[1] - 1).astype(int)] > 0


class _Tile:
    """A square of a photo. It is looked at in blocks of `step` pixels a side first, and then, pixel by pixel, in those
    alone that are neither sky nor front, or have neighbors that are other than they."""

    def __init__(
        self, rgb: U8, alpha: U8, start: tuple[int, int], border: Border, step: int
    ) -> None:
        top, left = start
        bottom, right = (
            min(begin + _TILE, side) for begin, side in zip(start, alpha.shape, strict=True)
        )
        self.part = alpha[top:bottom, left:right]
        self._pixels = np.ascontiguousarray(rgb[top:bottom, left:right])
        self._size = (alpha.shape[1], alpha.shape[0])
        self._border, self._step, self._box = border, step, (left, top, right, bottom)

    def look(self) -> None:
        """Tell what is sky, but for wires."""
        step, part = self._step, self.part
        mask = self._blocks_of(self._border.mask)
        found = np.asarray(cv2.inRange(mask, 128, 255), np.uint8)
        unsure = self._blocks_of(self._border.unsure) > 0
        if unsure.any():
            whole = self._pixels if step == 1 else self._whole(self._pixels)
            blocks = arrays.shrink(whole, found.shape[::-1])
            places = _places(unsure)
            behind, front = self._known(places)
            light = linear.to_float(arrays.picked(blocks, places))
            share = between(light, behind, front, arrays.picked(mask, places))
            arrays.put(found, places, np.round(255 * share).astype(np.uint8))
        if step == 1:
            part[:] = found
            return
        large = cv2.resize(found, None, fx=step, fy=step, interpolation=cv2.INTER_NEAREST)
        part[:] = large[: part.shape[0], : part.shape[1]]
        if unsure.any():
            self._look_closer(whole, found, unsure)

    def fill_specks(self) -> None:
        """Take specks that are as light as the sky, and surrounded by it, for sky."""
        border, place = self._border, (self._box, self._size)
        unsure = enlarged(border.unsure, *place)
        level = enlarged(detail.grey(border.behind), *place)
        specks.fill(self.part, self._pixels, unsure, level, lambda: enlarged(border.behind, *place))

    def keep_wires(self) -> None:
        """Take what is darker than all of the sky around it for what stands in front."""
        grey, border = detail.grey(self._pixels), self._border
        sky = cv2.inRange(self.part, 255, 255)
        darkest, *_ = cv2.minMaxLoc(grey, mask=sky)
        if darkest + _DARKER > int(self._blocks_of(border.floor).max()) or not sky.any():
            return
        darker = cv2.subtract(enlarged(border.floor, self._box, self._size), grey)
        unsure = enlarged(border.unsure, self._box, self._size)
        wires = (cv2.bitwise_and(sky, cv2.inRange(darker, _DARKER, 255)) > 0) & (unsure == 0)
        if wires.any():
            places = _places(wires)
            blocks = (places[0] // self._step, places[1] // self._step)
            behind = self._known(blocks)[0]
            light = linear.to_float(arrays.picked(self._pixels, places))
            mask = arrays.picked(self._blocks_of(border.mask), blocks)
            share = between(light, behind, behind * np.float32(_WIRE), mask)
            arrays.put(self.part, places, np.round(255 * share).astype(np.uint8))

    def _look_closer(self, whole: U8, found: U8, unsure: Mask) -> None:
        """Go through the pixels of blocks that are mixed, each of them (n, step, step)."""
        near = np.ones((3, 3), np.uint8)
        mixed = (cv2.dilate(found, near) > _PURE) & (cv2.erode(found, near) < 255 - _PURE) & unsure
        if not mixed.any():
            return
        step, places = self._step, _places(mixed)
        rows, columns = places
        known = [one[:, None] for one in self._known(places)]

        def blocks(plane: U8) -> U8:
            """A plane's mixed blocks (n, step * step[, c])."""
            cut = plane.reshape(mixed.shape[0], step, mixed.shape[1], step, *plane.shape[2:])
            return cut[rows, :, columns].reshape(len(rows), step * step, *plane.shape[2:])

        mask = self._whole(enlarged(self._border.mask, self._box, self._size))
        light = linear.to_float(blocks(whole))
        share = between(light, known[0], known[1], blocks(mask))
        alpha = self._whole(self.part)
        cut = alpha.reshape(mixed.shape[0], step, mixed.shape[1], step)
        found = np.round(255 * share).astype(np.uint8)
        cut[rows, :, columns] = found.reshape(len(rows), step, step)
        self.part[:] = alpha[: self.part.shape[0], : self.part.shape[1]]

    def _blocks_of(self, plane: Plane) -> Plane:
        """A small copy's map, a value for each block."""
        if self._step == 1:
            return enlarged(plane, self._box, self._size)
        step, (left, top, right, bottom) = self._step, self._box
        box = (left // step, top // step, -(-right // step), -(-bottom // step))
        return enlarged(plane, box, (self._size[0] / step, self._size[1] / step))

    def _known(self, places: Places) -> tuple[F32, F32]:
        """The light behind blocks and in front of it, each float32 (n, 3)."""
        border = self._border
        behind, front = (
            linear.to_float(arrays.picked(self._blocks_of(plane), places))
            for plane in (border.behind, border.front)
        )
        return behind, front

    def _whole(self, plane: U8) -> U8:
        """A plane of pixels with whole blocks at the photo's borders as well."""
        below, right = (-side % self._step for side in plane.shape[:2])
        if not (below or right):
            return np.ascontiguousarray(plane)
        return np.asarray(
            cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8
        )


def _places(wanted: Mask) -> Places:
    rows, columns = np.nonzero(wanted)
    return rows.astype(np.int32), columns.astype(np.int32)
