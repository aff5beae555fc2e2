"""A plan is checked when it is written down."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import ImageColor

from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import CutoutPlan


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
def test_colours_are_read(text: str, color: tuple[int, int, int]) -> None:
    assert parse_color(text) == color


def test_a_name_is_read_again_and_again() -> None:
    # Pillow keeps what it has parsed in the table of names itself.
    ImageColor.getrgb("rebeccapurple")
    assert parse_color("rebeccapurple") == (102, 51, 153)


@pytest.mark.parametrize(
    "text",
    ["", "#", "#ff", "#fff8", "#ffffff80", "ffffff80", "blurple", "rgb(1,2,3)", "#ggg", "12"],
)
def test_what_is_no_opaque_colour_is_refused(text: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        parse_color(text)
    assert caught.value.code == "INVALID_PLAN"


@pytest.mark.parametrize(
    "wrong",
    [
        {"edge": "soft"},
        {"format": "tiff"},
        {"model": ""},
        {"background": (0, 0, 256)},
        {"background": (0, 0)},
        {"background": (0.5, 0, 0)},
        {"max_pixels": 0},
    ],
)
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlan):
        CutoutPlan(**wrong)


def test_the_default_plan() -> None:
    plan = CutoutPlan()
    assert (plan.model, plan.edge, plan.format, plan.background) == (
        "fast",
        "standard",
        "png",
        None,
    )
    assert (plan.crop, plan.keep_existing_alpha, plan.corrected_original) == (False, False, False)
    assert plan.max_pixels == 50_000_000
