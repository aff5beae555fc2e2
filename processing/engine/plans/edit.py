"""Everything that can be done to a product photo, written down and checked before anything runs.

These dataclasses are the one definition: the engine renders them, and commands and API bodies are
made of them (pydantic reads `__pydantic_config__`, which is a plain dict, so the engine needs no
pydantic). JSON names are in camelCase. All raise InvalidPlan.
"""

import re
from dataclasses import dataclass, field, fields
from typing import Literal

from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import canonical_color
from processing.engine.plans.color_reference import ColorReference
from processing.engine.plans.cutout import STRICT, Cutting, camel
from processing.engine.plans.frame import Frame
from processing.engine.plans.lengths import Length, canonical_length
from processing.engine.plans.overlay import Overlay
from processing.engine.poses import View

Scaling = Literal["fit", "fill"]
Blend = Literal["normal", "multiply", "screen", "overlay"]
Horizontal = Literal["left", "center", "right"]
Vertical = Literal["top", "center", "bottom"]
ReferenceBox = Literal["subjectBox", "originalImage"]
BlurMode = Literal["gaussian", "bokeh"]
ShadowMode = Literal["soft", "hard", "floating"]
LightMode = Literal["auto", "preserve-hue-and-saturation"]
TextRemovalMode = Literal["artificial", "natural", "all"]
UpscaleMode = Literal["fast", "slow"]
Downscale = Literal["never", "always", "skip"]
EditFormat = Literal["png", "jpg", "webp", "avif"]
ColorSpace = Literal["sRGB", "original"]
Metadata = Literal["never", "xmp", "exifSubset", "exifSubsetWithXmp"]

