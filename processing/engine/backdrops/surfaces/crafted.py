"""What people build and weave: bricks, tiles, metal, linen, velvet, leather, paper."""

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Look, joints, linear, mix, step, toned, turned
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane

_MANY = 1024


def brick(plane: Plane, noise: Noise) -> Look:
    """Running bond, worn edges, mortar set back."""
    random = noise.random(9)
    long, high, gap = 0.225, 0.075, 0.011
    worn = noise.field(plane, 0.06, 10) * np.float32(0.0011)
    v = _placed(plane, random, high) + worn
    row = np.floor(v / np.float32(high))
    u = plane.u + np.mod(row, 2) * np.float32(long / 2) + worn
    name = row * 31 + np.floor(u / np.float32(long))
    mortar = np.maximum(joints(v, high, gap, plane.dv * 2.5), joints(u, long, gap, plane.du * 2.5))
    rough = noise.cloud(plane, 0.035, 11, octaves=4, gain=0.7)
    share = _of(name, random.uniform(0, 1, _MANY)) * 0.7 + 0.15 + 0.1 * rough
    clay = mix(linear("#8d4f3c"), linear("#b4755a"), np.clip(share, 0, 1).astype(np.float32))
    clay = toned(clay, _of(name, random.choice([0.72, 0.95, 1.0, 1.08], _MANY)))
    grout = linear("#aaa096") * (1 + 0.05 * rough)[..., None]
    albedo = mix(clay, grout.astype(np.float32), mortar)
    height = 0.0005 * rough - 0.003 * mortar
    return Look(albedo, height.astype(np.float32))


def tile(plane: Plane, noise: Noise) -> Look:
    """Glazed tiles in running bond, each a little out of true."""
    random = noise.random(9)
    long, high, gap = 0.2, 0.1, 0.0035
    v = _placed(plane, random, high)
    row = np.floor(v / np.float32(high))
    u = plane.u + np.mod(row, 2) * np.float32(long / 2)
    name = row * 31 + np.floor(u / np.float32(long))
    grout = np.maximum(joints(v, high, gap, plane.dv), joints(u, long, gap, plane.du))
    bevel = np.maximum(joints(v, high, 0.012, plane.dv * 5), joints(u, long, 0.012, plane.du * 5))
    tone = _of(name, random.uniform(0.94, 1.03, _MANY)) + 0.008 * noise.field(plane, 0.05, 10)
    glaze = toned(np.broadcast_to(linear("#e6e4df"), (*plane.shape, 3)), tone.astype(np.float32))
    albedo = mix(glaze, linear("#a9a59e"), grout)
    waves = noise.field(plane, 0.09, 11) * np.float32(0.0005)
    tilt = _of(name, random.normal(0, 0.012, _MANY)) * (np.mod(u, long) - long / 2)
    height = waves + tilt - 0.0016 * bevel
    return Look(albedo, height.astype(np.float32), gloss=0.45, rough=0.2)


def metal(plane: Plane, noise: Noise) -> Look:
    """Brushed from left to right: lamps are drawn out into bright bands across the brushing."""
    brushed = noise.field(plane, (0.7, 0.005), 10) + 0.8 * noise.field(plane, (1.1, 0.012), 11)
    brushed += 0.6 * noise.field(plane, (0.4, 0.0025), 12)
    random = noise.random(9)
    place = plane.u - np.float32(random.choice([-1, 1]) * random.uniform(0.12, 0.26))
    band = np.exp(-np.square(place / 0.16)) + 0.4 * np.exp(-np.square((place + 0.5) / 0.1))
    tone = (0.6 + 0.6 * band) * (1 + 0.06 * brushed)
    albedo = toned(np.broadcast_to(linear("#c4c5c6"), (*plane.shape, 3)), tone.astype(np.float32))
    return Look(np.minimum(albedo, 1, dtype=np.float32), gloss=0.5, rough=0.9)


