"""A scene as a picture. What is out of focus or smooth is drawn small and enlarged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops import far_views, finish, ground, ornaments, sea, shapes
from processing.engine.backdrops.ground import Behind, Ground
from processing.engine.backdrops.illumination import illumination
from processing.engine.backdrops.looks import Look, mix, tinted
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import HANGING, Plane, Stage
from processing.engine.backdrops.props import set_out
from processing.engine.backdrops.surfaces import MATERIALS, relief, towards_light
from processing.engine.backdrops.variety import AS_SAID, Composition
from processing.engine.backdrops.views.facing import facing
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.color_names import Color
from processing.engine.prompts.scene import Scene

# Longer side of what is drawn small, of surfaces in focus, and of leaves and plain paper.
_SOFT_SIDE, _SHARP_SIDE, _LEAF_SIDE = 840, 1400, 600
# What faces the camera is in focus all over, and nowhere seen at a grazing angle.
_FACING_SIDE = 1250
# A wall behind a table, at depth 1, is out of focus by so much of the canvas's longer side.
_WALL_BLUR = 0.017
# A far view in a scene darker than this is graded for night.
_DIM = 0.7
# What a surface that words call glossy mirrors at least, and how blurred at most.
_GLOSSY, _POLISHED = 0.55, 0.08
_NIGHT_CONTRAST, _NIGHT = np.float32(1.5), np.float32(0.6)


def render(
    scene: Scene, stage: Stage, noise: Noise, composition: Composition = AS_SAID
) -> tuple[F32, SceneLight, F32 | None]:
    """The scene in sRGB, float32 (height, width, 3) from 0 to 255, what lights it, and how brightly that falls on what
    faces the camera in it, on a small copy; None where nothing does."""
    if scene.view in ("above", "wall"):
        side = _LEAF_SIDE if scene.kind == "sweep" else _FACING_SIDE
        seen, light, fall = facing(scene, _smaller(stage, side), noise, composition)
        picture = _enlarged(_shown(seen, scene), stage)
        if scene.view == "above":
            _with_props(picture, scene, (stage, noise), light)
        return picture, light, fall
    quarter = composition.quarter
    if scene.kind not in ("tabletop", "far") or scene.surface is None:
        behind = _behind(scene, stage, noise, quarter)
        picture = _seen_behind(behind, scene, stage, noise)
        _with_props(picture, scene, (stage, noise), behind.light)
        return picture, behind.light, None
    place = Ground(_smaller(stage, _SHARP_SIDE), melting=scene.kind == "far", sea=scene.shore)
    plane = place.plane()
    # Neither needs the other, and each keeps a core busy.
    with ThreadPoolExecutor(1) as pool:
        surface = pool.submit(_ground, scene, scene.surface, place, plane, noise)
        behind = _behind(scene, stage, noise, quarter)
        picture = _seen_behind(behind, scene, stage, noise)
        look = surface.result()
        if scene.glossy:
            look = replace(look, gloss=max(look.gloss, _GLOSSY), rough=min(look.rough, _POLISHED))
    lit = ground.lit_ground(place, plane, look, behind)
    if scene.shore:
        lit += sea.glitter(plane, place.stage, behind.light, noise)
    shown = _shown(lit, scene)
    shown = ground.focused(shown, plane, place.stage, scene.depth)
    _lay(picture, shown, place, scene.depth)
    _with_props(picture, scene, (stage, noise), behind.light)
    return picture, behind.light, None


def _with_props(picture: F32, scene: Scene, where: tuple[Stage, Noise], light: SceneLight) -> None:
    """Draw the scene's props over the picture, in place."""
    if scene.props:
        set_out(
            picture,
            scene.props,
            *where,
            (light, scene.depth, lambda linear: _shown(linear, scene)),
            above=scene.view == "above",
        )


def _seen_behind(behind: Behind, scene: Scene, stage: Stage, noise: Noise) -> F32:
    shown = _shown(behind.rgb, scene)
    return _enlarged(_with_leaves(shown, scene, behind.stage, noise), stage)


def _shown(linear: F32, scene: Scene) -> F32:
    """Show light as the screen does: exposure, saturation, tone curve."""
    bright = linear if scene.brightness == 1 else linear * np.float32(scene.brightness)
    return finish.display(finish.saturated(np.asarray(bright, np.float32), scene.saturation))


def _smaller(stage: Stage, side: int) -> Stage:
    return stage.at(min(1.0, side / max(stage.width, stage.height)))


