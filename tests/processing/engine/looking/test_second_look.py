"""Where a second look goes, and when it is believed."""

import numpy as np
import pytest

from processing.engine.arrays import F32, Box
from processing.engine.looking import second_look


def matte(left: int, top: int, right: int, bottom: int, belief: float = 1.0) -> F32:
    drawn = np.zeros((100, 100), np.float32)
    drawn[top:bottom, left:right] = belief
    return drawn


@pytest.mark.parametrize(
    ("seen", "size", "expected"),
    [
        # 200 x 200 pixels and 30 on each side
        (matte(40, 40, 60, 60), (1000, 1000), (370, 370, 630, 630)),
        # 400 x 200 pixels of a wide photo: the square is 520 high
        (matte(40, 40, 60, 60), (2000, 1000), (740, 240, 1260, 760)),
        # at the frame: no room there, so the square moves inwards
        (matte(0, 40, 20, 60), (1000, 1000), (0, 370, 260, 630)),
        (matte(40, 80, 60, 100), (1000, 1000), (370, 740, 630, 1000)),
        # a faint sleeve belongs to the box, what is fainter still does not
        (np.maximum(matte(40, 40, 60, 60), matte(60, 40, 80, 60, 0.3)), (1000, 1000), (340, 240, 860, 760)),
        (np.maximum(matte(40, 40, 60, 60), matte(60, 40, 80, 60, 0.1)), (1000, 1000), (370, 370, 630, 630)),
        # as high as the photo: as wide as it may be, and no higher than there is
        (matte(40, 0, 50, 100), (2000, 1000), (250, 0, 1550, 1000)),
        # 65 + 2 * 9.75 of 100 each way are 71 % of the photo; 69 + 2 * 10.35 are 80.5 %
        (matte(10, 10, 75, 75), (1000, 1000), (2, 2, 848, 848)),
        (matte(10, 10, 79, 79), (1000, 1000), None),
        (matte(0, 0, 100, 100), (1000, 1000), None),
        (np.zeros((100, 100), np.float32), (1000, 1000), None),
    ],
)  # fmt: skip
def test_the_square_around_a_small_subject(
    seen: F32, size: tuple[int, int], expected: Box | None
) -> None:
    assert second_look.region(seen, *size) == expected


PART, SIZE = (300, 300, 700, 700), (1000, 1000)
# 200 x 200 pixels in the middle of the part, which is 400 wide.
FIRST, SAME = matte(40, 40, 60, 60), matte(25, 25, 75, 75)


@pytest.mark.parametrize(
    ("second", "part", "better"),
    [
        (SAME, PART, True),
        (matte(20, 20, 80, 80), PART, True),  # more than before
        (matte(25, 25, 75, 50), PART, False),  # half of it is gone
        (np.zeros((100, 100), np.float32), PART, False),
        (matte(25, 25, 100, 75), PART, False),  # cut off by the part's border
        (matte(0, 25, 75, 75), PART, False),
        (matte(25, 0, 75, 75), PART, False),
        (matte(25, 25, 75, 100), PART, False),
        (matte(25, 25, 100, 75, 0.5), PART, False),  # not there, but not sure of its half either
    ],
)
def test_a_second_look_must_hold_the_whole_subject(second: F32, part: Box, better: bool) -> None:
    assert second_look.is_better(second, part, FIRST, SIZE) is better


def test_the_photos_own_frame_cuts_nothing_off() -> None:
    first, part = matte(0, 40, 20, 60), (0, 300, 400, 700)
    assert second_look.is_better(matte(0, 25, 50, 75), part, first, SIZE)


def test_a_matte_of_a_part_is_laid_where_it_belongs() -> None:
    laid = second_look.laid(SAME, PART, (100, 100), SIZE)
    assert laid.dtype == np.float32
    assert (laid[40:60, 40:60] == 1).all()
    assert (laid[:39].max(), laid[61:].max(), laid[:, :39].max(), laid[:, 61:].max()) == (
        0,
        0,
        0,
        0,
    )
