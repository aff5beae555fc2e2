"""Blurs of any width, and fades without bands."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.shadow import soften


def spread_of(mask: np.ndarray, axis: int) -> float:
    """The standard deviation of a mask's mass along an axis."""
    profile = mask.sum(axis=1 - axis)
    places = np.arange(profile.size)
    middle = (profile * places).sum() / profile.sum()
    return float(np.sqrt((profile * (places - middle) ** 2).sum() / profile.sum()))


def dot() -> np.ndarray:
    mask = np.zeros((201, 201), np.float32)
    mask[96:105, 96:105] = 1
    return mask


@pytest.mark.parametrize(("across", "along"), [(2, 2), (12, 4), (5, 20)])
def test_a_blur_is_as_wide_as_asked(across: float, along: float) -> None:
    blurred = soften.softened(dot(), across, along)
    own = 80 / 12  # variance of nine pixels side by side
    assert spread_of(blurred, 1) == pytest.approx(np.sqrt(across**2 + own), rel=0.06)
    assert spread_of(blurred, 0) == pytest.approx(np.sqrt(along**2 + own), rel=0.06)
    assert blurred.sum() == pytest.approx(81, rel=0.02)


@pytest.mark.parametrize("sigma", [0.5, 3, 40])
def test_it_stays_within_bounds_and_goes_on_beyond_the_edge(sigma: float) -> None:
    mask = np.zeros((60, 80), np.float32)
    mask[:, :40] = 1
    blurred = soften.softened(mask, sigma, sigma)
    assert blurred.min() >= 0
    assert blurred.max() <= 1
    assert blurred[0] == pytest.approx(blurred[30], abs=1e-4)
    assert soften.softened(np.ones_like(mask), sigma, sigma).min() == pytest.approx(1)


def test_a_graded_blur_is_wide_where_it_is_told() -> None:
    mask = np.zeros((200, 100), np.float32)
    mask[:, :50] = 1
    sigma = np.where(np.arange(200) < 100, 1, 8).astype(np.float32)[:, None]
    graded = soften.graded(mask, sigma)
    for row, expected in ((20, 1), (180, 8)):
        assert graded[row] == pytest.approx(
            soften.softened(mask, expected, expected)[row], abs=0.01
        )


def test_an_even_graded_blur_is_a_plain_one() -> None:
    sigma = np.full((201, 201), 3, np.float32)
    graded = soften.graded(dot(), sigma)
    assert np.array_equal(graded, soften.softened(dot(), 3, 3))


def test_moving_by_whole_pixels() -> None:
    moved = soften.moved(dot(), 10, -20)
    assert np.array_equal(moved[60:100, 100:120], dot()[80:120, 90:110])


def test_a_slow_fade_has_no_bands() -> None:
    """From 10 to 12 over 256 pixels: blocks keep their mean, though values are whole."""
    fade = np.broadcast_to(np.linspace(10, 12, 256, dtype=np.float32) / 255, (64, 256))
    large = soften.enlarged(np.ascontiguousarray(fade), (256, 64))
    assert set(np.unique(large)) <= {10, 11, 12}
    blocks = large.reshape(64, 16, 16).mean(axis=(0, 2))
    assert blocks == pytest.approx(fade[0].reshape(16, 16).mean(axis=1) * 255, abs=0.06)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 255), (0.2, 51)])
def test_whole_values_stay_even(value: float, expected: int) -> None:
    large = soften.enlarged(np.full((20, 30), value, np.float32), (131, 77))
    assert large.shape == (77, 131)
    assert (large == expected).all()
