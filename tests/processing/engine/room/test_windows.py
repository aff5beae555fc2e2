"""Views through windows: found, pulled down, taken from a darker bracket."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8, Box
from processing.engine.errors import InvalidPlan
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import WindowFacts
from processing.engine.room import behind_windows, windows
from processing.engine.room.sky.replacing import Camera
from tests.processing.engine.room.drawn import FOCAL
from tests.processing.engine.room.windowed import CLIPPED, LAMP, SIZE, VIEW, Windowed, windowed


@pytest.fixture(scope="module")
def scene() -> Windowed:
    return windowed()


def inside(box: Box, by: int = 6) -> tuple[slice, slice]:
    left, top, right, bottom = box
    return np.s_[top + by : bottom - by, left + by : right - by]


def contrast(rgb: U8, box: Box) -> float:
    """How much the view's lower half varies, in levels."""
    left, _, right, bottom = box
    return float(
        rgb[bottom - 60 : bottom - 6, left + 6 : right - 6].astype(float).std(axis=1).mean()
    )


def test_windows_are_found_where_they_are_and_lamps_are_none(scene: Windowed) -> None:
    found = windows.find(scene.rgb)
    assert found.count == 2
    for box, true in zip(sorted(found.boxes(SIZE)), (VIEW, CLIPPED), strict=True):
        assert box == pytest.approx(true, abs=11)


def test_a_view_below_white_gains_contrast_and_a_clipped_one_stays_white(scene: Windowed) -> None:
    result, facts = windows.pulled(scene.rgb, windows.find(scene.rgb))
    assert facts == WindowFacts(found=2, recovered=1)
    view = inside(VIEW)
    assert result[view].mean() < scene.rgb[view].mean() - 14
    assert contrast(result, VIEW) > 1.4 * contrast(scene.rgb, VIEW)
    assert (result[inside(CLIPPED)] == scene.rgb[inside(CLIPPED)]).all()
    outside = np.ones(scene.rgb.shape[:2], np.bool_)
    for left, top, right, bottom in (VIEW, CLIPPED):
        outside[top - 12 : bottom + 12, left - 12 : right + 12] = False
    assert (result[outside] == scene.rgb[outside]).all()
    assert (result[LAMP[1] - 16 : LAMP[1] + 16] == scene.rgb[LAMP[1] - 16 : LAMP[1] + 16]).all()


def test_brighter_stays_brighter_and_white_stays_white(scene: Windowed) -> None:
    ramp = scene.rgb.copy()
    left, top, right, bottom = VIEW
    ramp[top:bottom, left:right] = np.linspace(226, 255, right - left).astype(np.uint8)[
        None, :, None
    ]
    result, facts = windows.pulled(ramp, windows.find(ramp))
    assert facts.recovered == 1
    row = result[bottom - 20, left + 4 : right - 4, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert result[bottom - 20, right - 1, 0] == 255


def test_a_room_without_windows_is_as_it_was() -> None:
    wall = np.full((300, 400, 3), 235, np.uint8)  # a white wall, and a darker floor
    wall[200:] = 90
    noise = np.random.default_rng(2).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    for rgb in (wall, noise, np.full((1, 1, 3), 255, np.uint8), np.zeros((9, 700, 3), np.uint8)):
        result, facts = windows.pulled(rgb, windows.find(rgb))
        assert facts == WindowFacts(0, 0)
        assert result is rgb


def test_a_darker_bracket_gives_both_windows_their_view(scene: Windowed) -> None:
    result, facts = windows.with_view(scene.rgb, scene.dark)
    assert facts == WindowFacts(found=2, recovered=2)
    for box in (VIEW, CLIPPED):
        left, _, right, bottom = box
        lower = result[bottom - 40 : bottom - 6, left + 6 : right - 6].reshape(-1, 3).mean(axis=0)
        assert lower.max() < 250
    meadow = result[240, 400].astype(int)
    assert meadow[1] > meadow[0] + 15  # green again
    assert (result[300:] == scene.rgb[300:]).all()
    with pytest.raises(ValueError, match="not aligned"):
        windows.with_view(scene.rgb, scene.dark[:-1])


def test_a_bracket_that_is_clipped_too_gives_nothing(scene: Windowed) -> None:
    white = np.full_like(scene.rgb, 255)
    result, facts = windows.with_view(scene.rgb, white)
    assert facts == WindowFacts(2, 0)
    assert (result == scene.rgb).all()


def test_only_a_blue_sky_behind_a_window_is_replaced(scene: Windowed) -> None:
    camera = Camera(FOCAL, None)
    same, count = behind_windows.replaced(scene.rgb, windows.find(scene.rgb), "CLEAR", camera)
    assert (same is scene.rgb, count) == (True, 0)
    blue = windowed((0.5, 0.75, 1.0))
    found = windows.find(blue.rgb)
    result, count = behind_windows.replaced(blue.rgb, found, "CLEAR", camera)
    assert count == 1
    left, top, right, _ = VIEW
    sky = np.s_[top + 6 : top + 80, left + 6 : right - 6]
    assert np.abs(result[sky].astype(int) - blue.rgb[sky]).mean() > 20
    assert (result[inside(CLIPPED)] == blue.rgb[inside(CLIPPED)]).all()
    assert (result[300:] == blue.rgb[300:]).all()


def test_plans_of_windows_are_checked() -> None:
    with pytest.raises(InvalidPlan, match="must be one of NONE, ONLY_WINDOWS"):
        RoomPlan(window_pull="ALL")  # type: ignore[arg-type]
    plan = RoomPlan(look=None, straighten=False, window_pull="ONLY_WINDOWS")
    assert plan.window_pull == "ONLY_WINDOWS"
