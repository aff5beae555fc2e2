"""Edits, as typed dictionaries: JSON as the API's document has it."""

from __future__ import annotations

from typing import Literal, Required

from typing_extensions import TypedDict

Edge = Literal["none", "standard", "fine"] | float
Format = Literal["png", "jpg", "webp", "avif"]
Downscale = Literal["never", "always", "skip"]
ShadowMode = Literal["soft", "hard", "floating"]
Blend = Literal["normal", "multiply", "screen", "overlay"]
Scaling = Literal["fit", "fill"]
View = Literal["above", "level", "wall"]


class Area(TypedDict, total=False):
    """A part of a photo, in shares of its sides that are left away."""

    left: float
    top: float
    right: float
    bottom: float


class Spot(TypedDict):
    """A place in a photo, in shares of its width and height."""

    x: float
    y: float


class CleanUp(TypedDict, total=False):
    """Single corrections of a matte."""

    islands: bool
    pinholes: bool
    holes: bool
    shadow: bool
    keepHanger: bool


class Cutting(TypedDict, total=False):
    """How the product is cut out."""

    model: str
    edge: Edge
    cleanUp: CleanUp
    keepExistingAlpha: bool
    despill: bool
    box: Area | None
    point: Spot | None
    mask: str | None


class Frame(TypedDict, total=False):
    """What of the photo is looked at, and how it is turned."""

    crop: Area | None
    rotate: Literal[0, 90, 180, 270]
    straighten: float
    detail: bool


class Sides(TypedDict, total=False):
    """Lengths, in shares, or as text with a unit (``"10%"``, ``"20px"``)."""

    top: float | str
    right: float | str
    bottom: float | str
    left: float | str


class Layout(TypedDict, total=False):
    """The canvas, and the product's place on it."""

    size: str
    maxWidth: int | None
    maxHeight: int | None
    margin: Sides | float | str
    padding: Sides | float | str
    scaling: Scaling
    horizontal: Literal["left", "center", "right"] | None
    vertical: Literal["top", "center", "bottom"] | None
    referenceBox: Literal["subjectBox", "originalImage"]
    snap: bool


class BackgroundImage(TypedDict, total=False):
    """Another picture of the account as background."""

    imageId: Required[str]
    scaling: Scaling


class Gradient(TypedDict, total=False):
    colors: Required[list[str]]
    kind: Literal["linear", "radial"]
    angle: float


class Generated(TypedDict, total=False):
    """A scene from words."""

    prompt: str
    style: str | None
    negativePrompt: str | None
    seed: int | None
    provider: str | None
    fallback: bool
    guidanceImageId: str | None
    guidanceScale: float
    view: View | None


class Blur(TypedDict, total=False):
    """The photo's own background, out of focus."""

    mode: Literal["gaussian", "bokeh"]
    radius: float


class Background(TypedDict, total=False):
    """What lies behind the product; nothing where nothing is named."""

    color: str | None
    image: BackgroundImage | None
    gradient: Gradient | None
    generated: Generated | None
    blur: Blur | None
    blend: Blend


class Shadow(TypedDict, total=False):
    mode: ShadowMode
    direction: float | None
    intensity: float | None
    softness: float | None
    spread: float | None
    pose: float | None


class Light(TypedDict, total=False):
    mode: Literal["auto", "preserve-hue-and-saturation"]


class ColorReference(TypedDict, total=False):
    """A picture whose colors the product takes over, within bounds."""

    imageId: Required[str]
    strength: float


class Outline(TypedDict, total=False):
    color: str
    width: float
    blur: float


class Overlay(TypedDict, total=False):
    """A logo or a watermark over everything."""

    imageId: Required[str]
    horizontal: Literal["left", "center", "right"]
    vertical: Literal["top", "center", "bottom"]
    size: float
    margin: float
    opacity: float


class Upscale(TypedDict, total=False):
    mode: Literal["fast", "slow"]
    downscale: Downscale


class Export(TypedDict, total=False):
    """The file that is written."""

    format: Format
    quality: int | None
    dpi: int | None
    colorSpace: Literal["sRGB", "original"]
    metadata: Literal["never", "xmp", "exifSubset", "exifSubsetWithXmp"]


class EditPlan(TypedDict, total=False):
    """Everything that one edit does to a photo."""

    cutting: Cutting | None
    frame: Frame | None
    layout: Layout
    background: Background
    shadow: Shadow | None
    light: Light | None
    colorReference: ColorReference | None
    outline: Outline | None
    overlay: Overlay | None
    textRemoval: Literal["artificial", "natural", "all"] | None
    upscale: Upscale | None
    export: Export
