"""What is hidden can't be brought back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.room.hiding import hide
from tests import faces

PART = (60.0, 40.0, 140.0, 120.0)
# What is drawn in its place: the part and 35 % of its sides around it.
SHOWN = (slice(12, 148), slice(32, 168))
INSIDE = (slice(40, 120), slice(60, 140))


@pytest.fixture
def noise() -> U8:
    return np.random.default_rng(1).integers(0, 256, (160, 200, 3), np.uint8)


def test_only_the_part_and_its_surroundings_change(noise: U8) -> None:
    before = noise.copy()
    hidden = hide(noise, [PART])
    assert np.array_equal(noise, before)
    changed = (hidden != noise).any(axis=-1)
    assert changed[INSIDE].mean() > 0.95
    changed[SHOWN] = False
    assert not changed.any()
    assert hide(noise, []) is noise


def test_two_photos_that_differ_in_detail_become_the_same() -> None:
    """Nothing but the means of 6 x 6 cells is left: whatever else was there makes no difference."""
    plain = np.full((160, 200, 3), 120, np.uint8)
    detailed = plain.copy()
    # A chessboard of every size that fits evenly into the cells, which are 136 / 6 pixels wide.
    signs = np.indices((136, 136)).sum(axis=0) % 2 * 2 - 1
    detailed[SHOWN] = (120 + 90 * signs)[..., None].astype(np.uint8)
    assert np.ptp(detailed[INSIDE].astype(int)) == 180
    one, other = hide(plain, [PART])[INSIDE], hide(detailed, [PART])[INSIDE]
    assert np.abs(one.astype(int) - other).max() <= 5


def test_a_face_keeps_next_to_no_detail() -> None:
    portrait = faces.portrait(240)
    height, width = portrait.shape[:2]
    left, top, right, bottom = np.array(faces.FACE) * (width, height, width, height)
    hidden = hide(portrait, [(left, top, right, bottom)])

    def detail(rgb: U8) -> float:
        """How much differs from a sixth of the face's size around it, in levels."""
        face = rgb[int(top) : int(bottom), int(left) : int(right)].astype(np.float32)
        return float(np.abs(face - cv2.GaussianBlur(face, (0, 0), (right - left) / 24)).mean())

    assert detail(portrait) > 4
    assert detail(hidden) < 1.5


@pytest.mark.parametrize(
    "part",
    [(-30.0, -20.0, 40.0, 50.0), (190.0, 150.0, 260.0, 230.0), (400.0, 9.0, 500.0, 99.0)],
)
def test_parts_may_lie_beyond_the_border(noise: U8, part: tuple[float, ...]) -> None:
    left, top, right, bottom = part
    hidden = hide(noise, [(left, top, right, bottom)])
    changed = (hidden != noise).any(axis=-1)
    inside = changed[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)]
    assert inside.size == 0 or inside.mean() > 0.95
    assert changed.any() == (left < 200)


def test_a_part_of_no_size_and_parts_that_overlap_are_no_trouble(noise: U8) -> None:
    assert hide(noise, [(50.0, 50.0, 50.0, 50.0)]).shape == noise.shape
    whole = hide(noise, [PART, (70.0, 50.0, 150.0, 130.0)])
    assert (whole != noise).any(axis=-1)[INSIDE].mean() > 0.95
