"""Surfaces in perspective: places in metres, noise without moiré or repetition, relief, materials."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.backdrops import looks
from processing.engine.backdrops.ground import Ground, focused
from processing.engine.backdrops.looks import Look, joints, linear, mix, step, thin, tinted
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane, Stage
from processing.engine.backdrops.surfaces import MATERIALS, relief, towards_light
from processing.engine.light.scene_light import SceneLight

NAMES = [
    "marble",
    "oak",
    "walnut",
    "pine",
    "concrete",
    "linen",
    "sand",
    "plaster",
    "brick",
    "tile",
    "stone",
    "terrazzo",
    "velvet",
    "paper",
    "leather",
    "grass",
    "water",
    "snow",
    "metal",
    "plain",
]
SUBJECT = (60, 30, 140, 164)


@pytest.fixture(scope="module")
def noise() -> Noise:
    return Noise(3)


@pytest.fixture
def stage() -> Stage:
    return Stage.of((200, 200), SUBJECT)


def flat(width: int, height: int, pixel: float) -> Plane:
    """A wall of so many pixels of so many metres."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    size = np.full((height, 1), pixel, np.float32)
    return Plane(columns * np.float32(pixel), -rows * np.float32(pixel), size, size)


# ------------------------------------------------------------------------------------- planes
def test_the_product_is_as_large_on_the_ground_as_on_the_canvas(stage: Stage) -> None:
    top = int(stage.foot) - 1
    plane = stage.ground(top)
    assert plane.v[0, 0] > 0 > plane.v[2, 0]
    width = plane.u[1, 139] - plane.u[1, 60]
    assert width * stage.scale == pytest.approx(79, rel=0.02)
    assert plane.du[1, 0] * stage.scale == pytest.approx(1, rel=0.02)


def test_parallels_on_the_ground_meet_at_the_horizon(stage: Stage) -> None:
    plane = stage.ground(150)
    rows = np.arange(150, 200) + 0.5
    for metres in (-0.1, 0.15):
        columns = [np.interp(metres, row, np.arange(200) + 0.5) for row in plane.u]
        slope, start = np.polyfit(rows, columns, 1)
        assert slope * stage.horizon + start == pytest.approx(stage.middle, abs=0.1)


def test_distances_on_the_ground_shrink_towards_the_horizon(stage: Stage) -> None:
    plane = stage.ground(140)
    assert (np.diff(plane.dv[:, 0]) < 0).all()
    steps = -np.diff(plane.v[:, 0].astype(float))
    assert steps == pytest.approx(np.sqrt(plane.dv[1:, 0] * plane.dv[:-1, 0]), rel=1e-2)


def test_the_wall_stands_on_the_tables_far_edge(stage: Stage) -> None:
    wall = stage.wall(farther=stage.edge_distance)
    above, below = int(stage.edge - 1), int(stage.edge + 1)
    assert wall.v[above, 0] > 0 > wall.v[below, 0]
    ground = stage.ground(round(stage.edge))
    assert ground.du[0, 0] == pytest.approx(wall.du[0, 0], rel=0.03)


@pytest.mark.parametrize("scale", [0.25, 1, 2])
def test_a_stage_drawn_in_another_size_is_the_same_place(stage: Stage, scale: float) -> None:
    other = stage.at(scale)
    assert (other.width, other.height) == (200 * scale, 200 * scale)
    assert other.distance == pytest.approx(stage.distance)
    row = int(190 * scale)
    there = other.ground(row)
    here = stage.ground(190)
    assert there.u[0, -1] == pytest.approx(here.u[0, -1], rel=0.05)


@pytest.mark.parametrize(
    "subject",
    [None, (0, 0, 1, 1), (-500, -500, -400, -400), (500, 900, 2000, 3000), (50, 0, 50, 0)],
)
def test_no_subject_breaks_the_stage(subject: tuple[int, int, int, int] | None) -> None:
    stage = Stage.of((200, 100), subject)
    assert 30 <= stage.foot <= 100
    assert stage.horizon < stage.edge < stage.foot
    assert 0 <= stage.middle <= 200
    assert 0 < stage.scale < 1000


