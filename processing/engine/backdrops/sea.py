"""The sea behind a beach: a low sun's sky over it, wet sand before it, and the sun's way over the waves."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.far_views import disc_blur
from processing.engine.backdrops.looks import Look, linear, mix, step, thin
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane, Stage
from processing.engine.backdrops.surfaces import mineral
from processing.engine.light.scene_light import SceneLight
from processing.engine.prompts.scene import Scene

# Water begins at so many times the product's distance, and sand is wet from there on.
_WATER, _WET_FROM = 2.25, 1.45
# Breakers roll in at these distances.
_BREAKERS: Final = (2.9, 4.2)
# From the horizon up, in shares of the canvas's longer side: a sky's colors, and of its sun's glow.
_HEIGHTS: Final = (0.0, 0.09, 0.28, 0.62)
# Degrees that the canvas's longer side takes in: see far_views.
_VIEW = 72.0
# A sky is out of focus by so much of the canvas's longer side, at depth 1.
_BLUR = 0.012
# The sun stands so many degrees aside, where the product doesn't hide it.
_ASIDE = (22.0, 29.0)
# How much of the difference between its light and white is left with the rest of the sky's.
_SUNNY = 0.5
_SEA, _SAND, _FOAM = "#2f5a66", "#c3b49a", "#f4f6f8"
_WET: Final = np.array([0.48, 0.46, 0.45], np.float32)


@dataclass(frozen=True, slots=True)
class _Sky:
    colors: tuple[str, str, str, str]
    sun: str
    cloud: str
    bright: float


# Skies over the sea while the sun is low, or gone.
SKIES: Final = {
    "sunset": _Sky(("#f7b377", "#eda287", "#b79bab", "#7287ad"), "#ffd79a", "#f3b7a0", 1.0),
    "sunrise": _Sky(("#fbd9a6", "#f3cdb4", "#c3c9d6", "#8fb0d4"), "#fff0cc", "#fae3d2", 1.0),
    "dawn": _Sky(("#f2c3b4", "#d7b4c3", "#a3a6c6", "#6f86b4"), "#ffe2cc", "#ecc9cb", 0.9),
}


def sun_of(light: SceneLight) -> float:
    """Where the sun stands before the camera: degrees to the right of straight ahead, -180 to 180."""
    return (180 - light.direction + 180) % 360 - 180


def seen_level(scene: Scene, random: np.random.Generator) -> Scene:
    """A scene on a shore with a low sun over the sea, a little to the left or right, unless words say where it is. On
    water there is no beach to see."""
    if scene.surface != "sand":
        return replace(scene, shore=False)
    if scene.far not in SKIES:
        return scene
    red, green, blue = (1 + _SUNNY * (part - 1) for part in scene.light.color)
    light = replace(scene.light, color=(red, green, blue))
    if light.direction == SceneLight().direction:
        aside = float(random.choice([-1, 1]) * random.uniform(*_ASIDE))
        light = replace(light, direction=180 - aside)
    return replace(scene, light=light)


def sky(name: str, stage: Stage, seen: tuple[SceneLight, float], noise: Noise) -> F32:
    """One of SKIES over a calm sea, linear float32 (h, w, 3). `seen`: what lights it, and its depth: how far out of
    focus it is, 0 to 1."""
    light, depth = seen
    made = SKIES[name]
    longer = max(stage.width, stage.height)
    up = (stage.horizon - np.arange(stage.height, dtype=np.float32) - np.float32(0.5)) / longer
    colors = np.stack([linear(color) for color in made.colors])
    high = np.abs(up)  # what lies below mirrors what is above
    # Mixed as the eye sees steps, or the middle of a gradient turns dull.
    eased = np.stack(
        [np.square(np.interp(high, _HEIGHTS, np.sqrt(colors[:, c]))) for c in range(3)], axis=1
    )
    shown = np.repeat(eased.astype(np.float32)[:, None], stage.width, axis=1)
    x = (np.arange(stage.width, dtype=np.float32) + np.float32(0.5)) / longer
    at = stage.middle / longer + sun_of(light) / _VIEW
    y = up[:, None] - np.float32(0.055)
    near = np.square(x - np.float32(at))[None]
    wide = np.exp(-(near / 0.16 + np.square(y) / 0.022))
    close = np.exp(-(near + np.square(y)) / 0.0035)
    clouds = _clouds(stage, noise)
    shown += clouds[..., None] * (linear(made.cloud) - shown) * np.float32(0.5)
    shown += (0.34 * wide + 0.75 * close)[..., None] * linear(made.sun)
    shown[up < 0] *= np.float32(0.72)
    shown *= np.float32(made.bright)
    return disc_blur(np.asarray(shown, np.float32), depth * _BLUR * longer)


def _clouds(stage: Stage, noise: Noise) -> F32:
    """Streaks of cloud, thin near the horizon, 0 to 1."""
    longer = max(stage.width, stage.height)
    rows = np.arange(stage.height, dtype=np.float32)[:, None]
    columns = np.arange(stage.width, dtype=np.float32)[None] / longer
    up = np.maximum((stage.horizon - rows) / longer, 1e-3)
    # Clouds are a level sheet: the nearer the horizon, the flatter they are seen.
    deep = np.asarray(np.log(up + 0.05) * np.float32(0.5) + np.zeros_like(columns), np.float32)
    across = np.asarray(columns + np.zeros_like(deep), np.float32)
    pixel = np.full((stage.height, 1), 1 / longer, np.float32)
    sheet = Plane(across, deep, pixel, pixel)
    total = noise.field(sheet, (0.6, 0.09), 30) + 0.6 * noise.field(sheet, (0.25, 0.04), 31)
    total += 0.35 * noise.field(sheet, (0.1, 0.02), 32)
    return step(0.1, 2.0, total) * step(0.0, 0.06, up)


def strand(plane: Plane, stage: Stage, noise: Noise) -> Look:
    """Sand that gets wet, and the sea from there to the horizon."""
    farther = plane.du * np.float32(stage.scale)
    away = farther + 0.1 * noise.cloud(plane, 0.9, 33, octaves=3)
    under = step(_WATER - 0.03, _WATER + 0.03, away)
    wet = step(_WET_FROM, _WET_FROM + 0.3, away + 0.12 * noise.cloud(plane, 0.5, 37, octaves=2))
    sand = mineral.sand(plane, noise)
    tone = 0.35 + 0.65 * sand.albedo.mean(axis=-1) / sand.albedo.mean()
    land = linear(_SAND) * tone[..., None] * (1 + wet[..., None] * (_WET - 1))
    albedo = mix(np.asarray(land, np.float32), linear(_SEA), under)
    foam = thin(away - np.float32(_WATER), 0.05, 0.0)
    for number, at in enumerate(_BREAKERS):
        broken = step(-0.5, 1.0, noise.field(plane, (1.6, 0.8), 40 + number))
        foam = np.maximum(foam, thin(away - np.float32(at), 0.02 * at, 0.0) * broken)
    albedo = mix(albedo, linear(_FOAM), 0.85 * foam)
    swell = np.zeros(plane.shape, np.float32)
    for number, long in enumerate((0.35, 1.0, 3.0, 9.0)):
        # Far away only the large waves are seen.
        swell += np.float32(long) * noise.field(plane, (long, 0.38 * long), 42 + number)
    flat = np.float32(0.0 if sand.height is None else 1.0)
    dry = sand.height if sand.height is not None else np.zeros(plane.shape, np.float32)
    height = 0.15 * flat * dry * (1 - wet) * (1 - under) + 0.012 * swell * under
    gloss = (0.55 * wet * (1 - under) + 0.8 * under) * (1 - 0.9 * foam)
    return Look(albedo, height.astype(np.float32), gloss=gloss.astype(np.float32), rough=0.25)


def glitter(plane: Plane, stage: Stage, light: SceneLight, noise: Noise) -> F32:
    """The sun on the waves below it: linear float32 (rows, w, 3), to be added."""
    farther = plane.du * np.float32(stage.scale)
    longer = max(stage.width, stage.height)
    columns = (np.arange(plane.shape[1], dtype=np.float32) + np.float32(0.5)) / longer
    at = stage.middle / longer + sun_of(light) / _VIEW
    wide = 0.035 + 0.16 / farther
    path = np.exp(-np.square((columns[None] - np.float32(at)) / wide))
    facets = np.zeros(plane.shape, np.float32)
    for number, wave in enumerate((0.22, 0.6, 1.7, 5.0)):
        facets = np.maximum(facets, noise.field(plane, (wave, 0.5 * wave), 46 + number))
    sparks = step(0.5, 1.9, facets) + np.float32(0.22)
    share = path * sparks * step(_WATER - 0.4, _WATER + 0.5, farther)
    color = np.array(light.color, np.float32)
    soft = cv2.GaussianBlur(np.asarray(share, np.float32), (0, 0), 0.6)
    return np.asarray(
        np.asarray(soft)[..., None] * (0.5 + 0.5 * color) * np.float32(1.1), np.float32
    )
