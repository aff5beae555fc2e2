"""What a matte tells of its network's doubts, without the photo."""

import numpy as np
import pytest

from processing.engine.arrays import F32
from processing.engine.looking.opinions import Opinion


def matte(*boxes: tuple[int, int, int, int, float]) -> F32:
    """Boxes (left, top, right, bottom, belief) on the grid of 320."""
    drawn = np.zeros((320, 320), np.float32)
    for left, top, right, bottom, belief in boxes:
        drawn[top:bottom, left:right] = belief
    return drawn


BODY = (100, 100, 200, 200, 1.0)


def test_nothing_has_no_area_no_doubt_and_no_pieces() -> None:
    opinion = Opinion(matte())
    assert (opinion.area, opinion.undecided, opinion.doubt, opinion.pieces) == (0, 0, 0.0, 0)


@pytest.mark.parametrize(
    ("patch", "undecided"),
    [
        ((200, 100, 240, 140, 0.4), 1600),
        ((200, 100, 215, 115, 0.4), 225),
        ((200, 100, 214, 200, 0.4), 0),  # too narrow: a soft edge
        ((200, 100, 240, 140, 0.05), 0),  # background
        ((200, 100, 240, 140, 0.85), 0),  # subject
    ],
)
def test_doubt_is_what_lies_in_patches(
    patch: tuple[int, int, int, int, float], undecided: int
) -> None:
    opinion = Opinion(matte(BODY, patch))
    assert opinion.undecided == undecided
    assert opinion.doubt == undecided / opinion.area


@pytest.mark.parametrize(
    ("others", "pieces"),
    [
        ([], 1),
        ([(220, 100, 241, 110, 1.0)], 2),  # 210 of 10,210 cells
        ([(220, 100, 230, 110, 1.0)], 1),  # 100 of 10,100: a crumb
        ([(220, 100, 241, 110, 1.0), (220, 120, 241, 131, 1.0)], 3),
    ],
)
def test_pieces(others: list[tuple[int, int, int, int, float]], pieces: int) -> None:
    assert Opinion(matte(BODY, *others)).pieces == pieces


@pytest.mark.parametrize(
    ("other", "denied"),
    [
        (matte(BODY), 0),
        (matte(BODY, (200, 100, 240, 140, 0.95)), 1600),
        (matte(BODY, (200, 100, 240, 140, 0.85)), 0),  # it is not sure
        (matte(BODY, (200, 100, 240, 106, 1.0)), 0),  # too narrow
        (matte(BODY, (240, 100, 280, 140, 1.0)), 0),  # not on its largest piece
        (matte(), 0),
    ],
)
def test_what_another_is_sure_of_is_denied(other: F32, denied: int) -> None:
    assert Opinion(matte(BODY)).denies(Opinion(other)) == denied


@pytest.mark.parametrize("side", [64, 320, 768])
def test_opinions_compare_whatever_their_grid(side: int) -> None:
    drawn = np.zeros((side, side), np.float32)
    drawn[side // 4 : side // 2, side // 4 : side // 2] = 1.0
    assert abs(Opinion(drawn).area - 80 * 80) <= 2 * 80
    assert Opinion(drawn).denies(Opinion(matte((80, 80, 160, 160, 1.0)))) == 0
