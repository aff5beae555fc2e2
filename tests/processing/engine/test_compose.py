"""Blending is exact."""

from __future__ import annotations

import numpy as np

from processing.engine import compose


def test_flattening_is_exact_for_every_alpha() -> None:
    generator = np.random.default_rng(3)
    rgb = generator.integers(0, 256, (16, 256, 3), dtype=np.uint8)
    alpha = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    background = (12, 200, 255)
    share = alpha[..., None] / 255
    expected = np.round(rgb * share + np.array(background) * (1 - share))
    assert np.array_equal(compose.flatten(rgb, alpha, background), expected)


def test_flattening_leaves_its_input_alone() -> None:
    rgb, alpha = np.full((4, 4, 3), 9, np.uint8), np.zeros((4, 4), np.uint8)
    assert compose.flatten(rgb, alpha, (1, 2, 3))[0, 0].tolist() == [1, 2, 3]
    assert rgb.max() == 9


def test_cropping() -> None:
    pixels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    assert compose.crop(pixels, (1, 2, 3, 4)).tolist() == [[11, 12], [16, 17]]
