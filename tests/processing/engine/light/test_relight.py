"""A product comes into its scene's light, and keeps the color that a buyer gets."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from processing.engine.light import relight
from processing.engine.light.color_difference import differences
from processing.engine.light.scene_light import SceneLight
from processing.engine.shadow.setting import Plane, Setting, towards

SUNSET = SceneLight(direction=250, elevation=20, color=(1.7, 0.95, 0.35), softness=0.0)
LEFT = (-0.9, 0.3)


def product(color: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Cloth with folds on 120 by 90 pixels, and its matte."""
    across = np.linspace(0, 9, 90)
    shade = 0.85 + 0.15 * np.sin(across)
    rgb = np.rint(np.tile(shade[None, :, None], (120, 1, 1)) * color).astype(np.uint8)
    matte = np.zeros((120, 90), np.uint8)
    matte[15:105, 15:75] = 255
    return rgb, matte


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(deltaE_ciede2000(rgb2lab(one / 255), rgb2lab(other / 255)))


@pytest.mark.parametrize(
    "color",
    [(255, 255, 255), (128, 128, 128), (20, 20, 24), (220, 30, 40), (30, 60, 190), (90, 200, 180)],
)
def test_no_light_changes_a_product_by_more_than_its_limit(color: tuple[int, int, int]) -> None:
    rgb, matte = product(color)
    lit = relight.relit(rgb, matte, SUNSET, LEFT)
    inside = matte > 0
    assert 0.8 < apart(lit, rgb)[inside].mean() < 3.8
    assert not ((lit == 255) & (rgb < 255)).any()


def test_white_stays_white() -> None:
    paper = np.full((60, 60, 3), 245, np.uint8)
    lit = relight.relit(paper, np.full((60, 60), 255, np.uint8), SUNSET, (0, 0))
    assert 1 < apart(lit, paper).mean() < 2.7


def test_the_side_of_the_light_is_lighter() -> None:
    rgb, matte = product((180, 180, 180))
    white = SceneLight(softness=0.2)
    changed = relight.relit(rgb, matte, white, LEFT).astype(int) - rgb
    left, right = changed[30:90, 16:26].mean(), changed[30:90, 64:74].mean()
    assert right < left - 5 < 0
    mirrored = relight.relit(rgb, matte, white, (0.9, 0.3)).astype(int) - rgb
    assert mirrored[30:90, 16:26].mean() < mirrored[30:90, 64:74].mean() - 5


def test_a_patch_of_light_falls_over_the_product_within_its_limit() -> None:
    rgb, matte = product((200, 200, 205))
    fall = np.full((60, 80), 0.6, np.float32)
    fall[:, :40] = 1.1
    # The product covers the canvas's right three quarters.
    falls = relight.falling_on(fall, (120, 160), ((40, 0), (120, 90)))
    lit = relight.relit(rgb, matte, SceneLight(), (0, 0), falls)
    changed = lit.astype(int) - rgb
    bright, dark = changed[30:90, 20:34].mean(), changed[30:90, 50:70].mean()
    assert dark < bright - 10
    assert bright > -3
    changes = apart(lit, rgb)[20:100, 20:70]
    assert changes.mean() < 3.6
    assert np.sort(changes.ravel())[-changes.size // 10 :].mean() < 4.2
    assert (lit <= rgb).all()


def test_light_falls_on_a_product_where_it_is_on_the_canvas() -> None:
    fall = np.tile(np.arange(100, dtype=np.float32), (50, 1))
    falls = relight.falling_on(fall, (100, 200), ((100, 0), (100, 50)))
    assert falls[40, [0, -1]] == pytest.approx([50, 74.5], abs=0.5)


def test_white_light_from_the_camera_changes_nothing() -> None:
    rgb, matte = product((200, 120, 60))
    assert np.array_equal(relight.relit(rgb, matte, SceneLight(), (0, 0)), rgb)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 300), (7, 3)])
def test_odd_sizes_and_nothing_to_be_seen(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)
    assert np.array_equal(relight.relit(rgb, np.zeros(shape, np.uint8), SUNSET, LEFT), rgb)
    assert relight.relit(rgb, np.full(shape, 255, np.uint8), SUNSET, LEFT).shape == rgb.shape


@pytest.mark.parametrize(
    ("plane", "direction", "right", "up"),
    [
        ("ground", 270, -0.77, 0.64),
        ("wall", 90, 0.77, 0.64),
        ("surface", 180, 0, 0.77),
        ("surface", 315, -0.54, 0.54),
    ],
)
def test_where_the_light_is_in_the_picture(
    plane: Plane, direction: float, right: float, up: float
) -> None:
    seen = towards(Setting(plane), SceneLight(direction=direction, elevation=40))
    assert seen == pytest.approx((right, up), abs=0.01)


def test_differences_are_ciede2000() -> None:
    random = np.random.default_rng(3)
    one = random.uniform((0, -80, -80), (100, 80, 80), (2000, 3)).astype(np.float32)
    other = (one + random.normal(0, 9, one.shape)).astype(np.float32)
    one[:20, 1:] = 0  # greys have no hue
    assert differences(one, other) == pytest.approx(deltaE_ciede2000(one, other), abs=1e-3)
