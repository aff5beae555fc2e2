"""Panoramas: read back whole, out of focus in linear light, and where their light comes from."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.backdrops import far_views
from processing.engine.backdrops.planes import Stage
from processing.engine.errors import InvalidPlan
from tests.tables import in_turn

ENVIRONMENTS = [
    "apartment",
    "bridge",
    "city",
    "dawn",
    "esplanade",
    "forest",
    "hall",
    "lab",
    "lobby",
    "night",
    "park",
    "sky",
    "studio",
    "sunrise",
    "sunset",
    "venice",
    "warehouse",
    "workshop",
]


def random() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(5))


def lamp(azimuth: float, elevation: float, color: tuple[float, float, float]) -> np.ndarray:
    """A grey room with one lamp, as a panorama."""
    rows, columns = np.mgrid[:256, :512]
    across = (columns + 0.5) / 512 * 360 - azimuth
    across = (across + 180) % 360 - 180
    up = (0.5 - (rows + 0.5) / 256) * 180 - elevation
    near = (np.hypot(across, up) < 8)[..., None]
    return np.where(near, 40.0 * np.array(color), 0.1).astype(np.float32)


def test_all_environments_are_there_with_their_licence() -> None:
    assert far_views.names() == tuple(ENVIRONMENTS)
    licence = (far_views.FOLDER / "LICENSE.txt").read_text()
    for word in ("CC0", "Poly Haven", "@pmndrs/assets 1.7.0"):
        assert word in licence


@in_turn("name", ENVIRONMENTS)
def test_an_environment_keeps_its_highlights(name: str) -> None:
    panorama = far_views.panorama(name)
    assert panorama.shape == (256, 512, 3)
    assert panorama.dtype == np.float32
    assert np.isfinite(panorama).all()
    assert panorama.min() >= 0
    assert 5 < panorama.max() <= 64
    assert panorama.max() > 10 * np.median(panorama)


@pytest.mark.parametrize("name", ["", "moon", "../environments/city", "city.webp"])
def test_an_environment_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(InvalidPlan, match="There is no environment"):
        far_views.panorama(name)


def test_panoramas_are_shared_and_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        far_views.panorama("park")[0, 0] = 1


# --------------------------------------------------------------------------------------- blur
@pytest.mark.parametrize("radius", [3.0, 7.5, 20.0])
def test_a_point_becomes_a_disc_of_the_radius(radius: float) -> None:
    point = np.zeros((101, 101, 3), np.float32)
    point[50, 50] = 1000
    disc = far_views.disc_blur(point, radius)
    assert disc.sum() == pytest.approx(3000, rel=1e-3)
    lit = disc[..., 0] > 0.5 * disc[50, 50, 0]
    assert np.sqrt(lit.sum() / np.pi) == pytest.approx(radius, abs=0.5)
    # Evenly lit, a little more at the rim: a lens, not a Gaussian.
    assert 0.8 < disc[50, 50, 0] / disc[50, 50 + int(radius) - 1, 0] <= 1


def test_next_to_no_blur_is_none() -> None:
    picture = np.ones((4, 4, 3), np.float32)
    assert far_views.disc_blur(picture, 0.5) is picture


def test_highlights_survive_because_light_is_spread_before_the_tone_curve() -> None:
    stage = Stage.of((240, 240), None)
    seen = far_views.view("workshop", stage, 0.5, random()).rgb
    assert seen.max() > 0.9
    assert seen.min() >= 0
    assert seen.max() <= 1


# --------------------------------------------------------------------------------------- view
def test_the_views_horizon_is_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    world = np.full((256, 512, 3), 0.05, np.float32)
    world[:128] = 0.5
    monkeypatch.setattr(far_views, "panorama", lambda name: world)
    stage = Stage.of((200, 200), (50, 20, 150, 170))
    rows = far_views.view("any", stage, 0.0, random()).rgb.mean(axis=(1, 2))
    half = (rows.max() + rows.min()) / 2
    assert np.argmax(rows < half) == pytest.approx(stage.horizon, abs=2)


def test_depth_softens() -> None:
    stage = Stage.of((200, 160), None)
    detail = [
        float(np.abs(np.diff(far_views.view("forest", stage, depth, random()).rgb, axis=1)).mean())
        for depth in (0.0, 0.5, 1.0)
    ]
    assert detail[0] > 1.2 * detail[1] > 1.2 * 1.1 * detail[2]


def test_seeds_look_in_other_directions() -> None:
    stage = Stage.of((80, 80), None)
    views = [
        far_views.view("city", stage, 0.5, np.random.Generator(np.random.PCG64(seed)))
        for seed in range(4)
    ]
    assert len({round(view.light.direction, 3) for view in views}) == 4


def test_a_wide_view_takes_in_more() -> None:
    stage = Stage.of((160, 120), None)
    near, wide = (
        far_views.view("forest", stage, 0.0, random(), wide=wide).rgb for wide in (False, True)
    )
    middle = wide[:, 17:143]
    assert np.abs(near - wide).mean() > 0.01
    assert middle.shape[1] / wide.shape[1] == pytest.approx(72 / 92, abs=0.01)


@in_turn("name", ENVIRONMENTS)
def test_every_environment_is_exposed_to_be_looked_at(name: str) -> None:
    seen = far_views.view(name, Stage.of((120, 120), None), 0.7, random()).rgb
    assert 0.04 < seen.mean() < 0.7


# -------------------------------------------------------------------------------------- light
@pytest.mark.parametrize(
    ("azimuth", "yaw", "falls"),
    [
        (90, 90, 180),  # the lamp is ahead: shadows come to the front
        (270, 90, 0),  # behind the camera: they fall behind
        (180, 90, 90),  # on the right: to the left
        (0, 90, 270),  # on the left: to the right
        (10, 350, 160),  # across the panorama's seam
    ],
)
def test_shadows_fall_away_from_the_brightest_place(azimuth: int, yaw: int, falls: int) -> None:
    light = far_views.light_of(lamp(azimuth, 40, (1, 1, 1)), yaw)
    assert (light.direction - falls + 180) % 360 - 180 == pytest.approx(0, abs=3)
    assert light.elevation == pytest.approx(40, abs=4)


@pytest.mark.parametrize(("elevation", "given"), [(2, 18), (88, 75)])
def test_elevations_stay_where_shadows_look_right(elevation: int, given: int) -> None:
    assert far_views.light_of(lamp(50, elevation, (1, 1, 1)), 0).elevation == given


def test_the_lamp_colors_the_light() -> None:
    red, green, blue = far_views.light_of(lamp(50, 40, (1.6, 1.0, 0.4)), 0).color
    assert red > 1.1 > 0.9 > blue
    assert red + green + blue == pytest.approx(3, abs=1e-3)


def test_a_bare_lamp_is_harder_than_an_even_sky() -> None:
    sky = np.full((256, 512, 3), 0.5, np.float32)
    assert far_views.light_of(lamp(50, 40, (1, 1, 1)), 0).softness < 0.5
    assert far_views.light_of(sky, 0).softness > 0.8


def test_what_lies_below_the_horizon_is_no_lamp() -> None:
    world = lamp(50, 40, (1, 1, 1)) + 5 * lamp(200, -45, (1, 1, 1))
    assert far_views.light_of(world, 50).direction == pytest.approx(180, abs=3)
