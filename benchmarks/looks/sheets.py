"""Contact sheets of pictures, numbered by photo: one build's, or pairs whose builds aren't told."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import compose

CELL = 480
_COLUMNS = 6
# A sheet of pairs is looked at closely: so many of them, beside each other and in all.
_PAIRS_ACROSS, _PAIRS = 2, 6
_HEAD, _GAP = 26, 8
_PAPER, _INK = 235, (40, 40, 40)
# Behind transparent pictures.
_CHECKS, _CHECK = (255, 214), 12


def cell(rgb: U8, alpha: U8 | None) -> U8:
    """A picture as large as fits into a square, over checks where it is transparent."""
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], CELL)
    if alpha is not None:
        # Checks first, as colors of what is transparent mean nothing.
        rgb = compose.over((_checks(rgb.shape[:2]), None), (rgb, alpha), (0, 0))[0]
    if max(rgb.shape[:2]) < CELL:
        small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    else:
        small = arrays.shrink(rgb, size)
    square = np.full((CELL, CELL, 3), _PAPER, np.uint8)
    top, left = (CELL - size[1]) // 2, (CELL - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def sheet(cells: Sequence[U8 | None]) -> U8:
    """All of them, numbered from 1."""
    return _grid([_headed(_filled(one), str(n)) for n, one in enumerate(cells, start=1)], _COLUMNS)


def of_pairs(pairs: Sequence[tuple[U8 | None, U8 | None]]) -> Iterator[U8]:
    """Sheets of pairs, numbered from 1 on, with L and R."""
    drawn = [
        np.hstack(
            [
                _headed(_filled(left), f"{number} L"),
                np.full((CELL + _HEAD, _GAP, 3), _PAPER, np.uint8),
                _headed(_filled(right), f"{number} R"),
            ]
        )
        for number, (left, right) in enumerate(pairs, start=1)
    ]
    for start in range(0, len(drawn), _PAIRS):
        yield _grid(drawn[start : start + _PAIRS], _PAIRS_ACROSS)


def _filled(one: U8 | None) -> U8:
    if one is not None:
        return one
    empty = np.full((CELL, CELL, 3), _PAPER, np.uint8)
    cv2.putText(empty, "no product found", (120, 240), cv2.FONT_HERSHEY_SIMPLEX, 0.8, _INK, 1)
    return empty


def _headed(picture: U8, words: str) -> U8:
    head = np.full((_HEAD, picture.shape[1], 3), _PAPER, np.uint8)
    cv2.putText(head, words, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.65, _INK, 2)
    return np.vstack([head, picture])


def _grid(cells: Sequence[U8], columns: int) -> U8:
    """Rows of so many cells of one size, with gaps."""
    height, width = cells[0].shape[:2]
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    across, down = columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP
    whole = np.full((down, across, 3), _PAPER, np.uint8)
    for number, one in enumerate(cells):
        top, left = number // columns * (height + _GAP), number % columns * (width + _GAP)
        whole[top : top + height, left : left + width] = one
    return whole


def _checks(shape: tuple[int, ...]) -> U8:
    """Light squares over (h, w), of a size that is seen whatever the picture's."""
    side = max(1, _CHECK * max(shape) // CELL)
    rows, columns = (np.arange(length) // side % 2 for length in shape[:2])
    light = np.array(_CHECKS, np.uint8)[rows[:, None] ^ columns]
    return np.repeat(light[..., None], 3, axis=-1)
