"""What backdrops are put together from: tone curve, grain, paint, light, leaves, lamps and shapes."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.backdrops import finish, ornaments, painting, shapes
from processing.engine.backdrops.illumination import illumination
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.props import twigs
from processing.engine.prompts.scene import parse
from tests.tables import in_turn

STAGE = Stage.of((160, 120), (50, 20, 110, 104))
RED, BLUE = (200, 40, 40), (40, 60, 200)


def random(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def noise() -> Noise:
    return Noise(2)


# ----------------------------------------------------------------------------------- tone curve
@pytest.mark.parametrize("level", [0, 1, 17, 64, 128, 200, 225])
def test_below_the_knee_colors_are_shown_as_they_are(level: int) -> None:
    shown = finish.display(np.full((2, 3, 3), linear((level,) * 3), np.float32))
    assert np.abs(shown - level).max() < 0.6


def test_highlights_bend_towards_white_and_stay_in_order() -> None:
    light = np.linspace(0, 3, 400, dtype=np.float32)
    shown = finish.display(np.repeat(light[:, None, None], 3, axis=2))[:, 0, 0]
    assert (np.diff(shown) >= 0).all()
    assert 250 < shown[-1] <= 255
    assert shown[np.searchsorted(light, 1.0)] < 252


def test_tall_pictures_have_no_seams_between_strips() -> None:
    light = np.full((900, 2, 3), 0.4, np.float32)
    assert np.ptp(finish.display(light)) == 0


def test_less_saturation_keeps_luminance() -> None:
    picture = np.broadcast_to(linear(RED), (2, 2, 3)).astype(np.float32)
    weights = np.array([0.2126, 0.7152, 0.0722])
    for saturation in (0.0, 0.5):
        changed = finish.saturated(picture, saturation)
        assert changed @ weights == pytest.approx(picture @ weights, rel=1e-5)
    assert np.ptp(finish.saturated(picture, 0.0)) < 1e-6
    assert finish.saturated(picture, 1.0) is picture


@pytest.mark.parametrize(("value", "low", "high"), [(-40, 0, 0), (120, 115, 125), (400, 255, 255)])
def test_bytes_are_rounded_and_kept_in_range(value: float, low: int, high: int) -> None:
    whole = finish.to_bytes(np.full((300, 270, 3), value, np.float32), random())
    assert whole.dtype == np.uint8
    assert low <= whole.min() <= whole.max() <= high
    assert whole.mean() == pytest.approx(min(max(value, 0), 255), abs=0.05)


def test_grain_is_grey() -> None:
    whole = finish.to_bytes(np.full((64, 64, 3), 120, np.float32), random()).astype(int)
    assert np.ptp(whole, axis=-1).max() == 0
    assert whole.std() > 0.5


# ------------------------------------------------------------------------------------- painting
def test_a_painting_stays_near_its_picture_in_flat_strokes() -> None:
    picture = np.zeros((120, 160, 3), np.float32)
    picture[:, :80], picture[:, 80:] = RED, BLUE
    picture += random().normal(0, 12, picture.shape).astype(np.float32)
    done = painting.painted(picture, random())
    assert done.shape == picture.shape
    assert 0 <= done.min() <= done.max() <= 255
    for part, color in ((done[:, :70], RED), (done[:, 90:], BLUE)):
        assert np.abs(part.mean(axis=(0, 1)) - color).max() < 16
    step = [float(np.median(np.abs(np.diff(p[:, :70], axis=1)))) for p in (picture, done)]
    assert step[1] < 0.4 * step[0]


def test_a_painting_is_the_same_each_time() -> None:
    picture = random().uniform(0, 255, (64, 90, 3)).astype(np.float32)
    one, other, third = (painting.painted(picture, random(seed)) for seed in (4, 4, 5))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


# ---------------------------------------------------------------------------------------- light
@pytest.mark.parametrize("words", ["soft light", "hard sun from the left", "dramatic light, dark"])
def test_light_is_about_one_where_the_product_stands(words: str, noise: Noise) -> None:
    lit = illumination(parse(f"plain table, plain wall, {words}").scene, STAGE, noise)
    assert lit.shape == (120, 160, 3)
    assert lit.dtype == np.float32
    assert 0.8 < lit[40:104, 50:110].mean() < 1.5
    corners = [lit[0, 0], lit[0, -1], lit[-1, 0], lit[-1, -1]]
    assert min(float(c.mean()) for c in corners) < lit[60, 80].mean()
    assert min(float(c.min()) for c in corners) > 0.1


def test_a_windows_shade_is_darker_than_its_sun(noise: Noise) -> None:
    scene = parse("plaster wall, window light from the left, sunlight").scene
    assert scene.window
    lit = illumination(scene, STAGE, noise).mean(axis=-1)
    dark, bright = np.quantile(lit, [0.05, 0.95])
    assert bright > 1.6 * dark


# ------------------------------------------------------------------------------------ ornaments
def test_lamps_hang_above_the_edge_and_take_the_palettes_colors() -> None:
    glow = ornaments.points_of_light(STAGE, (BLUE,), random())
    assert glow.min() >= 0
    assert glow.max() > 0.3
    upper, lower = glow[: int(STAGE.edge)], glow[int(STAGE.edge) + 12 :]
    assert upper.mean() > 20 * lower.mean()
    assert (glow[..., 2] > 2 * glow[..., 0] + 0.02).any()


@pytest.mark.parametrize("seed", range(5))
def test_leaves_leave_the_middle_to_the_product(seed: int) -> None:
    layer = ornaments.leaves(STAGE, random(seed))
    assert 0.02 < layer.alpha.mean() < 0.4
    assert 0 <= layer.alpha.min() <= layer.alpha.max() <= 1.001
    assert layer.alpha[60:, 60:100].mean() < 0.25
    # Premultiplied: no color where nothing is.
    assert layer.rgb[layer.alpha < 1e-4].max(initial=0) < 1e-3
    below = np.ones_like(layer.rgb)
    assert layer.over(below)[layer.alpha < 1e-4] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", ["leaves", "palm"])
def test_twigs_before_a_window_shade_a_part_of_it(kind: str) -> None:
    shade = twigs.shadows(kind, 160, random())
    assert 0 <= shade.min() <= shade.max() <= 1.001
    assert 0.08 < shade.mean() < 0.7


@in_turn("words", ["palm leaf shadows", "dappled sunlight", "venetian blinds", "window"])
def test_what_light_comes_through_lies_in_patterns_on_the_wall(words: str) -> None:
    plain, pattern = (
        illumination(parse(f"plaster wall, sunlight{also}").scene, STAGE, Noise(2))[..., 0]
        for also in ("", f", {words}")
    )
    assert np.abs(np.diff(plain, axis=0)).max() < 0.03
    assert np.abs(np.diff(pattern, axis=0)).max() > 0.06


# --------------------------------------------------------------------------------------- shapes
@pytest.mark.parametrize("palette", [(RED,), (RED, BLUE), (RED, BLUE, (250, 240, 230))])
def test_a_sweep_has_the_palettes_order_and_no_seam(
    palette: tuple[tuple[int, int, int], ...],
) -> None:
    picture = shapes.sweep(palette, STAGE)
    assert picture.shape == (120, 160, 3)
    assert np.abs(picture[-1].mean(axis=0) - linear(palette[0])).max() < 0.06
    assert np.abs(picture[0].mean(axis=0) - linear(palette[-1])).max() < 0.06
    assert np.abs(np.diff(picture, axis=0)).max() < 0.03


def test_a_mesh_flows_between_the_palettes_colors(noise: Noise) -> None:
    picture = shapes.mesh((RED, BLUE), STAGE, noise)
    assert 0 <= picture.min() <= picture.max() <= 1
    assert np.abs(np.diff(picture, axis=1)).max() < 0.05
    assert picture.std(axis=(0, 1)).max() > 0.02


@pytest.mark.parametrize("seed", range(6))
def test_paper_shapes_have_crisp_edges_and_shadows(seed: int) -> None:
    picture = shapes.forms((RED, BLUE), STAGE, Noise(seed))
    assert picture.shape == (120, 160, 3)
    assert 0 <= picture.min() <= picture.max() <= 1.1
    steps = np.abs(np.diff(picture, axis=0)).sum(axis=-1)
    assert (steps > 0.05).any()
    assert np.median(steps) < 0.02
