"""A plan is checked when it is written down."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, fields
from math import nan
from typing import Any, get_args

import pytest
from PIL import ImageColor

from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import (
    SIZE_LIMITS,
    CleanUp,
    CutoutPlan,
    Cutting,
    Edge,
    Size,
    camel,
    edge_strength,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#fff", (255, 255, 255)),
        ("fff", (255, 255, 255)),
        ("#1a2B3c", (26, 43, 60)),
        ("1A2B3C", (26, 43, 60)),
        ("RebeccaPurple", (102, 51, 153)),
        (" white ", (255, 255, 255)),
    ],
)
def test_colors_are_read(text: str, color: tuple[int, int, int]) -> None:
    assert parse_color(text) == color


def test_a_name_is_read_again_and_again() -> None:
    # Pillow keeps what it has parsed in the table of names itself.
    ImageColor.getrgb("rebeccapurple")
    assert parse_color("rebeccapurple") == (102, 51, 153)


@pytest.mark.parametrize(
    "text",
    ["", "#", "#ff", "#fff8", "#ffffff80", "ffffff80", "blurple", "rgb(1,2,3)", "#ggg", "12"],
)
def test_what_is_no_opaque_color_is_refused(text: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        parse_color(text)
    assert caught.value.code == "INVALID_PLAN"


@pytest.mark.parametrize(
    ("wrong", "message", "field"),
    [
        ({"model": ""}, "Name a model, such as 'auto'.", "model"),
        ({"edge": "soft"}, "edge must be one of none, standard, fine, not 'soft'.", "edge"),
        (
            {"edge": -0.1},
            "edge must be none, standard, fine or 0 to 100, not -0.1.",
            "edge",
        ),
        (
            {"edge": 100.1},
            "edge must be none, standard, fine or 0 to 100, not 100.1.",
            "edge",
        ),
        ({"edge": nan}, "edge must be none, standard, fine or 0 to 100, not nan.", "edge"),
        (
            {"edge": True},
            "edge must be none, standard, fine or 0 to 100, not True.",
            "edge",
        ),
        ({"output": "alpha"}, "output must be one of cutout, mask, not 'alpha'.", "output"),
        ({"format": "tiff"}, "format must be one of png, webp, jpg, not 'tiff'.", "format"),
        (
            {"size": "huge"},
            "size must be one of preview, medium, hd, full, original, not 'huge'.",
            "size",
        ),
        (
            {"bg_color": "blurple"},
            "'blurple' is not a color: write #rrggbb, #rgb or a CSS name.",
            "bgColor",
        ),
        (
            {"bg_color": "#fff8"},
            "'#fff8' is not an opaque color: write #rrggbb, #rgb or a CSS name.",
            "bgColor",
        ),
        (
            {"output": "mask", "bg_color": "red"},
            "A mask has no background. Omit bgColor.",
            "bgColor",
        ),
    ],
)
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, Any], message: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        CutoutPlan(**wrong)
    assert (caught.value.message, caught.value.field) == (message, field)


def test_the_default_plan() -> None:
    assert asdict(CutoutPlan()) == {
        "model": "auto",
        "edge": "standard",
        "clean_up": {
            "islands": True,
            "pinholes": True,
            "holes": True,
            "shadow": True,
            "keep_hanger": True,
        },
        "keep_existing_alpha": False,
        "despill": False,
        "mask": None,
        "box": None,
        "point": None,
        "output": "cutout",
        "format": "png",
        "bg_color": None,
        "crop": False,
        "size": "original",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *((0, "none"), (-0.0, "none"), (50, "standard"), (50.0, "standard"), (100, "fine")),
        *((75, 75.0), (0.5, 0.5), ("fine", "fine")),
    ],
)
def test_equal_edges_are_equal_plans(given: Edge, kept: Edge) -> None:
    plan = CutoutPlan(edge=given)
    assert repr(plan.edge) == repr(kept)
    assert plan == CutoutPlan(edge=kept)


def test_an_edit_keeps_the_edge_as_it_was_written() -> None:
    assert Cutting(edge=50.0).edge == 50.0


@pytest.mark.parametrize("text", ["white", "fff", "#FFF", "#FFFFFF", " White "])
def test_a_color_has_one_spelling(text: str) -> None:
    plan = CutoutPlan(bg_color=text)
    assert (plan.bg_color, plan.background) == ("#ffffff", (255, 255, 255))


def test_no_color_is_no_background() -> None:
    assert CutoutPlan().background is None
    assert CutoutPlan(bg_color="#005ac8").background == (0, 90, 200)
    assert CutoutPlan(bg_color="#000000").background == (0, 0, 0)


@pytest.mark.parametrize(
    ("edge", "strength"),
    [("none", 0.0), ("standard", 50.0), ("fine", 100.0), (0, 0.0), (12.5, 12.5), (100, 100.0)],
)
def test_edges_on_one_scale(edge: Edge, strength: float) -> None:
    found = edge_strength(edge)
    assert (type(found), found) == (float, strength)


def test_cleaning_up_switched_off_takes_nothing_away() -> None:
    assert asdict(CleanUp.off()) == {
        "islands": False,
        "pinholes": False,
        "holes": False,
        "shadow": False,
        "keep_hanger": True,
    }


def test_the_largest_results() -> None:
    assert SIZE_LIMITS == {
        "preview": 250_000,
        "medium": 1_500_000,
        "hd": 4_000_000,
        "full": 36_000_000,
    }
    assert {*SIZE_LIMITS, "original"} == set(get_args(Size))


@pytest.mark.parametrize(
    ("name", "json_name"),
    [("crop", "crop"), ("bg_color", "bgColor"), ("keep_existing_alpha", "keepExistingAlpha")],
)
def test_names_in_json(name: str, json_name: str) -> None:
    assert camel(name) == json_name


@pytest.mark.parametrize("definition", [CleanUp, CutoutPlan])
def test_every_option_but_a_group_has_words(definition: type) -> None:
    silent = [part.name for part in fields(definition) if not words_of(definition, part.name)]
    assert silent == ([] if definition is CleanUp else ["clean_up", "format"])


@pytest.mark.parametrize("plan", [CutoutPlan(), Cutting(), CleanUp()])
def test_plans_are_frozen(plan: Any) -> None:
    for part in fields(plan):
        with pytest.raises(FrozenInstanceError):
            setattr(plan, part.name, "fine")
