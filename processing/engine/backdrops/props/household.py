"""Things of the house as solids: books, candles, gifts, vessels, towels."""

from dataclasses import dataclass, replace

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.props import forms
from processing.engine.backdrops.props.forms import Grain
from processing.engine.backdrops.props.solids import Paint, Solid
from processing.engine.plans.color_names import Color


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """What a prop is made with: its own random numbers, grain, and the color that words gave it."""

    random: np.random.Generator
    grain: Grain
    color: Color | None

    def pick(self, *colors: str) -> F32:
        """The color that was asked for, or one of these, in linear light."""
        chosen = colors[int(self.random.integers(len(colors)))]
        return linear(self.color if self.color is not None else chosen)

    def between(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))


def evenly(color: F32, grain: Grain, *, wave: float = 0.02, rough: float = 0.04) -> Paint:
    """Paint of one color with a little grain."""

    def paint(points: F32, normals: F32) -> F32:
        value = grain.at(points[:, 0] + points[:, 1], points[:, 2] - points[:, 1], wave)
        return np.asarray(color * (1 + np.float32(rough) * value[:, None]), np.float32)

    return paint


def books(make: Making) -> list[Solid]:
    """A pile of two or three bound books."""
    solids, high = [], 0.0
    wide, deep = make.between(0.19, 0.23), make.between(0.14, 0.16)
    covers = [
        ("#7a2f2b", "#24405c", "#3c5a45"),
        ("#d8c4a0", "#e6ddcc", "#8a5b3d"),
        ("#2e3138", "#b98f5c"),
    ]
    for number in range(int(make.random.integers(2, 4))):
        thick = make.between(0.022, 0.042)
        size = (wide * (1 - 0.09 * number), thick, deep * (1 - 0.07 * number))
        cover = (
            make.pick(*covers[number]) if number == 0 or make.color is None else linear("#e9e2d4")
        )
        solids.append(_book(make, size, high, cover))
        high += thick
    return solids


def _book(make: Making, size: tuple[float, float, float], bottom: float, cover: F32) -> Solid:
    wide, thick, deep = size
    board = 0.0022
    pages_color = linear("#efe6d2")

    def field(points: F32) -> F32:
        p = forms.moved(points, 0, bottom + thick / 2, 0)
        boards = np.minimum(
            forms.block(
                forms.moved(p, 0, thick / 2 - board, 0), (wide / 2, board, deep / 2), 0.0015
            ),
            forms.block(
                forms.moved(p, 0, -thick / 2 + board, 0), (wide / 2, board, deep / 2), 0.0015
            ),
        )
        spine = forms.block(
            forms.moved(p, 0, 0, -deep / 2 + board), (wide / 2, thick / 2, board), 0.002
        )
        pages = forms.block(
            forms.moved(p, 0, 0, 0.001), (wide / 2 - 0.004, thick / 2 - board, deep / 2 - 0.004)
        )
        return np.minimum(np.minimum(boards, spine), pages)

    def paint(points: F32, normals: F32) -> F32:
        y = points[:, 1] - np.float32(bottom)
        is_page = (y > 0.0046) & (y < thick - 0.0046) & (points[:, 2] > -deep / 2 + 0.006)
        lines = (
            0.9
            + 0.1 * np.sin(y * np.float32(9000))
            + 0.05 * make.grain.at(points[:, 0], points[:, 1], (0.05, 0.0012))
        )
        cloth = 1 + 0.05 * make.grain.at(points[:, 0], points[:, 2], 0.002)
        worn = np.clip(np.abs(points[:, 0]) - wide / 2 + 0.004, 0, 0.004) / 0.004
        # Two gilt lines across the spine.
        spine = normals[:, 2] < -0.6
        gilt = spine & (np.abs(np.abs(points[:, 0]) - wide * 0.33) < 0.0022)
        bound = cover * cloth[:, None] * (1 + 0.35 * worn[:, None])
        bound = np.where(gilt[:, None], linear("#c9a35a"), bound)
        return np.asarray(
            np.where(is_page[:, None], pages_color * lines[:, None], bound), np.float32
        )

    return Solid(
        field,
        paint,
        (wide / 2, bottom + thick, deep / 2),
        at=(make.between(-0.01, 0.01), make.between(-0.008, 0.008)),
        yaw=make.between(-0.35, 0.35),
        gloss=0.06,
    )


