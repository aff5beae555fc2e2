"""Petals, flowers, fallen leaves and confetti as blades in space."""

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.props.foliage import Blade
from processing.engine.backdrops.props.household import Making
from processing.engine.backdrops.props.stems import (
    UP,
    Stem,
    aside,
    toned,
    unit,
    vector,
)


def petals(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Petals, strewn."""
    color = make.pick("#e7a9b4", "#f0c9cd", "#c2334a")
    found = []
    for _ in range(int(make.random.integers(13, 19))):
        at, way = _strewn(make, (0.17, 0.004, 0.75), (0.1, 0.55))
        size = np.float32(make.between(0.026, 0.036))
        tone = color * np.float32(make.between(0.88, 1.12))
        found.append(Blade("petal", at, way * size, aside(way) * size * np.float32(0.92), tone, 0))
    return found


def daisies(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Daisies, on short stems."""
    color = None if make.color is None else linear(make.color)
    found: list[Blade] = []
    places = (
        (0.0, 0.0),
        (0.07, 0.045),
        (-0.075, 0.03),
        (0.03, -0.06),
        (-0.04, -0.055),
        (0.12, -0.02),
    )
    for number, (x, z) in enumerate(places[: int(make.random.integers(4, 7))]):
        facing = unit(vector(make.between(-0.35, 0.35), 1, make.between(-0.9, -0.35)))
        heart = vector(x + make.between(-0.012, 0.012), 0.022, z)
        end = heart + vector(make.between(-0.06, 0.06), -0.017, make.between(0.02, 0.06))
        found += Stem(
            end,
            np.asarray(heart - end, np.float32),
            float(np.linalg.norm(heart - end)),
            vector(0, 0, 0),
            3,
        ).blades("stem", 0.003)
        found += _rays(make, heart, facing, make.between(0.019, 0.026), color, number)
    return found


def _rays(
    make: Making, heart: F32, facing: F32, reach: float, color: F32 | None, layer: int
) -> list[Blade]:
    one = unit(np.asarray(np.cross(facing, vector(0.1, 0.2, 1)), np.float32))
    other = np.asarray(np.cross(facing, one), np.float32)
    found, count = [], int(make.random.integers(15, 19))
    for n in range(count):
        turn = 6.2832 * n / count + make.between(-0.07, 0.07)
        out = one * np.float32(np.cos(turn)) + other * np.float32(np.sin(turn))
        beside = other * np.float32(np.cos(turn)) - one * np.float32(np.sin(turn))
        way = unit(out + facing * np.float32(make.between(0.02, 0.3)))
        size = np.float32(reach * make.between(0.92, 1.06))
        tone = (
            np.full(3, make.between(0.88, 1.02), np.float32)
            if color is None
            else color * np.float32(make.between(0.88, 1.08))
        )
        found.append(
            Blade("ray", heart, way * size, beside * size * np.float32(0.31), tone, 2 * layer)
        )
    half = np.float32(0.32 * reach)
    dome = Blade(
        "dome",
        heart - one * half + facing * np.float32(0.003),
        one * 2 * half,
        other * 2 * half,
        np.ones(3, np.float32),
        2 * layer + 1,
    )
    return [*found, dome]


def roses(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Open roses with a few leaves."""
    color = make.pick("#e8b4b8", "#f3e3da", "#d98a94")
    found: list[Blade] = []
    for number, (x, z) in enumerate(
        ((0.0, 0.0), (0.085, 0.035), (-0.075, 0.045))[: int(make.random.integers(2, 4))]
    ):
        heart = vector(x, 0.024, z)
        facing = unit(vector(make.between(-0.35, 0.35), 1, make.between(-0.75, -0.4)))
        for _ in range(3):
            turn = make.between(0, 6.28)
            way = unit(vector(float(np.cos(turn)), make.between(0, 0.25), float(np.sin(turn))))
            found.append(
                Blade(
                    "leaf",
                    heart - UP * np.float32(0.012),
                    way * np.float32(0.065),
                    aside(way) * np.float32(0.034),
                    toned(make),
                    0,
                )
            )
        found += _rose(make, heart, facing, make.between(0.04, 0.05), color, 1 + number * 40)
    return found


def _rose(
    make: Making, heart: F32, facing: F32, reach: float, color: F32, layer: int
) -> list[Blade]:
    """Petals in a spiral, the outer ones spread and the inner ones upright."""
    one = unit(np.asarray(np.cross(facing, vector(0.1, 0.2, 1)), np.float32))
    other = np.asarray(np.cross(facing, one), np.float32)
    found, count = [], 36
    for n in range(count):
        share = n / count
        turn = 2.399963 * n
        out = one * np.float32(np.cos(turn)) + other * np.float32(np.sin(turn))
        beside = other * np.float32(np.cos(turn)) - one * np.float32(np.sin(turn))
        open_ = 1 - share
        root = heart + out * np.float32(reach * 0.22 * open_) + facing * np.float32(0.012 * share)
        way = unit(out * np.float32(0.25 + 0.9 * open_) + facing * np.float32(0.25 + 0.85 * share))
        size = np.float32(reach * (0.32 + 0.5 * open_))
        # Deep in the flower it is darker and richer in color.
        tone = color ** np.float32(1 + 0.55 * share) * np.float32(
            make.between(0.9, 1.08) * (0.98 - 0.28 * share)
        )
        found.append(
            Blade(
                "petal",
                root,
                way * size,
                beside * size * np.float32(1.25),
                np.asarray(tone, np.float32),
                layer + n,
            )
        )
    return found


def autumn_leaves(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Fallen leaves."""
    found = []
    for n in range(int(make.random.integers(7, 10))):
        at, way = _strewn(make, (0.19, 0.004, 0.7), (0.02, 0.3))
        name, size, wide = ("maple", 0.1, 1.0) if n % 3 else ("beech", 0.075, 0.55)
        long = np.float32(size * make.between(0.8, 1.15))
        tone = np.array(
            [1, make.between(0.7, 1.35), make.between(0.6, 1.2)], np.float32
        ) * np.float32(make.between(0.85, 1.15))
        across = unit(
            np.asarray(aside(way) + UP * np.float32(make.between(-0.25, 0.25)), np.float32)
        )
        found.append(Blade(name, at, way * long, across * long * np.float32(wide), tone, 0))
    return found


def confetti(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Bits of paper, strewn."""
    colors = [
        make.pick("#d9ae4f"),
        linear("#e9cf8f"),
        linear("#e7a9b4" if make.color is None else "#f4ede0"),
    ]
    found = []
    for _ in range(55):
        at, way = _strewn(make, (0.28, 0.003, 0.8), (0, 0.5))
        size = np.float32(make.between(0.006, 0.0095))
        tone = colors[int(make.random.integers(3))] * np.float32(make.between(0.8, 1.2))
        found.append(Blade("paper", at, way * size, aside(way) * size, tone, 0))
    return found


def _strewn(
    make: Making, within: tuple[float, float, float], lift: tuple[float, float]
) -> tuple[F32, F32]:
    """Where something fell, and the way that it points: `within` a radius, at a height, in a circle pressed to so
    much of its depth; `lift`, how far it points up."""
    radius, height, depth = within
    turn, away = make.between(0, 6.28), radius * float(np.sqrt(make.random.random()))
    at = vector(away * float(np.cos(turn)), height, depth * away * float(np.sin(turn)))
    heading = make.between(0, 6.28)
    return at, unit(vector(float(np.cos(heading)), make.between(*lift), float(np.sin(heading))))
