"""Photos seen anew: where each pixel comes from."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import F64
from processing.engine.plans.room_versions import NEWEST
from processing.engine.room import resampling, strips
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts

SIZE = (330, 290)  # neither a whole number of steps


def smooth(size: tuple[int, int]) -> np.ndarray:
    """A slope of grey from left to right and one of red from top to bottom."""
    down, right = np.mgrid[0 : size[1], 0 : size[0]]
    return np.stack([down % 256, right * 200 // size[0], right * 0 + 90], axis=-1).astype(np.uint8)


def test_a_photo_seen_as_it_is_stays_as_it_is() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    assert np.array_equal(resampling.resampled(photo, SIZE, [lambda at: at]), photo)


def test_pixels_come_from_where_their_places_say() -> None:
    photo = smooth(SIZE)

    def moved(at: F64) -> F64:
        return np.add(at, (7.0, 12.0))

    found = resampling.resampled(photo, (300, 270), [moved])
    assert np.array_equal(found, photo[12:282, 7:307])
    beyond = resampling.resampled(photo, SIZE, [moved])
    assert np.array_equal(beyond[-1, :300], photo[-1, 7:307])  # the last row goes on


def test_between_pixels_brightness_is_cubic() -> None:
    grey = np.random.default_rng(3).integers(60, 190, (40, 50)).astype(np.float64)
    photo = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    cubic = np.array([-3, 19, 19, -3]) / 32  # halfway, for Keys' parameter of -0.75

    def right(at: F64) -> F64:
        return np.add(at, (0.5, 0))

    def below(at: F64) -> F64:
        return np.add(at, (0, 0.5))

    for places, pixels, found in (
        (right, grey, resampling.resampled(photo, (50, 40), [right])[..., 1]),
        (below, grey.T, resampling.resampled(photo, (50, 40), [below])[..., 1].T),
    ):
        expected = [np.convolve(row, cubic, "valid") for row in pixels]
        # Linear values are rounded before, and so once more than the cubic alone.
        assert np.abs(found[:, 1:-2] - np.array(expected)).max() < 1.5, places


@pytest.mark.parametrize("size", [(33_000, 3), (3, 33_000), (1, 1)])
def test_any_side_may_be_long_or_short(size: tuple[int, int]) -> None:
    photo = smooth(size)
    assert np.array_equal(resampling.resampled(photo, size, [lambda at: at]), photo)


def test_strips_of_any_size_make_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = np.random.default_rng(2).integers(0, 256, (120, 90, 3), dtype=np.uint8)
    whole = enhance(photo, amounts(NEWEST, "neutral")).rgb
    monkeypatch.setattr(strips, "_STRIP", 90 * 7)
    assert np.abs(enhance(photo, amounts(NEWEST, "neutral")).rgb.astype(int) - whole).max() <= 1