def candles(make: Making) -> list[Solid]:
    """Two or three pillar candles of different heights."""
    wax = make.pick("#f3ead8", "#efe4cf")
    places = ((0.0, 0.02), (0.085, -0.03), (-0.075, -0.045))
    highs = make.random.permutation([0.19, 0.13, 0.085])
    count = int(make.random.integers(2, 4))
    return [_candle(make, wax, float(highs[n]), places[n]) for n in range(count)]


def _candle(make: Making, wax: F32, high: float, at: tuple[float, float]) -> Solid:
    radius = make.between(0.031, 0.037)
    wick_color = linear("#2a2420")

    def field(points: F32) -> F32:
        body = forms.pillar(points, radius, high, 0.005)
        # Molten around the wick.
        pool = forms.ellipsoid(
            forms.moved(points, 0, high + 0.004, 0), (radius * 0.8, 0.011, radius * 0.8)
        )
        body = np.maximum(body, -pool)
        wick = forms.rod(points, (0, high - 0.008, 0), (0.002, high + 0.008, 0), 0.0011)
        return np.asarray(np.minimum(body, wick), np.float32)

    def paint(points: F32, normals: F32) -> F32:
        inner = np.clip(1 - length_(points) / np.float32(radius), 0, 1)
        # A flame shines through the wax below it.
        glow = np.exp(-np.maximum(high - points[:, 1], 0) / np.float32(0.035))
        color = wax * (0.95 + 0.45 * glow[:, None] * np.array([1, 0.72, 0.38], np.float32))
        is_wick = (points[:, 1] > high - 0.004) & (inner > 0.9)
        return np.asarray(np.where(is_wick[:, None], wick_color, color), np.float32)

    return Solid(field, paint, (radius, high + 0.01, radius), at=at, gloss=0.12, flame=high + 0.008)


def length_(points: F32) -> F32:
    """How far points are from the upright axis."""
    return forms.length(points[:, 0], points[:, 2])


def gifts(make: Making) -> list[Solid]:
    """One or two wrapped boxes with a ribbon and a bow."""
    paper = make.pick("#b98f60", "#efe7da", "#b3202c", "#2c5138", "#f0cfd0")
    ribbon = linear("#b3202c" if paper[0] < 2.2 * paper[2] else "#f3e7cf")
    large = _gift((0.085, make.between(0.1, 0.13), 0.075), paper, ribbon, make)
    if make.random.random() < 0.35:
        return [large]
    other = np.asarray(0.55 * paper + 0.45 * linear("#f5efe4"), np.float32)
    small = _gift((0.055, 0.065, 0.05), other, ribbon, make)
    side = 1 if make.random.random() < 0.5 else -1
    return [large, replace(small, at=(side * 0.14, -0.06), yaw=make.between(0.1, 0.6) * side)]


def _bow(points: F32, high: float) -> F32:
    """A bow of four loops on a lid that is so high; far from it, the block around it."""
    around = forms.block(forms.moved(points, 0, high + 0.016, 0), (0.052, 0.024, 0.052))
    near = np.flatnonzero(around < 0.004)
    away = np.asarray(around + np.float32(0.002), np.float32)
    if near.size:
        away[near] = _loops(points[near], high)
    return away


