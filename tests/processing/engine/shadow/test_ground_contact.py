"""Where a subject touches the ground, and whether it stands or lies."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.shadow import ground_contact
from processing.engine.shadow.ground_contact import LYING, UPRIGHT
from tests.processing.engine import silhouettes
from tests.processing.engine.silhouettes import rectangle


def test_nothing_has_no_footing() -> None:
    assert ground_contact.measure(np.zeros((30, 40), np.uint8)) is None


def test_haze_has_a_level_one() -> None:
    found = ground_contact.measure(np.full((30, 40), 20, np.uint8))
    assert found is not None
    assert found.box == (0, 0, 40, 30)
    assert found.ground.tolist() == [30] * 40


def test_a_box_stands_on_its_lower_edge() -> None:
    found = ground_contact.measure(rectangle(80, 90, 160, 170))
    assert found is not None
    assert found.box == (80, 90, 160, 170)
    assert found.unit == 80
    assert found.ground == pytest.approx(np.full(240, 170), abs=1e-3)


def test_what_stands_has_two_points_of_support_on_a_level() -> None:
    assert ground_contact.is_steady(silhouettes.bottle())
    assert ground_contact.is_steady(rectangle(60, 60, 80, 180) | rectangle(160, 60, 180, 170))
    # One point alone, and two on a slope.
    assert not ground_contact.is_steady(silhouettes.polygon((40, 60), (200, 60), (120, 200)))
    slanted = silhouettes.polygon((40, 60), (200, 60), (200, 200), (40, 130))
    assert not ground_contact.is_steady(slanted)
    # What the picture cuts stands out of sight; nothing at all doesn't fall.
    assert ground_contact.is_steady(rectangle(40, 60, 100, 240))
    assert ground_contact.is_steady(np.zeros((30, 40), np.uint8))


def test_a_round_toe_touches_the_ground_along_its_side() -> None:
    toe = np.zeros((240, 240), np.uint8)
    cv2.ellipse(toe, (120, 120), (40, 80), 0, 0, 360, 255, -1)
    found = ground_contact.measure(toe)
    assert found is not None
    assert found.touches[120] > 0.95
    assert found.foot[100] == pytest.approx(120 + 80 * 0.75**0.5, abs=3)
    assert found.ground[100] > found.foot[100] + 5
    assert found.touches[85] < 0.05


def test_the_ground_rises_to_a_foot_further_back() -> None:
    """Two feet, 80 pixels from each other, the right one 20 higher: a slope of a quarter."""
    feet = rectangle(60, 60, 180, 100) | rectangle(60, 60, 80, 180) | rectangle(160, 60, 180, 160)
    found = ground_contact.measure(feet)
    assert found is not None
    assert found.ground[70] == pytest.approx(180, abs=0.5)
    assert found.ground[130] == pytest.approx(170, abs=1)
    assert found.ground[175:] == pytest.approx(np.full(65, 160), abs=1)


def test_a_handle_does_not_stand() -> None:
    found = ground_contact.measure(silhouettes.mug())
    assert found is not None
    assert found.ground == pytest.approx(np.full(240, 170), abs=1)


def test_a_hair_does_not_stand() -> None:
    found = ground_contact.measure(silhouettes.box() | rectangle(120, 170, 122, 200))
    assert found is not None
    assert found.ground == pytest.approx(np.full(240, 170), abs=1e-3)


def test_the_ground_of_what_the_edge_cuts_is_out_of_sight() -> None:
    found = ground_contact.measure(rectangle(80, 140, 180, 240))
    assert found is not None
    assert found.unit == 100
    assert found.ground == pytest.approx(np.full(240, 340), abs=1e-3)


@pytest.mark.parametrize("name", ["box", "bottle", "shoe", "mug"])
def test_these_stand(name: str) -> None:
    assert ground_contact.pose(getattr(silhouettes, name)()) == UPRIGHT


@pytest.mark.parametrize("name", ["shirt", "trousers"])
def test_these_lie(name: str) -> None:
    assert ground_contact.pose(getattr(silhouettes, name)()) == LYING


@pytest.mark.parametrize(
    ("alpha", "why"),
    [
        (np.zeros((30, 40), np.uint8), "nothing there"),
        (np.full((30, 40), 20, np.uint8), "haze"),
        (rectangle(80, 90, 160, 240), "its base is cut off by the canvas"),
        (silhouettes.polygon((60, 60), (180, 60), (120, 180)), "on its tip"),
        (silhouettes.polygon((60, 100), (100, 60), (190, 150), (150, 190)), "on its corner"),
    ],
)
def test_so_does_what_shows_no_base(alpha: np.ndarray, why: str) -> None:
    assert ground_contact.pose(alpha) == LYING, why
