"""A picture that a result's colors are matched to. Raises InvalidPlan."""

from dataclasses import dataclass

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT


@dataclass(frozen=True, slots=True)
class ColorReference:
    """Matches the product's colors to those of another image; neutral grays stay neutral.

    - `image_id`: an image of the account, such as a reference image's. Its transparent parts don't count.
    - `strength`: from 0 (as it is) to 1.
    """

    __pydantic_config__ = STRICT

    image_id: str
    strength: float = 1.0

    def __post_init__(self) -> None:
        if isinstance(self.strength, bool) or not 0 <= self.strength <= 1:
            raise InvalidPlan.of("strength", f"must be between 0 and 1, not {self.strength}.")
