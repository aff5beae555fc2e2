"""Blend modes are exact: against W3C's formulas in whole numbers, and in an edit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas.blend import blended
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Background, Blend, Layout, Outline, Shadow, Sides
from tests.processing.engine.test_render_edit import GREY, RED, edited, plan
from tests.tables import in_turn

MODES: list[Blend] = ["multiply", "screen", "overlay"]
PLACED = Layout(size="originalImage", reference_box="originalImage")


def every_pair() -> tuple[U8, U8]:
    """Every value of a backdrop with every value of a layer: two pictures (256, 256, 3)."""
    values = np.arange(256, dtype=np.uint8)
    beneath, layer = np.meshgrid(values, values, indexing="ij")
    return np.repeat(beneath[..., None], 3, axis=2), np.repeat(layer[..., None], 3, axis=2)


def formula(beneath: Any, layer: Any, mode: Blend) -> Any:
    """The standard's B(cb, cs), times 255 * 255, in whole numbers."""
    back, front = beneath.astype(np.int64), layer.astype(np.int64)
    multiplied = back * front
    screened = 255 * (back + front) - multiplied
    if mode == "multiply":
        return multiplied
    if mode == "screen":
        return screened
    # HardLight(cs, cb): multiply(cs, 2 cb) up to one half, screen(cs, 2 cb - 1) above.
    dark = 2 * back * front
    light = 255 * (front + (2 * back - 255)) - front * (2 * back - 255)
    return np.where(2 * back <= 255, dark, light)


def rounded(shares: Any) -> Any:
    return (2 * shares + 255) // 510


@pytest.mark.parametrize("mode", MODES)
def test_every_pair_of_values_is_exact(mode: Blend) -> None:
    beneath, layer = every_pair()
    found = blended(layer, (beneath, None), mode)
    assert found.dtype == np.uint8
    assert np.array_equal(found, rounded(formula(beneath, layer, mode)))


@in_turn("mode", MODES)
@in_turn("alpha", [0, 1, 77, 128, 254, 255])
def test_what_lets_light_through_blends_in_proportion(mode: Blend, alpha: int) -> None:
    beneath, layer = every_pair()
    opacity = np.full(beneath.shape[:2], alpha, np.uint8)
    mixed = rounded(formula(beneath, layer, mode))
    expected = rounded((255 - alpha) * layer.astype(np.int64) + alpha * mixed)
    assert np.array_equal(blended(layer, (beneath, opacity), mode), expected)


def test_normal_is_the_layer_itself() -> None:
    beneath, layer = every_pair()
    assert blended(layer, (beneath, None), "normal") is layer


def test_black_white_and_grey_do_what_they_are_known_for() -> None:
    layer = np.array([[[200, 20, 90]]], np.uint8)
    black, white = np.zeros_like(layer), np.full_like(layer, 255)
    for mode, beneath, expected in (
        *(("multiply", white, layer), ("multiply", black, black)),
        *(("screen", black, layer), ("screen", white, white)),
        *(("overlay", black, black), ("overlay", white, white)),
    ):
        assert np.array_equal(blended(layer, (beneath, None), mode), expected)  # type: ignore[arg-type]


def test_no_pixels_stay_none() -> None:
    empty = np.zeros((0, 0, 3), np.uint8)
    assert blended(empty, (empty, None), "overlay").shape == (0, 0, 3)


def shown(background: Background, **more: Any) -> U8:
    """The middle half of a grey photo is a red subject; it keeps its place."""
    picture, _ = edited(plan(layout=PLACED, background=background, **more))
    return np.asarray(picture)


def test_an_edit_blends_the_subject_and_leaves_the_background() -> None:
    found = shown(Background(color="#4080c0", blend="multiply"))
    assert found[2, 2].tolist() == [64, 128, 192]
    expected = [round(back * red / 255) for back, red in zip((64, 128, 192), RED, strict=True)]
    assert found[40, 40].tolist() == expected


def test_over_half_of_nothing_it_blends_by_half() -> None:
    found = shown(Background(color="#00000080", blend="multiply"))
    assert found[40, 40].tolist() == [*(round(red * 127 / 255) for red in RED), 255]
    assert found[2, 2].tolist() == [0, 0, 0, 128]


@pytest.mark.parametrize("mode", MODES)
def test_neither_shadow_nor_outline_shows_through(mode: Blend) -> None:
    background = Background(color="#4080c0", blend=mode)
    alone = shown(background)
    both = shown(background, shadow=Shadow(mode="soft"), outline=Outline(color="black"))
    inside = np.s_[24:56, 24:56]
    assert np.array_equal(alone[inside], both[inside])
    assert not np.array_equal(alone, both)


def test_a_photo_that_keeps_its_background_blends_whole() -> None:
    background = Background(color="#808080", blend="multiply")
    picture, _ = edited(plan(cutting=None, background=background))
    assert np.asarray(picture)[2, 2].tolist() == [round(GREY[0] * 128 / 255)] * 3


def test_a_subject_that_is_not_in_the_picture_is_no_error() -> None:
    away = Layout(size="100x100", reference_box="originalImage", padding=Sides(left="99px"))
    found, _ = edited(plan(layout=away, background=Background(color="white", blend="screen")))
    assert np.asarray(found).min() == 255


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("nothing", [{}, {"color": "transparent"}, {"color": "#12345600"}])
def test_there_must_be_something_to_blend_with(mode: Blend, nothing: dict[str, str]) -> None:
    with pytest.raises(InvalidPlan, match=f"^Blend {mode} requires a background to mix with"):
        Background(blend=mode, **nothing)  # type: ignore[arg-type]
