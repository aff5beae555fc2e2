"""Alpha between what is known: finite everywhere, and exact where color decides."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.cutout import matting


def task(rgb: np.ndarray, band: slice) -> matting.Task:
    """The left side is subject, the right background, the band between unknown."""
    shape = rgb.shape[:2]
    subject, background = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    subject[:, : band.start], background[:, band.stop :] = 1, 1
    matte = np.where(subject + background > 0, subject, 0.5).astype(np.float32)
    return matting.Task(rgb, matte, np.full(shape, 3e-4, np.float32), subject, background)


def solved(given: matting.Task) -> np.ndarray:
    return matting.apply(matting.solve(given), given.rgb)


def test_a_mixture_of_two_colors_is_measured() -> None:
    truth = np.clip((80 - np.arange(160, dtype=np.float32)) / 20 + 0.5, 0, 1)[None].repeat(120, 0)
    rgb = truth[..., None] * np.float32([0.8, 0.2, 0.1]) + (1 - truth[..., None]) * np.float32(0.3)
    alpha = solved(task(rgb.astype(np.float32), slice(50, 110)))
    assert np.abs(alpha - truth).max() < 0.05


def test_the_linear_model_reproduces_a_linear_target() -> None:
    generator = np.random.default_rng(9)
    rgb = generator.random((15, 15, 3), dtype=np.float32)
    target = (rgb @ np.array([0.5, -0.2, 0.4]) + 0.1).astype(np.float32)
    model = matting.Guide(rgb).coefficients(target)
    assert model[7, 7] == pytest.approx([0.5, -0.2, 0.4, 0.1], abs=5e-3)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 7)])
def test_flat_and_tiny_pictures_stay_finite(value: float, shape: tuple[int, int]) -> None:
    alpha = solved(task(np.full((*shape, 3), value, np.float32), slice(0, 1)))
    assert alpha.shape == shape
    assert np.isfinite(alpha).all()


def test_grey_texture_does_not_blow_up() -> None:
    grey = np.random.default_rng(3).random((200, 200, 1), dtype=np.float32).repeat(3, axis=2)
    alpha = solved(task(grey, slice(40, 160)))
    assert np.isfinite(alpha).all()
