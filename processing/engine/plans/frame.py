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
    - `detail`: instead of `crop`, keep the square part of a cutout that shows most: a label, a print, a texture.
    """

    __pydantic_config__ = STRICT

    crop: Area | None = None
    rotate: Literal[0, 90, 180, 270] = 0
    straighten: float = 0.0
    detail: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.straighten, bool) or not abs(self.straighten) <= MAX_STRAIGHTEN:
            raise InvalidPlan.of(
                "straighten", f"must be between -{MAX_STRAIGHTEN} and {MAX_STRAIGHTEN}."
            )
        if self.detail and self.crop is not None:
            raise InvalidPlan("Send crop or detail, not both.", field="detail")

    @property
    def of_any_photo(self) -> "Frame | None":
        """What of it suits other photos, too: that a detail is looked for. Turns and crops belong to one."""
        return Frame(detail=True) if self.detail else None
