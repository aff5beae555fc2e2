"""What can't be asked for, and in which words it is refused."""

from __future__ import annotations

import pytest

from config.errors import AppError
from processing.compat.fields import Fields
from processing.compat.photoroom.edit import UNAVAILABLE, read_edit
from processing.engine.plans.edit import EditPlan
from tests.processing.compat.photoroom.asking import FILE, asked_for, fields_of
from tests.tables import in_turn

URL = "https://shop.example/wall.jpg"
SHARE = 'must be a fraction from 0 to 0.49, "0%" to "49%", or pixels such as "100px"'
KEPT = {"removeBackground": "false"}
ORIGINAL = {"colorSpace": "original"}
NO_CUTOUT = "can't be provided if removeBackground is set to false"
NO_COLORS = "can't be provided if colorSpace is set to original"
NO_OVERRIDE = "can only be provided if shadow.mode is set to ai.auto-with-overrides"
NO_LIMIT = "can only be provided if outputSize is originalImage or croppedSubject"
NO_SIZE = "outputSize must be auto, originalImage, croppedSubject or WIDTHxHEIGHT"
TOO_LARGE = "outputSize: A result can have at most 10000 pixels on a side and 65 megapixels"

WRONG_TYPES = [
    ({"removeBackground": "yes"}, "removeBackground must be boolean"),
    ({"removeBackground": "TRUE"}, "removeBackground must be boolean"),
    ({"removeBackground": "1"}, "removeBackground must be boolean"),
    ({"removeBackground": " "}, "removeBackground must be boolean"),
    (
        {"ignorePaddingAndSnapOnCroppedSides": "no"},
        "ignorePaddingAndSnapOnCroppedSides must be boolean",
    ),
    ({"background.seed": "lucky"}, "background.seed must be a number"),
    ({"background.seed": "1e-5"}, "background.seed must be a whole number"),
    ({"background.seed": "1e999"}, "background.seed must be between 0 and 9007199254740991"),
    ({"background.seed": "1e"}, "background.seed must be a number"),
    ({"background.seed": "."}, "background.seed must be a number"),
    ({"background.seed": "9" * 65}, "background.seed must have at most 64 characters"),
    ({"background.seed": "nan"}, "background.seed must be a number"),
    ({"background.seed": "٣"}, "background.seed must be a number"),
    ({"background.seed": "1.5"}, "background.seed must be a whole number"),
    ({"background.seed": "-1"}, "background.seed must be between 0 and 9007199254740991"),
    ({"background.guidance.scale": "1.1"}, "background.guidance.scale must be between 0 and 1"),
    ({"maxWidth": "wide", "outputSize": "originalImage"}, "maxWidth must be a number"),
    ({"maxWidth": "0", "outputSize": "originalImage"}, "maxWidth must be between 1 and 10000"),
    ({"maxHeight": "1.5", "outputSize": "originalImage"}, "maxHeight must be a whole number"),
    ({"export.dpi": "71"}, "export.dpi must be between 72 and 1200"),
    ({"export.dpi": "1201"}, "export.dpi must be between 72 and 1200"),
    ({"export.dpi": "high"}, "export.dpi must be a number"),
    ({"outline.color": "red", "outline.width": "0.11"}, "outline.width must be between 0 and 0.1"),
    ({"outline.blurRadius": "0.03"}, "outline.blurRadius must be between 0 and 0.025"),
    ({"background.blur.radius": "0.06"}, "background.blur.radius must be between 0 and 0.05"),
    (
        {"background.blur.mode": "bokeh", "background.blur.radius": "0"},
        "background.blur.radius: A blur's radius must be more than 0 and at most 0.05",
    ),
    (
        {"outputSize": "0x100"},
        "outputSize must be auto, originalImage, croppedSubject or WIDTHxHEIGHT, not '0x100'",
    ),
    (
        {"background.color": "mauvish"},
        "background.color: 'mauvish' is not a color: write #rrggbb, #rgb or a CSS name",
    ),
    ({"padding": FILE}, "padding must be text, not a file"),
    ({"background.imageFile": "data:..."}, "background.imageFile must be a file"),
]
WRONG_WORDS = [
    ({"scaling": "cover"}, "scaling must be one of fit, fill"),
    ({"background.scaling": "cover"}, "background.scaling must be one of fit, fill"),
    ({"horizontalAlignment": "top"}, "horizontalAlignment must be one of left, center, right"),
    ({"verticalAlignment": "left"}, "verticalAlignment must be one of top, center, bottom"),
    ({"referenceBox": "box"}, "referenceBox must be one of subjectBox, originalImage"),
    ({"keepExistingAlphaChannel": "true"}, "keepExistingAlphaChannel must be one of auto, never"),
    ({"export.format": "gif"}, "export.format must be one of png, jpeg, jpg, webp, avif"),
    ({"export.format": "PNG"}, "export.format must be one of png, jpeg, jpg, webp, avif"),
    ({"colorSpace": "P3"}, "colorSpace must be one of sRGB, original"),
    (
        {"preserveMetadata": "all"},
        "preserveMetadata must be one of never, xmp, exifSubset, exifSubsetWithXmpCompatibility",
    ),
    (
        {"shadow.mode": "soft"},
        "shadow.mode must be one of ai.soft, ai.hard, ai.floating, ai.preset-soft, "
        "ai.preset-hard, ai.auto-with-overrides",
    ),
    (
        {"lighting.mode": "auto"},
        "lighting.mode must be one of ai.auto, ai.preserve-hue-and-saturation, "
        "ai.optimize-portrait",
    ),
    (
        {"textRemoval.mode": "all"},
        "textRemoval.mode must be one of ai.artificial, ai.natural, ai.all",
    ),
    ({"upscale.mode": "fast"}, "upscale.mode must be one of ai.fast, ai.slow"),
    ({"background.blur.mode": "lens"}, "background.blur.mode must be one of gaussian, bokeh"),
    ({"background.expandPrompt": "ai.auto"}, "background.expandPrompt must be one of auto, never"),
    (
        {"background.expandPrompt.mode": "auto"},
        "background.expandPrompt.mode must be one of ai.auto, ai.never",
    ),
    (
        {"shadow.mode": "ai.auto-with-overrides", "shadow.spreadOverride": "wide"},
        "shadow.spreadOverride must be a number or one of short, medium, long",
    ),
    (
        {"shadow.mode": "ai.auto-with-overrides", "shadow.directionOverride": "361"},
        "shadow.directionOverride must be between 0 and 360",
    ),
]
LENGTHS = [
    ({"padding": "0.5"}, f"padding {SHARE}, not 0.5"),
    ({"padding": "50%"}, f"padding {SHARE}, not 50%"),
    ({"padding": "-0.1"}, f"padding {SHARE}, not -0.1"),
    ({"padding": "-10px"}, f"padding {SHARE}, not -10px"),
    ({"paddingLeft": "10"}, f"paddingLeft {SHARE}, not 10.0"),
    ({"marginTop": "10 px"}, f"marginTop {SHARE}, not 10 px"),
    ({"margin": "10em"}, f"margin {SHARE}, not 10em"),
    ({"margin": " "}, f"margin {SHARE}, not  "),
    ({"margin": "49.0000001%"}, f"margin {SHARE}, not 49.0000001%"),
    ({"margin": "9" * 65}, "margin must have at most 64 characters"),
    ({"outputSize": "0x0"}, None),
    ({"outputSize": "100000x100000"}, f"{TOO_LARGE}, not 100000x100000"),
    ({"outputSize": "9999999x1"}, NO_SIZE),
    ({"outputSize": "10000x10000"}, f"{TOO_LARGE}, not 10000x10000"),
    ({"outputSize": "200"}, NO_SIZE),
    ({"outputSize": "200×400"}, NO_SIZE),
    ({"outputSize": "-5x5"}, NO_SIZE),
    ({"background.color": "no colour"}, None),
    ({"background.color": "#12345"}, None),
    ({"outline.color": "rgb(1,2,3)"}, None),
    ({"background.prompt": "x" * 10_000}, "background.prompt must have at most 2000 characters"),
    ({"background.prompt": " "}, "background.prompt must not be empty"),
    ({"background.prompt": "a\0b"}, "background.prompt must not contain null characters"),
    (
        {"background.prompt": "x", "background.negativePrompt": "x" * 2001},
        "background.negativePrompt must have at most 2000 characters",
    ),
]
TOGETHER = [
    ({**KEPT, "background.imageFile": FILE}, f"background.imageFile {NO_CUTOUT}"),
    ({**KEPT, "background.imageUrl": URL}, f"background.imageUrl {NO_CUTOUT}"),
    ({**KEPT, "background.guidance.imageFile": FILE}, f"background.guidance.imageFile {NO_CUTOUT}"),
    ({**KEPT, "background.guidance.imageUrl": URL}, f"background.guidance.imageUrl {NO_CUTOUT}"),
    ({**KEPT, "background.prompt": "oak"}, f"background.prompt {NO_CUTOUT}"),
    ({**KEPT, "background.blur.mode": "bokeh"}, f"background.blur.mode {NO_CUTOUT}"),
    (
        {**KEPT, "ignorePaddingAndSnapOnCroppedSides": "true"},
        f"ignorePaddingAndSnapOnCroppedSides {NO_CUTOUT}",
    ),
    ({**KEPT, "referenceBox": "subjectBox"}, f"referenceBox {NO_CUTOUT}"),
    ({**KEPT, "shadow.mode": "ai.soft"}, f"shadow.mode {NO_CUTOUT}"),
    ({**KEPT, "outline.color": "red"}, f"outline.color {NO_CUTOUT}"),
    (
        {"background.imageFile": FILE, "background.imageUrl": URL},
        "background.imageUrl can't be provided if background.imageFile is provided",
    ),
    (
        {"background.imageFile": FILE, "background.prompt": "oak"},
        "background.prompt can't be provided if background.imageFile is provided",
    ),
    (
        {"background.imageUrl": URL, "background.prompt": "oak"},
        "background.prompt can't be provided if background.imageUrl is provided",
    ),
    (
        {"background.imageUrl": URL, "background.guidance.imageUrl": URL},
        "background.guidance.imageUrl can't be provided if background.imageUrl is provided",
    ),
    (
        {"background.guidance.imageFile": FILE, "background.guidance.imageUrl": URL},
        "background.guidance.imageUrl can't be provided if background.guidance.imageFile "
        "is provided",
    ),
    (
        {"background.scaling": "fit"},
        "background.scaling can only be provided if background.imageUrl or "
        "background.imageFile is provided",
    ),
    (
        {"background.scaling": "fit", "background.prompt": "oak"},
        "background.scaling can only be provided if background.imageUrl or "
        "background.imageFile is provided",
    ),
    ({"maxWidth": "100"}, f"maxWidth {NO_LIMIT}"),
    ({"maxHeight": "100", "outputSize": "auto"}, f"maxHeight {NO_LIMIT}"),
    ({"maxHeight": "100", "outputSize": "200x400"}, f"maxHeight {NO_LIMIT}"),
    ({"shadow.directionOverride": "left"}, f"shadow.directionOverride {NO_OVERRIDE}"),
    (
        {"shadow.mode": "ai.soft", "shadow.intensityOverride": "1"},
        f"shadow.intensityOverride {NO_OVERRIDE}",
    ),
    (
        {"shadow.mode": "ai.hard", "shadow.softnessOverride": "1"},
        f"shadow.softnessOverride {NO_OVERRIDE}",
    ),
    (
        {"shadow.mode": "ai.soft", "shadow.spreadOverride": "1"},
        f"shadow.spreadOverride {NO_OVERRIDE}",
    ),
    (
        {"shadow.mode": "none", "shadow.subjectPoseOverride": "flatlay"},
        f"shadow.subjectPoseOverride {NO_OVERRIDE}",
    ),
]
COLOR_SPACE = [
    ({**ORIGINAL, "removeBackground": "false"}, f"removeBackground {NO_COLORS}"),
    (
        {**ORIGINAL, "keepExistingAlphaChannel": "auto"},
        f"keepExistingAlphaChannel {NO_COLORS}",
    ),
    ({**ORIGINAL, "export.format": "jpg"}, f"export.format {NO_COLORS}"),
    ({**ORIGINAL, "export.dpi": "72"}, f"export.dpi {NO_COLORS}"),
    ({**ORIGINAL, "preserveMetadata": "exifSubset"}, f"preserveMetadata {NO_COLORS}"),
    ({**ORIGINAL, "background.color": "red"}, f"background.color {NO_COLORS}"),
    ({**ORIGINAL, "background.prompt": "oak"}, f"background.prompt {NO_COLORS}"),
    ({**ORIGINAL, "shadow.mode": "ai.soft"}, f"shadow.mode {NO_COLORS}"),
    ({**ORIGINAL, "lighting.mode": "ai.auto"}, f"lighting.mode {NO_COLORS}"),
    ({**ORIGINAL, "outline.color": "red"}, f"outline.color {NO_COLORS}"),
    ({**ORIGINAL, "textRemoval.mode": "ai.all"}, f"textRemoval.mode {NO_COLORS}"),
    ({**ORIGINAL, "upscale.mode": "ai.fast"}, f"upscale.mode {NO_COLORS}"),
    ({**ORIGINAL, "paddingTop": "0.1"}, f"paddingTop {NO_COLORS}"),
    ({**ORIGINAL, "outputSize": "200x400"}, f"outputSize {NO_COLORS}"),
]
NOT_HERE = [
    (
        {"lighting.mode": "ai.optimize-portrait"},
        "lighting.mode ai.optimize-portrait is not available here",
    ),
    (
        {"segmentation.mode": "ignoreSalientObject"},
        "segmentation.mode ignoreSalientObject is not available here",
    ),
    ({"segmentation.prompt": "the box"}, "segmentation.prompt is not available here"),
    (
        {"segmentation.negativePrompt": "a hand"},
        "segmentation.negativePrompt is not available here",
    ),
    (
        {"editWithAI.additionalImages.1.imageFile": FILE},
        "editWithAI.additionalImages.1.imageFile is not available here",
    ),
    ({"layers[title][text]": "Sale"}, "layers[title][text] is not available here"),
    *(
        ({f"{group}.mode": "ai.auto"}, f"{group}.mode is not available here")
        for group in UNAVAILABLE
    ),
    ({"layers": "{}"}, "layers is not available here"),
]


@in_turn(
    ("params", "message"),
    [*WRONG_TYPES, *WRONG_WORDS, *LENGTHS, *TOGETHER, *COLOR_SPACE, *NOT_HERE],
)
def test_is_refused_by_name(params: dict[str, str], message: str | None) -> None:
    with pytest.raises(AppError) as caught:
        asked_for(params)
    error = caught.value
    assert (error.code, error.status) == ("VALIDATION_ERROR", 400)
    [name] = error.fields or {}
    assert name in params
    assert error.message.startswith(name)
    if message is not None:
        assert error.message == message


def test_a_parameter_is_given_once() -> None:
    fields = Fields({"padding": ["0.1", "0.2"]})
    with pytest.raises(AppError, match="padding was given more than once"):
        read_edit(fields, EditPlan())


def test_a_template_without_cutting_takes_no_shadow() -> None:
    with pytest.raises(AppError, match="Shadow and outline require the background to be removed"):
        asked_for({"shadow.mode": "ai.soft"}, EditPlan(cutting=None))


def test_files_come_by_post() -> None:
    fields = fields_of({"background.imageFile": "x"}, is_form=False)
    with pytest.raises(AppError, match=r"background.imageFile must be sent by POST, as a file"):
        read_edit(fields, EditPlan())
