"""What shall be done to a picture, checked when it is written down and not when it runs."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from PIL import ImageColor

from processing.engine.errors import InvalidPlan

Color = tuple[int, int, int]
EdgeName = Literal["none", "standard", "fine"]
Output = Literal["cutout", "mask"]
Edge = EdgeName | float
OutputFormat = Literal["png", "webp", "jpg"]

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


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

    islands: bool = True
    pinholes: bool = True
    shadow: bool = True
    keep_hanger: bool = True

    @classmethod
    def off(cls) -> "CleanUp":
        """The matte's own word on everything."""
        return cls(islands=False, pinholes=False, shadow=False)


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
    keep_existing_alpha: bool = False
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
        if self.background is not None:
            _check_color(self.background)
        if self.max_pixels < 1:
            raise InvalidPlan("max_pixels must be at least 1.")


def edge_strength(edge: Edge) -> float:
    """An edge by name or number as a number from 0 to 100. Raises InvalidPlan."""
    if isinstance(edge, str):
        _one_of("edge", edge, get_args(EdgeName))
        return EDGE_STRENGTHS[edge]
    if isinstance(edge, bool) or not 0 <= edge <= 100:
        raise InvalidPlan(f"edge must be none, standard, fine or 0 to 100, not {edge}.")
    return float(edge)


def parse_color(text: str) -> Color:
    """Read `#fff`, `fff`, `#ffffff`, `FFFFFF` or a CSS colour name as (red, green, blue).

    Hex with an alpha part is refused, because a background is opaque. Raises InvalidPlan.
    """
    cleaned = text.strip()
    if match := _HEX.fullmatch(cleaned):
        digits = match[1] if len(match[1]) == 6 else "".join(c * 2 for c in match[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    # Only names from here on: Pillow's own parser would also take hex with alpha and hsl().
    named = ImageColor.colormap.get(cleaned.lower())
    if isinstance(named, str):
        return parse_color(named)
    raise InvalidPlan(f"'{text}' is not a colour: write #rrggbb, #rgb or a CSS name such as white.")


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidPlan(f"{field} must be one of {', '.join(allowed)}, not '{value}'.")


def _check_color(color: Color) -> None:
    if len(color) != 3 or not all(isinstance(c, int) and 0 <= c <= 255 for c in color):
        raise InvalidPlan("A background is three whole numbers from 0 to 255.")
