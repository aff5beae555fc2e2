"""What shall be done to a picture, checked when it is written down and not when it runs."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import Color

EdgeName = Literal["none", "standard", "fine"]
Output = Literal["cutout", "mask"]
Edge = EdgeName | float
OutputFormat = Literal["png", "webp", "jpg"]
Size = Literal["preview", "medium", "hd", "full", "original"]
# The largest results, in pixels, under the names that such services have for them.
SIZE_LIMITS: dict[Size, int] = {
    "preview": 250_000,
    "medium": 1_500_000,
    "hd": 4_000_000,
    "full": 36_000_000,
}


def camel(name: str) -> str:
    """`keep_hanger` as JSON writes it: `keepHanger`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


# How pydantic reads these dataclasses where commands hold them: a plain dict, so that the engine
# needs no pydantic.
STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "alias_generator": camel}

# The named edges on the scale of all.
EDGE_STRENGTHS: dict[EdgeName, float] = {"none": 0.0, "standard": 50.0, "fine": 100.0}


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What is mended after matting; every part can be switched off.

    - `islands`: small pieces apart from the subject are removed.
    - `pinholes`: tiny holes within the subject are filled.
    - `shadow`: the shadow on the ground is not taken for a part of the product.
    - `keep_hanger`: where False, the hook of a hanger above a garment is removed.
    """

    __pydantic_config__ = STRICT

    islands: bool = True
    pinholes: bool = True
    shadow: bool = True
    keep_hanger: bool = True

    @classmethod
    def off(cls) -> "CleanUp":
        """The matte's own word on everything."""
        return cls(islands=False, pinholes=False, shadow=False)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the subject is cut out; see CutoutPlan. `despill` takes green-screen light off it."""

    __pydantic_config__ = STRICT

    model: str = "fast"
    edge: Edge = "standard"
    clean_up: CleanUp = field(default_factory=CleanUp)
    keep_existing_alpha: bool = False
    despill: bool = False

    def __post_init__(self) -> None:
        if not self.model:
            raise InvalidPlan("Name a model, for instance 'fast'.")
        edge_strength(self.edge)


@dataclass(frozen=True, slots=True)
class CutoutPlan:
    """Cut the subject of a photo out.

    - `model`: a name or alias that the registry knows; whether it is installed is asked there.
    - `edge`: `none` shows the model's matte as it is, `standard` fits it to the picture's own
      edges, `fine` does so at a higher resolution. Or a number on the same scale: 0 is none, 50
      standard, 100 fine. All but `none` also take the old background's colour out of the edge.
    - `clean`: see CleanUp.
    - `output`: the cutout, or the matte itself as a grey picture (white is subject).
    - `background`: sRGB, 0 to 255. Flattens the result in any format; a `jpg` without it is white.
    - `size`: the largest result; a larger photo is worked on and answered smaller.
    - `despill`: takes the light of a green screen off the subject.
    - `crop`: to the subject's bounding box. Where nothing was found the picture keeps its size.
    - `keep_existing_alpha`: a source that already has transparency is believed, and no model runs.
    - `corrected_original`: also return the whole source upright, in sRGB and without metadata,
      where its orientation had to be corrected.
    - `max_pixels`: the largest source that will be decoded.

    Raises InvalidPlan.
    """

    model: str = "fast"
    edge: Edge = "standard"
    clean: CleanUp = CleanUp()
    output: Output = "cutout"
    format: OutputFormat = "png"
    background: Color | None = None
    crop: bool = False
    size: Size = "original"
    despill: bool = False
    keep_existing_alpha: bool = False
    watermark: bool = False
    corrected_original: bool = False
    max_pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if not self.model:
            raise InvalidPlan("Name a model, for instance 'fast'.")
        edge_strength(self.edge)
        _one_of("output", self.output, get_args(Output))
        if self.output == "mask" and self.background is not None:
            raise InvalidPlan("A mask has no background.")
        _one_of("format", self.format, get_args(OutputFormat))
        _one_of("size", self.size, get_args(Size))
        if self.background is not None:
            _check_color(self.background)
        if self.max_pixels < 1:
            raise InvalidPlan("max_pixels must be at least 1.")

    @property
    def cutting(self) -> Cutting:
        return Cutting(self.model, self.edge, self.clean, self.keep_existing_alpha, self.despill)


def edge_strength(edge: Edge) -> float:
    """An edge by name or number as a number from 0 to 100. Raises InvalidPlan."""
    if isinstance(edge, str):
        _one_of("edge", edge, get_args(EdgeName))
        return EDGE_STRENGTHS[edge]
    if isinstance(edge, bool) or not 0 <= edge <= 100:
        raise InvalidPlan(f"edge must be none, standard, fine or 0 to 100, not {edge}.")
    return float(edge)


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidPlan(f"{field} must be one of {', '.join(allowed)}, not '{value}'.")


def _check_color(color: Color) -> None:
    if len(color) != 3 or not all(isinstance(c, int) and 0 <= c <= 255 for c in color):
        raise InvalidPlan("A background is three whole numbers from 0 to 255.")
