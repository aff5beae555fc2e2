"""What a product touches in a scene, and so where its shadow can fall."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight

Plane = Literal["surface", "wall", "ground"]

# Light that comes from behind a wall, or along it, would throw shadows without an end: it then stands at
# least so far in front, as a share of its distance.
_IN_FRONT = 0.35


@dataclass(frozen=True, slots=True)
class Setting:
    """What a product touches, as the camera sees it.

    - `plane`: a `surface` seen from straight above, on which it lies; a `wall`, on which it hangs; `ground`
      seen at a slant, on which it stands.
    - `begins`: the height of the ground's farthest row, as a share of the canvas's from its top. Above it
      is a wall or the sky, where no shadow falls.

    Raises InvalidPlan where `begins` is not 0 to 1.
    """

    plane: Plane
    begins: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.begins <= 1:
            raise InvalidPlan(f"Ground must begin at 0 to 1 of the height, not {self.begins}.")


def light_on(setting: Setting, light: SceneLight) -> SceneLight:
    """The light as the plane of a setting meets it, its direction told in the picture.

    On a wall, what is in front of it throws its shadow down and aside. On a surface seen from above, light
    that would come from the picture's lower half is mirrored into the upper one: folds that are lit from
    below are seen as dents.
    """
    direction = math.radians(light.direction)
    if setting.plane == "wall":
        elevation = math.radians(light.elevation)
        aside, high = math.sin(direction) * math.cos(elevation), math.sin(elevation)
        front = max(math.cos(direction) * math.cos(elevation), _IN_FRONT)
        # Below what hangs even where the sun is at the horizon: rooms have ceilings.
        down = max(high, 0.5 * abs(aside), 0.1) / front
        return replace(light, direction=math.degrees(math.atan2(aside / front, -down)) % 360)
    if setting.plane == "surface" and math.cos(direction) > 0:
        return replace(light, direction=(180 - light.direction) % 360)
    return light


def towards(setting: Setting | None, light: SceneLight) -> tuple[float, float]:
    """Where the light is in the picture, seen from the product: right and up, of length 0 to 1.

    Of what faces the camera the light's height counts as up; of a surface seen from above, what is far.
    """
    elevation = math.radians(light.elevation)
    if setting is None or setting.plane != "surface":
        direction = math.radians(light.direction)
        return math.sin(direction) * math.cos(elevation), math.sin(elevation)
    direction = math.radians(light_on(setting, light).direction)
    level = math.cos(elevation)
    return math.sin(direction) * level, -math.cos(direction) * level
