"""What has no effect and is named, and what templates say where parameters don't."""

from __future__ import annotations

from typing import Any

import pytest

from processing.compat.photoroom.edit import read_edit
from processing.engine.plans.edit import EditPlan
from processing.services import edit_json
from tests.processing.compat.photoroom.asking import FILE, asked_for, fields_of
from tests.processing.compat.photoroom.test_edit_params import BEHIND, PICTURE, PROMPT, sides
from tests.processing.compat.photoroom.test_edit_params import URL as WALL
from tests.tables import in_turn


@pytest.fixture(autouse=True)
def _ids_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit_json, "image_id", lambda text, field: text)


@in_turn(
    ("params", "unsupported"),
    [
        ({"padding": "0.1"}, []),
        ({"colour": "red"}, ["colour"]),
        ({"background.inner": "1", "zoom": "2"}, ["background.inner", "zoom"]),
        ({"outputImageMimeType": "image/png"}, ["outputImageMimeType"]),
        ({"sizeWidth": "5", "sizeHeight": "5"}, ["sizeHeight", "sizeWidth"]),
        ({"upscale.targetResolution": "4k"}, ["upscale.targetResolution"]),
        ({"shadow.mode": "none"}, ["shadow.mode"]),
        ({"upscale.mode": "ai.auto"}, ["upscale.mode"]),
        ({"background.seed": "5"}, ["background.seed"]),
        ({"background.negativePrompt": "people"}, ["background.negativePrompt"]),
        ({"background.guidance.scale": "0.5"}, ["background.guidance.scale"]),
        ({**PROMPT, "background.guidance.scale": "0.5"}, ["background.guidance.scale"]),
        ({"background.blur.radius": "0.01"}, ["background.blur.radius"]),
        (
            {"background.color": "red", "background.blur.mode": "bokeh"},
            ["background.blur.mode"],
        ),
        ({"outline.width": "0.1"}, ["outline.width"]),
        ({"outline.blurRadius": "0.01"}, ["outline.blurRadius"]),
        ({"upscale.downscaleIfNeeded": "always"}, ["upscale.downscaleIfNeeded"]),
        (
            {"removeBackground": "false", "keepExistingAlphaChannel": "auto"},
            ["keepExistingAlphaChannel"],
        ),
        ({"attachment": FILE}, ["attachment"]),
    ],
)
def test_what_has_no_effect_is_named(params: dict[str, str], unsupported: list[str]) -> None:
    fields = fields_of(params)
    read_edit(fields, EditPlan())
    assert fields.unsupported == unsupported


def _template() -> EditPlan:
    return edit_json.plan_from(
        {
            "layout": {"size": "1200x1500", "padding": 0.1, "scaling": "fill"},
            "background": {"image": {"imageId": "row"}, "color": "red"},
            "shadow": {"mode": "hard", "direction": 90},
            "outline": {"color": "blue", "width": 0.05},
            "export": {"format": "jpg", "quality": 70},
        }
    )


@pytest.mark.parametrize(
    ("params", "part", "expected"),
    [
        ({}, "layout", {"size": "1200x1500", "padding": 0.1, "scaling": "fill"}),
        (
            {"outputSize": "auto", "paddingTop": "0.2"},
            "layout",
            {"size": "1200x1500", "padding": sides(0.2, 0.1, 0.1, 0.1), "scaling": "fill"},
        ),
        (
            {"outputSize": "croppedSubject", "maxWidth": "9"},
            "layout",
            {"size": "croppedSubject", "maxWidth": 9, "padding": 0.1, "scaling": "fill"},
        ),
        ({"background.color": "white"}, "background", {"color": "white"}),
        ({"background.color": "transparent"}, "background", {}),
        (
            {"background.scaling": "fit"},
            "background",
            {"color": "red", "image": {"imageId": "row", "scaling": "fit"}},
        ),
        (
            PROMPT,
            "background",
            {"color": "red", "generated": {"prompt": "on oak"}},
        ),
        (BEHIND, "background", {"color": "red", "image": {"imageId": PICTURE}}),
        ({"shadow.mode": "ai.soft"}, "shadow", {"mode": "soft"}),
        ({"outline.width": "0.1"}, "outline", {"color": "blue", "width": 0.1}),
        ({"export.format": "png"}, "export", {"format": "png"}),
        ({"export.dpi": "300"}, "export", {"format": "jpg", "quality": 70, "dpi": 300}),
    ],
    ids=str,
)
def test_parameters_come_before_what_the_template_says(
    params: dict[str, str], part: str, expected: dict[str, Any]
) -> None:
    command = asked_for(params, _template()).command([PICTURE], watermark=False)
    wanted = edit_json.plan_from({part: expected})
    assert getattr(command.plan, part) == getattr(wanted, part)


@pytest.mark.parametrize(
    ("params", "changes"),
    [
        ({"background.seed": "5"}, {"seed": 5}),
        (PROMPT, {"prompt": "on oak"}),
        ({"background.guidance.imageUrl": WALL}, {"guidanceImageId": PICTURE}),
    ],
    ids=str,
)
def test_a_templates_style_stays(params: dict[str, str], changes: dict[str, Any]) -> None:
    template = {"prompt": "on marble", "style": "artistic", "seed": 1}
    base = edit_json.plan_from({"background": {"generated": template}})
    command = asked_for(params, base).command([PICTURE], watermark=False)
    wanted = {"background": {"generated": template | changes}}
    assert command.plan == edit_json.plan_from(wanted)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"background.color": "transparent"}, {}),
        ({"background.color": "red"}, {"color": "red"}),
        ({"background.prompt": "sea"}, {"generated": {"prompt": "sea"}, "blend": "multiply"}),
    ],
)
def test_a_templates_blend_goes_with_its_background(
    params: dict[str, str], expected: dict[str, Any]
) -> None:
    base = edit_json.plan_from({"background": {"color": "blue", "blend": "multiply"}})
    found = asked_for(params, base).plan.background
    kept = {"color": "blue", **expected} if "blend" in expected else expected
    assert found == edit_json.plan_from({"background": kept}).background