MAX_SIDE = 10_000
MAX_AREA = 65_000_000
MAX_PROMPT = 2_000
_SIZE = re.compile(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Sides:
    """Holds one length for each side: 0.1, `10%`, or pixels such as `100px`."""

    __pydantic_config__ = STRICT

    top: Length = 0.0
    right: Length = 0.0
    bottom: Length = 0.0
    left: Length = 0.0

    def __post_init__(self) -> None:
        for side in fields(self):
            _set(self, side.name, canonical_length(side.name, getattr(self, side.name)))

    @classmethod
    def all(cls, length: Length) -> "Sides":
        return cls(length, length, length, length)


# canvas.layout.lay_out explains how these work together.
@dataclass(frozen=True, slots=True)
class Layout:
    """Describes the size of the result and where the subject is placed in it.

    - `size`: `auto` or `originalImage` (the source's), `croppedSubject`, or `WIDTHxHEIGHT`.
    - `max_width`, `max_height`: shrink `originalImage` and `croppedSubject` in proportion.
    - `margin` (fractions of the canvas) is always kept; `padding` (fractions of what the margins
      leave) is dropped on sides where the photo cuts the subject off, unless `snap` is off.
    - `horizontal`, `vertical`: alignment; by default centered, with cut sides snapping.
    """

    __pydantic_config__ = STRICT

    size: str = "auto"
    max_width: int | None = None
    max_height: int | None = None
    margin: Sides = field(default_factory=Sides)
    padding: Sides = field(default_factory=Sides)
    scaling: Scaling = "fit"
    horizontal: Horizontal | None = None
    vertical: Vertical | None = None
    reference_box: ReferenceBox = "subjectBox"
    snap: bool = True

    def __post_init__(self) -> None:
        for name in ("max_width", "max_height"):
            most = getattr(self, name)
            if most is not None:
                if self.size not in ("originalImage", "croppedSubject"):
                    raise InvalidPlan.of(
                        camel(name), "requires size originalImage or croppedSubject."
                    )
                _within(camel(name), most, 1, MAX_SIDE)
        if self.size not in ("auto", "originalImage", "croppedSubject"):
            parse_size(self.size)


@dataclass(frozen=True, slots=True)
class Gradient:
    """Spaces two to five colors evenly. `angle` is in degrees as in CSS: 0 up, 90 right, 180 down."""

    __pydantic_config__ = STRICT

    colors: tuple[str, ...]
    kind: Literal["linear", "radial"] = "linear"
    angle: float = 180.0

    def __post_init__(self) -> None:
        if not 2 <= len(self.colors) <= 5:
            raise InvalidPlan("A gradient must have two to five colors.", field="colors")
        _set(self, "colors", tuple(canonical_color(color, field="colors") for color in self.colors))
        _within("angle", self.angle, 0, 360)


@dataclass(frozen=True, slots=True)
class Blur:
    """Blurs by `radius`, a fraction of the canvas's longer side. Bokeh makes bright points discs."""

    __pydantic_config__ = STRICT

    mode: BlurMode = "gaussian"
    radius: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.radius <= 0.05:
            message = "A blur's radius must be more than 0 and at most 0.05."
            raise InvalidPlan(message, field="radius")


@dataclass(frozen=True, slots=True)
class BackgroundImage:
    """Refers to another picture by the name that the caller's `images` knows."""

    __pydantic_config__ = STRICT

    image_id: str
    scaling: Scaling = "fill"


@dataclass(frozen=True, slots=True)
class Generated:
    """Describes a background generated from a prompt, a style, or a style that a prompt changes.

    Without `provider`, the site's default is used; with `fallback`, the built-in `studio` replaces
    a provider that fails. Without `seed`, a random one is used and reported in the result.
    `view` is how the scene is seen: `above`, straight down on a surface; `level`, with a wall or a
    horizon behind; `wall`, straight at a wall. Without it the prompt's words decide ("from above"),
    else how the product is posed in its photo.
    """

    __pydantic_config__ = STRICT

    prompt: str = ""
    style: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    provider: str | None = None
    fallback: bool = False
    guidance_image_id: str | None = None
    guidance_scale: float = 0.6
    view: View | None = None

    def __post_init__(self) -> None:
        for name in ("prompt", "negative_prompt"):
            if len(getattr(self, name) or "") > MAX_PROMPT:
                raise InvalidPlan.of(camel(name), f"must have at most {MAX_PROMPT} characters.")
        if not self.prompt.strip() and self.guidance_image_id is None and self.style is None:
            raise InvalidPlan.of("prompt", "must not be empty.")
        if self.seed is not None:
            _within("seed", self.seed, 0, 2**32 - 1)
        _within("guidanceScale", self.guidance_scale, 0, 1)


@dataclass(frozen=True, slots=True)
class Background:
    """Describes what lies behind the subject; an empty background is transparent.

    At most one of `image`, `gradient` and `generated` can be set. `color` lies beneath it, or is
    the whole background. `blur` softens the image or the generated background; without either, it
    keeps the photo's own background and softens that. `blend` mixes the subject's colors with
    this background only, not with the shadow or the outline.
    """

    __pydantic_config__ = STRICT

    color: str | None = None
    image: BackgroundImage | None = None
    gradient: Gradient | None = None
    generated: Generated | None = None
    blur: Blur | None = None
    blend: Blend = "normal"

    def __post_init__(self) -> None:
        if self.color is not None:
            color = canonical_color(self.color, field="color")
            _set(self, "color", None if color.endswith("00") and len(color) == 9 else color)
        if sum(part is not None for part in (self.image, self.gradient, self.generated)) > 1:
            raise InvalidPlan("A background can have only one of image, gradient and generated.")
        if self.blur is not None and self.gradient is not None:
            raise InvalidPlan("A gradient can't be blurred.", field="blur")
        layers = (self.color, self.image, self.gradient, self.generated, self.blur)
        if self.blend != "normal" and all(layer is None for layer in layers):
            message = f"Blend {self.blend} requires a background to mix with."
            raise InvalidPlan(message, field="blend")

    @property
    def keeps_original(self) -> bool:
        """Whether the photo's own background stays, blurred."""
        return self.blur is not None and self.image is None and self.generated is None


@dataclass(frozen=True, slots=True)
class Shadow:
    """Describes a shadow drawn from the subject's matte; omitted values follow from the mode.

    - `direction` in which it falls, in degrees: 0 behind, 90 left, 180 front, 270 right.
    - `intensity`, `softness`: 0 to 1. `spread`: how far it reaches, in degrees, 1 (short) to 90.
    - `pose`: the subject lies flat at 0 and stands upright at 90.
    """

    __pydantic_config__ = STRICT

    mode: ShadowMode = "soft"
    direction: float | None = None
    intensity: float | None = None
    softness: float | None = None
    spread: float | None = None
    pose: float | None = None

    def __post_init__(self) -> None:
        limits = {"direction": 360, "intensity": 1, "softness": 1, "spread": 90, "pose": 90}
        for name, most in limits.items():
            value = getattr(self, name)
            if value is not None:
                _within(name, value, 0, most)


@dataclass(frozen=True, slots=True)
class Light:
    """Corrects exposure, white balance and contrast; `preserve-hue-and-saturation` keeps colors."""

    __pydantic_config__ = STRICT

    mode: LightMode = "auto"


@dataclass(frozen=True, slots=True)
class Outline:
    """Draws an outline; `width` and `blur` are fractions of the canvas's longer side."""

    __pydantic_config__ = STRICT

    color: str = "#ffffff"
    width: float = 0.03
    blur: float = 0.0

    def __post_init__(self) -> None:
        _set(self, "color", canonical_color(self.color, field="color"))
        _within("width", self.width, 0, 0.1)
        _within("blur", self.blur, 0, 0.025)


@dataclass(frozen=True, slots=True)
class Upscale:
    """Enlarges the photo four times before all other edits; `slow` gives the better result.

    `downscale` handles a photo above the mode's limit: `never` is an error, `always` shrinks the
    photo to the limit first, `skip` does not enlarge it.
    """

    __pydantic_config__ = STRICT

    mode: UpscaleMode = "fast"
    downscale: Downscale = "never"


@dataclass(frozen=True, slots=True)
class Export:
    """Describes how the result is written.

    - `quality`: 1 to 100 for jpg, webp and avif (default: 80 for jpg, 90 for the others).
    - `dpi`: only a tag in the file.
    - `color_space`: `original` keeps the source's profile, only in a png of a plain cutout.
    - `metadata`: `never`; `xmp`; `exifSubset` keeps copyright and user comment;
      `exifSubsetWithXmp` keeps both.
    """

    __pydantic_config__ = STRICT

    format: EditFormat = "png"
    quality: int | None = None
    dpi: int | None = None
    color_space: ColorSpace = "sRGB"
    metadata: Metadata = "never"

    def __post_init__(self) -> None:
        if self.quality is not None:
            if self.format == "png":
                raise InvalidPlan("A png has no quality setting.", field="quality")
            _within("quality", self.quality, 1, 100)
        if self.dpi is not None:
            _within("dpi", self.dpi, 72, 1200)


@dataclass(frozen=True, slots=True)
class EditPlan:
    """Describes the whole edit of a picture. Without `cutting`, its background is kept."""

    __pydantic_config__ = STRICT

    cutting: Cutting | None = field(default_factory=Cutting)
    frame: Frame | None = None
    layout: Layout = field(default_factory=Layout)
    background: Background = field(default_factory=Background)
    shadow: Shadow | None = None
    light: Light | None = None
    color_reference: ColorReference | None = None
    outline: Outline | None = None
    overlay: Overlay | None = None
    text_removal: TextRemovalMode | None = None
    upscale: Upscale | None = None
    export: Export = field(default_factory=Export)

    def __post_init__(self) -> None:
        if self.cutting is None:
            self._check_without_cutting()
        if self.export.color_space == "original" and not self._is_plain_cutout():
            raise InvalidPlan(
                "colorSpace original requires a transparent png cutout without other edits.",
                field="export.colorSpace",
            )

    @property
    def asks_for_pose(self) -> bool:
        """Whether the result depends on how the product is posed in its photo."""
        return self.cutting is not None and (
            self.background.generated is not None or self.shadow is not None
        )

    def _check_without_cutting(self) -> None:
        background = self.background
        if background.image or background.gradient or background.generated or background.blur:
            raise InvalidPlan(
                "A photo that keeps its own background can only be combined with background.color.",
                field="background",
            )
        if self.shadow is not None or self.outline is not None:
            raise InvalidPlan(
                "Shadow and outline require the background to be removed.",
                field="shadow" if self.shadow is not None else "outline",
            )
        if self.frame is not None and self.frame.detail:
            raise InvalidPlan(
                "A detail requires the background to be removed.", field="frame.detail"
            )
        if self.layout.reference_box != "subjectBox":
            raise InvalidPlan(
                "referenceBox requires the background to be removed.", field="layout.referenceBox"
            )

    def _is_plain_cutout(self) -> bool:
        kept = EditPlan(cutting=self.cutting, layout=self.layout)
        plain = all(
            getattr(self, part.name) == getattr(kept, part.name)
            for part in fields(self)
            if part.name != "export"
        )
        return plain and self.cutting is not None and self.export.format == "png"


def parse_size(text: str) -> tuple[int, int]:
    """`2000x1500` as (width, height)."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidPlan.of(
            "size", f"must be auto, originalImage, croppedSubject or WIDTHxHEIGHT, not '{text}'."
        )
    width, height = int(match[1]), int(match[2])
    if max(width, height) > MAX_SIDE or width * height > MAX_AREA:
        raise InvalidPlan(
            (
                f"A result can have at most {MAX_SIDE} pixels on a side and "
                f"{MAX_AREA // 10**6} megapixels, not {width}x{height}."
            ),
            field="size",
        )
    return width, height


def _set(instance: object, name: str, value: object) -> None:
    # The one way to normalise a frozen dataclass's field while it is being made.
    object.__setattr__(instance, name, value)


def _within(name: str, value: float, least: float, most: float) -> None:
    if isinstance(value, bool) or not least <= value <= most:
        # Bounds whole and to the last digit: 4294967295, not 4.29497e+09.
        raise InvalidPlan.of(name, f"must be between {least:.10g} and {most:.10g}, not {value}.")
