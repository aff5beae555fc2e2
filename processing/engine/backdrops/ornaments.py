"""What hangs in the air: points of light out of focus, and leaves at the edges."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.props import twigs
from processing.engine.plans.color_names import Color

_LIGHTS = ("#ffd9a0", "#ffb86b", "#fff1d6")


def points_of_light(stage: Stage, palette: tuple[Color, ...], random: np.random.Generator) -> F32:
    """Discs of light above the stage's edge, linear float32 (h, w, 3), to be added."""
    height, width = stage.height, stage.width
    side = max(width, height)
    colors = [linear(color) for color in palette]
    colors += [linear(color) for color in _LIGHTS]
    glow = np.zeros((height, width, 3), np.float32)
    for size, count, strength in ((0.06, 16, 0.2), (0.036, 30, 0.34), (0.02, 36, 0.6)):
        layer = np.zeros_like(glow)
        for _ in range(round(count * width * height / side**2) + 4):
            radius = side * size * random.uniform(0.75, 1.2)
            centre = (random.uniform(0, width), stage.edge * random.beta(1.5, 1.25))
            color = colors[int(random.integers(len(colors)))]
            _disc(layer, centre, radius, color * strength * random.uniform(0.25, 1.0))
        soft = side * size * 0.05
        glow += np.asarray(cv2.GaussianBlur(layer, (0, 0), max(soft, 0.5)), dtype=np.float32)
    return glow


def _disc(layer: F32, centre: tuple[float, float], radius: float, color: F32) -> None:
    left, top = (max(0, int(c - radius - 2)) for c in centre)
    right, bottom = (int(c + radius + 3) for c in centre)
    part = layer[top:bottom, left:right]
    if part.size == 0:
        return
    rows = np.arange(top, top + part.shape[0])[:, None] - centre[1]
    columns = np.arange(left, left + part.shape[1])[None, :] - centre[0]
    away = np.hypot(rows, columns) / radius
    cover = np.clip((1 - away) * radius + 0.5, 0, 1) * (0.75 + 0.25 * np.minimum(away, 1) ** 6)
    part += cover[..., None].astype(np.float32) * color


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """`rgb` linear, premultiplied, float32 (h, w, 3), and what it covers, `alpha` (h, w)."""

    rgb: F32
    alpha: F32

    def over(self, below: F32) -> F32:
        return np.asarray(self.rgb + below * (1 - self.alpha[..., None]), dtype=np.float32)


def leaves(stage: Stage, random: np.random.Generator, *, autumn: bool = False) -> Layer:
    """Twigs that reach in from two upper corners and one side, the nearest the most blurred."""
    height, width = stage.height, stage.width
    side = min(width, height)
    total = Layer(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32))
    name = "beech" if autumn else "leaf"
    for blur, size in ((0.004, 0.15), (0.013, 0.22)):
        canvas = np.zeros((height, width, 4), np.float32)
        for corner in random.permutation(3)[:2]:
            start, heading = _from_corner(int(corner), (width, height), random)
            twigs.twig(canvas, name, start, heading, (size * side, 0.5 * side), random)
        soft = np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(blur * side, 0.8)), np.float32)
        layer = Layer(soft[..., :3], soft[..., 3])
        total = Layer(layer.over(total.rgb), 1 - (1 - total.alpha) * (1 - layer.alpha))
    return total


def _from_corner(
    corner: int, size: tuple[int, int], random: np.random.Generator
) -> tuple[tuple[float, float], float]:
    """Where a twig begins outside the canvas, and its way inwards in radians."""
    starts = ((-0.05, random.uniform(-0.05, 0.2)), (1.05, random.uniform(-0.05, 0.2)), (1.05, 0.5))
    start = np.array(starts[corner]) * size
    aim = np.array([random.uniform(0.35, 0.65), random.uniform(0.1, 0.45)]) * size - start
    return (float(start[0]), float(start[1])), float(np.arctan2(aim[1], aim[0]))
