"""Every parameter of the vendor's editing endpoint, and the native edit that says the same.

The native spelling is read by the native door's own code: equal commands have equal hashes.
"""

from __future__ import annotations

from typing import Any

import pytest

from processing.commands import Edit, command_hash
from processing.compat.photoroom.background import NAMES as BACKGROUND_NAMES
from processing.compat.photoroom.edit import NEEDS_CUTOUT, UNAVAILABLE, bare_plan, read_edit
from processing.compat.photoroom.layout import NAMES as LAYOUT_NAMES
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan
from processing.services import edit_json
from tests.processing.compat.photoroom.asking import FILE, asked_for, fields_of
from tests.tables import in_turn

PICTURE, GUIDANCE = "row-of-the-background", "row-of-the-guidance"
URL = "https://shop.example/wall.jpg"
AUTO = {"shadow.mode": "ai.auto-with-overrides"}
BEHIND = {"background.imageUrl": URL}
PROMPT = {"background.prompt": "on oak"}


def native(edit: dict[str, Any]) -> Edit:
    return Edit(plan=edit_json.plan_from(edit))


def layout(**values: Any) -> dict[str, Any]:
    return {"layout": values}


def sides(top: Any = 0, right: Any = 0, bottom: Any = 0, left: Any = 0) -> dict[str, Any]:
    return {"top": top, "right": right, "bottom": bottom, "left": left}


def generated(**values: Any) -> dict[str, Any]:
    """A scene has the shadow that the native endpoint for scenes gives it."""
    return {"background": {"generated": {"prompt": "on oak", **values}}, **shadow()}


def shadow(**values: Any) -> dict[str, Any]:
    return {"shadow": {"mode": "soft", **values}}


def behind(**values: Any) -> dict[str, Any]:
    return {"background": {"image": {"imageId": PICTURE, **values}}}


