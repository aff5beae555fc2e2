"""A green screen's light leaves the edges; a green product stays green."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.cutout.spill import despill

SCREEN = (20, 190, 40)


def shot(
    color: tuple[int, int, int], screen: tuple[int, int, int] = SCREEN, spill: int = 90
) -> tuple[U8, U8]:
    """A round product of 400 pixels, `spill` more green at its edge, and its soft matte."""
    disc = np.zeros((600, 600), np.uint8)
    cv2.circle(disc, (300, 300), 200, 255, -1)
    alpha = np.asarray(cv2.blur(disc, (3, 3)), dtype=np.uint8)
    rgb = np.full((600, 600, 3), color, np.uint8)
    rim = cv2.bitwise_and(disc, cv2.bitwise_not(cv2.erode(disc, np.ones((7, 7), np.uint8))))
    rgb[..., 1] = cv2.add(rgb[..., 1], cv2.min(rim, spill))
    rgb[alpha == 0] = screen
    return rgb, alpha


@pytest.mark.parametrize(
    "color", [(120, 120, 120), (30, 30, 30), (200, 60, 90), (40, 140, 50), (90, 120, 60)]
)
def test_the_rim_gets_the_products_own_green_back(color: tuple[int, int, int]) -> None:
    rgb, alpha = shot(color)
    freed = despill(rgb, alpha)
    # What the rim may keep: the usual limit, or the product's own excess of green.
    least = max(color[0], color[2], color[1])
    rim = (alpha > 0) & (rgb[..., 1] > color[1])
    assert rim.any()
    assert np.percentile(freed[rim][:, 1], 95) <= least + 8
    assert np.array_equal(freed[..., ::2], rgb[..., ::2])


@pytest.mark.parametrize("color", [(120, 120, 120), (40, 140, 50), (0, 255, 0), (200, 60, 90)])
def test_a_clean_product_keeps_its_colors(color: tuple[int, int, int]) -> None:
    rgb, alpha = shot(color, spill=0)
    assert np.abs(despill(rgb, alpha)[alpha > 0].astype(int) - color).max() <= 1


def test_the_inside_and_the_screen_stay_as_they_are() -> None:
    rgb, alpha = shot((120, 120, 120))
    freed = despill(rgb, alpha)
    inside = cv2.erode(alpha, np.ones((61, 61), np.uint8)) > 0
    assert np.array_equal(freed[inside], rgb[inside])
    assert np.array_equal(freed[alpha == 0], rgb[alpha == 0])


@pytest.mark.parametrize("screen", [(255, 255, 255), (120, 150, 120), (30, 60, 200), (0, 0, 0)])
def test_without_a_green_screen_nothing_changes(screen: tuple[int, int, int]) -> None:
    rgb, alpha = shot((120, 120, 120), screen)
    assert despill(rgb, alpha) is rgb


@pytest.mark.parametrize("cover", [0, 255])
def test_nothing_or_everything_cut_out(cover: int) -> None:
    rgb = np.full((30, 40, 3), SCREEN, np.uint8)
    assert np.array_equal(despill(rgb, np.full((30, 40), cover, np.uint8)), rgb)