@pytest.mark.parametrize("melting", [False, True])
def test_cover_grows_from_nothing_to_all(stage: Stage, melting: bool) -> None:
    cover = Ground(stage, melting=melting).cover(3.0)[:, 0, 0]
    assert (np.diff(cover) >= 0).all()
    assert cover[0] < 0.4
    assert cover[-1] == 1
    assert Ground(stage, melting=True).top < Ground(stage, melting=False).top


# -------------------------------------------------------------------------------------- noise
@pytest.mark.parametrize("wave", [0.008, 0.05, (0.3, 0.01), 0.6])
def test_noise_has_mean_0_and_deviation_1(noise: Noise, wave: float | tuple[float, float]) -> None:
    field = noise.field(flat(900, 900, 0.002), wave, 5)
    assert field.dtype == np.float32
    assert abs(field.mean()) < 0.25
    assert 0.75 < field.std() < 1.2


def test_noise_has_the_wave_asked_for(noise: Noise) -> None:
    field = noise.field(flat(512, 512, 0.001), 0.032, 5)
    power = np.abs(np.fft.fft2(field)) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(512), np.fft.fftfreq(512)))
    rings = np.arange(0.004, 0.1, 0.004)
    means = [power[(frequency >= low) & (frequency < low + 0.004)].mean() for low in rings]
    assert 1 / (rings[int(np.argmax(means))] + 0.002) == pytest.approx(32, rel=0.2)


def test_noise_finer_than_pixels_is_nothing_rather_than_moire(noise: Noise) -> None:
    assert not noise.field(flat(64, 64, 0.01), 0.015, 5).any()


def test_noise_fades_towards_the_horizon(noise: Noise) -> None:
    stage = Stage.of((400, 400), (100, 60, 300, 340))
    field = noise.field(stage.ground(int(stage.horizon) + 4), 0.02, 5)
    assert field[:20].std() < 0.05
    assert field[-20:].std() > 0.7


def test_noise_shows_no_repetition(noise: Noise) -> None:
    # Wide enough to see the tile (1024 pixels for 120 waves) three times over.
    field = noise.field(flat(1500, 300, 0.004), 0.016, 5)
    centred = field - field.mean()
    spectrum = np.abs(np.fft.fft2(centred)) ** 2
    correlation = np.fft.ifft2(spectrum).real / spectrum.mean()
    for rows in (slice(10), slice(-10, None)):
        for columns in (slice(10), slice(-10, None)):
            correlation[rows, columns] = 0
    assert np.abs(correlation).max() < 0.6


def test_fields_of_other_names_and_seeds_are_independent(noise: Noise) -> None:
    plane = flat(256, 256, 0.002)
    field = noise.field(plane, 0.03, 5)
    for other in (noise.field(plane, 0.03, 6), Noise(4).field(plane, 0.03, 5)):
        assert abs(np.corrcoef(field.ravel(), other.ravel())[0, 1]) < 0.15
    assert np.array_equal(field, Noise(3).field(plane, 0.03, 5))


def test_clouds_hold_coarse_and_fine(noise: Noise) -> None:
    plane = flat(400, 400, 0.002)
    coarse, cloud = noise.field(plane, 0.2, 5), noise.cloud(plane, 0.2, 5, octaves=4)
    assert 0.6 < cloud.std() < 1.4
    assert np.abs(np.diff(cloud, axis=1)).mean() > 1.5 * np.abs(np.diff(coarse, axis=1)).mean()


def test_warping_moves_the_field(noise: Noise) -> None:
    plane = flat(200, 200, 0.002)
    ten = np.full(plane.shape, 0.02, np.float32)
    moved = noise.field(plane, 0.05, 5, warp=(ten, np.zeros_like(ten)))
    still = noise.field(plane, 0.05, 5, warp=(np.zeros_like(ten), np.zeros_like(ten)))
    assert np.abs(moved[:, :-10] - still[:, 10:]).max() < 0.05


# -------------------------------------------------------------------------------------- sums
def test_colors_become_linear_light() -> None:
    assert linear("#ffffff") == pytest.approx([1, 1, 1])
    assert linear((0, 128, 255)) == pytest.approx([0, 0.2158605, 1], abs=1e-6)