def linen(plane: Plane, noise: Noise) -> Look:
    """Plain weave of uneven yarn, lying in shallow folds."""
    pitch = 0.0024
    weft = noise.field(plane, (0.06, pitch), 10) + 0.6 * noise.field(plane, (0.22, 2 * pitch), 11)
    warp = noise.field(plane, (pitch, 0.06), 12) + 0.6 * noise.field(plane, (2 * pitch, 0.22), 13)
    turn = np.float32(np.pi / pitch)
    weave = np.sin(plane.u * turn) * np.sin(plane.v * turn)
    weave *= np.clip(pitch / np.maximum(plane.du, plane.dv) / 2 - 1, 0, 1)
    tone = 1 + 0.045 * weft + 0.03 * warp + 0.07 * weave
    albedo = toned(np.broadcast_to(linear("#d8cfbf"), (*plane.shape, 3)), tone.astype(np.float32))
    folds = _folds(plane, noise, 20, 0.008)
    height = folds + 0.00008 * (weft + warp + weave)
    return Look(albedo, height.astype(np.float32))


def velvet(plane: Plane, noise: Noise) -> Look:
    """Deep pile, brushed this way and that: soft patches of sheen, shallow folds."""
    pile = noise.cloud(plane, 0.005, 10, octaves=2, gain=0.8)
    brushed = step(-1.3, 1.7, noise.cloud(turned(plane, 24), 0.42, 12, octaves=3, gain=0.4))
    tone = 0.62 + 0.66 * brushed + 0.05 * pile
    albedo = toned(np.broadcast_to(linear("#6d1f33"), (*plane.shape, 3)), tone.astype(np.float32))
    folds = _folds(plane, noise, 20, 0.012)
    return Look(albedo, np.asarray(folds + 0.00005 * pile, np.float32), sheen=0.35)


def leather(plane: Plane, noise: Noise) -> Look:
    """Pebbled: creases run where two fields of cells change sign."""
    warp = noise.field(plane, 0.03, 9) * np.float32(0.002)
    cells = np.minimum(
        np.abs(noise.field(plane, 0.016, 10, warp=(warp, warp))),
        np.abs(noise.field(plane, 0.012, 11)),
    )
    creases = np.exp(-np.square(cells * 4))
    fade = np.clip(0.012 / np.maximum(plane.du, plane.dv) / 3 - 1, 0, 1)
    creases = (creases * fade).astype(np.float32)
    clouds = noise.cloud(plane, 0.25, 12, octaves=3)
    tone = (1 - 0.22 * creases + 0.06 * clouds).astype(np.float32)
    albedo = toned(np.broadcast_to(linear("#7a4a2e"), (*plane.shape, 3)), tone)
    height = 0.001 * clouds - 0.0004 * creases
    return Look(albedo, height.astype(np.float32), gloss=0.22, rough=0.6)


def paper(plane: Plane, noise: Noise) -> Look:
    """Uncoated card: a breath of fibres."""
    fibres = noise.cloud(plane, 0.006, 10, octaves=3, gain=0.8)
    tone = 1 + 0.012 * fibres + 0.01 * noise.field(plane, 0.4, 14)
    albedo = toned(np.broadcast_to(linear("#f0ece5"), (*plane.shape, 3)), tone)
    return Look(albedo, np.asarray(0.00005 * fibres, dtype=np.float32))


def plain(plane: Plane, noise: Noise) -> Look:
    """Matt paint."""
    tone = 1 + 0.008 * noise.field(plane, 0.5, 10)
    return Look(toned(np.broadcast_to(linear("#ebe7e1"), (*plane.shape, 3)), tone))


def _placed(plane: Plane, random: np.random.Generator, period: float) -> F32:
    """`v` for rows of `period`: a wall's begin at its foot, a table's leave no joint where the
    product stands."""
    shift = period * random.uniform(0.3, 0.7) if plane.lying else 0.0
    return np.asarray(plane.v + np.float32(shift), dtype=np.float32)


def _folds(plane: Plane, noise: Noise, name: int, height: float) -> F32:
    """Cloth that lies loosely: long soft ridges in two directions."""
    one = noise.field(turned(plane, 28), (1.1, 0.32), name)
    other = noise.field(turned(plane, -17), (0.9, 0.27), name + 1)
    ridges = np.sqrt(one * one + np.float32(0.1)) + 0.6 * np.sqrt(other * other + np.float32(0.15))
    return np.asarray(-np.float32(height) * ridges, dtype=np.float32)


def _of(names: F32, table: np.ndarray[tuple[int], np.dtype[np.float64]]) -> F32:
    """One value of the table for each name (whole numbers of any size)."""
    places = np.mod(names.astype(np.int32) * np.int32(40503), len(table))
    return np.asarray(table.astype(np.float32)[places], dtype=np.float32)
