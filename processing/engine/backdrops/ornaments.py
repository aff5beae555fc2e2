"""What hangs in the air: points of light out of focus, and leaves at the edges."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.planes import Stage
from processing.engine.plans.color_names import Color

_SUB = 16
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
    greens = ("#b5702c", "#c9983f", "#8c4a22") if autumn else ("#4d7a34", "#76a04a", "#2f5a2b")
    for blur, size in ((0.009, 0.15), (0.022, 0.24)):
        canvas = np.zeros((height, width, 4), np.float32)
        for corner in random.permutation(3)[:2]:
            _twig(canvas, int(corner), (size * side, 0.42 * side), greens, random)
        soft = np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(blur * side, 0.8)), np.float32)
        layer = Layer(soft[..., :3], soft[..., 3])
        total = Layer(layer.over(total.rgb), 1 - (1 - total.alpha) * (1 - layer.alpha))
    return total


def leaf_shadows(stage: Stage, random: np.random.Generator) -> F32:
    """Draw what twigs before a window leave in the shade: 0 to 1, float32 (h, w)."""
    side = min(stage.width, stage.height)
    canvas = np.zeros((stage.height, stage.width, 4), np.float32)
    for corner in (0, 1, 2, 0, 1):
        _twig(canvas, corner, (0.19 * side, 0.9 * side), ("#000000",), random)
    return np.asarray(cv2.GaussianBlur(canvas[..., 3], (0, 0), max(0.8, 0.011 * side)), np.float32)


def _twig(
    canvas: F32,
    corner: int,
    lengths: tuple[float, float],
    greens: tuple[str, ...],
    random: np.random.Generator,
) -> None:
    """One twig with leaves on both sides, drawn from outside the canvas inwards; `lengths` of a
    leaf and of the twig, in pixels."""
    height, width = canvas.shape[:2]
    starts = ((-0.05, random.uniform(-0.05, 0.2)), (1.05, random.uniform(-0.05, 0.2)), (1.05, 0.5))
    start = np.array(starts[corner]) * (width, height)
    aim = np.array([width * random.uniform(0.35, 0.65), height * random.uniform(0.1, 0.45)]) - start
    heading = np.arctan2(aim[1], aim[0])
    length = lengths[1] * random.uniform(0.7, 1.1)
    count = int(random.integers(7, 11))
    for number in range(count):
        share = (number + 0.5) / count
        heading += random.normal(0, 0.07)
        place = start + share * length * np.array([np.cos(heading), np.sin(heading)])
        turn = heading + (1 if number % 2 else -1) * random.uniform(0.45, 0.95)
        reach = lengths[0] * random.uniform(0.75, 1.1) * (1.05 - 0.45 * share)
        _leaf(canvas, place, (turn, reach), _leaf_color(greens, random))


def _leaf_color(greens: tuple[str, ...], random: np.random.Generator) -> F32:
    one, other = random.integers(len(greens), size=2)
    share = np.float32(random.uniform())
    color = linear(greens[one]) * share + linear(greens[other]) * (1 - share)
    return np.asarray(color * np.float32(random.uniform(0.7, 1.5)), dtype=np.float32)


def _leaf(
    canvas: F32,
    place: np.ndarray[tuple[int], np.dtype[np.float64]],
    pose: tuple[float, float],
    color: F32,
) -> None:
    """A pointed oval with a lighter half, from `place` in direction and length `pose`."""
    turn, reach = pose
    along = np.linspace(0, 1, 15)
    wide = 0.2 * np.sin(np.pi * along**0.8) ** 0.9
    for edge, shade in ((wide, 1.0), (-wide, 0.78)):
        outline = np.concatenate(
            [np.stack([along, edge], 1), np.stack([along[::-1], along * 0], 1)]
        )
        turned = outline @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points = np.round((place + turned * reach) * _SUB).astype(np.int32)
        paint = (*(float(c) * shade for c in color), 1.0)
        cv2.fillPoly(canvas, [points], paint, cv2.LINE_8, 4)
