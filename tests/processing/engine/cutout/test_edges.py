"""A blurred matte is bent to the picture's edge, and the old background leaves the colors."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import cv2
import numpy as np
import pytest

from processing.engine.cutout import edges
from processing.engine.plans.cutout import Edge, EdgeName

RED, GREEN = (210, 40, 40), (30, 160, 60)


def disc(side: int = 240, softness: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """A red disc on green, with its true alpha: uint8 (side, side, 3), float (side, side)."""
    rows, columns = np.indices((side, side))
    distance = np.hypot(rows - side / 2, columns - side / 2) - side * 0.3
    alpha = np.clip(0.5 - distance / (2 * softness), 0, 1)[..., None]
    rgb = alpha * RED + (1 - alpha) * np.array(GREEN)
    return np.round(rgb).astype(np.uint8), alpha[..., 0]


def coarse(alpha: np.ndarray, cells: int = 60) -> np.ndarray:
    """What a network makes of it: few cells, blurred."""
    small = cv2.resize(alpha, (cells, cells), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 1.2).astype(np.float32)


def error(alpha: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(alpha / 255 - truth).mean())


@pytest.mark.parametrize("edge", ["standard", "fine"])
def test_refining_finds_the_true_edge(edge: Edge) -> None:
    rgb, truth = disc()
    matte = coarse(truth)
    plain = error(edges.cut_out(rgb, matte, edge="none").alpha, truth)
    assert error(edges.cut_out(rgb, matte, edge=edge).alpha, truth) < plain / 3


@pytest.mark.parametrize("edge", ["standard", "fine"])
def test_the_old_background_leaves_the_edge(edge: Edge) -> None:
    rgb, truth = disc(softness=4)
    result = edges.cut_out(rgb, coarse(truth), edge=edge)
    half = (result.alpha > 60) & (result.alpha < 200)
    assert half.sum() > 500
    before = np.abs(rgb[half].astype(int) - RED).mean()
    assert np.abs(result.rgb[half].astype(int) - RED).mean() < before / 3


def test_sure_places_are_exact_and_untouched() -> None:
    rgb, truth = disc()
    result = edges.cut_out(rgb, coarse(truth), edge="standard")
    inside = np.s_[100:140, 100:140]
    assert result.alpha[inside].min() == 255
    assert result.alpha[:20].max() == 0
    assert np.array_equal(result.rgb[inside], rgb[inside])


def test_no_refinement_changes_no_color() -> None:
    rgb, truth = disc()
    result = edges.cut_out(rgb, coarse(truth), edge="none")
    assert np.array_equal(result.rgb, rgb)
    assert 0 < result.alpha[120, 46] < 255


def test_the_source_is_never_written_to() -> None:
    rgb, truth = disc()
    kept = rgb.copy()
    edges.cut_out(rgb, coarse(truth), edge="fine")
    assert np.array_equal(rgb, kept)


@pytest.mark.parametrize("edge", get_args(EdgeName))
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2000, 3), (37, 53)])
def test_any_shape_of_picture(edge: Edge, shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 127, np.uint8)
    matte = np.linspace(0, 1, 320 * 320, dtype=np.float32).reshape(320, 320)
    result = edges.cut_out(rgb, matte, edge=edge)
    assert (result.alpha.shape, result.rgb.shape) == (shape, (*shape, 3))
    assert (result.alpha.dtype, result.rgb.dtype) == (np.uint8, np.uint8)


@pytest.mark.parametrize("edge", get_args(EdgeName))
def test_nothing_stays_nothing_and_everything_everything(edge: Edge) -> None:
    rgb, _ = disc(80)
    nothing, everything = np.zeros((20, 20), np.float32), np.ones((20, 20), np.float32)
    assert edges.cut_out(rgb, nothing, edge=edge).alpha.max() == 0
    assert edges.cut_out(rgb, everything, edge=edge).alpha.min() == 255


def test_every_number_between_the_names_moves_the_edge_a_little() -> None:
    rgb, truth = disc(softness=4)
    matte = coarse(truth)
    alphas = [edges.cut_out(rgb, matte, edge=edge).alpha / 255 for edge in (0, 10, 25, 40, 50)]
    steps = [np.abs(one - other).sum() for one, other in pairwise(alphas)]
    assert min(steps) > 5
    errors = [np.abs(alpha - truth).sum() for alpha in alphas]
    assert errors == sorted(errors, reverse=True)


def test_from_standard_to_fine_the_edge_moves_smoothly() -> None:
    """Just above 50 the finer copy begins: nothing must leap there, and every step counts."""
    rgb, truth = disc(700, softness=2)
    rows, columns = np.indices(truth.shape)
    rgb[np.hypot(rows - 350, columns - 350).astype(int) % 7 == 0] //= 2
    matte = coarse(truth)
    strengths = (50, 51, 75, 100)
    alphas = [edges.cut_out(rgb, matte, edge=edge).alpha / 255 for edge in strengths]
    boundary = ((alphas[0] > 0) & (alphas[0] < 1)).sum()
    steps = [np.abs(one - other).sum() / boundary for one, other in pairwise(alphas)]
    assert steps[0] < 0.02
    assert max(steps) < 0.05
    assert min(steps) > 0
    assert error(alphas[-1] * 255, truth) < 0.6 * error(alphas[0] * 255, truth)
    away = [np.abs(alpha - alphas[0]).sum() for alpha in alphas]
    assert away == sorted(away)


def test_a_strap_is_as_solid_as_its_bag() -> None:
    """The network saw it, thin as it is, with some doubt."""
    rgb, truth = disc(480)
    cv2.ellipse(truth, (240, 110), (70, 90), 0, 180, 360, 1, 7)
    rgb[truth == 1] = RED
    matte = coarse(truth, 160)
    result = edges.cut_out(rgb, matte, edge="standard")
    assert matte[7:12, 78:83].max() < 0.99
    assert result.alpha[20, 235:245].min() > 240


@pytest.mark.parametrize(("name", "number"), [("none", 0), ("standard", 50), ("fine", 100)])
def test_names_are_numbers(name: EdgeName, number: float) -> None:
    rgb, truth = disc()
    named, numbered = (edges.cut_out(rgb, coarse(truth), edge=edge) for edge in (name, number))
    assert np.array_equal(named.alpha, numbered.alpha)
    assert np.array_equal(named.rgb, numbered.rgb)


@pytest.mark.parametrize("edge", ["standard", "fine"])
def test_a_hair_outside_the_matte_is_found(edge: Edge) -> None:
    """Two pixels wide, a few cells away from what the network was sure of."""
    rgb, truth = disc()
    matte = coarse(truth)
    rgb[30:60, 119:121] = RED
    found = edges.cut_out(rgb, matte, edge=edge).alpha[42:46, 119:121].mean()
    assert found > edges.cut_out(rgb, matte, edge="none").alpha[42:46, 119:121].mean() + 60


def test_alike_colors_leave_the_word_to_the_network() -> None:
    rgb = np.full((240, 240, 3), 128, np.uint8)
    _, truth = disc()
    matte = coarse(truth)
    plain = edges.cut_out(rgb, matte, edge="none").alpha.astype(int)
    fitted = edges.cut_out(rgb, matte, edge="standard").alpha.astype(int)
    assert np.abs((fitted > 127).sum() - (plain > 127).sum()) < 0.03 * (plain > 127).sum()


def test_the_same_bytes_every_time() -> None:
    rgb, truth = disc()
    one, other = (edges.cut_out(rgb, coarse(truth), edge="fine") for _ in range(2))
    assert one.alpha.tobytes() == other.alpha.tobytes()
    assert one.rgb.tobytes() == other.rgb.tobytes()


@pytest.mark.parametrize(("value", "expected"), [(0.0, 1.0), (1.0, 0.0), (0.5, 1.0), (0.75, 0.75)])
def test_uncertainty(value: float, expected: float) -> None:
    assert edges.uncertainty(np.full((8, 8), value, np.float32)) == expected
