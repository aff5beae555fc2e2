"""Turning, boxes and sizes, down to the pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from processing.engine import arrays
from tests.tables import in_turn


@in_turn("orientation", range(1, 9))
@in_turn("shape", [(2, 3), (2, 3, 3)])
def test_turning_agrees_with_the_exif_standard(shape: tuple[int, ...], orientation: int) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(arrays.upright(pixels, orientation), expected)


def test_the_box_is_tight_and_its_ends_are_exclusive() -> None:
    alpha = np.zeros((50, 80), np.uint8)
    alpha[10:20, 30:60] = 255
    assert arrays.subject_box(alpha) == (30, 10, 60, 20)


def test_what_no_eye_sees_makes_no_box() -> None:
    alpha = np.full((50, 80), arrays.VISIBLE - 1, np.uint8)
    assert arrays.subject_box(alpha) is arrays.visible_box(alpha) is None
    alpha[5, 7] = arrays.VISIBLE
    assert arrays.subject_box(alpha) == arrays.visible_box(alpha) == (7, 5, 8, 6)


def test_haze_widens_no_box() -> None:
    alpha = np.zeros((100, 100), np.uint8)
    alpha[30:70, 20:60] = 255
    alpha[50, :] = 127  # a joint between tiles, from one side to the other
    assert arrays.subject_box(alpha) == (20, 30, 60, 70)
    assert arrays.visible_box(alpha) == (0, 30, 100, 70)
    alpha[30, 10] = 128
    assert arrays.subject_box(alpha) == (10, 30, 60, 70)


def test_trimming_keeps_soft_edges_and_leaves_haze() -> None:
    alpha = np.zeros((300, 300), np.uint8)
    alpha[100:200, 100:200] = 255
    alpha[150, 98:100] = 40  # hair
    alpha[150, 200:] = 40  # a joint between tiles
    assert arrays.subject_box(alpha) == (100, 100, 200, 200)
    assert arrays.trim_box(alpha, (100, 100, 200, 200)) == (98, 100, 202, 200)


def test_the_box_of_what_is_translucent_holds_all_of_it() -> None:
    """A bottle of clear glass with a label: 40 x 40 solid, 80 x 40 glass around it."""
    alpha = np.zeros((120, 100), np.uint8)
    alpha[10:110, 20:60] = 80
    alpha[40:80, 20:60] = 255
    assert arrays.subject_box(alpha) == (20, 10, 60, 110)
    alpha[alpha == 255] = 0
    assert arrays.subject_box(alpha) == (20, 10, 60, 110)


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((4000, 3000), 1000, (1000, 750)),
        ((300, 400), 1000, (300, 400)),
        ((10_000, 1), 100, (100, 1)),
    ],
)
def test_fitting(size: tuple[int, int], side: int, expected: tuple[int, int]) -> None:
    assert arrays.fit_within(*size, max_side=side) == expected


def test_shrinking_averages_areas() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    assert arrays.shrink(checks.astype(np.uint8), (8, 8)).tolist() == [[128] * 8] * 8


WHOLE = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)


@pytest.mark.parametrize(
    "part",
    [
        lambda whole: whole,
        lambda whole: whole[..., 1].copy(),
        lambda whole: whole[3:17, 5:21],  # each row is followed by pixels of the whole
        lambda whole: whole[..., :1].copy()[4:, 2:],
        lambda whole: whole[7:8],
        lambda whole: whole[:, 4:5],
        lambda whole: whole[..., 2],  # these have no line of pixels in them
        lambda whole: whole[::-1],
        lambda whole: whole[:, ::2],
        lambda whole: whole.transpose(1, 0, 2),
        lambda whole: whole[..., ::-1],
    ],
)
def test_single_pixels_are_taken_and_put_as_by_indices(part: Any) -> None:
    whole, other = WHOLE.copy(), WHOLE.copy()
    pixels, expected = part(whole), part(other)
    random = np.random.default_rng(1)
    down, across = (random.integers(0, side, 40, np.int32) for side in pixels.shape[:2])
    assert np.array_equal(arrays.picked(pixels, (down, across)), expected[down, across])
    values = 255 - expected[down, across]
    arrays.put(pixels, (down, across), values)
    expected[down, across] = values
    assert np.array_equal(pixels, expected)
    assert np.array_equal(whole, other)


def test_no_pixel_at_all() -> None:
    nowhere = np.zeros(0, np.int32), np.zeros(0, np.int32)
    assert arrays.picked(WHOLE, nowhere).shape == (0, 3)
    assert arrays.picked(np.zeros((0, 4), np.uint8), nowhere).shape == (0,)
