"""A surface from straight above, or a wall: one plane that faces the camera, without any horizon."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32
from processing.engine.backdrops import far_views, ornaments
from processing.engine.backdrops.illumination import illumination
from processing.engine.backdrops.looks import Look, linear, tinted
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane, Stage
from processing.engine.backdrops.surfaces import MATERIALS, relief, towards_light
from processing.engine.backdrops.variety import Composition
from processing.engine.backdrops.views import choosing, shore
from processing.engine.backdrops.views.hanging import with_rail
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.color_names import Color
from processing.engine.prompts.scene import NEUTRAL, Scene
from processing.engine.shadow.setting import Setting, light_on

# Light that comes in so flatly would turn every grain of sand into a hill.
_LOWEST = 24.0
# What lies in the shade of a fold or ripple is lit by the sky, so much bluer than the sun.
_SKY = np.array([0.86, 0.98, 1.16], np.float32)
# How much of the difference between a panorama's light and white is left on what lies there.
_SUNNY, _BY_THE_SEA = 0.55, 0.4
# The longer side of the copy that tells how light falls.
_FALL_SIDE = 160
# Where the patch that a polished surface mirrors lies, how wide it is, by the canvas's longer side, and how bright.
_SHEEN_AT, _SHEEN_WIDE, _SHEEN = 0.62, 0.16, 0.55
# Points of light lie around the product, not on it: at so much of the canvas's half diagonal they begin.
_LIGHTS_FROM, _LIGHTS_FULL = 0.62, 1.0


def facing(
    scene: Scene, stage: Stage, noise: Noise, composition: Composition
) -> tuple[F32, SceneLight, F32]:
    """The scene in linear light, float32 (h, w, 3), what lights it, and how brightly it falls everywhere, float32 of
    a small copy. Its `view` is `above` or `wall`."""
    hook = stage.hook
    light = _light(scene, noise, composition)
    scene = replace(scene, light=light)
    if scene.leaves and not scene.window:
        # Twigs that are not to be seen from here stand in the light.
        scene = replace(scene, window=True, pattern="leaves")
    from_above = scene.view == "above"
    plane = stage.facing(
        lying=from_above, turn=composition.turn if from_above and not scene.shore else 0.0
    )
    # Neither needs the other, and each keeps a core busy.
    with ThreadPoolExecutor(1) as pool:
        lighting = pool.submit(illumination, scene, stage, noise)
        look = _look(scene, stage, plane, noise)
        shade = relief(look, plane, _towards(light, from_above, plane), light.softness)
        shaded = _shaded(shade, light)
        lit = lighting.result()
    rgb = np.asarray(cv2.multiply(look.albedo, lit), np.float32)
    cv2.multiply(rgb, shaded, dst=rgb)
    if from_above and np.any(look.gloss):
        rgb += _sheen(stage, look, light)
    if scene.kind != "sweep":
        rgb *= np.float32(composition.tone)
    if scene.bokeh and scene.far is None:
        lamps = ornaments.points_of_light(stage, scene.palette, noise.random(31))
        rgb = rgb * np.float32(0.9) + lamps * _around(stage)[..., None] / scene.brightness
    if scene.view == "wall" and hook is not None:
        rgb = with_rail(np.asarray(rgb, np.float32), stage, hook)
    return np.asarray(rgb, np.float32), light, _fall(lit)


def _fall(lit: F32) -> F32:
    size = arrays.fit_within(lit.shape[1], lit.shape[0], _FALL_SIDE)
    small = cv2.resize(lit, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small.mean(axis=-1), np.float32)


def _sheen(stage: Stage, look: Look, light: SceneLight) -> F32:
    """What a polished surface mirrors of the brightness that it is lit from: a soft patch towards the light, linear
    float32 (h, w, 3)."""
    x, _, z = towards_light(light)
    longer = max(stage.width, stage.height)
    across = ((np.arange(stage.width, dtype=np.float32) + np.float32(0.5)) / longer - 0.5)[None]
    along = (0.5 - (np.arange(stage.height, dtype=np.float32) + np.float32(0.5)) / longer)[:, None]
    away = np.square(across - _SHEEN_AT * x) + np.square(along - _SHEEN_AT * z)
    patch = np.exp(-away / np.float32(_SHEEN_WIDE)) * np.float32(_SHEEN) * look.gloss
    return np.asarray(patch[..., None] * np.array(light.color), np.float32)


def _light(scene: Scene, noise: Noise, composition: Composition) -> SceneLight:
    """The light as it falls on the plane: that of a far view where words name none."""
    light = scene.light
    if scene.far is not None:
        if not scene.light_named:
            quarter = composition.quarter
            yaw = float(noise.random(30).uniform(0, 90) + 90 * (quarter or 0))
            light = far_views.light_of(far_views.panorama(scene.far), yaw)
        light = _paler(light, _BY_THE_SEA if scene.shore else _SUNNY)
    if scene.view == "above":
        light = light_on(Setting("surface"), light)
    return replace(light, elevation=max(light.elevation, _LOWEST))


def _paler(light: SceneLight, share: float) -> SceneLight:
    """The light of a view with the rest of its sky in it, as it reaches what lies in the open."""
    red, green, blue = (1 + share * (part - 1) for part in light.color)
    return replace(light, color=(red, green, blue))


def _towards(light: SceneLight, from_above: bool, plane: Plane) -> tuple[float, float, float]:
    """The unit vector to the light in the plane's own axes."""
    x, y, z = towards_light(light)
    u, v, out = (x, z, y) if from_above else (x, y, -z)
    cos, sin = np.cos(plane.turn), np.sin(plane.turn)
    return float(u * cos + v * sin), float(-u * sin + v * cos), float(out)