def _loops(points: F32, high: float) -> F32:
    total = forms.ellipsoid(forms.moved(points, 0, high + 0.008, 0), (0.009, 0.008, 0.009))
    for turn in (0.5, 2.5, 3.7, 5.8):
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        p = forms.moved(points, 0.026 * cos, high + 0.014, 0.026 * sin)
        # Along the loop's own way and across it.
        along = p[:, 0] * np.float32(cos) + p[:, 2] * np.float32(sin)
        aside = -p[:, 0] * np.float32(sin) + p[:, 2] * np.float32(cos)
        rim = np.abs(forms.length(along * np.float32(0.62), p[:, 1]) - 0.0125) - 0.0011
        loop = forms.length(np.maximum(rim, 0), np.maximum(np.abs(aside) - 0.009, 0))
        total = np.minimum(total, (loop - np.float32(0.0006)) * np.float32(0.6))
    return np.asarray(total, np.float32)


def _gift(size: tuple[float, float, float], paper: F32, ribbon: F32, make: Making) -> Solid:
    wide, high, deep = size
    band = 0.011

    def field(points: F32) -> F32:
        box = forms.block(forms.moved(points, 0, high / 2, 0), (wide, high / 2, deep), 0.003)
        raised = forms.block(
            forms.moved(points, 0, high / 2, 0),
            (wide + 0.0012, high / 2 + 0.0012, deep + 0.0012),
            0.003,
        )
        across = np.minimum(np.abs(points[:, 0]), np.abs(points[:, 2])) - np.float32(band)
        strap = np.maximum(raised, across)
        return np.asarray(np.minimum(np.minimum(box, strap), _bow(points, high)), np.float32)

    def paint(points: F32, normals: F32) -> F32:
        on_band = np.minimum(np.abs(points[:, 0]), np.abs(points[:, 2])) < band + 0.0004
        is_ribbon = (on_band & (points[:, 1] > 0.001)) | (points[:, 1] > high + 0.0018)
        fiber = 1 + 0.05 * make.grain.at(points[:, 0] + points[:, 1], points[:, 2], 0.004)
        satin = 0.85 + 0.3 * np.clip(normals[:, 1], 0, 1)
        color = np.where(is_ribbon[:, None], ribbon * satin[:, None], paper * fiber[:, None])
        return np.asarray(color, np.float32)

    reach = (wide + 0.002, high + 0.04, deep + 0.002)
    return Solid(field, paint, reach, yaw=make.between(-0.5, 0.5), gloss=0.05)


def vase(make: Making) -> list[Solid]:
    """A vase of stoneware; what stands in it is drawn as plants."""
    color = make.pick("#e9e3d8", "#d9cbb6", "#b98a6d", "#8d9a8a", "#f1eee8")
    shapes = (
        ((0, 0.05, 0.11, 0.165, 0.2), (0.036, 0.062, 0.066, 0.033, 0.036)),
        ((0, 0.04, 0.1, 0.17, 0.21), (0.03, 0.045, 0.05, 0.032, 0.038)),
        ((0, 0.04, 0.085, 0.13, 0.17), (0.04, 0.072, 0.07, 0.03, 0.026)),
    )
    heights, radii = shapes[int(make.random.integers(len(shapes)))]
    return [
        Solid(
            lambda points: forms.profile(points, heights, radii, 0.003),
            evenly(color, make.grain, wave=0.005, rough=0.05),
            (max(radii) + 0.004, heights[-1], max(radii) + 0.004),
            gloss=0.1,
        )
    ]


def bowl(make: Making) -> list[Solid]:
    """A shallow bowl of glazed stoneware."""
    color = make.pick("#efebe3", "#cfd6d2", "#d8c7ae", "#4d5a61")
    heights, radii = (0.0, 0.012, 0.035, 0.062), (0.034, 0.052, 0.078, 0.088)
    return [
        Solid(
            lambda points: forms.profile(points, heights, radii, 0.0032),
            evenly(color, make.grain, wave=0.006, rough=0.05),
            (0.093, 0.063, 0.093),
            gloss=0.35,
        )
    ]