def _enlarged(picture: F32, stage: Stage) -> F32:
    if picture.shape[:2] == (stage.height, stage.width):
        return picture
    size = (stage.width, stage.height)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _behind(scene: Scene, stage: Stage, noise: Noise, quarter: int | None) -> Behind:
    """All but the ground and the leaves."""
    crisp = scene.kind == "wall" and scene.depth < 0.5
    small = _smaller(stage, _SHARP_SIDE if crisp else _SOFT_SIDE)
    light = scene.light
    if scene.shore and scene.far in sea.SKIES:
        lit = illumination(scene, small, noise)
        rgb = sea.sky(scene.far, small, (light, scene.depth), noise)
    elif scene.far is not None:
        wide = scene.surface is None
        seen = far_views.view(
            scene.far, small, scene.depth, noise.random(30), wide=wide, quarter=quarter
        )
        light = scene.light if scene.light_named else seen.light
        lit = illumination(replace(scene, light=light), small, noise)
        rgb = _graded(seen.rgb, scene)
    else:
        lit = illumination(scene, small, noise)
        rgb = _near(scene, small, noise) * lit
    if scene.bokeh:
        # Lamps shine as brightly in a dark scene.
        lamps = ornaments.points_of_light(small, scene.palette, noise.random(31))
        rgb = rgb * np.float32(0.85) + lamps / np.float32(scene.brightness)
    return Behind(np.asarray(rgb, dtype=np.float32), lit, small, light)


def _graded(seen: F32, scene: Scene) -> F32:
    """A far view under the light that words asked for; a dark one is night, not a grey day."""
    dim = scene.brightness < _DIM
    if not scene.light_named and not dim:
        return seen
    color = np.sqrt(np.array(scene.light.color, np.float32))
    graded = np.power(seen, _NIGHT_CONTRAST) * _NIGHT if dim else seen
    return np.asarray(graded * color, dtype=np.float32)


def _near(scene: Scene, stage: Stage, noise: Noise) -> F32:
    """Wall, sweep or shapes before any light, linear float32 (h, w, 3)."""
    match scene.kind:
        case "abstract" if scene.style == "abstract":
            return shapes.forms(scene.palette, stage, noise)
        case "abstract":
            return shapes.mesh(scene.palette, stage, noise)
        case "wall" | "tabletop" if scene.style != "gradient":
            return _wall(scene, stage, noise)
        case _:
            return shapes.sweep(scene.palette, stage)


def _wall(scene: Scene, stage: Stage, noise: Noise) -> F32:
    """A wall over the whole canvas; behind a table it is darker where they meet."""
    behind_table = scene.kind == "tabletop"
    plane = stage.wall(farther=stage.edge_distance if behind_table else HANGING)
    look = _look(scene.wall or "plain", plane, noise, scene.wall_color)
    x, y, z = towards_light(scene.light)
    shade = relief(look, plane, (x, y, -z), scene.light.softness)
    if behind_table:
        shade *= 1 - np.float32(0.22) * np.exp(-np.maximum(plane.v, 0) / np.float32(0.1))
    radius = scene.depth * _WALL_BLUR * max(stage.width, stage.height)
    return far_views.disc_blur(np.asarray(look.albedo * shade[..., None], np.float32), radius)


def _ground(scene: Scene, surface: str, place: Ground, plane: Plane, noise: Noise) -> Look:
    if not scene.shore:
        return _look(surface, plane, noise, scene.surface_color)
    look = sea.strand(plane, place.stage, noise)
    color = scene.surface_color
    return look if color is None else replace(look, albedo=tinted(look.albedo, color))


def _look(name: str, plane: Plane, noise: Noise, color: Color | None) -> Look:
    look = MATERIALS[name](plane, noise)
    return look if color is None else replace(look, albedo=tinted(look.albedo, color))


def _lay(picture: F32, shown: F32, place: Ground, depth: float) -> None:
    """Put the ground's rows over the picture's lower part, in place."""
    height, width = picture.shape[:2]
    blur = 0.3 * depth * _WALL_BLUR * max(place.stage.width, place.stage.height)
    cover = place.cover(max(1.5, blur))
    top = round(place.top * height / place.stage.height)
    rows = height - top
    if len(shown) != rows:
        shown = np.asarray(
            cv2.resize(shown, (width, rows), interpolation=cv2.INTER_CUBIC), np.float32
        )
        cover = np.asarray(cv2.resize(cover[:, 0], (1, rows)), np.float32).reshape(-1, 1, 1)
    solid = int(np.argmax(cover)) if cover.max() >= 1 else rows
    picture[top : top + solid] += (shown[:solid] - picture[top : top + solid]) * cover[:solid]
    picture[top + solid :] = shown[solid:]


def _with_leaves(shown: F32, scene: Scene, stage: Stage, noise: Noise) -> F32:
    """Leaves hang behind the table, out of focus."""
    if not scene.leaves or scene.window:
        return shown
    small = _smaller(stage, _LEAF_SIDE)
    red, green, _ = scene.palette[0]
    layer = ornaments.leaves(small, noise.random(32), autumn=red > 1.15 * green)
    leaves = np.asarray(layer.rgb / np.maximum(layer.alpha, 1e-3)[..., None], dtype=np.float32)
    alpha = np.clip(_enlarged(layer.alpha, stage), 0, 1)
    return mix(shown, _enlarged(_shown(leaves, scene), stage), alpha)