LAYOUTS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"outputSize": "auto"}, {}),
    ({"outputSize": "originalImage"}, layout(size="originalImage")),
    ({"outputSize": "croppedSubject"}, layout(size="croppedSubject")),
    ({"outputSize": "200x400"}, layout(size="200x400")),
    ({"outputSize": "10000x5000"}, layout(size="10000x5000")),
    (
        {"outputSize": "originalImage", "maxWidth": "800"},
        layout(size="originalImage", maxWidth=800),
    ),
    (
        {"outputSize": "croppedSubject", "maxWidth": "800", "maxHeight": "600.0"},
        layout(size="croppedSubject", maxWidth=800, maxHeight=600),
    ),
    ({"margin": "0"}, {}),
    ({"margin": "0.1"}, layout(margin=0.1)),
    ({"margin": ".1"}, layout(margin=0.1)),
    ({"margin": "10%"}, layout(margin=0.1)),
    ({"margin": "49%"}, layout(margin=0.49)),
    ({"margin": "0.49"}, layout(margin=0.49)),
    ({"margin": "100px"}, layout(margin="100px")),
    # As JavaScript, Python and a spreadsheet print fractions.
    ({"margin": "0.07500000000000001"}, layout(margin=0.07500000000000001)),
    ({"margin": "0.3333333333333333333333333333"}, layout(margin=1 / 3)),
    ({"margin": "33.333333333333336%"}, layout(margin=33.333333333333336 / 100)),
    ({"margin": "33.3333%"}, layout(margin=0.333333)),
    ({"margin": "1e-7"}, layout(margin=0.0000001)),
    ({"margin": "5E-2"}, layout(margin=0.05)),
    ({"margin": "1234.5678px"}, layout(margin="1234.5678px")),
    ({"marginTop": "0.1"}, layout(margin=sides(top=0.1))),
    ({"marginRight": "0.1"}, layout(margin=sides(right=0.1))),
    ({"marginBottom": "0.1"}, layout(margin=sides(bottom=0.1))),
    ({"marginLeft": "0.1"}, layout(margin=sides(left=0.1))),
    ({"margin": "0.1", "marginLeft": "30px"}, layout(margin=sides(0.1, 0.1, 0.1, "30px"))),
    ({"margin": "0.1", "marginLeft": "0"}, layout(margin=sides(0.1, 0.1, 0.1, 0))),
    ({"padding": "0.1"}, layout(padding=0.1)),
    ({"padding": "12.5%"}, layout(padding=0.125)),
    ({"padding": "100px"}, layout(padding="100px")),
    ({"paddingTop": "298px"}, layout(padding=sides(top="298px"))),
    ({"paddingRight": "5%"}, layout(padding=sides(right=0.05))),
    ({"paddingBottom": "0.2"}, layout(padding=sides(bottom=0.2))),
    ({"paddingLeft": "0.2"}, layout(padding=sides(left=0.2))),
    ({"padding": "0.1", "paddingTop": "0.2"}, layout(padding=sides(0.2, 0.1, 0.1, 0.1))),
    ({"scaling": "fit"}, {}),
    ({"scaling": "fill"}, layout(scaling="fill")),
    ({"horizontalAlignment": "left"}, layout(horizontal="left")),
    ({"horizontalAlignment": "center"}, layout(horizontal="center")),
    ({"horizontalAlignment": "right"}, layout(horizontal="right")),
    ({"verticalAlignment": "top"}, layout(vertical="top")),
    ({"verticalAlignment": "center"}, layout(vertical="center")),
    ({"verticalAlignment": "bottom"}, layout(vertical="bottom")),
    ({"referenceBox": "subjectBox"}, {}),
    ({"referenceBox": "originalImage"}, layout(referenceBox="originalImage")),
    ({"ignorePaddingAndSnapOnCroppedSides": "true"}, {}),
    ({"ignorePaddingAndSnapOnCroppedSides": "false"}, layout(snap=False)),
]
CUTOUTS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"removeBackground": "true"}, {}),
    ({"removeBackground": "True"}, {}),  # as python-requests sends a boolean
    ({"removeBackground": "False"}, {"cutting": None}),
    ({"removeBackground": "false"}, {"cutting": None}),
    ({"keepExistingAlphaChannel": "never"}, {}),
    ({"keepExistingAlphaChannel": "auto"}, {"cutting": {"keepExistingAlpha": True}}),
    ({"segmentation.mode": "keepSalientObject"}, {}),
    (
        {"removeBackground": "false", "background.color": "white"},
        {"cutting": None, "background": {"color": "white"}},
    ),
    (
        {"removeBackground": "false", "padding": "0.1", "outputSize": "100x100"},
        {"cutting": None, **layout(padding=0.1, size="100x100")},
    ),
]
BACKGROUNDS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"background.color": "FF0000"}, {"background": {"color": "#ff0000"}}),
    ({"background.color": "#FF0000"}, {"background": {"color": "red"}}),
    ({"background.color": "FFF"}, {"background": {"color": "white"}}),
    ({"background.color": "FF0000EE"}, {"background": {"color": "#ff0000ee"}}),
    ({"background.color": "blue"}, {"background": {"color": "#0000ff"}}),
    ({"background.color": "RebeccaPurple"}, {"background": {"color": "#663399"}}),
    ({"background.color": "transparent"}, {}),
    ({"background.imageFile": FILE}, behind()),
    (BEHIND, behind()),
    ({**BEHIND, "background.scaling": "fit"}, behind(scaling="fit")),
    ({**BEHIND, "background.scaling": "fill"}, behind(scaling="fill")),
    (
        {**BEHIND, "background.color": "red"},
        {"background": {"color": "red", "image": {"imageId": PICTURE}}},
    ),
    (
        {**BEHIND, "background.blur.mode": "bokeh", "background.blur.radius": "0.05"},
        {
            "background": {
                "image": {"imageId": PICTURE},
                "blur": {"mode": "bokeh", "radius": 0.05},
            }
        },
    ),
    (
        {"background.blur.mode": "gaussian"},
        {"background": {"blur": {"mode": "gaussian", "radius": 0.01}}},
    ),
    (PROMPT, generated()),
    ({**PROMPT, "background.negativePrompt": "people"}, generated(negativePrompt="people")),
    ({**PROMPT, "background.seed": "117879368"}, generated(seed=117879368)),
    ({**PROMPT, "background.seed": "5.0"}, generated(seed=5)),
    ({**PROMPT, "background.seed": "1764412800123"}, generated(seed=1764412800123 % 2**32)),
    ({**PROMPT, "background.seed": "9007199254740991"}, generated(seed=2**32 - 1)),
    ({**PROMPT, "background.expandPrompt": "auto"}, generated()),
    ({**PROMPT, "background.expandPrompt": "never"}, generated()),
    ({**PROMPT, "background.expandPrompt.mode": "ai.auto"}, generated()),
    ({**PROMPT, "background.expandPrompt.mode": "ai.never"}, generated()),
    (
        {**PROMPT, "background.guidance.imageFile": FILE},
        generated(guidanceImageId=GUIDANCE),
    ),
    (
        {**PROMPT, "background.guidance.imageUrl": URL, "background.guidance.scale": "1"},
        generated(guidanceImageId=GUIDANCE, guidanceScale=1),
    ),
    (
        {"background.guidance.imageUrl": URL},
        {"background": {"generated": {"prompt": "", "guidanceImageId": GUIDANCE}}, **shadow()},
    ),
    (
        {**PROMPT, "background.blur.mode": "bokeh"},
        {
            "background": {"generated": {"prompt": "on oak"}, "blur": {"mode": "bokeh"}},
            **shadow(),
        },
    ),
    ({**PROMPT, "shadow.mode": "none"}, {**generated(), "shadow": None}),
    ({**PROMPT, "shadow.mode": "ai.hard"}, {**generated(), **shadow(mode="hard")}),
]
LOOKS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"shadow.mode": "ai.soft"}, shadow()),
    ({"shadow.mode": "ai.hard"}, shadow(mode="hard")),
    ({"shadow.mode": "ai.floating"}, shadow(mode="floating")),
    ({"shadow.mode": "ai.preset-soft"}, shadow()),
    ({"shadow.mode": "ai.preset-hard"}, shadow(mode="hard")),
    (AUTO, shadow()),
    *(
        ({**AUTO, "shadow.directionOverride": word}, shadow(direction=degrees))
        for word, degrees in {
            "behind": 0,
            "behindLeft": 45,
            "left": 90,
            "frontLeft": 135,
            "front": 180,
            "frontRight": 225,
            "right": 270,
            "behindRight": 315,
            "12.5": 12.5,
        }.items()
    ),
    ({**AUTO, "shadow.intensityOverride": "0.5"}, shadow(intensity=0.5)),
    ({**AUTO, "shadow.softnessOverride": "0.35"}, shadow(softness=0.35)),
    ({**AUTO, "shadow.spreadOverride": "short"}, shadow(spread=10)),
    ({**AUTO, "shadow.spreadOverride": "medium"}, shadow(spread=45)),
    ({**AUTO, "shadow.spreadOverride": "long"}, shadow(spread=90)),
    ({**AUTO, "shadow.spreadOverride": "25"}, shadow(spread=25)),
    ({**AUTO, "shadow.subjectPoseOverride": "flatlay"}, shadow(pose=0)),
    ({**AUTO, "shadow.subjectPoseOverride": "upright"}, shadow(pose=90)),
    ({**AUTO, "shadow.subjectPoseOverride": "45"}, shadow(pose=45)),
    ({"lighting.mode": "ai.auto"}, {"light": {"mode": "auto"}}),
    (
        {"lighting.mode": "ai.preserve-hue-and-saturation"},
        {"light": {"mode": "preserve-hue-and-saturation"}},
    ),
    ({"outline.color": "red"}, {"outline": {"color": "red", "width": 0.03, "blur": 0}}),
    (
        {"outline.color": "red", "outline.width": "0.1", "outline.blurRadius": "0.025"},
        {"outline": {"color": "#ff0000", "width": 0.1, "blur": 0.025}},
    ),
    ({"textRemoval.mode": "ai.artificial"}, {"textRemoval": "artificial"}),
    ({"textRemoval.mode": "ai.natural"}, {"textRemoval": "natural"}),
    ({"textRemoval.mode": "ai.all"}, {"textRemoval": "all"}),
    ({"upscale.mode": "ai.fast"}, {"upscale": {"mode": "fast"}}),
    ({"upscale.mode": "ai.slow"}, {"upscale": {"mode": "slow"}}),
    (
        {"upscale.mode": "ai.slow", "upscale.downscaleIfNeeded": "always"},
        {"upscale": {"mode": "slow", "downscale": "always"}},
    ),
    (
        {"upscale.mode": "ai.fast", "upscale.downscaleIfNeeded": "never"},
        {"upscale": {"mode": "fast"}},
    ),
    (
        {"upscale.mode": "ai.fast", "upscale.downscaleIfNeeded": "skipUpscaleIfNotNeeded"},
        {"upscale": {"mode": "fast", "downscale": "skip"}},
    ),
]
EXPORTS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"export.format": "png"}, {}),
    ({"export.format": "jpeg"}, {"export": {"format": "jpg"}}),
    ({"export.format": "jpg"}, {"export": {"format": "jpg"}}),
    ({"export.format": "webp"}, {"export": {"format": "webp"}}),
    ({"export.format": "avif"}, {"export": {"format": "avif"}}),
    ({"export.dpi": "72"}, {"export": {"dpi": 72}}),
    ({"export.dpi": "1200"}, {"export": {"dpi": 1200}}),
    ({"colorSpace": "sRGB"}, {}),
    ({"colorSpace": "original"}, {"export": {"colorSpace": "original"}}),
    (
        {
            "colorSpace": "original",
            "export.format": "png",
            "outputSize": "originalImage",
            "padding": "0",
            "preserveMetadata": "xmp",
        },
        {"export": {"colorSpace": "original", "metadata": "xmp"}, **layout(size="originalImage")},
    ),
    ({"preserveMetadata": "never"}, {}),
    ({"preserveMetadata": "xmp"}, {"export": {"metadata": "xmp"}}),
    ({"preserveMetadata": "exifSubset"}, {"export": {"metadata": "exifSubset"}}),
    (
        {"preserveMetadata": "exifSubsetWithXmpCompatibility"},
        {"export": {"metadata": "exifSubsetWithXmp"}},
    ),
]


