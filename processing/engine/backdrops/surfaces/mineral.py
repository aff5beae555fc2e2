"""Stone and what is made of it: marble, stone, concrete, terrazzo, plaster, sand, snow."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Look, linear, mix, step, thin, toned, turned
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Doubles, Plane


def marble(plane: Plane, noise: Noise) -> Look:
    """White with smoky clouds and grey veins: slanted lines, bent by noise, that come and go."""
    slant = float(noise.random(9).choice([-34, 28]))
    presence = step(-0.6, 1.1, noise.field(plane, 0.4, 17))
    line = _veins(plane, noise, (slant, 0.36, 0.4), 10)
    pixel = np.maximum(plane.du, plane.dv)
    wide = 0.012 + 0.05 * step(-0.6, 2.0, noise.field(plane, 0.22, 19))
    veins = thin(line, wide, pixel / 0.36) * (0.1 + 0.9 * presence)
    smoke = np.exp(-np.abs(line) * 6.5) * (0.15 + 0.85 * presence)
    finer = _veins(plane, noise, (slant + 52, 0.25, 0.4), 20)
    # Hairlines branch off, and fade before they cross the slab.
    hairs = thin(finer, 0.006 + 0.012 * step(0, 2, noise.field(plane, 0.16, 16)), pixel / 0.25)
    veins += 0.24 * hairs * step(0.2, 1.4, noise.field(plane, 0.3, 18))
    clouds = noise.cloud(plane, 0.25, 30, octaves=4)
    dark = 0.42 * veins + 0.24 * smoke + 0.04 * clouds + 0.05 + 0.06 * _beds(plane, noise, slant)
    dark = np.clip(dark, 0, 1)
    return Look(mix(linear("#f6f4f1"), linear("#85868a"), dark), gloss=0.5, rough=0.12)


def _beds(plane: Plane, noise: Noise, slant: float) -> F32:
    """Soft layers that run the way of veins, and swirl, of deviation 1.2."""
    # They are smooth: a coarser copy shows all of them.
    coarse = plane.every(3)
    bend = np.float32(0.045) * noise.cloud(coarse, 0.42, 40, octaves=2)
    bedded = turned(coarse, slant)
    beds = noise.field(bedded, (0.5, 0.11), 34, warp=(bend, bend))
    beds += np.float32(0.6) * noise.field(bedded, (0.24, 0.04), 35, warp=(bend, bend))
    large = cv2.resize(beds, plane.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)


def _veins(plane: Plane, noise: Noise, lie: tuple[float, float, float], name: int) -> F32:
    """Measure how far each pixel is from the nearest vein, in their spacing: -0.5 to 0.5.

    `lie`: their slant in degrees, spacing in metres, and how far noise bends them, in spacings.
    """
    slant, spacing, bend = lie
    along = turned(plane, slant)
    place = along.v * np.float32(1 / spacing)
    place = place + np.float32(bend) * noise.cloud(plane, 2.4 * spacing, name, octaves=4, gain=0.3)
    return np.asarray(place - np.round(place), dtype=np.float32)


def stone(plane: Plane, noise: Noise) -> Look:
    """Honed limestone: hardly any clouds, a fine grain, small pits, a pale vein here and there."""
    clouds = noise.cloud(plane, 0.4, 10, octaves=4, gain=0.45)
    beds = noise.field(turned(plane, 12), (0.8, 0.09), 16)
    grain = noise.cloud(plane, 0.0075, 17, octaves=3, gain=0.9)
    pits = step(1.9, 2.8, noise.field(plane, 0.008, 21))
    line = _veins(plane, noise, (-21.0, 0.55, 0.4), 22)
    veins = thin(line, 0.006, np.maximum(plane.du, plane.dv) / 0.55)
    share = np.clip(0.5 + 0.1 * clouds + 0.03 * beds + 0.09 * grain + 0.12 * veins, 0, 1)
    albedo = toned(mix(linear("#7c776f"), linear("#b0a99e"), share), 1 - 0.3 * pits)
    height = 0.0003 * clouds + 0.00007 * grain - 0.0003 * pits
    return Look(albedo, height.astype(np.float32), gloss=0.14, rough=0.6)


def concrete(plane: Plane, noise: Noise) -> Look:
    """Poured and floated: wide stains, a fine grain, a few pores with a lit rim."""
    stains = noise.cloud(plane, 0.7, 10, octaves=5, gain=0.5)
    grain = noise.cloud(plane, 0.008, 16, octaves=3, gain=0.8)
    pores = step(2.3, 3.0, noise.field(plane, 0.011, 19)) + step(
        2.2, 2.9, noise.field(plane, 0.006, 20)
    )
    tone = 1 + 0.055 * stains + 0.03 * grain - 0.4 * np.minimum(pores, 1)
    albedo = toned(np.broadcast_to(linear("#aeaca8"), (*plane.shape, 3)), tone)
    height = 0.0005 * noise.field(plane, 0.2, 21) + 0.00005 * grain - 0.0005 * pores
    return Look(albedo, height.astype(np.float32), gloss=0.12, rough=0.7)


def plaster(plane: Plane, noise: Noise) -> Look:
    """A hand-floated wall: strokes of the float, hardly any color."""
    strokes = noise.field(turned(plane, 20), (0.34, 0.17), 10)
    strokes += 0.8 * noise.field(turned(plane, -38), (0.22, 0.12), 11)
    strokes += 0.5 * noise.field(turned(plane, 62), (0.13, 0.08), 17)
    grain = noise.cloud(plane, 0.014, 12, octaves=3, gain=0.7)
    tone = 1 + 0.012 * strokes + 0.012 * grain + 0.02 * noise.field(plane, 0.9, 16)
    height = 0.00022 * strokes + 0.00006 * grain
    albedo = toned(np.broadcast_to(linear("#e9e3d9"), (*plane.shape, 3)), tone)
    return Look(albedo, height.astype(np.float32))


def sand(plane: Plane, noise: Noise) -> Look:
    """Wind ripples that come and go, over speckled grains."""
    drift = noise.cloud(plane, 0.4, 10, octaves=3)
    phase = (plane.v + 0.25 * plane.u) * np.float32(2 * np.pi / 0.062) + 1.3 * drift
    # Crests fork and wander.
    phase = phase + 0.3 * noise.field(plane, (0.22, 0.08), 17)
    calm = np.clip(plane.dv * 24, 0, 1)
    ripple = np.sin(phase + 0.35 * np.sin(phase)) * step(-1.2, 1.0, noise.field(plane, 0.5, 14))
    ripple = (ripple * (1 - calm)).astype(np.float32)
    grains = noise.field(plane, 0.0028, 15) + 0.8 * noise.field(plane, 0.005, 16)
    shells = step(2.2, 2.9, noise.field(plane, 0.009, 18))
    tone = 1 + 0.06 * grains + 0.03 * drift + 0.03 * ripple + 0.22 * shells
    albedo = toned(np.broadcast_to(linear("#d9c9ab"), (*plane.shape, 3)), tone)
    height = 0.0015 * ripple + 0.001 * drift + 0.00014 * grains + 0.0004 * shells
    return Look(albedo, height.astype(np.float32))


def snow(plane: Plane, noise: Noise) -> Look:
    """Soft mounds, a crust of fine grains and a few that glitter."""
    mounds = noise.cloud(plane, 0.32, 10, octaves=4, gain=0.42)
    crust = noise.cloud(plane, 0.012, 15, octaves=3, gain=0.7)
    glitter = step(2.4, 3.0, noise.field(plane, 0.004, 18))
    shade = np.clip(0.5 - 0.2 * mounds, 0, 1)
    albedo = mix(linear("#f7f9fc"), linear("#dde7f3"), shade.astype(np.float32))
    albedo += (0.25 * glitter)[..., None]
    height = 0.0042 * mounds + 0.0002 * crust
    return Look(albedo, height.astype(np.float32), gloss=0.05, rough=0.9)


def terrazzo(plane: Plane, noise: Noise) -> Look:
    """Chips of marble in pale cement, ground flat and polished."""
    random = noise.random(10)
    chips = _chips(random)
    albedo = _sampled(chips, plane)
    albedo *= (1 + 0.02 * noise.cloud(plane, 0.12, 11, octaves=3))[..., None]
    return Look(np.asarray(albedo, dtype=np.float32), gloss=0.35, rough=0.2)


_TEXEL, _SIDE, _CHIPS, _SUB = 0.0007, 1536, 3200, 16
_CHIP_COLORS = ("#9b9a97", "#c8a58b", "#6f7072", "#d9d3c7", "#b98f77", "#8e9a94", "#55534f")


def _chips(random: np.random.Generator) -> F32:
    """Cement with chips, linear float32 (_SIDE, _SIDE, 3), seamless at its borders."""
    slab = np.full((_SIDE, _SIDE, 3), linear("#ebe6de"), np.float32)
    # Large ones first: small ones fill the gaps between them and lie on top.
    radii = np.sort(3.2 + 18 * random.power(0.36, _CHIPS))[::-1, None]
    angles = np.sort(random.uniform(0, 2 * np.pi, (_CHIPS, 6)), axis=1)
    reach = radii * random.uniform(0.55, 1.1, angles.shape)
    centres = random.uniform(0, _SIDE, (_CHIPS, 1, 2))
    shapes = np.stack([np.cos(angles) * reach, 0.8 * np.sin(angles) * reach], axis=-1) + centres
    colors = np.stack([linear(color) for color in _CHIP_COLORS])
    paints = colors[random.integers(0, len(colors), _CHIPS)]
    paints = (paints * random.uniform(0.85, 1.15, (_CHIPS, 1))).tolist()
    for shape, paint in zip(shapes, paints, strict=True):
        for shift in _wraps(shape):
            points = np.round((shape + shift) * _SUB).astype(np.int32)
            cv2.fillPoly(slab, [points], paint, cv2.LINE_8, 4)
    return slab


def _wraps(shape: Doubles) -> list[tuple[int, int]]:
    """The shifts at which a chip shows, for it to go on beyond the border."""
    least, most = shape.min(axis=0), shape.max(axis=0)
    moves = [
        [0] + ([_SIDE] if low < 0 else []) + ([-_SIDE] if high > _SIDE else [])
        for low, high in zip(least, most, strict=True)
    ]
    return [(x, y) for x in moves[0] for y in moves[1]]


def _sampled(slab: F32, plane: Plane) -> F32:
    """The slab as the plane sees it, each row from the copy that suits its pixels' size."""
    levels = [slab]
    need = np.log2(np.maximum(np.sqrt(plane.du * plane.dv) / _TEXEL, 1))[:, 0]
    while len(levels) < min(8, int(np.ceil(need.max())) + 1):
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, dtype=np.float32))
    turn = turned(plane, 17)
    total = np.zeros((*plane.shape, 3), np.float32)
    for level, copy in enumerate(levels):
        weight = np.clip(1 - np.abs(np.minimum(need, len(levels) - 1) - level), 0, 1)
        rows = np.flatnonzero(weight)
        if rows.size:
            part = slice(rows[0], rows[-1] + 1)
            scale = np.float32(1 / (_TEXEL * 2**level))
            drawn = cv2.remap(
                copy,
                turn.u[part] * scale,
                turn.v[part] * scale,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
            total[part] += drawn * weight[part, None, None].astype(np.float32)
    return total
