"""How light lies over wall and table: fall-off, a window's panes, leaves' shadows."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Floats, step
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import HANGING, Stage
from processing.engine.backdrops.props import twigs
from processing.engine.backdrops.surfaces import towards_light
from processing.engine.prompts.scene import Scene

# Under a window: what the room gives back to the shade, a little cool.
_SHADE = np.array([0.45, 0.46, 0.48], np.float32)
_SOFTER = np.float32(0.17)
_BRIGHT_SHADE = np.array([0.755, 0.76, 0.775], np.float32)
_SUN = 1.15
_DIM = 0.8
_FACING_BLUR = 1.8
# Panes and bars as shares of the height of wall that is seen.
_PANE_WIDE, _PANE_HIGH, _BAR = 0.21, 0.25, 0.03
_COLUMNS, _ROWS = 2, 3
# From slat to slat of a blind, in the same shares; and how large twigs before a window are drawn.
_SLAT, _TWIGS_SIDE = 0.062, 640
# A floor from above lies in the middle of what the panes let in.
_SILL = 0.17


def illumination(scene: Scene, stage: Stage, noise: Noise) -> F32:
    """Light a white paper everywhere, as the camera sees it: linear float32 (h, w, 3), about 1 near
    the product. Wall above `stage.edge`, ground below."""
    color = np.array(scene.light.color, np.float32)
    pool = _pool(scene, stage)
    if not scene.window:
        return np.asarray(pool[..., None] * color, dtype=np.float32)
    # In a bright room, what faces the camera is lit from all sides.
    is_level = scene.view in (None, "level")
    # Soft light comes in by more than the window.
    shade = _SHADE + _SOFTER * scene.light.softness if is_level else _BRIGHT_SHADE
    sun = _panes(scene, stage, noise) * np.float32(_SUN - shade[1])
    even = (0.35 + 0.65 * pool)[..., None]
    return np.asarray(even * (shade + sun[..., None] * color), dtype=np.float32)


def _pool(scene: Scene, stage: Stage) -> F32:
    """Brightest around the product and towards the light, falling off to the corners."""
    light = towards_light(scene.light)
    hard = 1 - scene.light.softness
    longer = max(stage.width, stage.height)
    x = ((np.arange(stage.width) + 0.5 - stage.middle) / longer)[None, :]
    y = ((np.arange(stage.height) + 0.5 - 0.6 * stage.foot) / longer)[:, None]
    x = x - 0.3 * light[0] * hard
    y = y + 0.12 * light[1] * hard
    away = x * x + 0.8 * y * y
    # A seamless backdrop, and what faces the camera, is lit evenly by large lamps.
    is_even = scene.kind == "sweep" or scene.view in ("above", "wall")
    fall = 0.16 + 0.5 * hard if is_even else 0.45 + 1.5 * hard
    pool = 1.02 / (1 + fall * away)
    if scene.brightness < _DIM:
        # A dark set still has its one lamp on the wall.
        pool = pool * (0.62 + 1.1 * np.exp(-away / 0.07))
    side = 1 + (0.1 + 0.3 * hard) * light[0] * x
    return np.asarray(pool * side, dtype=np.float32)


def _panes(scene: Scene, stage: Stage, noise: Noise) -> F32:
    """Draw where the sun comes through a window beside the stage: 0 to 1, float32 (h, w).

    Each point's way to the sun meets the window's plane (an upright plane at right angles to the
    wall) at a place: how far along it, and how high. Both are linear in the point's own place.
    """
    light = towards_light(scene.light)
    # A sun square to the wall or behind it would throw no panes: it then stands a little aside.
    sideways = np.sign(light[0] or 1.0) * max(abs(light[0]), 0.35)
    forward = min(light[2], -0.35)
    slope = float(np.clip(light[1] / sideways, -0.75, 0.75))
    (u, deep), high = _places(scene, stage)
    seen = _farther(scene, stage) * stage.height / stage.scale
    # Where the way to the sun crosses the window's plane: one unit sideways is forward / sideways
    # along it, and slope in height.
    place = (deep - u * np.float32(forward / sideways)) / np.float32(seen)
    height = (high - u * np.float32(slope)) / np.float32(seen)
    blur = 0.007 + 0.03 * scene.light.softness
    if scene.view in ("above", "wall"):
        # The window stands farther away, and what lies in its light is seen whole.
        blur *= _FACING_BLUR
    random = noise.random(40)
    left = random.uniform(-0.16, 0.16) - _COLUMNS * _PANE_WIDE / 2
    bottom = random.uniform(-0.18, 0.02)
    match scene.pattern:
        case "blinds":
            panes = _bars(place - np.float32(left), 2 * _PANE_WIDE, 1, blur)
            panes *= _slats(height - np.float32(bottom), blur)
        case "leaves" | "palm":
            panes = np.ones_like(place)
        case _:
            panes = _bars(place - np.float32(left), _PANE_WIDE, _COLUMNS, blur)
            panes *= _bars(height - np.float32(bottom), _PANE_HIGH, _ROWS, blur)
    if scene.leaves or scene.pattern in ("leaves", "palm"):
        kind = "palm" if scene.pattern == "palm" else "leaves"
        panes *= 1 - np.float32(0.85) * _twigs_before(place, height, (kind, blur), noise.random(41))
    return panes


def _slats(height: Floats, blur: float) -> F32:
    """Stripes of light between a blind's slats, from 0 up to a window's height."""
    share = np.mod(height / np.float32(_SLAT), 1)
    soft = min(0.3, 0.35 * blur / _SLAT)
    stripes = step(0.18 - soft, 0.18 + soft, share) * step(0.78 + soft, 0.78 - soft, share)
    high = _ROWS * _PANE_HIGH
    return stripes * step(-blur, blur, height) * step(high + blur, high - blur, height)


def _twigs_before(
    place: Floats, height: Floats, what: tuple[str, float], random: np.random.Generator
) -> F32:
    """The shade of twigs before the window at places in its plane, 0 to 1: `what` hangs there, and how blurred
    its shade is."""
    kind, blur = what
    shade = twigs.shadows(kind, _TWIGS_SIDE, random)
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), 1 + 0.3 * blur * _TWIGS_SIDE), np.float32)
    # The canvas of twigs takes in the window and what is beside it.
    across: Floats = (place + np.float32(0.65)) / np.float32(1.3) * np.float32(_TWIGS_SIDE)
    down = (np.float32(0.95) - height) / np.float32(1.3) * np.float32(_TWIGS_SIDE)
    found = cv2.remap(
        shade,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(found, np.float32)


def _farther(scene: Scene, stage: Stage) -> float:
    if scene.view in ("above", "wall"):
        return 1.0
    return HANGING if scene.kind == "wall" else stage.edge_distance


def _places(scene: Scene, stage: Stage) -> tuple[tuple[F32, F32], F32]:
    """Place each pixel: rightwards and towards the wall (0 on it), and height, in meters."""
    if scene.view == "above":
        floor = stage.facing(lying=True)
        return (floor.u, floor.v), np.full_like(floor.u, _SILL)
    wall = stage.wall(farther=_farther(scene, stage))
    u, high = wall.u, wall.v
    deep = np.zeros_like(u)
    top = max(0, int(np.ceil(stage.edge)))
    if top < stage.height and scene.kind != "wall" and scene.view != "wall":
        ground = stage.ground(top)
        u[top:], high[top:] = ground.u, 0
        deep[top:] = ground.v - np.float32(stage.distance * (stage.edge_distance - 1))
    return (u, deep), high


def _bars(place: Floats, period: float, count: int, blur: float) -> F32:
    """1 within `count` panes of `period` from 0 on, 0 on the bars between and outside."""
    inside = step(-blur, blur, place) * step(blur, -blur, place - np.float32(count * period))
    away = np.abs(
        np.mod(place + np.float32(period / 2), np.float32(period)) - np.float32(period / 2)
    )
    return inside * step(_BAR / 2 - blur, _BAR / 2 + blur, away)