def _command(params: dict[str, str]) -> Edit:
    asked = asked_for(params)
    ids = [GUIDANCE if "guidance" in sent.name else PICTURE for sent in asked.others]
    return asked.command(ids, watermark=False)


@pytest.fixture(autouse=True)
def _ids_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The native spelling names pictures by public ids; here by the words above."""
    monkeypatch.setattr(edit_json, "image_id", lambda text, field: text)


@in_turn(("params", "edit"), [*LAYOUTS, *CUTOUTS, *BACKGROUNDS, *LOOKS, *EXPORTS])
def test_means_the_same_natively(params: dict[str, str], edit: dict[str, Any]) -> None:
    assert _command(params) == native(edit)
    assert command_hash(_command(params)) == command_hash(native(edit))


# A form with all of its fields, of which most were left empty: as Raycast's extension sends it.
FORM = {
    "outputSize": "1000x1000",
    "scaling": "fit",
    "background.color": "",
    "background.prompt": "",
    "ignorePaddingAndSnapOnCroppedSides": "false",
}
ONE_FIELD_OF_A_FORM: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"removeBackground": "true"}, layout(size="1000x1000", snap=False)),
    ({"removeBackground": "false"}, {"cutting": None, **layout(size="1000x1000")}),
    (
        {"removeBackground": "false", "referenceBox": "originalImage", "shadow.mode": "none"},
        {"cutting": None, **layout(size="1000x1000")},
    ),
    (
        {"background.color": "fff"},
        {"background": {"color": "white"}, **layout(size="1000x1000", snap=False)},
    ),
    (
        {"background.prompt": "on oak"},
        {**generated(), **layout(size="1000x1000", snap=False)},
    ),
]


@pytest.mark.parametrize(("given", "edit"), ONE_FIELD_OF_A_FORM, ids=str)
def test_an_empty_field_is_one_that_was_left_out(
    given: dict[str, str], edit: dict[str, Any]
) -> None:
    fields = fields_of({**FORM, **given})
    assert read_edit(fields, EditPlan()).command([], watermark=False) == native(edit)
    assert fields.unsupported == []


@pytest.mark.parametrize("is_form", [True, False])
def test_every_parameter_may_be_left_empty(is_form: bool) -> None:
    names = [*LAYOUT_NAMES, *BACKGROUND_NAMES, *NEEDS_CUTOUT, *UNAVAILABLE, "removeBackground"]
    fields = fields_of(dict.fromkeys(names, ""), is_form=is_form)
    assert read_edit(fields, EditPlan()).plan == EditPlan()
    assert (fields.names, fields.unsupported) == ([], [])


def test_a_catalogue_picture_as_clients_ask_for_it() -> None:
    command = _command(
        {
            "outputSize": "2000x2000",
            "background.color": "FFFFFF",
            "padding": "0.1",
            "shadow.mode": "ai.soft",
            "lighting.mode": "ai.auto",
            "export.format": "jpeg",
        }
    )
    assert command == native(
        {
            **layout(size="2000x2000", padding=0.1),
            **shadow(),
            "background": {"color": "#fff"},
            "light": {"mode": "auto"},
            "export": {"format": "jpg"},
        }
    )


def test_pictures_come_in_the_order_in_which_their_ids_are_asked_for() -> None:
    asked = asked_for({**PROMPT, "background.guidance.imageUrl": URL})
    assert [(sent.name, sent.content) for sent in asked.others] == [
        ("background.guidance.imageUrl", URL)
    ]


def test_the_sites_own_model_cuts_out(settings: Any) -> None:
    settings.DEFAULT_MODEL = "high"
    assert bare_plan() == EditPlan(cutting=Cutting(model="high"))


def test_every_parameter_of_the_layout_is_known() -> None:
    fields = fields_of(dict.fromkeys(LAYOUT_NAMES, "x"))
    assert fields.names == sorted(LAYOUT_NAMES)
    assert len(LAYOUT_NAMES) == 18
