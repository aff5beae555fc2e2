"""Colors on both sides of a soft edge, guessed from what is visible nearby."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.cutout import foreground

RED, GREEN = np.float32([0.8, 0.2, 0.1]), np.float32([0.1, 0.6, 0.2])


def ramp(width: int = 320, soft: int = 12) -> np.ndarray:
    """Alpha from 1 on the left to 0 on the right, float32 (80, width)."""
    row = np.clip((width / 2 - np.arange(width)) / soft + 0.5, 0, 1)
    return np.broadcast_to(row.astype(np.float32), (80, width)).copy()


def blend(alpha: np.ndarray, front: np.ndarray, back: np.ndarray) -> np.ndarray:
    return (alpha[..., None] * front + (1 - alpha[..., None]) * back).astype(np.float32)


def test_both_colors_go_on_behind_the_edge() -> None:
    alpha = ramp()
    front, back = foreground.blur_fusion(blend(alpha, RED, GREEN), alpha)
    soft = (alpha > 0.1) & (alpha < 0.9)
    assert np.abs(front[soft] - RED).max() < 0.1
    assert np.abs(back[soft] - GREEN).max() < 0.1


def test_the_subjects_own_pattern_stays() -> None:
    """Light and dark stripes along the edge: the guess is smooth, the picture brings them back."""
    alpha = ramp()
    stripes = np.where((np.arange(80) // 8 % 2)[:, None, None] == 0, RED, RED * np.float32(0.7))
    image = blend(alpha, stripes, GREEN)
    colors = foreground.unmix(image, alpha, *foreground.blur_fusion(image, alpha))
    fairly_sure = (alpha > 0.6) & (alpha < 0.95)
    truth = np.broadcast_to(stripes, colors.shape)
    assert np.abs(colors[fairly_sure] - truth[fairly_sure]).mean() < 0.04


def test_right_guesses_are_not_changed() -> None:
    alpha = ramp()
    colors = foreground.unmix(blend(alpha, RED, GREEN), alpha, RED, GREEN)
    assert np.abs(colors - RED).max() < 1e-6


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (30, 40)])
def test_one_color_and_one_alpha(value: float, shape: tuple[int, int]) -> None:
    alpha, image = np.full(shape, value, np.float32), np.full((*shape, 3), 0.4, np.float32)
    front, back = foreground.blur_fusion(image, alpha)
    assert np.isfinite(front).all()
    assert np.isfinite(back).all()
    if value == 1:
        assert front == pytest.approx(image, abs=1e-3)


def test_the_mean_is_of_what_lies_near() -> None:
    rgb = np.zeros((100, 200, 3), np.float32)
    rgb[:, :100], rgb[:, 100:] = RED, GREEN
    weight = np.zeros((100, 200), np.float32)
    weight[45:55, 10:20] = weight[45:55, 180:190] = 1
    mean = foreground.nearby_mean(rgb, weight)
    assert mean[50, 15] == pytest.approx(RED, abs=1e-3)
    assert mean[50, 185] == pytest.approx(GREEN, abs=1e-3)
    far = mean[0, 0]
    assert np.abs(far - RED).max() < np.abs(far - GREEN).max()
    assert np.isfinite(foreground.nearby_mean(rgb, np.zeros_like(weight))).all()