def cup(make: Making) -> list[Solid]:
    """A cup of coffee on its saucer."""
    color = make.pick("#f5f2ec", "#eae6de", "#3f4a52", "#c8b49a")
    coffee = linear("#3a2114")
    heights, radii = (0.0, 0.015, 0.045, 0.062), (0.024, 0.036, 0.041, 0.043)

    def field(points: F32) -> F32:
        p = forms.moved(points, 0, 0.008, 0)
        body = forms.profile(p, heights, radii, 0.0022)
        upright = np.stack([p[:, 0] - 0.05, p[:, 2], p[:, 1] - 0.034], axis=1)
        handle = np.maximum(forms.ring(upright, 0.017, 0.0042), 0.036 - p[:, 0])
        drink = forms.pillar(p, 0.0385, 0.05)
        saucer = forms.ellipsoid(forms.moved(points, 0, 0.006, 0), (0.075, 0.0065, 0.075))
        hollow = forms.ellipsoid(forms.moved(points, 0, 0.0125, 0), (0.068, 0.0065, 0.068))
        saucer = np.maximum(saucer, -hollow)
        vessel = np.minimum(forms.melted(body, handle, 0.006), drink)
        return np.asarray(np.minimum(vessel, saucer), np.float32)

    def paint(points: F32, normals: F32) -> F32:
        inside = (length_(points) < 0.0385) & (np.abs(points[:, 1] - 0.058) < 0.002)
        foam = np.clip((length_(points) - 0.032) / 0.0065, 0, 1)[:, None]
        drink = coffee * (1 - foam) + linear("#a5713f") * foam
        return np.asarray(np.where(inside[:, None], drink, color), np.float32)

    return [Solid(field, paint, (0.078, 0.075, 0.076), yaw=make.between(-0.9, 0.9), gloss=0.4)]


def towels(make: Making) -> list[Solid]:
    """Two or three folded towels on each other."""
    colors = [make.pick("#f4f1ea"), linear("#e7ddcd"), linear("#cfc5b4")]
    solids, high = [], 0.0
    for number in range(int(make.random.integers(2, 4))):
        thick = make.between(0.034, 0.042)
        solids.append(_towel(make, (0.125 - 0.006 * number, thick, 0.085), high, colors[number]))
        high += thick - 0.003
    return solids


def _towel(make: Making, size: tuple[float, float, float], bottom: float, color: F32) -> Solid:
    wide, thick, deep = size
    shift = make.between(0, 6)

    def field(points: F32) -> F32:
        x, z = points[:, 0], points[:, 2]
        # Folds sag between each other, and cloth is never quite even.
        sag = 0.0022 * np.sin(x * 31 + shift) + 0.0018 * np.sin(z * 43 + x * 17 + shift)
        p = np.stack([x, points[:, 1] - np.float32(bottom + thick / 2) - sag, z], axis=1)
        fold = thick / 4
        upper = forms.block(forms.moved(p, 0, fold, 0.001), (wide, fold, deep), fold * 0.92)
        lower = forms.block(forms.moved(p, 0, -fold, -0.001), (wide, fold, deep), fold * 0.92)
        return np.asarray(forms.melted(upper, lower, 0.004) * 0.85, np.float32)

    def pile(points: F32) -> F32:
        x, y, z = points.T
        return np.float32(0.00035) * make.grain.at(x + 0.31 * y, z + 0.95 * y, 0.0085)

    return Solid(
        field,
        evenly(color, make.grain, wave=0.003, rough=0.07),
        (wide + 0.003, bottom + thick + 0.009, deep + 0.003),
        yaw=make.between(-0.06, 0.06),
        relief=pile,
    )


HOUSEHOLD = {
    "books": books,
    "candles": candles,
    "gifts": gifts,
    "vase": vase,
    "bowl": bowl,
    "cup": cup,
    "towels": towels,
}
