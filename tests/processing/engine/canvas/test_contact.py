"""Where the frame cuts a subject: solid contact along a share of the side, and nothing less."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine import arrays
from processing.engine.canvas.contact import cut_sides
from processing.engine.canvas.layout import Cut
from tests.tables import in_turn

# A subject of 300 x 600 in a photo of 600 x 1000, away from the frame.
LEFT, TOP, RIGHT, BOTTOM = 150, 200, 450, 800
TURNS = [("bottom", 0), ("right", 1), ("top", 2), ("left", 3)]


def matte(reach: int, *, alpha: int = 255, gap: int = 0) -> np.ndarray:
    """The subject, and `reach` pixels wide a part of it that goes down to the frame, or to a gap
    above it."""
    pixels = np.zeros((1000, 600), np.uint8)
    pixels[TOP:BOTTOM, LEFT:RIGHT] = 255
    pixels[BOTTOM : 1000 - gap, LEFT : LEFT + reach] = alpha
    return pixels


def cut(pixels: np.ndarray) -> Cut:
    box = arrays.subject_box(pixels)
    assert box is not None
    return cut_sides(pixels, box)


@in_turn(("side", "turn"), TURNS)
@in_turn(("reach", "is_cut"), [(300, True), (12, True), (11, False), (3, False), (0, False)])
def test_a_side_is_cut_where_a_25th_of_it_touches(
    side: str, turn: int, reach: int, is_cut: bool
) -> None:
    found = cut(np.rot90(matte(reach), turn))
    assert found == Cut(**{side: is_cut})


@pytest.mark.parametrize(("side", "turn"), TURNS)
def test_haze_cuts_nothing(side: str, turn: int) -> None:
    assert cut(np.rot90(matte(300, alpha=127), turn)) == Cut()
    assert cut(np.rot90(matte(300, alpha=128), turn)) == Cut(**{side: True})


def test_the_share_is_one_of_the_subject_and_not_of_the_photo() -> None:
    pixels = np.zeros((1000, 1000), np.uint8)
    pixels[980:, 500:520] = 255  # something small, cut below
    assert cut(pixels) == Cut(bottom=True)


@pytest.mark.parametrize(
    ("size", "gap", "is_cut"),
    [((600, 1000), 2, True), ((600, 1000), 3, False), ((60, 100), 1, True), ((60, 100), 2, False)],
)
def test_a_matte_may_stop_short_of_the_frame(size: tuple[int, int], gap: int, is_cut: bool) -> None:
    """By a pixel, or by a 500th of the photo's side."""
    pixels = np.zeros(size[::-1], np.uint8)
    pixels[size[1] // 2 : size[1] - gap, 20:40] = 255
    assert cut(pixels) == Cut(bottom=is_cut)


def test_cut_all_around() -> None:
    assert cut(np.full((10, 10), 255, np.uint8)) == Cut(True, True, True, True)
