"""Drawing plants: many flat blades in space, each lit by how it faces the light, the farthest first."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from processing.engine.arrays import F32, Box
from processing.engine.backdrops.props import blades
from processing.engine.backdrops.props.lighting import Lighting
from processing.engine.backdrops.props.view import View

# How much of the light on a blade's back shines through.
_THROUGH = 0.45
# In pixels.
_THINNEST = 1.4


@dataclass(frozen=True, slots=True, eq=False)
class Blade:
    """One leaf, petal or piece of a stem in space (view.View), in metres.

    `base` is where it begins, `along` its way to its tip, `across` its whole width, float32 (3,). `tone` its
    color by that of the picture `name` (blades.BLADES), float32 (3,). What has a higher `layer` lies on top.
    """

    name: str
    base: F32
    along: F32
    across: F32
    tone: F32
    layer: int = 0

    def moved(self, x: float, y: float, z: float) -> "Blade":
        return replace(self, base=self.base + np.array([x, y, z], np.float32))


def drawn(some: list[Blade], view: View, light: Lighting) -> tuple[Box, F32] | None:
    """Blades as they are seen: premultiplied linear RGBA, float32 (h, w, 4), and where; None where that is
    quite out of the picture."""
    box = view.box(np.concatenate([_corners(blade) for blade in some]))
    if box is None:
        return None
    canvas = np.zeros((box[3] - box[1], box[2] - box[0], 4), np.float32)
    # What is nearer to the camera is drawn later.
    axis, sign = (1, 1) if view.above else (2, -1)
    for blade in sorted(some, key=lambda one: (one.layer, sign * float(one.base[axis]))):
        tone = blade.tone * light.color * np.float32(_lit(blade, light))
        _lay(canvas, blade, view, (box[0], box[1]), tone)
    return box, canvas


def shades(some: list[Blade], view: View, light: Lighting) -> tuple[Box, F32] | None:
    """How much light plants leave on the ground, float32 (h, w), and where; None where that can't be seen."""
    fallen = [_fallen(blade, light) for blade in some]
    high = float(np.mean([blade.base[1] + 0.5 * blade.along[1] for blade in some]))
    metres = 0.0015 + high / light.sharp * 0.8
    z = float(np.mean([blade.base[2] for blade in fallen]))
    sigma = metres / view.pixel(z)
    box = view.box(np.concatenate([_corners(blade) for blade in fallen]), margin=3 * sigma + 2)
    if box is None:
        return None
    canvas = np.zeros((box[3] - box[1], box[2] - box[0], 4), np.float32)
    for blade in fallen:
        _lay(canvas, blade, view, (box[0], box[1]), blade.tone)
    cover = cv2.GaussianBlur(canvas[..., 3], (0, 0), max(sigma, 0.6), sigmaY=max(0.5 * sigma, 0.6))
    dark = 1 - light.ambient * 0.75
    return box, np.asarray(1 - dark * np.clip(cover, 0, 1), np.float32)


def _corners(blade: Blade) -> F32:
    half = blade.across / 2
    tip = blade.base + blade.along
    return np.stack([blade.base - half, blade.base + half, tip - half, tip + half])


def _fallen(blade: Blade, light: Lighting) -> Blade:
    """A blade as the light throws it onto the ground."""

    def down(vector: F32) -> F32:
        return np.asarray(vector - light.towards * (vector[1] / light.towards[1]), np.float32)

    return replace(blade, base=down(blade.base), along=down(blade.along), across=down(blade.across))


def _lit(blade: Blade, light: Lighting) -> float:
    normal = np.cross(blade.along, blade.across)
    length = float(np.linalg.norm(normal))
    if length < 1e-12:
        return light.ambient
    normal = normal / length
    # The side that is turned up or to the camera is the one that is seen.
    if normal[1] - 0.5 * normal[2] < 0:
        normal = -normal
    facing = float(normal @ light.towards)
    key = facing if facing > 0 else -facing * _THROUGH
    return light.ambient * (0.8 + 0.2 * float(normal[1])) + light.key * key


def _lay(canvas: F32, blade: Blade, view: View, corner: tuple[int, int], tone: F32) -> None:
    """Draw one blade over the canvas, whose upper left pixel is `corner`."""
    half = blade.across / 2
    tip = blade.base + blade.along
    places = view.seen(np.stack([blade.base - half, tip - half, blade.base + half])) - np.array(
        corner, np.float32
    )
    places, share = _seen_edge_on(places)
    last = places[1] + places[2] - places[0]
    low = np.floor(np.minimum(places.min(axis=0), last) - 1).astype(int)
    high = np.ceil(np.maximum(places.max(axis=0), last) + 1).astype(int)
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(canvas.shape[1], int(high[0])), min(canvas.shape[0], int(high[1]))
    if right <= left or bottom <= top:
        return
    picture = _sized(
        blade.name,
        float(np.linalg.norm(places[1] - places[0])),
        float(np.linalg.norm(places[2] - places[0])),
    )
    rows, columns = picture.shape[:2]
    corners = np.array([[0, 0], [columns, 0], [0, rows]], np.float32) - np.float32(0.5)
    matrix = cv2.getAffineTransform(
        corners, places - np.array([left, top], np.float32) - np.float32(0.5)
    )
    drawn_ = cv2.warpAffine(picture, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    if share < 1:
        drawn_ = drawn_ * np.float32(share)
    part = canvas[top:bottom, left:right]
    part *= 1 - drawn_[..., 3:]
    part[..., :3] += drawn_[..., :3] * tone
    part[..., 3] += drawn_[..., 3]


def _seen_edge_on(places: F32) -> tuple[F32, float]:
    """The corners of a blade, at least so wide that no pixel is left out, and how much of that it fills."""
    along, across = places[1] - places[0], places[2] - places[0]
    long = max(float(np.hypot(*along)), 1e-3)
    beside = np.array([-along[1], along[0]], np.float32) / np.float32(long)
    thick = float(across @ beside)
    if abs(thick) >= _THINNEST:
        return places, 1.0
    wider = across + beside * np.float32(np.copysign(_THINNEST, thick) - thick)
    return np.stack([places[0], places[1], places[0] + wider]), max(abs(thick), 0.25) / _THINNEST


def _sized(name: str, long: float, wide: float) -> F32:
    """The picture of a blade that is at most twice as large as it will be seen."""
    levels = blades.pyramid(name)
    for level in levels:
        if level.shape[1] < 2 * max(long, 1) or level.shape[0] < 1.2 * max(wide, 1):
            return level
    return levels[-1]
