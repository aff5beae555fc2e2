"""Backdrops without a place: seamless sweeps, gradient meshes, waves and discs of paper."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear, step
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Stage
from processing.engine.plans.color_names import Color


def sweep(palette: tuple[Color, ...], stage: Stage) -> F32:
    """A seamless backdrop that curves from floor to wall: linear float32 (h, w, 3), before light.

    One color, or from the last at the top through the others to the first at the bottom.
    """
    colors = np.stack([linear(color) for color in palette[::-1]])
    rows = (np.arange(stage.height) + 0.5) / stage.height
    places = np.linspace(0.1, 0.95, len(colors)) if len(colors) > 1 else np.array([0.5])
    # Mixed as the eye sees steps, or the middle of a gradient turns dull.
    eased = (
        np.stack([np.interp(rows, places, np.sqrt(colors[:, c])) for c in range(3)], axis=1) ** 2
    )
    soft = cv2.GaussianBlur(
        eased.astype(np.float32)[:, None], (0, 0), sigmaX=0.1, sigmaY=0.07 * stage.height
    )
    bend = (np.arange(stage.height) + 0.5 - stage.edge) / stage.height
    # The curve turns away from the light, the floor towards it.
    cove = (
        1 - 0.07 * np.exp(-((bend / 0.09) ** 2)) + 0.03 * step(-0.05, 0.12, bend.astype(np.float32))
    )
    picture = np.asarray(soft, np.float32).reshape(-1, 1, 3) * cove[:, None, None].astype(
        np.float32
    )
    return np.ascontiguousarray(
        np.broadcast_to(picture, (stage.height, stage.width, 3)), np.float32
    )


def mesh(palette: tuple[Color, ...], stage: Stage, noise: Noise) -> F32:
    """A gradient mesh: the palette's colors at scattered places, flowing into each other."""
    random = noise.random(50)
    colors = _family(palette)
    count = max(6, 2 * len(colors))
    order = np.concatenate([np.arange(len(colors)), random.integers(0, len(colors), count)])[:count]
    places = random.uniform(-0.1, 1.1, (count, 2)) * (stage.width, stage.height)
    side = max(stage.width, stage.height)
    x, y = _flow(stage, noise, 0.16 * side)
    total = np.zeros((stage.height, stage.width, 3), np.float32)
    weights = np.zeros((stage.height, stage.width), np.float32)
    for place, name in zip(places, order, strict=True):
        away = np.square(x - np.float32(place[0])) + np.square(y - np.float32(place[1]))
        weight = np.exp(-away / np.float32((0.31 * side) ** 2)) + np.float32(1e-4)
        total += weight[..., None] * np.sqrt(colors[name])
        weights += weight
    return np.asarray(np.square(total / weights[..., None]), dtype=np.float32)


def forms(palette: tuple[Color, ...], stage: Stage, noise: Noise) -> F32:
    """Layers of cut paper, waves or discs, each with a soft shadow on the one behind."""
    random = noise.random(51)
    colors = _family(palette)
    picture = np.ones((stage.height, stage.width, 1), np.float32) * colors[-1]
    waves = bool(random.integers(2))
    layers = 5 if waves else 6
    for layer in range(layers):
        mask = _wave(stage, layer / layers, random) if waves else _disc(stage, random)
        picture = _laid(picture, mask, colors[layer % len(colors)], stage)
    return picture


def _laid(picture: F32, mask: F32, color: F32, stage: Stage) -> F32:
    """One sheet of paper laid on, lit from the upper left."""
    side = max(stage.width, stage.height)
    move = np.array([[1, 0, 0.008 * side], [0, 1, 0.012 * side]])
    shifted = cv2.warpAffine(mask, move, mask.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    shadow = np.asarray(cv2.GaussianBlur(shifted, (0, 0), max(0.018 * side, 0.8)), np.float32)
    fall = np.linspace(1.06, 0.94, stage.height, dtype=np.float32)[:, None, None]
    below = picture * (1 - 0.28 * shadow[..., None])
    cover = mask[..., None]
    return np.asarray(below * (1 - cover) + cover * color * fall, dtype=np.float32)


def _wave(stage: Stage, share: float, random: np.random.Generator) -> F32:
    x = (np.arange(stage.width) + 0.5) / max(stage.width, stage.height)
    line = np.full(stage.width, 0.28 + 0.66 * share)
    for wave, size in ((1.3, 0.075), (2.4, 0.03)):
        line += size * np.sin(2 * np.pi * (x * wave * random.uniform(0.6, 1.1) + random.uniform()))
    rows = np.arange(stage.height)[:, None] + 0.5
    return np.asarray(np.clip(rows - line[None] * stage.height + 0.5, 0, 1), dtype=np.float32)


def _disc(stage: Stage, random: np.random.Generator) -> F32:
    side = max(stage.width, stage.height)
    radius = side * random.uniform(0.14, 0.42)
    x = np.arange(stage.width)[None] + 0.5 - random.uniform(0, 1) * stage.width
    y = np.arange(stage.height)[:, None] + 0.5 - random.uniform(0, 1) * stage.height
    return np.asarray(np.clip(radius - np.hypot(x, y) + 0.5, 0, 1), dtype=np.float32)


def _flow(stage: Stage, noise: Noise, reach: float) -> tuple[F32, F32]:
    """Every pixel's place, carried along by a slow current."""
    wall = stage.wall()
    wave = 0.9 * max(stage.width, stage.height) / stage.scale
    across, along = (noise.field(wall, wave, name) for name in (52, 55))
    x = np.arange(stage.width, dtype=np.float32)[None] + across * np.float32(reach)
    y = np.arange(stage.height, dtype=np.float32)[:, None] + along * np.float32(reach)
    return x, y


def _family(palette: tuple[Color, ...]) -> list[F32]:
    """Make at least four colors: the palette, and lighter and darker ones where it is short."""
    colors = [linear(color) for color in palette]
    for share, towards in ((0.35, 1.0), (0.55, 1.0), (0.18, 0.0), (0.75, 1.0)):
        if len(colors) >= 4:
            break
        base = colors[0]
        colors.append(np.asarray(base + np.float32(share) * (towards - base), dtype=np.float32))
    return colors
