"""Everything that a copy of a finished picture may have otherwise: its size, its format, a mark.

All raise InvalidPlan.
"""

from dataclasses import dataclass, field
from typing import Annotated

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT, Words
from processing.engine.plans.edit import Export


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """Describes a copy of a picture: `scale` (above 0, up to 1) of its size and no wider than `max_width`
    pixels, whichever is less; never enlarged."""

    __pydantic_config__ = STRICT

    scale: Annotated[float, Words("How large, as a share of the picture's size.")] = 1.0
    max_width: Annotated[int | None, Words("The most pixels that it may be wide.")] = None
    export: Export = field(default_factory=lambda: Export(format="jpg", quality=90))

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 1:
            raise InvalidPlan.of("scale", "must be above 0 and at most 1.")
        if self.max_width is not None and self.max_width < 1:
            raise InvalidPlan.of("maxWidth", "must be at least 1.")

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """The copy's width and height, at least 1 each."""
        scale = self.scale
        if self.max_width is not None:
            scale = min(scale, self.max_width / width)
        return max(1, round(width * scale)), max(1, round(height * scale))
