"""A subject cut out and placed by shares: cropped with a margin, scaled, moved, and no larger than so many pixels.

canvas.placing explains how these work together. All raise InvalidPlan.
"""

import re
from dataclasses import dataclass, field, fields
from typing import Literal

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT, Area, Cutting
from processing.engine.plans.edit import Background, EditPlan, Export, Shadow

PlacedFormat = Literal["auto", "png", "jpg", "webp", "zip"]
PlacedOutput = Literal["picture", "mask"]
# A share of the subject's side, or pixels of the photo such as "30px".
Reach = float | str

MOST_SHARE, MOST_REACH = 0.5, 500
_REACH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,40})?)px")


@dataclass(frozen=True, slots=True)
class Around:
    """Holds how much is left around a subject at each side: a share of its own side up to a half, or up to 500
    pixels of the photo."""

    __pydantic_config__ = STRICT

    top: Reach = 0.0
    right: Reach = 0.0
    bottom: Reach = 0.0
    left: Reach = 0.0

    def __post_init__(self) -> None:
        for side in fields(self):
            value = getattr(self, side.name)
            if isinstance(value, str):
                match = _REACH.fullmatch(value)
                is_right = match is not None and float(match[1]) <= MOST_REACH
            else:
                is_right = not isinstance(value, bool) and 0 <= value <= MOST_SHARE
            if not is_right:
                raise InvalidPlan.of(
                    side.name, f"must be 0 to {MOST_SHARE}, or up to {MOST_REACH}px, not {value}."
                )


@dataclass(frozen=True, slots=True)
class PlacedPlan:
    """Cut the subject of a photo out, and place it.

    - `region`: the part of the photo in which a subject is looked for; what lies outside is background.
    - `crop`: the canvas is the subject's box with `around`; otherwise it is the photo's frame.
    - `scale`: how much of the canvas the subject's box fills, by the tighter side; None: as it is.
    - `position`: how far the box stands from the left and the top, as shares of the room that it leaves; None:
      as it stood.
    - `background` has a color, an image or neither; `shadow` falls on it.
    - `output`: the picture, or the placed matte in grey, on no background.
    - `format`: `auto` is png for a transparent result, else jpg; `zip` holds colors and matte as two pictures.
    - `most_pixels`: the largest result; a larger one is shrunk in proportion.
    """

    __pydantic_config__ = STRICT

    cutting: Cutting = field(default_factory=Cutting)
    region: Area | None = None
    crop: bool = False
    around: Around = field(default_factory=Around)
    scale: float | None = None
    position: tuple[float, float] | None = None
    background: Background = field(default_factory=Background)
    shadow: Shadow | None = None
    output: PlacedOutput = "picture"
    format: PlacedFormat = "png"
    most_pixels: int = 25_000_000

    def __post_init__(self) -> None:
        if self.scale is not None and not 0.1 <= self.scale <= 1:
            raise InvalidPlan.of("scale", f"must be between 0.1 and 1, not {self.scale}.")
        if self.position is not None and not all(0 <= share <= 1 for share in self.position):
            raise InvalidPlan.of("position", "must be two shares from 0 to 1.")
        if self.most_pixels < 1:
            raise InvalidPlan.of("mostPixels", "must be at least 1.")
        for name in ("mask", "box", "point"):
            if getattr(self.cutting, name) is not None:
                raise InvalidPlan(f"A {name} can't be used here.", field=f"cutting.{name}")
        behind = self.background
        if behind.gradient or behind.generated or behind.blur:
            raise InvalidPlan("Only a color or an image can lie behind.", field="background")

    @property
    def resizes(self) -> bool:
        """Whether the result's size, or the subject's size in it, depends on where the subject is."""
        return self.crop or self.scale is not None

    def cuts_out_all(self, width: int, height: int) -> bool:
        """Whether all of a photo of that size is cut out, as large as it came."""
        return self.region is None and width * height <= self.most_pixels

    def edit(self) -> EditPlan:
        """What is drawn, as an edit has it; where, is not said in it."""
        if self.output == "mask":
            return EditPlan(cutting=self.cutting)
        return EditPlan(
            cutting=self.cutting,
            background=self.background,
            shadow=self.shadow,
            export=Export(),
        )
