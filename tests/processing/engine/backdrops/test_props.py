"""Props around the product: each kind shows, is crisp, in its color, and the same again."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import F32
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.props import NAMES, set_out
from processing.engine.light.scene_light import SceneLight
from processing.engine.prompts.lexicon import Setting, lexicon
from tests.tables import in_turn

SIZE = (240, 200)
NOISE = Noise(3)
LIGHT = SceneLight(direction=290, elevation=40, softness=0.3)


def shown(light: F32) -> F32:
    return np.clip(light * 255, 0, 255)


def drawn(
    name: str,
    color: tuple[int, int, int] | None = None,
    *,
    depth: float = 0.0,
    large: int = 1,
    above: bool = False,
) -> F32:
    picture = np.full((SIZE[1] * large, SIZE[0] * large, 3), 150, np.float32)
    stage = Stage.of(SIZE, (100, 80, 140, 170)).at(large)
    set_out(picture, ((name, color),), stage, NOISE, (LIGHT, depth, shown), above=above)
    return picture


def test_every_prop_of_the_vocabulary_is_drawn_and_none_else_is_known() -> None:
    named = {
        term.values["prop"]
        for term in lexicon().terms.values()
        if isinstance(term, Setting) and "prop" in term.values
    }
    assert named == NAMES


@in_turn("name", sorted(NAMES))
def test_each_shows_beside_the_product_with_its_shadow(name: str) -> None:
    picture = drawn(name)
    changed = np.abs(picture - 150).max(axis=2) > 12
    assert 0.002 < changed.mean() < 0.35
    # A shadow dims all channels alike.
    shaded = (picture.max(axis=2) < 140) & (np.ptp(picture, axis=2) < 1)
    assert shaded.sum() > 8


@pytest.mark.parametrize("name", ["eucalyptus", "books", "petals"])
def test_from_above_props_lie_near_the_corners(name: str) -> None:
    changed = np.abs(drawn(name, above=True) - 150).max(axis=2) > 12
    middle = changed[60:140, 80:160]
    assert changed.mean() > 0.01
    assert middle.mean() < 0.3 * changed.mean()


def test_the_same_seed_sets_out_the_same() -> None:
    assert np.array_equal(drawn("candles"), drawn("candles"))


@pytest.mark.parametrize("name", ["candles", "roses", "gifts", "pumpkins"])
def test_a_color_that_words_name_is_the_props(name: str) -> None:
    blue = drawn(name, (30, 60, 200))
    usual = drawn(name)
    assert (blue[..., 2] - blue[..., 0]).max() > (usual[..., 2] - usual[..., 0]).max() + 40


def test_what_is_far_from_the_product_is_out_of_focus_by_the_scenes_depth() -> None:
    sharp, soft = (
        np.abs(np.diff(drawn("books", depth=depth, large=3), axis=1)).max() for depth in (0.0, 1.0)
    )
    assert soft < 0.75 * sharp