def _shaded(shade: F32, light: SceneLight) -> F32:
    """Slopes that turn away from the light are darker and lit by the sky, float32 (h, w, 3)."""
    dark = shade * np.clip(1 - shade, 0, 1) * np.float32(1 - 0.6 * light.softness)
    channels = [cv2.scaleAdd(dark, float(part) - 1, shade) for part in _SKY]
    return np.asarray(cv2.merge(channels), np.float32)


def _look(scene: Scene, stage: Stage, plane: Plane, noise: Noise) -> Look:
    if scene.view == "above" and scene.shore:
        look = shore.beach(plane, stage, noise, _lee(scene.light))
        color = scene.surface_color
        return look if color is None else replace(look, albedo=tinted(look.albedo, color))
    if scene.view == "above":
        texture, color = choosing.floor_of(scene) or "paper", scene.surface_color
        if scene.surface is None:
            color = _painted(scene) if texture == "paper" else None
    else:
        texture, color = scene.wall or "plain", scene.wall_color
        if scene.kind in ("sweep", "abstract"):
            color = _painted(scene)
    look = MATERIALS[texture](plane, noise)
    return look if color is None else replace(look, albedo=_toned(look.albedo, color, scene, plane))


def _lee(light: SceneLight) -> tuple[float, float]:
    """The way shadows fall on a surface seen from above: right and up in the picture."""
    x, _, z = towards_light(light)
    return -x, -z


def _painted(scene: Scene) -> Color:
    return scene.palette[0] if scene.palette else NEUTRAL


def _toned(albedo: F32, color: Color, scene: Scene, plane: Plane) -> F32:
    """The material in a color, or in the palette's colors from below to above."""
    even = tinted(albedo, color)
    if scene.surface is not None or scene.wall is not None or len(scene.palette) < 2:
        return even
    colors = np.stack([linear(one) for one in scene.palette])
    rows = np.linspace(1, 0, plane.shape[0])
    places = np.linspace(0.1, 0.9, len(colors))
    # Mixed as the eye sees steps, or the middle of a gradient turns dull.
    mixed = np.stack(
        [np.interp(rows, places, np.sqrt(colors[:, c])) ** 2 for c in range(3)], axis=1
    )
    return np.asarray(even / linear(color) * mixed[:, None], np.float32)


def _around(stage: Stage) -> F32:
    """0 where the product is, 1 in the corners, float32 (h, w)."""
    across = (np.arange(stage.width, dtype=np.float32) + np.float32(0.5)) / stage.width * 2 - 1
    down = (np.arange(stage.height, dtype=np.float32) + np.float32(0.5)) / stage.height * 2 - 1
    away = np.hypot(across[None], down[:, None]) / np.float32(np.sqrt(2))
    share = np.clip((away - _LIGHTS_FROM) / (_LIGHTS_FULL - _LIGHTS_FROM), 0, 1)
    return np.asarray(share, np.float32)
