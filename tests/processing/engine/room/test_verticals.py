"""How a camera was tilted, and photos made upright."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.room import verticals
from processing.engine.room.verticals import Tilt
from tests.processing.engine.room.drawn import FOCAL, room


def tilt_of(rgb: U8) -> Tilt:
    found = verticals.tilt_of(rgb, FOCAL)
    assert found is not None
    return found


def test_known_roll_and_pitch_come_back_within_a_few_tenths_of_a_degree() -> None:
    for tilt in ((0, 0), (3, 0), (0, 12), (-12, 4), (12, -12), (-5, -8)):
        found = tilt_of(room((600, 400), roll=tilt[0], pitch=tilt[1]))
        assert (found.roll, found.pitch) == pytest.approx(tilt, abs=0.4), tilt


def test_a_straightened_photo_is_level_and_has_no_empty_corners() -> None:
    tilted = room((600, 400), roll=4, pitch=-7)
    upright = verticals.straightened(tilted, tilt_of(tilted))
    again = tilt_of(upright)
    assert (again.roll, again.pitch) == pytest.approx((0, 0), abs=0.3)
    height, width = upright.shape[:2]
    assert width / height == pytest.approx(1.5, abs=0.01)
    assert width > 0.85 * 600
    plain = np.full((400, 600, 3), 200, np.uint8)
    for tilt in (Tilt(4, -7, FOCAL), Tilt(-9, 3, FOCAL), Tilt(0.5, 0, FOCAL)):
        assert (verticals.straightened(plain, tilt) == 200).all(), tilt


def test_a_photo_of_another_format_keeps_its_proportions() -> None:
    tilted = room((400, 600), roll=3, pitch=5)
    upright = verticals.straightened(tilted, tilt_of(tilted))
    assert upright.shape[0] / upright.shape[1] == pytest.approx(1.5, abs=0.01)


def test_where_nothing_is_upright_nobody_guesses() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    plain = np.full((400, 600, 3), 200, np.uint8)
    tiny = np.full((1, 1, 3), 200, np.uint8)
    for rgb in (noise, plain, tiny):
        assert verticals.tilt_of(rgb) is None
