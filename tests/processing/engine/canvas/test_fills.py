"""Flat colors, pictures, gradients."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas import fills
from processing.engine.plans.edit import Gradient

RED, GREEN, WHITE = [255, 0, 0], [0, 128, 0], [255, 255, 255]


@pytest.mark.parametrize(
    ("color", "rgb", "alpha"),
    [
        ("#ff0000", RED, None),
        ("green", GREEN, None),
        ("#ff000080", RED, 128),
        ("transparent", [0, 0, 0], 0),
    ],
)
def test_flat_colors(color: str, rgb: list[int], alpha: int | None) -> None:
    pixels, cover = fills.flat(color, (5, 3))
    assert pixels.shape == (3, 5, 3)
    assert (pixels == rgb).all()
    assert (cover is None) == (alpha is None)
    assert cover is None or np.unique(cover).tolist() == [alpha]


def halves() -> U8:
    """40x20 pixels: red on the left, white in the middle half, green on the right."""
    rgb = np.full((20, 40, 3), WHITE, np.uint8)
    rgb[:, :10], rgb[:, 30:] = RED, GREEN
    return rgb


def test_filling_covers_the_canvas_and_loses_the_sides() -> None:
    rgb, alpha = fills.picture((halves(), None), "fill", (10, 10))
    assert alpha is None
    assert rgb.shape == (10, 10, 3)
    assert (rgb == WHITE).all()


def test_fitting_shows_everything_between_transparent_bars() -> None:
    rgb, alpha = fills.picture((halves(), None), "fit", (20, 20))
    assert alpha is not None
    assert [alpha[row, 0] for row in (0, 4, 5, 14, 15, 19)] == [0, 0, 255, 255, 0, 0]
    assert rgb[10, [0, 10, 19]].tolist() == [RED, WHITE, GREEN]


@pytest.mark.parametrize("scaling", ["fit", "fill"])
def test_a_picture_of_the_canvas_s_proportions_has_no_bars(scaling: str) -> None:
    rgb, alpha = fills.picture((halves(), None), scaling, (20, 10))
    assert (rgb.shape, alpha) == ((10, 20, 3), None)


def test_a_pictures_own_transparency_stays() -> None:
    cover = np.full((20, 40), 100, np.uint8)
    _, alpha = fills.picture((halves(), cover), "fit", (40, 40))
    assert alpha is not None
    assert [alpha[row, 0] for row in (0, 20, 39)] == [0, 100, 0]


@pytest.mark.parametrize(
    ("angle", "start", "end"),
    [
        (0, (-1, 0), (0, 0)),
        (90, (0, 0), (0, -1)),
        (180, (0, 0), (-1, 0)),
        (270, (0, -1), (0, 0)),
        (360, (-1, 0), (0, 0)),
    ],
)
def test_the_angle_of_a_gradient_is_that_of_css(
    angle: float, start: tuple[int, int], end: tuple[int, int]
) -> None:
    rgb, alpha = fills.gradient(Gradient(("#000", "#fff"), angle=angle), (400, 400))
    assert alpha is None
    assert rgb[start].max() <= 1
    assert rgb[end].min() >= 254


def test_a_slanting_gradient_has_pure_colors_in_its_corners() -> None:
    rgb, _ = fills.gradient(Gradient(("#f00", "#00f"), angle=30), (600, 200))
    assert rgb[-1, 0].tolist() == pytest.approx([255, 0, 0], abs=4)
    assert rgb[0, -1].tolist() == pytest.approx([0, 0, 255], abs=4)


def test_a_radial_gradient_runs_from_the_middle_to_the_corners() -> None:
    rgb, _ = fills.gradient(Gradient(("#fff", "#000"), "radial"), (301, 201))
    assert rgb[100, 150].tolist() == WHITE
    assert rgb[0, 0].max() <= 1
    assert np.abs(rgb[:, 0].astype(int) - rgb[:, -1]).max() <= 1
    assert np.abs(rgb[0].astype(int) - rgb[-1]).max() <= 1
    # An ellipse: as far along as upwards, in shares of the canvas.
    assert abs(int(rgb[100, 225, 0]) - int(rgb[50, 150, 0])) <= 2


def test_colors_are_evenly_spaced() -> None:
    wanted = Gradient(("#f00", "#fff", "#008000", "#00f"), angle=90)
    rgb, _ = fills.gradient(wanted, (3001, 16))
    for column, color in zip((0, 1000, 2000, 3000), (RED, WHITE, GREEN, [0, 0, 255]), strict=True):
        assert rgb[:, column].mean(axis=0).tolist() == pytest.approx(color, abs=2)


def test_steps_are_even_to_the_eye_and_no_grey_lies_between_blue_and_yellow() -> None:
    rgb, _ = fills.gradient(Gradient(("#00f", "#ff0"), angle=90), (401, 16))
    middle = rgb[:, 200].mean(axis=0)
    # Half-way in Oklab: L 0.710, a -0.052, b -0.057.
    assert middle.tolist() == pytest.approx([107, 171, 199], abs=1.5)


def test_there_are_no_bands() -> None:
    rgb, _ = fills.gradient(Gradient(("#404040", "#484848"), angle=90), (1600, 64))
    means = rgb[..., 0].reshape(64, 100, 16).mean(axis=(0, 2))
    assert (np.diff(means) > 0).all()
    assert np.diff(means).max() < 0.15
    assert np.unique(rgb[:, 800]).size <= 2


def test_transparency_runs_too_and_hidden_colors_do_not() -> None:
    wanted = Gradient(("#ff0000", "#00ff0000"), angle=90)
    rgb, alpha = fills.gradient(wanted, (256, 16))
    assert alpha is not None
    assert alpha.mean(axis=0).tolist() == pytest.approx(np.linspace(254.5, 0.5, 256), abs=0.6)
    assert (np.abs(rgb[:, :250].astype(int) - RED) <= 1).all()


def test_one_color_is_exact() -> None:
    rgb, _ = fills.gradient(Gradient(("#123456", "#123456"), angle=77), (90, 50))
    assert (rgb == [0x12, 0x34, 0x56]).all()
