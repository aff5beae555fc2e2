"""How a photo is turned, straightened and cropped. Raises InvalidPlan."""

from dataclasses import dataclass
from typing import Literal

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT, Area

MAX_STRAIGHTEN = 45


@dataclass(frozen=True, slots=True)
class Frame:
    """Describes how the photo is turned and cropped, after cutting out and before the layout.

    - `rotate`: by quarters, clockwise. `straighten`: by up to 45 degrees more, clockwise.
    - `crop`: the part that is kept, as shares of the upright box around the turned photo. Without it, that
      is all of a cutout; of a photo that keeps its background, all that has no empty corners.
    """

    __pydantic_config__ = STRICT

    crop: Area | None = None
    rotate: Literal[0, 90, 180, 270] = 0
    straighten: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.straighten, bool) or not abs(self.straighten) <= MAX_STRAIGHTEN:
            raise InvalidPlan.of(
                "straighten", f"must be between -{MAX_STRAIGHTEN} and {MAX_STRAIGHTEN}."
            )
