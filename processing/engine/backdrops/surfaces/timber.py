"""Wood: long boards side by side, of one width each, with the rings of the trunks they were sawn from."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Floats, Look, linear, mix, step, toned
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane

# How wide boards are, in metres, and how many there are before they repeat.
_WIDTHS: Final = (0.08, 0.18)
_MANY = 64
# The gap between two boards, and how far their edges are rounded, in metres.
_GAP, _ROUNDED = 0.0012, 0.004
# A trunk's middle lies so far below its board, aside by so much of its width; its rings are so wide. In metres.
_BELOW, _ASIDE, _RING = (0.012, 0.075), 0.45, (0.0034, 0.0062)
# Knots are this large, and there is one in so many square metres.
_KNOT, _KNOTS_APART = (0.004, 0.008), 0.9


@dataclass(frozen=True, slots=True, eq=False)
class _Boards:
    """Where each pixel lies: the board's number, and metres across from its middle; `edge` metres to the nearest of
    its long edges."""

    number: F32
    across: F32
    edge: F32

    def of(self, table: np.ndarray[tuple[int], np.dtype[np.float64]]) -> F32:
        """One value of the table for each pixel's board."""
        return np.asarray(table.astype(np.float32)[self.number.astype(np.intp)], np.float32)


def oak(plane: Plane, noise: Noise) -> Look:
    return _boards(plane, noise, ("#d6ad7e", "#8f6038"), gloss=0.12)


def walnut(plane: Plane, noise: Noise) -> Look:
    return _boards(plane, noise, ("#805a3c", "#3c2517"), gloss=0.18)


def pine(plane: Plane, noise: Noise) -> Look:
    return _boards(plane, noise, ("#e8cd9f", "#c08f4e"), gloss=0.1)


def _boards(plane: Plane, noise: Noise, colors: tuple[str, str], *, gloss: float) -> Look:
    """Boards from left to right, without an end: tables are as long as their boards."""
    random = noise.random(9)
    boards = _side_by_side(plane, random)
    knot, bend = _knots(plane, boards, random)
    rings = _rings(plane, boards, noise, (random, bend))
    away = (boards.of(random.uniform(0, 60, _MANY)), boards.of(random.uniform(0, 60, _MANY)))
    fibres = noise.field(plane, (0.14, 0.0034), 12, warp=away)
    pores = step(0.7, 2.0, noise.field(plane, (0.022, 0.0016), 13, warp=away))
    stains = noise.field(plane, (0.8, 0.1), 14, warp=away)
    dark = 0.35 + 0.16 * rings + 0.075 * fibres + 0.13 * pores + 0.08 * stains
    dark = np.clip(dark + boards.of(random.uniform(-0.17, 0.17, _MANY)) + 0.5 * knot, 0, 1.25)
    albedo = mix(linear(colors[0]), linear(colors[1]), np.asarray(dark, np.float32))
    gap = np.clip((np.float32(_GAP) + plane.dv - 2 * boards.edge) / (2 * plane.dv), 0, 1)
    # A gap narrower than a pixel darkens only a part of it.
    gap = gap * np.minimum(1, _GAP / plane.dv)
    rounded = np.square(np.clip(1 - boards.edge / np.float32(_ROUNDED), 0, 1))
    tone = boards.of(random.uniform(0.9, 1.07, _MANY)) * (1 - 0.66 * gap) * (1 - 0.06 * rounded)
    height = 0.00004 * fibres - 0.00007 * pores - 0.00002 * rings - 0.0006 * rounded
    return Look(toned(albedo, tone), height.astype(np.float32), gloss=gloss, rough=0.55)


def _side_by_side(plane: Plane, random: np.random.Generator) -> _Boards:
    """Boards of different widths; where the product stands there is no gap."""
    widths = random.uniform(*_WIDTHS, _MANY)
    edges = np.concatenate([[0], np.cumsum(widths)])
    # The middle one's own middle, or nearly, lies at 0.
    start = edges[_MANY // 2] + widths[_MANY // 2] * random.uniform(0.35, 0.65)
    place = np.mod(plane.v + np.float32(start), np.float32(edges[-1]))
    number = np.searchsorted(edges[1:-1].astype(np.float32), place, side="right")
    low, high = (np.asarray(part, np.float32)[number] for part in (edges[:-1], edges[1:]))
    across = place - (low + high) / 2
    edge = np.minimum(place - low, high - place)
    return _Boards(number.astype(np.float32), across, np.asarray(np.maximum(edge, 0), np.float32))


def _rings(
    plane: Plane, boards: _Boards, noise: Noise, given: tuple[np.random.Generator, Floats]
) -> F32:
    """Year rings as a board shows them that was sawn from a round trunk which tapers and wanders: long flames in its
    middle, lines along its edges. About -1 (early wood) to 1."""
    random, bend = given
    shift = boards.of(random.uniform(0, 50, _MANY))
    long = Plane(plane.u + shift, shift + 0 * plane.v, plane.du, plane.dv)
    wander = noise.field(long, 0.9, 10)
    middle = boards.of(random.uniform(-_ASIDE, _ASIDE, _MANY) * _WIDTHS[1]) + 0.012 * wander
    below = boards.of(random.uniform(*_BELOW, _MANY)) + 0.016 * noise.field(long, 1.3, 11)
    radius = np.hypot(boards.across - middle, below)
    wavy = 0.0011 * noise.field(plane, (0.3, 0.03), 16) + 0.0004 * noise.field(
        plane, (0.09, 0.012), 17
    )
    rings = (radius + wavy) / boards.of(random.uniform(*_RING, _MANY)) + bend
    part = rings - np.floor(rings)
    # Wood darkens slowly towards a ring's end, and is pale again at once.
    dark = np.power(part, np.float32(2.2)) * step(1.0, 0.9, part)
    visible = np.clip(_RING[0] / np.maximum(plane.dv, 1e-6) / 2.5 - 0.6, 0, 1)
    return np.asarray((2.4 * dark - 0.7) * visible, np.float32)


def _knots(plane: Plane, boards: _Boards, random: np.random.Generator) -> tuple[Floats, Floats]:
    """A knot here and there: how dark it is, 0 to 1, and by how many rings it bends those around it."""
    low, high = (
        (float(plane.u.min()), float(plane.v.min())),
        (float(plane.u.max()), float(plane.v.max())),
    )
    wide, deep = min(high[0] - low[0], 3.0), min(high[1] - low[1], 3.0)
    dark, bend = np.zeros(plane.shape, np.float32), np.zeros(plane.shape, np.float32)
    for _ in range(int(random.poisson(wide * deep / _KNOTS_APART))):
        x, y = (
            float(random.uniform(least, least + size))
            for least, size in zip(low, (wide, deep), strict=True)
        )
        radius = float(random.uniform(*_KNOT))
        u, v = (
            (plane.u - np.float32(x)) / np.float32(1.25 * radius),
            (plane.v - np.float32(y)) / np.float32(radius),
        )
        away = u * u + v * v
        near = np.argmin(away)
        same = boards.number == boards.number.flat[near]
        dark += same * np.exp(-np.square(away))
        bend += same * np.float32(2.4) * np.exp(-(u * u / 30 + v * v / 7))
    return dark, bend
