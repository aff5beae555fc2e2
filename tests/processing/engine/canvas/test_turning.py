"""Quarters and crops change no pixel; straightening keeps colors pure and leaves no empty corners."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.canvas.turning import framed, framed_size
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Area
from processing.engine.plans.frame import Frame

RGB = np.random.default_rng(1).integers(0, 256, (40, 60, 3)).astype(np.uint8)
ALPHA = np.random.default_rng(2).integers(0, 256, (40, 60)).astype(np.uint8)


@pytest.mark.parametrize(("rotate", "turns"), [(0, 0), (90, -1), (180, 2), (270, 1)])
def test_quarters_go_clockwise_and_change_no_pixel(rotate: int, turns: int) -> None:
    frame = Frame(rotate=rotate)  # type: ignore[arg-type]
    rgb, alpha = framed(RGB, ALPHA, frame, full=True)
    assert (rgb == np.rot90(RGB, turns)).all()
    assert (alpha == np.rot90(ALPHA, turns)).all()
    assert framed_size(frame, (60, 40), full=True) == (rgb.shape[1], rgb.shape[0])


def test_a_crop_is_of_the_turned_photo() -> None:
    frame = Frame(Area(0.25, 0.5, 1, 1), rotate=90)
    rgb, alpha = framed(RGB, None, frame, full=False)
    assert alpha is None
    assert (rgb == np.rot90(RGB, -1)[30:, 10:]).all()


def test_a_thin_crop_has_at_least_a_pixel() -> None:
    rgb, _ = framed(RGB, None, Frame(Area(0.999, 0.999, 1, 1)), full=False)
    assert (rgb == RGB[-1:, -1:]).all()


def test_a_straightened_photo_has_its_proportions_and_no_empty_corner() -> None:
    rgb, alpha = framed(np.full((200, 300, 3), 90, np.uint8), None, Frame(straighten=7), full=False)
    assert alpha is None
    assert rgb.shape[1] / rgb.shape[0] == pytest.approx(1.5, abs=0.02)
    assert rgb.shape[1] > 240
    assert rgb.min() == rgb.max() == 90


@pytest.mark.parametrize("straighten", [20.0, -20.0])
def test_a_straightened_cutout_keeps_all_of_itself_and_its_pure_colors(straighten: float) -> None:
    rgb = np.full((100, 100, 3), (0, 0, 255), np.uint8)  # what was cut away is blue
    alpha = np.zeros((100, 100), np.uint8)
    rgb[40:60, 20:80], alpha[40:60, 20:80] = (255, 0, 0), 255
    colors, cover = framed(rgb, alpha, Frame(straighten=straighten), full=True)
    assert cover is not None
    assert cover.shape == colors.shape[:2] == (129, 129)
    assert (cover.astype(float) / 255).sum() == pytest.approx(1200, rel=0.01)
    assert np.abs(colors[cover > 32].astype(int) - (255, 0, 0)).max() <= 4
    assert not cover[0].any()
    # Clockwise: the right end goes down.
    right = np.argmax(cover[:, 90] > 128)
    left = np.argmax(cover[:, 40] > 128)
    assert (right > left) == (straighten > 0)


def test_a_crop_may_hold_empty_corners() -> None:
    rgb, alpha = framed(RGB, None, Frame(Area(), straighten=10), full=False)
    assert alpha is not None
    assert alpha[0, 0] == 0
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255
    assert rgb.shape[:2] == alpha.shape


def test_what_is_too_large_is_not_straightened() -> None:
    assert framed_size(Frame(rotate=90), (30_000, 2_000), full=True) == (2_000, 30_000)
    with pytest.raises(InvalidPlan, match="too large") as caught:
        framed_size(Frame(straighten=45), (30_000, 2_000), full=True)
    assert caught.value.field == "frame.straighten"


@pytest.mark.parametrize("straighten", [46, -46, float("nan"), True])
def test_no_photo_is_straightened_further_than_half_a_quarter(straighten: float) -> None:
    with pytest.raises(InvalidPlan, match="between -45 and 45"):
        Frame(straighten=straighten)


@pytest.mark.parametrize(
    ("sides", "field"),
    [
        ((0.5, 0, 0.5, 1), "right"),
        ((0, 0.9, 1, 0.2), "bottom"),
        ((-0.1, 0, 1, 1), "left"),
        ((0, 0, 1, 1.5), "bottom"),
    ],
)
def test_an_area_has_its_sides_in_order(sides: tuple[float, ...], field: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        Area(*sides)
    assert caught.value.field == field
