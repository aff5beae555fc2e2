"""A picture that is laid over all the rest: a logo, or a watermark. Raises InvalidPlan."""

from dataclasses import dataclass
from typing import Literal

from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import STRICT


@dataclass(frozen=True, slots=True)
class Overlay:
    """Lays another image over the result: a logo, or a watermark.

    - `image_id`: an image of the account, such as a reference image's.
    - `horizontal`, `vertical`: where it stands.
    - `size`: how much of the result's width and height it fills at most; it keeps its proportions.
    - `margin`: its distance from the edges, as a fraction of the result's shorter side.
    - `opacity`: from 0 (invisible) to 1.
    """

    __pydantic_config__ = STRICT

    image_id: str
    horizontal: Literal["left", "center", "right"] = "right"
    vertical: Literal["top", "center", "bottom"] = "bottom"
    size: float = 0.2
    margin: float = 0.03
    opacity: float = 1.0

    def __post_init__(self) -> None:
        for name, least, most in (("size", 0.01, 1), ("margin", 0, 0.4), ("opacity", 0, 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not least <= value <= most:
                raise InvalidPlan.of(name, f"must be between {least:g} and {most:g}, not {value}.")
