"""One change of size: light is averaged, not numbers, and hidden colors stay hidden."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas.resample import resample
from tests.tables import in_turn

SIZES = [(30, 20), (61, 43), (7, 90), (200, 140)]


def noise(size: tuple[int, int] = (60, 40)) -> U8:
    return np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def disc(side: int = 64) -> U8:
    """Soft-edged alpha of a disc, opaque inside."""
    alpha = np.zeros((side, side), np.uint8)
    cv2.circle(alpha, (side // 2, side // 2), side // 3, 255, -1)
    return np.asarray(cv2.blur(alpha, (5, 5)), dtype=np.uint8)


def test_a_checker_of_black_and_white_halves_to_the_grey_it_looks_like() -> None:
    checker = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    halved, alpha = resample(np.dstack([checker] * 3), None, (32, 32))
    assert alpha is None
    assert np.unique(halved).tolist() == [188]


def weighed(rgb: U8, alpha: U8 | None) -> npt.NDArray[np.float64]:
    """Premultiplied colors and alpha, 0 to 255: what counts, and no more than it counts."""
    cover = np.full(rgb.shape[:2], 255.0) if alpha is None else alpha.astype(float)
    return np.dstack([rgb * cover[..., None] / 255, cover])


@in_turn("size", SIZES)
@in_turn("value", [0, 1, 97, 254, 255])
def test_one_color_stays_itself(size: tuple[int, int], value: int) -> None:
    rgb = np.full((40, 60, 3), value, np.uint8)
    resized, alpha = resample(rgb, np.full((40, 60), 255, np.uint8), size)
    assert resized.shape == (size[1], size[0], 3)
    assert alpha is not None
    assert (resized == value).all()
    assert (alpha == 255).all()


def test_an_equal_size_hands_the_pixels_back() -> None:
    rgb, alpha = noise(), np.full((40, 60), 3, np.uint8)
    same, cover = resample(rgb, alpha, (60, 40))
    assert np.array_equal(same, rgb)
    assert np.array_equal(cover, alpha)


@pytest.mark.parametrize("size", [(20, 20), (41, 41), (64, 63), (65, 65), (150, 150)])
def test_no_color_from_under_transparent_pixels_shines_through(size: tuple[int, int]) -> None:
    alpha = disc()
    rgb = np.where(alpha[..., None] > 0, np.uint8([200, 40, 90]), np.uint8([0, 255, 0]))
    resized, cover = resample(rgb.astype(np.uint8), alpha, size)
    assert cover is not None
    assert 0 < np.count_nonzero(cover) < cover.size
    # Alpha of a few 255ths can't hold a color finely.
    seen = resized[cover > 8].astype(int)
    assert np.abs(seen - [200, 40, 90]).max() <= 1


@pytest.mark.parametrize("side", [16, 50, 128])
def test_alpha_keeps_its_amount(side: int) -> None:
    alpha = disc()
    _, resized = resample(np.zeros((64, 64, 3), np.uint8), alpha, (side, side))
    assert resized is not None
    assert resized.mean() == pytest.approx(alpha.mean(), rel=0.01)


def test_enlarging_a_hard_edge_neither_wraps_nor_leaves_its_range() -> None:
    rgb = np.zeros((8, 8, 3), np.uint8)
    rgb[:, 4:] = 255
    larger, _ = resample(rgb, None, (80, 80))
    steps = np.diff(larger[40, :, 0].astype(int))
    assert (larger[:, :35] == 0).all()
    assert (larger[:, 45:] == 255).all()
    assert (steps >= 0).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opaque", [True, False])
def test_a_window_is_that_part_of_the_whole(size: tuple[int, int], opaque: bool) -> None:
    alpha = None if opaque else noise()[..., 0]
    window = (size[0] // 3, size[1] // 4, size[0] - 2, size[1] - 1)
    left, top, right, bottom = window
    whole = resample(noise(), alpha, size)
    part = resample(noise(), alpha, size, window=window)
    expected = whole[0][top:bottom, left:right], None
    if whole[1] is not None:
        expected = expected[0], whole[1][top:bottom, left:right]
    assert part[0].shape == expected[0].shape
    assert np.abs(weighed(*part) - weighed(*expected)).max() <= 1


def test_a_window_of_a_giant_costs_no_more_than_itself() -> None:
    rgb = np.zeros((1000, 1, 3), np.uint8)
    rgb[500:] = 77
    part, _ = resample(rgb, None, (10_000, 10_000_000), window=(50, 7_000_000, 60, 7_000_005))
    assert part.shape == (5, 10, 3)
    assert (part == 77).all()


def test_strips_leave_no_seams() -> None:
    rgb = np.asarray(cv2.resize(noise((4, 4)), (300, 700)), dtype=np.uint8)
    alpha = np.asarray(cv2.resize(noise((5, 5))[..., 0], (300, 700)), dtype=np.uint8)
    one, one_alpha = resample(rgb, alpha, (130, 301))
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    other, other_alpha = resample(rgb, alpha, (130, 301))
    cv2.setNumThreads(before)
    assert np.array_equal(one, other)
    assert np.array_equal(one_alpha, other_alpha)
    assert np.abs(np.diff(one.astype(int), axis=0)).max() <= 12