def test_mixing_goes_from_one_to_the_other() -> None:
    share = np.array([[0, 0.5, 1]], np.float32)
    mixed = mix(linear("#000000"), linear("#ffffff"), share)
    assert mixed[0, :, 0].tolist() == [0, 0.5, 1]


def test_steps_go_either_way() -> None:
    value = np.array([0.0, 1.0, 1.5, 2.0, 3.0], np.float32)
    assert step(1, 2, value).tolist() == [0, 0, 0.5, 1, 1]
    assert step(2, 1, value).tolist() == [1, 1, 0.5, 0, 0]


@pytest.mark.parametrize("pixel", [0.0005, 0.002, 0.007, 0.03])
def test_joints_cover_the_same_share_at_any_distance(pixel: float) -> None:
    count = int(2.0 / pixel)
    place = (np.arange(count, dtype=np.float32) + 0.5) * np.float32(pixel)
    cover = joints(place[None], 0.1, 0.004, np.full((1, 1), pixel, np.float32))
    assert cover.mean() == pytest.approx(0.04, rel=0.15)


def test_lines_thinner_than_a_pixel_grow_faint_not_ragged() -> None:
    value = np.linspace(-1, 1, 201, dtype=np.float32)[None]
    crisp, faint = thin(value, 0.02, 0.0), thin(value, 0.02, 0.1)
    assert crisp.max() == pytest.approx(1, abs=1e-3)
    assert faint.max() < 0.3
    assert faint.sum() == pytest.approx(crisp.sum(), rel=0.05)


def test_turning_keeps_lengths() -> None:
    plane = flat(40, 30, 0.01)
    turned = looks.turned(plane, 30)
    before = np.hypot(plane.u, plane.v)
    assert np.hypot(turned.u, turned.v) == pytest.approx(before, abs=1e-6)


def test_tinting_gives_the_mean_and_keeps_the_variation() -> None:
    grain = np.random.default_rng(1).uniform(0.3, 0.5, (60, 60, 1)).astype(np.float32)
    tinted_grain = tinted(grain * np.ones(3, np.float32), (200, 60, 60))
    assert tinted_grain.mean(axis=(0, 1)) == pytest.approx(linear((200, 60, 60)), rel=0.02)
    assert np.corrcoef(tinted_grain[..., 0].ravel(), grain.ravel())[0, 1] > 0.999


# ------------------------------------------------------------------------------------- relief
@pytest.mark.parametrize(
    ("direction", "lit"), [(270.0, "left"), (90.0, "right"), (0.0, "front"), (180.0, "back")]
)
def test_slopes_towards_the_light_are_brighter(direction: float, lit: str) -> None:
    stage = Stage.of((200, 200), SUBJECT)
    plane = stage.ground(150)
    hill = np.exp(-(np.square(plane.u) + np.square(plane.v)) / 0.02**2) * np.float32(0.004)
    look = Look(np.ones((*plane.shape, 3), np.float32), hill.astype(np.float32))
    x, y, z = towards_light(SceneLight(direction=direction, elevation=30, softness=0))
    shade = relief(look, plane, (x, z, y), 0.0)
    foot, middle = int(stage.foot) - 150, int(stage.middle)
    sides = {
        "left": shade[foot, middle - 8],
        "right": shade[foot, middle + 8],
        "front": shade[foot + 2 : foot + 5, middle].max(),
        "back": shade[foot - 5 : foot - 2, middle].max(),
    }
    assert sides[lit] == max(sides.values())
    assert sides[lit] > 1.05
    assert shade.min() > 0.3


def test_what_is_flat_is_lit_evenly() -> None:
    plane = flat(20, 20, 0.01)
    assert (relief(Look(np.ones((20, 20, 3), np.float32)), plane, (0.5, 0.5, 0.7), 0.5) == 1).all()


