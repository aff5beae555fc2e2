"""Colors matched to a reference, measured on a color chart that is drawn here."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.light.match import match

# The 24 patches of the ColorChecker in sRGB, as X-Rite published them; the last row is gray.
PATCHES = np.array(
    [
        *((115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177)),
        *((103, 189, 170), (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108)),
        *((157, 188, 64), (224, 163, 46), (56, 61, 150), (70, 148, 73), (175, 54, 60)),
        *((231, 199, 31), (187, 86, 149), (8, 133, 161), (243, 243, 242), (200, 200, 200)),
        *((160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52)),
    ],
    np.uint8,
)
GRAYS = slice(19, 24)
CASTS = [(0.9, 0.75, 0.5), (0.6, 0.75, 0.9), (0.8, 0.62, 0.75), (1.0, 0.85, 0.8)]


def chart(patches: U8 = PATCHES) -> U8:
    return np.repeat(np.repeat(patches.reshape(4, 6, 3), 12, axis=0), 12, axis=1)


def patches_of(picture: U8) -> U8:
    return np.ascontiguousarray(picture[6::12, 6::12].reshape(24, 3))


def under(light: tuple[float, float, float], picture: U8) -> U8:
    return linear.from_float(linear.to_float(picture) * np.float32(light))


def apart(one: U8, other: U8) -> float:
    """The mean of delta E (CIE 1976) over the patches."""
    labs = [
        cv2.cvtColor(patches_of(each)[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        for each in (one, other)
    ]
    return float(np.linalg.norm(labs[0] - labs[1], axis=-1).mean())


@pytest.mark.parametrize("cast", CASTS)
def test_a_chart_under_a_cast_comes_back(cast: tuple[float, float, float]) -> None:
    seen, reference = under(cast, chart()), chart()
    matched = match(seen, None, (reference, None), 1.0)
    before, after = apart(seen, reference), apart(matched, reference)
    assert after < min(1.0, 0.1 * before)
    grays = [patches_of(one)[GRAYS].astype(int) for one in (matched, reference)]
    assert np.abs(grays[0] - grays[1]).max() <= 1
    half = apart(match(seen, None, (reference, None), 0.5), reference)
    assert after < half < before


@pytest.mark.parametrize("color", [(30, 60, 170), (190, 120, 40), (90, 140, 70)])
def test_grays_stay_neutral_by_a_reference_of_any_color(color: tuple[int, int, int]) -> None:
    shades = np.linspace(0.4, 1.2, 64)[:, None, None] * np.array(color)
    reference = np.broadcast_to(np.clip(shades, 0, 255), (64, 64, 3)).astype(np.uint8)
    for picture in (chart(), chart(np.repeat(PATCHES[GRAYS][[0, 1, 2, 3, 4, 0]], 4, axis=0))):
        matched = match(picture, None, (np.ascontiguousarray(reference), None), 1.0)
        grays = np.ptp(picture.astype(int), axis=-1) <= 1
        assert np.ptp(matched[grays].astype(int), axis=-1).max() <= 1


def test_a_product_without_a_gray_follows_its_reference() -> None:
    """Also of a cutout: what is transparent, here and there, counts for nothing."""
    rng = np.random.default_rng(1)
    brown = np.clip(rng.normal((110, 74, 52), 9, (60, 60, 3)), 0, 255).astype(np.uint8)
    seen = under((1.1, 0.9, 0.7), brown)
    alpha = np.zeros((60, 60), np.uint8)
    alpha[10:50, 10:50] = 255
    for picture in (seen, brown):
        picture[alpha == 0] = (0, 255, 0)
    matched = match(seen, alpha, (brown, alpha), 1.0)
    off = [
        np.abs(one[alpha > 0].mean(axis=0) - brown[alpha > 0].mean(axis=0))
        for one in (seen, matched)
    ]
    assert off[0].max() > 8
    assert off[1].max() < 1.5


def test_what_tells_nothing_changes_nothing() -> None:
    white = np.full((20, 20, 3), 255, np.uint8)
    assert match(chart(), None, (white, None), 1.0) is not None
    assert np.array_equal(match(chart(), None, (white, None), 1.0), chart())
    assert np.array_equal(match(white, None, (chart(), None), 1.0), white)
    assert np.array_equal(match(chart(), None, (white, None), 0.0), chart())
