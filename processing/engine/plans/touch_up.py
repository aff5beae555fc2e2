"""How a seller mends a matte: strokes of a brush, and whether they follow the photo's own edges. All raise
InvalidPlan.

Places are pixels of the upright photo, whose upper left corner is (0, 0).
"""

from dataclasses import dataclass, field
from math import isfinite
from typing import Annotated, Literal

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT, Words

Tool = Literal["keep", "erase"]
Follow = Literal["edges", "brush"]
Point = tuple[float, float]

MAX_STROKES = 1_000
MAX_POINTS = 50_000
MAX_RADIUS = 2_000.0
MIN_RADIUS = 0.5


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke of the brush.

    - `tool`: `keep` makes what it covers product, `erase` makes it background.
    - `radius`: of the brush, in pixels of the upright photo.
    - `points`: the way of its middle, as `[x, y]` in pixels of the upright photo.
    - `hardness`: 1 has a hard rim, 0 one that fades from the middle; where strokes follow edges, the
      photo decides about the rim instead.
    """

    __pydantic_config__ = STRICT

    tool: Tool
    radius: float
    points: tuple[Point, ...]
    hardness: float = 1.0

    def __post_init__(self) -> None:
        if not self.points:
            raise InvalidPlan.of("points", "must have at least one point.")
        # Comparisons with NaN are false, so each is asked for what is right.
        if not MIN_RADIUS <= self.radius <= MAX_RADIUS:
            raise InvalidPlan.of(
                "radius", f"must be between {MIN_RADIUS:g} and {MAX_RADIUS:g} pixels."
            )
        if not 0 <= self.hardness <= 1:
            raise InvalidPlan.of("hardness", "must be between 0 and 1.")
        if not all(isfinite(place) for point in self.points for place in point):
            raise InvalidPlan.of("points", "must be finite numbers.")


@dataclass(frozen=True, slots=True)
class TouchUp:
    """Describes how a matte is mended.

    - `strokes`: in their order; a later one wins over those before it.
    - `follow`: `edges` lets the photo decide about the outer half of each stroke, so that a rough one
      ends where the product does; `brush` paints exactly what the brush covers.
    - `fits_mask`: a mask to begin with was drawn roughly, and is fitted to the photo's edges first.
    """

    __pydantic_config__ = STRICT

    strokes: Annotated[
        tuple[Stroke, ...], Words("The strokes, in their order; a later one wins.")
    ] = field(default=())
    follow: Annotated[
        Follow,
        Words(
            "`edges`: a rough stroke ends where the product does; `brush`: exactly what it covers."
        ),
    ] = "edges"
    fits_mask: bool = False

    def __post_init__(self) -> None:
        if len(self.strokes) > MAX_STROKES:
            raise InvalidPlan.of(
                "strokes", f"must be at most {MAX_STROKES}, not {len(self.strokes)}."
            )
        points = sum(len(stroke.points) for stroke in self.strokes)
        if points > MAX_POINTS:
            raise InvalidPlan.of(
                "strokes", f"must have at most {MAX_POINTS} points together, not {points}."
            )

    def check(self, width: int, height: int) -> None:
        """Refuse strokes that leave a photo of that size."""
        for n, stroke in enumerate(self.strokes):
            for m, (x, y) in enumerate(stroke.points):
                if not (0 <= x <= width and 0 <= y <= height):
                    raise InvalidPlan(
                        f"The point ({x:g}, {y:g}) is outside the photo, which has {width}x{height} pixels.",
                        field=f"strokes[{n}].points[{m}]",
                    )
