"""The built-in studio: words become a picture that carries the product, the same one every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from processing.engine.backdrops import Studio
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.provider import Backdrop, BackdropProvider, BackdropRequest
from processing.engine.backdrops.studio import draw
from processing.engine.backdrops.variety import mood_of, varied
from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight
from processing.engine.prompts.scene import Scene, parse, presets

SIZE = (120, 96)
SUBJECT = (40, 20, 80, 82)
WHITE, BLACK, RED, GREEN, BLUE = (
    (250, 250, 250),
    (12, 12, 12),
    (200, 30, 30),
    (30, 160, 40),
    (20, 40, 190),
)
LIGHT = SceneLight(softness=1.0)


def request(prompt: str = "", **changes: Any) -> BackdropRequest:
    asked = BackdropRequest(prompt, None, None, seed=7, size=SIZE, subject=SUBJECT)
    return replace(asked, **changes)


def made(prompt: str = "", **changes: Any) -> Backdrop:
    return Studio().generate(request(prompt, **changes))


def table(**changes: Any) -> Scene:
    """A plain white table before a plain black wall, in even light."""
    scene = Scene(
        kind="tabletop",
        surface="plain",
        wall="plain",
        far=None,
        light=LIGHT,
        window=False,
        palette=(WHITE,),
        depth=0.0,
        bokeh=False,
        leaves=False,
        style="realistic",
        surface_color=WHITE,
        wall_color=BLACK,
    )
    return replace(scene, **changes)


def drawn(scene: Scene, **changes: Any) -> np.ndarray:
    return draw(scene, request(**changes)).rgb.astype(float)


def difference(one: Backdrop, other: Backdrop) -> float:
    return float(np.abs(one.rgb.astype(int) - other.rgb).mean())


@pytest.mark.parametrize("preset", sorted(presets()))
def test_every_preset_is_a_picture_of_the_size_asked_for(preset: str) -> None:
    backdrop = made(style=preset)
    assert backdrop.rgb.shape == (96, 120, 3)
    assert backdrop.rgb.dtype == np.uint8
    assert backdrop.rgb.flags.c_contiguous
    assert (backdrop.provider, backdrop.seed) == ("studio", 7)
    assert backdrop.not_understood == ()
    assert isinstance(backdrop.light, SceneLight)
    # Something can be made out, and neither black nor white has swallowed all.
    assert backdrop.rgb.std() > 1.5
    assert 8 < backdrop.rgb.mean() < 252


def test_it_is_a_provider() -> None:
    provider: BackdropProvider = Studio()
    assert provider.name == "studio"


@pytest.mark.parametrize(
    "prompt", ["marble table", "forest, leaves", "abstract teal", "oil painting"]
)
def test_the_same_seed_gives_the_same_bytes(prompt: str) -> None:
    assert np.array_equal(made(prompt).rgb, made(prompt).rgb)


def test_the_number_of_threads_changes_nothing() -> None:
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        one = made("cafe, walnut table, bokeh", size=(700, 500))
        cv2.setNumThreads(4)
        four = made("cafe, walnut table, bokeh", size=(700, 500))
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(one.rgb, four.rgb)


@pytest.mark.parametrize(
    ("prompt", "least"),
    [
        ("marble table", 0.8),
        ("brick wall", 2),
        ("forest", 3),
        ("festive bokeh", 3),
        ("window light on a plaster wall", 2),
        ("abstract teal and coral", 5),
        ("gradient of teal and coral", 5),
    ],
)
def test_another_seed_gives_another_picture(prompt: str, least: float) -> None:
    assert difference(made(prompt), made(prompt, seed=8)) > least


@pytest.mark.parametrize(
    "prompt",
    [
        "oak table",
        "marble table in soft window light",
        "beach",
        "studio",
        "pink wall",
        "sunny garden",
    ],
)
def test_four_seeds_in_a_row_are_four_moods(prompt: str) -> None:
    """They differ in light and picture, the first is as the words say, and what they name stays."""
    variants = [made(prompt, seed=seed) for seed in range(400, 404)]
    pairs = [(one, other) for at, one in enumerate(variants) for other in variants[:at]]
    assert min(difference(*pair) for pair in pairs) > 5
    assert len({one.light for one in variants}) == 4
    said = parse(prompt).scene
    scenes = [varied(said, mood_of(seed), Noise(seed).random(50)) for seed in range(396, 404)]
    assert [one == said for one in scenes] == [True, False, False, False] * 2
    assert {(one.kind, one.surface, one.wall, one.far) for one in scenes} == {
        (said.kind, said.surface, said.wall, said.far)
    }
    assert varied(said, mood_of(99), Noise(99).random(50)) == said


def test_what_words_say_of_light_and_color_is_no_mood() -> None:
    said = parse("blue wall, dim warm light from the left, oak table").scene
    for seed in range(401, 404):
        scene = varied(said, mood_of(seed), Noise(seed).random(50))
        assert (scene.light.direction, scene.light.color) == (
            said.light.direction,
            said.light.color,
        )
        assert (scene.wall_color, scene.brightness) == (said.wall_color, said.brightness)
        assert scene.window is False


@pytest.mark.parametrize("size", [(64, 64), (64, 301), (333, 65), (1500, 64)])
@pytest.mark.parametrize("prompt", ["oak table before a garden", "water", "terrazzo wall"])
def test_any_size_and_shape(prompt: str, size: tuple[int, int]) -> None:
    assert made(prompt, size=size, subject=None).rgb.shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(63, 200), (200, 4097), (0, 100), (100, -5)])
def test_a_size_out_of_range_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidPlan, match="64 to 4096 pixels on each side, not"):
        made("marble", size=size)


def test_a_style_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="stylePreset must be one of"):
        made("marble", style="baroque-nonsense")


def test_words_that_changed_nothing_are_named() -> None:
    assert made("marble table with qwxyz").not_understood == ("qwxyz",)


@pytest.mark.parametrize(
    "subject", [(40, 20, 80, 82), (10, 5, 50, 60), (70, 40, 119, 95), (-30, -40, 200, 130), None]
)
def test_the_product_stands_on_the_table_and_the_wall_is_behind(
    subject: tuple[int, int, int, int] | None,
) -> None:
    picture = drawn(table(), subject=subject)
    stage = Stage.of(SIZE, subject)
    foot = min(round(stage.foot), SIZE[1] - 1)
    assert picture[foot - 2 : foot + 1].mean() > 180
    assert picture[: int(stage.edge) - 3].mean() < 60
    assert stage.horizon < stage.edge < stage.foot


def test_a_higher_foot_raises_the_table() -> None:
    low, high = (drawn(table(), subject=(40, 5, 80, foot)) for foot in (90, 50))
    assert (high.mean(axis=(1, 2)) > 128).sum() > (low.mean(axis=(1, 2)) > 128).sum() + 30


@pytest.mark.parametrize("name", ["oak", "grass", "velvet", "metal", "marble", "tile"])
def test_a_surface_takes_the_color_asked_for(name: str) -> None:
    ground = drawn(table(surface=name, surface_color=BLUE, wall_color=BLUE))[-25:]
    red, green, blue = ground.mean(axis=(0, 1))
    assert blue > 1.8 * red
    assert blue > 1.8 * green


def test_no_saturation_is_grey() -> None:
    picture = drawn(table(surface_color=RED, wall_color=GREEN, saturation=0.0))
    assert np.ptp(picture, axis=-1).max() <= 1


def test_brightness_is_exposure() -> None:
    dim, normal, bright = (
        drawn(table(surface_color=(120, 120, 120), brightness=value)).mean()
        for value in (0.8, 1.0, 1.2)
    )
    assert dim < 0.94 * normal < 0.94 * 0.94 * bright


def test_depth_throws_the_wall_out_of_focus_but_not_the_foot() -> None:
    scene = table(wall="brick", wall_color=None, surface="tile", surface_color=None)
    sharp, soft = (
        drawn(replace(scene, depth=depth), size=(480, 384), subject=(160, 80, 320, 328))
        for depth in (0.0, 1.0)
    )
    grain = [np.abs(np.diff(picture[:200], axis=0)).mean() for picture in (sharp, soft)]
    assert grain[1] < 0.6 * grain[0]
    assert np.abs(sharp[325:331] - soft[325:331]).mean() < 3


def test_a_light_colors_what_it_falls_on() -> None:
    warm = drawn(table(light=SceneLight(color=(1.5, 1.0, 0.5))))[-20:].mean(axis=(0, 1))
    assert warm[0] > warm[1] + 20 > warm[2] + 50


@pytest.mark.parametrize(("direction", "brighter"), [(270.0, "left"), (90.0, "right")])
def test_the_side_of_the_light_is_brighter(direction: float, brighter: str) -> None:
    light = SceneLight(direction=direction, elevation=30, softness=0.0)
    picture = drawn(table(wall_color=(150, 150, 150), light=light), subject=(40, 20, 80, 82))
    left, right = picture[:40, :30].mean(), picture[:40, -30:].mean()
    assert (left > right + 5) == (brighter == "left")
    assert abs(left - right) > 5


def test_a_window_throws_bright_panes_on_the_wall() -> None:
    light = SceneLight(direction=300, elevation=40, softness=0.1)
    scene = table(kind="wall", surface=None, wall_color=(200, 200, 200), light=light)
    plain, window = drawn(scene), drawn(replace(scene, window=True))
    assert window.std() > 1.5 * plain.std()
    leafy = drawn(replace(scene, window=True, leaves=True))
    assert leafy.mean() < window.mean() - 1


def test_leaves_are_green_and_in_autumn_brown() -> None:
    bare = drawn(table(wall_color=WHITE))
    summer = drawn(table(wall_color=WHITE, leaves=True)) - bare
    autumn = drawn(table(wall_color=WHITE, leaves=True, palette=((200, 90, 30),))) - bare
    assert np.abs(summer).max() > 60
    assert summer[..., 1].mean() > summer[..., 0].mean() + 1
    assert autumn[..., 0].mean() > autumn[..., 1].mean() + 1


def test_points_of_light_stay_behind_the_table() -> None:
    dark, lights = drawn(table()), drawn(table(bokeh=True))
    edge = int(Stage.of(SIZE, SUBJECT).edge)
    assert (lights - dark)[: edge - 2].max() > 60
    assert np.abs(lights - dark)[edge + 8 :].max() < 6


def test_a_sweep_runs_from_the_last_color_down_to_the_first() -> None:
    scene = table(kind="sweep", surface=None, wall=None, palette=(RED, BLUE))
    picture = drawn(scene, subject=None)
    assert np.abs(picture[0].mean(axis=0) - BLUE).max() < 40
    assert np.abs(picture[-1].mean(axis=0) - RED).max() < 40
    # Seamless: no row is far from the one before.
    assert np.abs(np.diff(picture.mean(axis=1), axis=0)).max() < 8


def test_a_white_sweep_is_white_enough_for_a_shop() -> None:
    picture = drawn(table(kind="sweep", surface=None, wall=None, palette=((255, 255, 255),)))
    assert picture.mean() > 236
    assert picture[30:70, 40:80].min() > 236


@pytest.mark.parametrize("style", ["abstract", "gradient"])
def test_shapes_keep_to_the_palette(style: str) -> None:
    scene = table(
        kind="abstract", surface=None, wall=None, style=style, palette=(BLUE, (90, 120, 220))
    )
    red, _, blue = drawn(scene).mean(axis=(0, 1))
    assert blue > red + 40


def test_a_painting_keeps_the_picture_and_loses_its_texture() -> None:
    scene = table(wall="brick", wall_color=None, surface_color=GREEN)
    photo, painting = drawn(scene), drawn(replace(scene, style="artistic"))
    assert np.abs(photo - painting).mean() > 2
    for rows in (slice(0, 50), slice(-20, None)):
        assert np.abs(photo[rows].mean(axis=(0, 1)) - painting[rows].mean(axis=(0, 1))).max() < 22


def test_a_dark_scene_before_a_view_is_night() -> None:
    day, night = (
        drawn(table(kind="far", surface=None, wall=None, far="city", brightness=value)).mean()
        for value in (1.0, 0.55)
    )
    assert night < 0.55 * day


def test_a_far_view_lights_the_product_unless_words_did() -> None:
    scene = table(wall=None, far="sunset", depth=0.7)
    seen = draw(scene, request()).light
    assert seen is not None
    assert seen != scene.light
    assert draw(replace(scene, light_named=True), request()).light == scene.light


@pytest.mark.parametrize("shape", [(1, 1), (40, 60), (300, 50), (50, 900)])
def test_guidance_of_any_size(shape: tuple[int, int]) -> None:
    guidance = np.full((*shape, 3), RED, np.uint8)
    picture = drawn(table(), guidance=guidance, guidance_scale=1.0)
    assert np.abs(picture.mean(axis=(0, 1)) - RED).max() < 12


def test_guidance_gives_its_large_forms_where_they_are() -> None:
    guidance = np.zeros((96, 120, 3), np.uint8)
    guidance[:, :60], guidance[:, 60:] = RED, BLUE
    pictures = [
        drawn(table(), guidance=guidance, guidance_scale=scale) for scale in (0.3, 0.6, 1.0)
    ]
    errors = [np.abs(picture[:, ::119] - [RED, BLUE]).mean() for picture in pictures]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 12


def test_guidance_of_no_weight_changes_nothing() -> None:
    guidance = np.full((10, 10, 3), RED, np.uint8)
    assert np.array_equal(drawn(table(), guidance=guidance, guidance_scale=0.0), drawn(table()))


def test_the_guidance_is_never_written_to() -> None:
    guidance = np.full((30, 20, 3), RED, np.uint8)
    drawn(table(), guidance=guidance)
    assert (guidance == RED).all()


def test_flat_colors_carry_a_breath_of_grain_against_banding() -> None:
    flat = drawn(
        table(kind="sweep", surface=None, wall=None, palette=((128, 128, 128),)), size=(256, 256)
    )
    patch = flat[40:80, 100:140]
    assert 0.3 < patch.std() < 3
