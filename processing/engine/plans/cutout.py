"""How a subject is cut out and what is answered: the one definition of these options.

The engine renders these dataclasses; commands hold them, and API bodies, forms and dialects are made
from their fields. A new option is one line here. All raise InvalidPlan.
"""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import Color, parse_color

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

# The least side of an area, as a share.
_LEAST_SIDE = 1e-4
# The named edges on the scale of all.
EDGE_STRENGTHS: dict[EdgeName, float] = {"none": 0.0, "standard": 50.0, "fine": 100.0}
_EDGE_NAMES = {strength: name for name, strength in EDGE_STRENGTHS.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """An option in the words of the API's documentation, how long a text the API takes for it, and whether
    that names a picture."""

    help: str
    longest: int | None = None
    names_image: bool = False


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Chooses what is corrected after matting; each part can be turned off.

    - `islands`: remove small pieces that are not connected to the subject.
    - `pinholes`: fill tiny holes in the subject.
    - `holes`: open holes that show the backdrop, such as those of rings and handles.
    - `shadow`: treat the shadow on the ground as background.
    - `keep_hanger`: if off, remove the hook of a hanger above a garment.
    """

    __pydantic_config__ = STRICT

    islands: Annotated[
        bool, Words("Remove small pieces that are not connected to the product.")
    ] = True
    pinholes: Annotated[bool, Words("Fill tiny holes in the product.")] = True
    holes: Annotated[
        bool,
        Words("Open holes in the product that show the background: rings, handles, chair backs."),
    ] = True
    shadow: Annotated[bool, Words("Treat the product's shadow on the ground as background.")] = True
    keep_hanger: Annotated[
        bool,
        Words("If `false`, the hook of a hanger above a garment, judged by its shape, is removed."),
    ] = True

    @classmethod
    def off(cls) -> "CleanUp":
        """The matte's own word on everything."""
        return cls(islands=False, pinholes=False, holes=False, shadow=False)


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture, its sides as shares of the picture's width and height: 0 to 1."""

    __pydantic_config__ = STRICT

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        for name in ("left", "top", "right", "bottom"):
            _share(name, getattr(self, name))
        for first, last in (("left", "right"), ("top", "bottom")):
            if getattr(self, last) - getattr(self, first) < _LEAST_SIDE:
                raise InvalidPlan.of(last, f"must be greater than {first}.")

    @property
    def is_whole(self) -> bool:
        return (self.left, self.top, self.right, self.bottom) == (0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a picture, as shares of the picture's width and height: 0 to 1."""

    __pydantic_config__ = STRICT

    x: float
    y: float

    def __post_init__(self) -> None:
        _share("x", self.x)
        _share("y", self.y)


@dataclass(frozen=True, slots=True)
class Cutting:
    """Describes how the subject is cut out. `despill` removes green-screen light."""

    __pydantic_config__ = STRICT

    model: Annotated[
        str,
        Words(
            "`auto` (`fast`, and `high` where `fast` is unsure), `fast`, `high`, or the name of any "
            "installed model (see `/models`).",
            64,
        ),
    ] = "auto"
    edge: Annotated[
        Edge,
        Words("How closely the edge follows the photo: a name, or 0 to 100 (`standard` is 50)."),
    ] = "standard"
    clean_up: CleanUp = field(default_factory=CleanUp)
    keep_existing_alpha: Annotated[
        bool, Words("Use the file's own transparency as the cutout, if it has any.")
    ] = False
    despill: Annotated[
        bool, Words("Remove the green tint that a green screen casts on the product.")
    ] = False
    box: Annotated[
        Area | None,
        Words("Cut out what lies in this part of the photo. Sides are shares of it, 0 to 1."),
    ] = None
    point: Annotated[
        Spot | None,
        Words("Of several products, cut out the one at this place. Shares of the photo, 0 to 1."),
    ] = None
    mask: Annotated[
        str | None,
        Words(
            "A mask of this image, `img_…` (see `/images/{image_id}/mask`), to use as it is; no "
            "model runs.",
            names_image=True,
        ),
    ] = None

    def __post_init__(self) -> None:
        if not self.model:
            raise InvalidPlan("Name a model, such as 'auto'.", field="model")
        edge_strength(self.edge)
        given = [name for name in ("box", "point", "mask") if getattr(self, name) is not None]
        if len(given) > 1:
            raise InvalidPlan(f"Send {given[0]} or {given[1]}, not both.", field=given[1])


@dataclass(frozen=True, slots=True)
class CutoutPlan(Cutting):
    """Cut the subject of a photo out.

    - `model`: a name or alias that the registry knows; whether it is installed is asked there.
    - `edge`: `none` shows the model's matte as it is, `standard` fits it to the picture's own
      edges, `fine` does so at a higher resolution. Or a number on the same scale: 0 is none, 50
      standard, 100 fine, and becomes the name. All but `none` also take the old background's
      color out of the edge.
    - `clean_up`: see CleanUp.
    - `keep_existing_alpha`: a source that already has transparency is believed, and no model runs.
    - `output`: the cutout, or the matte itself as a grey picture (white is subject).
    - `bg_color`: opaque, in the one spelling `#rrggbb` once checked. Flattens the result in any
      format; a `jpg` without it is white.
    - `crop`: to the subject's bounding box.
    - `size`: the largest result; a larger photo is worked on and answered smaller.
    """

    output: Annotated[Output, Words("`mask` returns the matte itself, as a grayscale image.")] = (
        "cutout"
    )
    format: OutputFormat = "png"
    bg_color: Annotated[
        str | None,
        Words("Puts the product on a single color: hex (`#fff`, `ffffff`) or a CSS name.", 32),
    ] = None
    crop: Annotated[bool, Words("Trim the result to the product.")] = False
    size: Annotated[
        Size,
        Words(
            "The maximum size of the result: preview 0.25, medium 1.5, hd 4, full 36 megapixels."
        ),
    ] = "original"

    def __post_init__(self) -> None:
        Cutting.__post_init__(self)
        for part in fields(self):
            choices = choices_of(type(self), part.name)
            if choices:
                one_of(part.name, getattr(self, part.name), choices)
        # `50` and `standard` are the same work, and so are `white`, `fff` and `#FFFFFF`.
        if not isinstance(self.edge, str):
            object.__setattr__(self, "edge", _EDGE_NAMES.get(self.edge, float(self.edge)))
        if self.bg_color is not None:
            spelled = "#{:02x}{:02x}{:02x}".format(*parse_color(self.bg_color, field="bgColor"))
            object.__setattr__(self, "bg_color", spelled)
        if self.output == "mask" and self.bg_color is not None:
            raise InvalidPlan("A mask has no background. Omit bgColor.", field="bgColor")

    @property
    def background(self) -> Color | None:
        """`bg_color` in sRGB, 0 to 255."""
        return parse_color(self.bg_color) if self.bg_color else None

    def worked_on_at(self, width: int, height: int) -> tuple[int, int]:
        """Width and height to which a photo is shrunk before its subject is cut out."""
        limit = SIZE_LIMITS.get(self.size)
        if limit is None or width * height <= limit:
            return width, height
        scale = (limit / (width * height)) ** 0.5
        return max(1, int(width * scale)), max(1, int(height * scale))


@cache
def types_of(definition: type) -> dict[str, Any]:
    """What each option of such a dataclass may be."""
    return get_type_hints(definition)


def words_of(definition: type, name: str) -> Words | None:
    """An option's words in the API's documentation."""
    kind = _annotations(definition)[name]
    return next(
        (found for found in getattr(kind, "__metadata__", ()) if type(found) is Words), None
    )


@cache
def _annotations(definition: type) -> dict[str, Any]:
    return get_type_hints(definition, include_extras=True)


def choices_of(definition: type, name: str) -> tuple[str, ...]:
    """The words that this option knows; none for an option that is no choice of words."""
    kind = types_of(definition)[name]
    return get_args(kind) if get_origin(kind) is Literal else ()


def edge_strength(edge: Edge) -> float:
    """An edge by name or number as a number from 0 to 100. Raises InvalidPlan."""
    if isinstance(edge, str):
        one_of("edge", edge, get_args(EdgeName))
        return EDGE_STRENGTHS[edge]
    if isinstance(edge, bool) or not 0 <= edge <= 100:
        raise InvalidPlan.of("edge", f"must be none, standard, fine or 0 to 100, not {edge}.")
    return float(edge)


def _share(name: str, value: float) -> None:
    # A comparison with NaN is false, so it is asked for what is right.
    if isinstance(value, bool) or not 0 <= value <= 1:
        raise InvalidPlan.of(name, f"must be a share from 0 to 1, not {value}.")


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that an option doesn't know. Raises InvalidPlan."""
    if value not in allowed:
        raise InvalidPlan.of(field, f"must be one of {', '.join(allowed)}, not '{value}'.")
