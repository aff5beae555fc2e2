"""How a scene's light falls on things that have a height."""

from dataclasses import dataclass

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.surfaces import towards_light
from processing.engine.light.scene_light import SceneLight

_LOWEST = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Light on white paper that lies on the ground adds up to `color`.

    - `towards`: the unit vector to the light, float32 (3,): x, y, z. `ambient`: the share that comes from all
      round, `key` what falls straight on a surface that faces the light.
    - `sharp`: how sharply shadows end, 2 to 16.
    """

    towards: F32
    color: F32
    ambient: float
    key: float
    sharp: float

    @classmethod
    def of(cls, light: SceneLight) -> "Lighting":
        towards = np.array(towards_light(light), np.float32)
        # A light that is nearly level would throw shadows out of the picture.
        towards[1] = max(towards[1], _LOWEST)
        towards /= np.linalg.norm(towards)
        ambient = 0.36 + 0.3 * light.softness
        return cls(
            towards=towards,
            color=np.array(light.color, np.float32),
            ambient=ambient,
            key=(1 - ambient) / float(towards[1]),
            sharp=2.5 + 13 * (1 - light.softness) ** 2,
        )

    def turned(self, yaw: float) -> F32:
        """The way to the light for a thing that is turned by `yaw` radians about the upright axis."""
        return np.asarray(turned(self.towards[None], -yaw)[0], np.float32)


def turned(points: F32, yaw: float) -> F32:
    """Points (..., 3) turned about the upright axis by `yaw` radians, from x towards z."""
    cos, sin = np.float32(np.cos(yaw)), np.float32(np.sin(yaw))
    x, z = points[..., 0], points[..., 2]
    moved = np.stack([cos * x - sin * z, points[..., 1], sin * x + cos * z], axis=-1)
    return np.asarray(moved, np.float32)
