"""How a scene is lit: what a backdrop tells the product that is put into it."""

from dataclasses import dataclass

from processing.engine.errors import InvalidPlan


@dataclass(frozen=True, slots=True)
class SceneLight:
    """The main light of a scene.

    - `direction` the shadow falls to, in degrees, as in `plans.edit.Shadow`: 0 behind, 90 left,
      180 front, 270 right. The light itself stands on the opposite side.
    - `elevation` of the light above the ground, in degrees: 0 at the horizon, 90 overhead.
    - `color` in linear light (red, green, blue), of mean 1: what white paper is multiplied by.
    - `softness`: 0 a bare sun, 1 an overcast sky.

    Raises InvalidPlan where a value lies outside of these.
    """

    direction: float = 315.0
    elevation: float = 50.0
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    softness: float = 0.5

    def __post_init__(self) -> None:
        for name, most in (("direction", 360), ("elevation", 90), ("softness", 1)):
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise InvalidPlan(f"{name} of a light must be 0 to {most}, not {value}.")
        mean = sum(self.color) / 3
        if min(self.color) < 0 or not abs(mean - 1) <= 0.01:
            raise InvalidPlan(f"The color of a light must have a mean of 1, not {mean:g}.")
