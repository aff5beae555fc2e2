"""Blurs spread light, not numbers; behind the subject lies what is around it."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas import defocus, linear
from processing.engine.plans.edit import Blur

SIDE = 400
MODES = ["gaussian", "bokeh"]
RADII = [0.002, 0.01, 0.05]


def dot(value: int, radius: int = 3) -> U8:
    """A bright dot in the middle of a black canvas."""
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    middle = np.s_[SIDE // 2 - radius : SIDE // 2 + radius]
    rgb[middle, middle] = value
    return rgb


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("covered", [True, False])
def test_one_color_stays_itself(mode: str, radius: float, covered: bool) -> None:
    rgb = np.full((30, 80, 3), (7, 130, 250), np.uint8)
    alpha = np.full((30, 80), 90, np.uint8) if covered else None
    assert np.array_equal(defocus.blurred(rgb, alpha, Blur(mode, radius)), rgb)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("radius", RADII)
def test_halfway_between_black_and_white_lies_half_the_light_or_more(
    mode: str, radius: float
) -> None:
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    rgb[:, SIDE // 2 :] = 255
    light = linear.to_float(defocus.blurred(rgb, None, Blur(mode, radius)))[SIDE // 2, :, 0]
    edge = light[SIDE // 2 - 1 : SIDE // 2 + 1].mean()
    assert edge == pytest.approx(0.5, abs=0.01) if mode == "gaussian" else edge > 0.55
    assert (np.diff(light) >= 0).all()
    assert (light[0], light[-1]) == (0, 1)


@pytest.mark.parametrize("radius", [0.02, 0.05])
def test_a_gaussian_is_as_wide_as_said_and_keeps_the_light(radius: float) -> None:
    rgb = dot(255)
    light = linear.to_float(defocus.blurred(rgb, None, Blur("gaussian", radius)))[..., 0]
    before = linear.to_float(rgb)[..., 0]
    assert light.sum() == pytest.approx(before.sum(), rel=0.06)
    offsets = np.arange(SIDE) - (SIDE - 1) / 2
    deviation = np.sqrt((light.sum(axis=0) * offsets**2).sum() / light.sum())
    assert deviation == pytest.approx(radius * SIDE / 2, rel=0.12)


@pytest.mark.parametrize("radius", [0.02, 0.05])
def test_a_lamp_becomes_an_even_disc_brighter_than_its_share(radius: float) -> None:
    rgb = dot(255)
    light = linear.to_float(defocus.blurred(rgb, None, Blur("bokeh", radius)))[..., 0]
    rows, columns = np.indices(light.shape) - (SIDE - 1) / 2
    distance, reach = np.hypot(rows, columns), radius * SIDE
    inside = light[distance < reach - 5]
    assert inside.min() > 0.9 * inside.max()
    assert light[distance > reach + 6].max() < 0.02 * inside.max()
    assert light.sum() > 2 * linear.to_float(rgb)[..., 0].sum()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("radius", RADII)
def test_colors_under_transparent_pixels_do_not_count(mode: str, radius: float) -> None:
    rgb = np.full((100, 100, 3), (200, 40, 90), np.uint8)
    rgb[:, 50:] = (0, 255, 0)
    alpha = np.full((100, 100), 255, np.uint8)
    alpha[:, 50:] = 0
    soft = defocus.blurred(rgb, alpha, Blur(mode, radius))
    assert np.abs(soft[:, :50].astype(int) - (200, 40, 90)).max() <= 1


def scene(background: U8) -> tuple[U8, U8]:
    """A red subject with a soft matte on a background, its light spilling a little around it."""
    alpha = np.zeros(background.shape[:2], np.uint8)
    alpha[100:300, 130:260] = 255
    alpha[98:100, 130:260] = 120
    rgb = background.copy()
    rgb[97:303, 128:262] = (230, 10, 10)
    return rgb, alpha


def test_behind_a_subject_lies_the_color_around_it() -> None:
    plain = np.full((400, 380, 3), (90, 140, 60), np.uint8)
    assert np.abs(defocus.behind(*scene(plain)).astype(int) - plain).max() <= 1


def test_behind_a_subject_colors_run_on() -> None:
    across = np.linspace(40, 220, 380)[None, :, None]
    sloping = np.broadcast_to(across, (400, 380, 3)).astype(np.uint8)
    filled = defocus.behind(*scene(sloping))
    assert np.abs(filled.astype(int) - sloping).max() <= 40
    assert np.ptp(filled.astype(int), axis=-1).max() <= 1


def test_far_from_the_subject_the_photo_stays_as_it_is() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (400, 380, 3), dtype=np.uint8)
    rgb, alpha = scene(noise)
    filled = defocus.behind(rgb, alpha)
    assert np.array_equal(filled[:85], rgb[:85])
    assert np.array_equal(filled[:, 275:], rgb[:, 275:])
    assert not np.array_equal(filled[200, 200], rgb[200, 200])


@pytest.mark.parametrize("cover", [0, 255])
def test_without_a_subject_or_without_a_background_nothing_is_filled(cover: int) -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (40, 38, 3), dtype=np.uint8)
    assert np.array_equal(defocus.behind(rgb, np.full((40, 38), cover, np.uint8)), rgb)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2), (700, 2)])
def test_tiny_and_narrow_pictures(size: tuple[int, int]) -> None:
    rgb = np.full((size[1], size[0], 3), 60, np.uint8)
    alpha = np.zeros((size[1], size[0]), np.uint8)
    alpha[0, 0] = 255
    assert (defocus.behind(rgb, alpha) == 60).all()
    for mode in MODES:
        assert (defocus.blurred(rgb, alpha, Blur(mode, 0.05))[0, 0] == 60).all()
