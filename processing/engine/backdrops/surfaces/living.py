"""Grass and water."""

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Look, linear, mix, step, toned
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane

# Blades of one layer are drawn at one size; the next layer farther away is so much smaller.
_LAYER = 1.3


def grass(plane: Plane, noise: Noise) -> Look:
    """Upright blades in layers, smaller with distance, over tufts and a patchy meadow."""
    blades = _standing(plane, noise, (0.0062, 0.045), 10)
    finer = _standing(plane, noise, (0.0042, 0.032), 12)
    tufts = noise.cloud(plane, 0.12, 20, octaves=3)
    meadow = noise.field(plane, 0.6, 24)
    light = 0.42 + 0.19 * blades + 0.13 * finer + 0.09 * tufts
    albedo = mix(linear("#2b3b14"), linear("#8cab47"), np.clip(light, 0, 1).astype(np.float32))
    dry = np.clip(0.16 + 0.12 * meadow + 0.08 * finer, 0, 0.5)
    albedo = mix(albedo, linear("#b3a95e"), dry.astype(np.float32))
    return Look(toned(albedo, (1 + 0.06 * meadow).astype(np.float32)))


def _standing(plane: Plane, noise: Noise, wave: tuple[float, float], name: int) -> F32:
    """A field of upright blades, (wide, tall) in metres. On a ground each row mixes two layers."""
    if not plane.lying:
        return _bent(plane, noise, wave, name)
    height = plane.shape[0]
    layer = np.log(plane.du[:, 0] / plane.du.min()) / np.log(_LAYER)
    columns = plane.u / plane.du
    rows = np.arange(height, 0, -1, dtype=np.float32)[:, None] + np.zeros_like(columns)
    total = np.zeros(plane.shape, np.float32)
    for number in range(int(layer.max()) + 2):
        weight = np.clip(1 - np.abs(layer - number), 0, 1)
        used = np.flatnonzero(weight)
        if used.size == 0:
            continue
        part = slice(used[0], used[-1] + 1)
        metre = np.float32(plane.du.min() * _LAYER**number)
        step_ = np.full((part.stop - part.start, 1), metre, np.float32)
        shift = np.float32(0.61 * number)
        sheet = Plane(columns[part] * metre + shift, rows[part] * metre - shift, step_, step_)
        # Weights of independent fields: their squares make up one, so that contrast stays.
        share = np.sin(weight[part] * np.float32(np.pi / 2))[:, None]
        total[part] += _bent(sheet, noise, wave, name) * share.astype(np.float32)
    return total


def _bent(plane: Plane, noise: Noise, wave: tuple[float, float], name: int) -> F32:
    """The foremost of blades that lean to the left and to the right."""
    bend = noise.field(plane, 0.2, 9) * np.float32(0.007)
    none = np.zeros_like(bend)
    left = noise.field(plane, wave, name, warp=(bend + plane.v * np.float32(0.3), none))
    right = noise.field(plane, wave, name + 1, warp=(bend - plane.v * np.float32(0.25), none))
    # The larger of two normal variables has a mean of 0.56 and a deviation of 0.83.
    return np.asarray((np.maximum(left, right) - np.float32(0.56)) / np.float32(0.83), np.float32)


def water(plane: Plane, noise: Noise) -> Look:
    """Small waves; nearly all that is seen of it is what it mirrors."""
    swell = noise.field(plane, (0.3, 0.16), 10) + 0.6 * noise.field(plane, (0.13, 0.085), 11)
    ripples = noise.field(plane, (0.06, 0.04), 12) + 0.5 * noise.field(plane, (0.03, 0.02), 13)
    height = 0.0034 * swell + 0.0009 * ripples
    depth = step(-2, 2, swell)
    albedo = mix(linear("#1f5560"), linear("#5d9ba3"), depth)
    return Look(albedo, height.astype(np.float32), gloss=1.0, rough=0.1)