def test_only_rows_away_from_the_product_lose_focus(stage: Stage) -> None:
    place = Ground(stage, melting=False)
    plane = place.plane()
    stripes = np.zeros((*plane.shape, 3), np.float32)
    stripes[:, ::4] = 255
    soft = focused(stripes, plane, stage, 1.0)
    contrast = soft.std(axis=(1, 2)) / stripes.std(axis=(1, 2))
    foot = int(stage.foot) - place.top
    assert contrast[foot] > 0.96
    assert contrast[2] < 0.75
    assert np.array_equal(focused(stripes, plane, stage, 0.0), stripes)


# ---------------------------------------------------------------------------------- materials
def test_all_materials_are_there() -> None:
    assert sorted(MATERIALS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lying", [True, False])
def test_a_material_is_a_plausible_surface(
    name: str, lying: bool, noise: Noise, stage: Stage
) -> None:
    plane = stage.ground(int(stage.edge) + 1) if lying else stage.wall(farther=1.5)
    look = MATERIALS[name](plane, noise)
    assert look.albedo.shape == (*plane.shape, 3)
    assert look.albedo.dtype == np.float32
    assert np.isfinite(look.albedo).all()
    assert look.albedo.min() >= 0
    # Nothing sends back more light than it gets, but for a glitter of snow.
    assert np.quantile(look.albedo, 0.99) <= 1.05
    assert 0 <= look.gloss <= 1
    assert 0 <= look.rough <= 1
    if look.height is not None:
        assert look.height.shape == plane.shape
        assert look.height.dtype == np.float32
        assert np.ptp(look.height) < 0.2


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("plain", "paper")])
def test_a_material_varies_with_the_seed(name: str, noise: Noise) -> None:
    plane = flat(96, 96, 0.0008)
    one, other = MATERIALS[name](plane, noise), MATERIALS[name](plane, Noise(77))
    assert not np.allclose(one.albedo, other.albedo, atol=0.01)


@pytest.mark.parametrize(("name", "high"), [("brick", 0.075), ("tile", 0.1)])
def test_what_is_laid_in_rows_has_its_true_size(name: str, high: float, noise: Noise) -> None:
    plane = flat(300, 900, 0.001)
    profile = MATERIALS[name](plane, noise).albedo.mean(axis=(1, 2))
    profile = np.minimum(profile - np.median(profile), 0) if name != "brick" else profile
    profile = profile - profile.mean()
    shift = round(high * 1000)
    likeness = [float((profile[:-s] * profile[s:]).mean()) for s in (shift, shift // 2)]
    assert likeness[0] > 3 * abs(likeness[1])


@pytest.mark.parametrize("name", ["oak", "walnut", "pine"])
def test_a_table_is_made_of_long_boards_of_different_widths(name: str, noise: Noise) -> None:
    grey = MATERIALS[name](flat(500, 1400, 0.001), noise).albedo.mean(axis=-1)
    # Gaps run all the way across, so in every part of a row it is darker than those above and below.
    lines = np.min([part.mean(axis=1) for part in np.array_split(-grey, 10, axis=1)], axis=0)
    above = lines - np.maximum(np.roll(lines, 4), np.roll(lines, -4))
    gaps = np.flatnonzero(above > 0.35 * above.max())
    gaps = gaps[np.diff(gaps, prepend=-10) > 3]
    widths = np.diff(gaps)
    assert 6 <= len(widths) <= 18
    assert 75 <= widths.min() < widths.max() <= 185
    assert widths.std() > 10
    # And no board ends: no column is darker than its neighbors all through a board.
    columns = grey[gaps[2] + 6 : gaps[3] - 5].mean(axis=0)
    assert (columns - np.minimum(np.roll(columns, 3), np.roll(columns, -3)))[5:-5].min() > -0.03


def test_blades_of_grass_stay_upright_away_from_the_middle(noise: Noise) -> None:
    stage = Stage.of((400, 400), (150, 100, 250, 340))
    plane = stage.ground(330)
    green = MATERIALS["grass"](plane, noise).albedo[..., 1]
    for part in (green[:, :100], green[:, 150:250], green[:, 300:]):
        across, down = (np.abs(np.diff(part, axis=axis)).mean() for axis in (1, 0))
        assert across > 1.4 * down
