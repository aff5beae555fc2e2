"""Materials by name, and how light makes their relief visible."""

from collections.abc import Callable

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Look
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane
from processing.engine.backdrops.surfaces import crafted, living, mineral, timber
from processing.engine.light.scene_light import SceneLight

Material = Callable[[Plane, Noise], Look]

MATERIALS: dict[str, Material] = {
    "marble": mineral.marble,
    "oak": timber.oak,
    "walnut": timber.walnut,
    "pine": timber.pine,
    "concrete": mineral.concrete,
    "linen": crafted.linen,
    "sand": mineral.sand,
    "plaster": mineral.plaster,
    "brick": crafted.brick,
    "tile": crafted.tile,
    "stone": mineral.stone,
    "terrazzo": mineral.terrazzo,
    "velvet": crafted.velvet,
    "paper": crafted.paper,
    "leather": crafted.leather,
    "grass": living.grass,
    "water": living.water,
    "snow": mineral.snow,
    "metal": crafted.metal,
    "plain": crafted.plain,
}

# Slopes are drawn a little steeper than light so soft would show them, and never quite black.
_RELIEF, _DEEPEST = 0.9, 0.62


def relief(look: Look, plane: Plane, towards: tuple[float, float, float], softness: float) -> F32:
    """Say how much brighter or darker slopes make the surface, about 1, float32 (h, w).

    `towards` is the unit vector to the light in the plane's own axes (u, v, out of it).
    """
    if look.height is None:
        return np.ones(plane.shape, np.float32)
    slope_u = np.gradient(look.height, axis=1) / plane.du
    # v falls from row to row.
    slope_v = -np.gradient(look.height, axis=0) / plane.dv
    steep = max(towards[2], 0.3)
    lit = -(slope_u * np.float32(towards[0] / steep) + slope_v * np.float32(towards[1] / steep))
    lit *= np.float32(_RELIEF * (1 - 0.55 * softness))
    if look.sheen:
        lit += np.float32(look.sheen) * (np.abs(slope_v) + 0.5 * np.abs(slope_u)) * 2
    shade = 1 + lit / (1 + np.abs(lit) / np.float32(_DEEPEST))
    return np.asarray(shade, dtype=np.float32)


def towards_light(light: SceneLight) -> tuple[float, float, float]:
    """The unit vector to the light: rightwards, upwards, away from the camera."""
    direction, elevation = np.radians(light.direction), np.radians(light.elevation)
    level = np.cos(elevation)
    return (
        float(np.sin(direction) * level),
        float(np.sin(elevation)),
        float(-np.cos(direction) * level),
    )
