"""Round things as solids: pebbles, fruit, pumpkins, eggs, beans, baubles, and simple forms."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.props import forms
from processing.engine.backdrops.props.household import Making, evenly
from processing.engine.backdrops.props.solids import Field, Paint, Solid


def strewn(
    make: Making, one: Callable[[Making], Solid], count: tuple[int, int], spread: float
) -> list[Solid]:
    """Several of a kind that lie about without touching, the foremost in no particular place."""
    placed: list[Solid] = []
    wanted = int(make.random.integers(count[0], count[1] + 1))
    for _ in range(wanted * 12):
        if len(placed) == wanted:
            break
        turn, away = make.between(0, 6.28), spread * float(np.sqrt(make.random.random()))
        at = (away * float(np.cos(turn)), 0.8 * away * float(np.sin(turn)))
        solid = replace(one(make), at=at, yaw=make.between(0, 6.28))
        if all(_apart(solid, other) for other in placed):
            placed.append(solid)
    return placed


def _apart(one: Solid, other: Solid) -> bool:
    away = np.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1])
    return bool(
        away > 1.03 * (max(one.reach[0], one.reach[2]) + max(other.reach[0], other.reach[2]))
    )


def pebbles(make: Making) -> list[Solid]:
    """Smooth stones of a river, some on each other."""
    return strewn(make, _pebble, (4, 7), 0.13)


def _pebble(make: Making) -> Solid:
    size = make.between(0.022, 0.048)
    radii = (size, size * make.between(0.42, 0.6), size * make.between(0.65, 0.85))
    color = make.pick("#8f8b84", "#b3ada2", "#6c6a68", "#c9c2b4", "#a08f7c", "#55565a")
    phase = make.random.uniform(0, 6.28, 3)
    shift = make.between(-9, 9)

    def field(points: F32) -> F32:
        p = forms.moved(points, 0, radii[1] * 0.96, 0)
        q = p / np.float32(size)
        uneven = np.sin(2.1 * q[:, 0] + phase[0]) * np.sin(1.9 * q[:, 2] + phase[1]) + 0.6 * np.sin(
            2.7 * q[:, 1] + 1.6 * q[:, 0] + phase[2]
        )
        return np.asarray((forms.ellipsoid(p, radii) + 0.05 * size * uneven) * 0.85, np.float32)

    def paint(points: F32, normals: F32) -> F32:
        u, v = points[:, 0] + shift, points[:, 2] + points[:, 1]
        speckle = 0.1 * make.grain.at(u, v, 0.004) + 0.1 * make.grain.at(u, v, 0.03)
        vein = np.exp(-np.square(make.grain.at(u, v * 0.4, 0.16) * 9)) * 0.3
        return np.asarray(color * (1 + speckle + vein)[:, None], np.float32)

    reach = (radii[0] * 1.1, radii[1] * 2.1, radii[2] * 1.1)
    return Solid(field, paint, reach, gloss=0.07)


def _fruit(make: Making, radius: float, color: Paint, field: Field | None = None) -> Solid:
    def round_(points: F32) -> F32:
        return forms.ellipsoid(forms.moved(points, 0, radius, 0), (radius,) * 3)

    reach = (radius * 1.12, radius * 2.15, radius * 1.12)
    return Solid(field or round_, color, reach, gloss=0.22)


def _peel(make: Making, color: F32, pores: float) -> Paint:
    shift = make.between(-9, 9)

    def paint(points: F32, normals: F32) -> F32:
        u = np.arctan2(normals[:, 2], normals[:, 0]) * np.float32(0.03) + np.float32(shift)
        v = normals[:, 1] * np.float32(0.035)
        pored = np.clip(make.grain.at(u, v, 0.0055) - 0.9, 0, 1)
        broad = make.grain.at(u, v, 0.05)
        return np.asarray(color * (1 - pores * pored + 0.05 * broad)[:, None], np.float32)

    return paint


def lemons(make: Making) -> list[Solid]:
    """Lemons, on their sides."""

    def one(make: Making) -> Solid:
        radius = make.between(0.026, 0.031)

        def field(points: F32) -> F32:
            p = forms.moved(points, 0, radius, 0)
            body = forms.ellipsoid(p, (radius * 1.18, radius, radius))
            tips = np.minimum(
                forms.ellipsoid(
                    forms.moved(p, radius * 1.2, 0, 0), (radius * 0.3, radius * 0.22, radius * 0.22)
                ),
                forms.ellipsoid(
                    forms.moved(p, -radius * 1.16, 0, 0),
                    (radius * 0.22, radius * 0.2, radius * 0.2),
                ),
            )
            return forms.melted(body, np.asarray(tips, np.float32), 0.014)

        lemon = _fruit(make, radius, _peel(make, make.pick("#f2cf2e", "#efc928"), 0.1), field)
        return replace(lemon, reach=(radius * 1.6, radius * 2.1, radius * 1.1))

    return strewn(make, one, (3, 4), 0.11)


def oranges(make: Making) -> list[Solid]:
    """Oranges."""

    def one(make: Making) -> Solid:
        return _fruit(
            make, make.between(0.033, 0.038), _peel(make, make.pick("#ec8a1f", "#e67d17"), 0.16)
        )

    return strewn(make, one, (2, 4), 0.11)


def apples(make: Making) -> list[Solid]:
    """Apples, red with a yellow flush."""
    return strewn(make, _apple, (2, 4), 0.11)


def _apple(make: Making) -> Solid:
    radius = make.between(0.033, 0.038)
    red, flush = make.pick("#b3241f", "#a81d22", "#c03a26"), linear("#dfb34a")
    shift = make.between(-9, 9)

    def field(points: F32) -> F32:
        p = forms.moved(points, 0, radius * 0.94, 0)
        around = forms.length(p[:, 0], p[:, 2])
        # A cardioid about the upright axis is dented at its top.
        dent = np.float32(0.32 * radius) * np.exp(-np.square(around / np.float32(0.36 * radius)))
        y = np.where(p[:, 1] > 0, p[:, 1] + dent, p[:, 1] * 1.04)
        body = forms.ellipsoid(
            np.stack([p[:, 0], y, p[:, 2]], axis=1), (radius, radius * 0.94, radius)
        )
        stem = forms.rod(
            p, (0, radius * 0.55, 0), (radius * 0.14, radius * 1.16, 0), radius * 0.045
        )
        return np.asarray(np.minimum(body * 0.85, stem), np.float32)

    def paint(points: F32, normals: F32) -> F32:
        turn = np.arctan2(points[:, 2], points[:, 0])
        streak = make.grain.at(
            turn * np.float32(0.05) + np.float32(shift), points[:, 1], (0.012, 0.2)
        )
        share = np.clip(
            0.28 * streak + 0.45 * np.sin(turn + shift) - 0.1 + 0.3 * normals[:, 1], 0, 1
        )
        color = red + (flush - red) * share[:, None]
        stem = (points[:, 1] > radius * 1.62) & (
            forms.length(points[:, 0], points[:, 2]) < radius * 0.2
        )
        return np.asarray(np.where(stem[:, None], linear("#5b4027"), color), np.float32)

    return replace(
        _fruit(make, radius, paint, field), reach=(radius * 1.05, radius * 2.15, radius * 1.05)
    )


def berries(make: Making) -> list[Solid]:
    """Berries, blue or red."""
    color = make.pick("#2f3a66", "#a3172a", "#39406e")

    def one(make: Making) -> Solid:
        tone = np.asarray(color * np.float32(make.between(0.8, 1.25)), np.float32)
        return _fruit(
            make, make.between(0.0075, 0.0105), evenly(tone, make.grain, wave=0.008, rough=0.12)
        )

    return strewn(make, one, (11, 16), 0.09)


def pearls(make: Making) -> list[Solid]:
    """Pearls."""

    def one(make: Making) -> Solid:
        pearl = _fruit(
            make, make.between(0.007, 0.012), evenly(make.pick("#f3ece2", "#efe3dc"), make.grain)
        )
        return replace(pearl, gloss=0.75)

    return strewn(make, one, (9, 15), 0.11)


def eggs(make: Making) -> list[Solid]:
    """Hens' eggs, white to brown."""

    def one(make: Making) -> Solid:
        radius = make.between(0.021, 0.024)

        def field(points: F32) -> F32:
            p = forms.moved(points, 0, radius, 0)
            narrow = 1 + 0.16 * p[:, 0] / np.float32(radius)
            q = np.stack([p[:, 0] / 1.32, p[:, 1] * narrow, p[:, 2] * narrow], axis=1)
            return np.asarray(forms.ellipsoid(q, (radius,) * 3) * 0.8, np.float32)

        color = make.pick("#f0e6d6", "#d9b48c", "#e8cdb0", "#c99a70")
        egg = _fruit(make, radius, evenly(color, make.grain, wave=0.003, rough=0.03), field)
        return replace(egg, reach=(radius * 1.5, radius * 2.1, radius * 1.2), gloss=0.06)

    return strewn(make, one, (3, 5), 0.1)


def beans(make: Making) -> list[Solid]:
    """Roasted coffee beans, their furrows up or down."""

    def one(make: Making) -> Solid:
        size = make.between(0.0065, 0.0085)
        color = make.pick("#4a2a18", "#56321d", "#3d2213")
        shows = make.random.random() < 0.6

        def field(points: F32) -> F32:
            p = forms.moved(points, 0, size * 0.5, 0)
            body = forms.ellipsoid(p, (size, size * 0.5, size * 0.68))
            if not shows:
                return body
            bend = p[:, 2] - 0.1 * np.sin(p[:, 0] / np.float32(size) * 2.4) * np.float32(size)
            furrow = forms.length(bend, np.maximum(np.abs(p[:, 1] - size * 0.5) - 0.001, 0))
            return np.asarray(np.maximum(body, 0.0013 - furrow), np.float32)

        paint = evenly(color, make.grain, wave=0.004, rough=0.12)
        return Solid(field, paint, (size * 1.05, size * 1.05, size * 0.75), gloss=0.3)

    return strewn(make, one, (16, 24), 0.1)


def cinnamon(make: Making) -> list[Solid]:
    """A bundle of cinnamon sticks, tied."""
    color = make.pick("#8a5330", "#94592f")
    sticks = (
        (-0.019, 0.0095, 0.06),
        (0.0, 0.0095, 0.056),
        (0.019, 0.0095, 0.058),
        (-0.009, 0.026, 0.055),
        (0.01, 0.026, 0.059),
    )

    def field(points: F32) -> F32:
        total = np.full(len(points), 1, np.float32)
        for z, y, half in sticks:
            p = forms.moved(points, 0, y, z)
            # Rolled bark: a pipe of two turns.
            around = forms.length(p[:, 1], p[:, 2])
            turn = np.arctan2(p[:, 1], p[:, 2])
            pipe = np.abs(around - 0.0062 - 0.0006 * turn) - 0.0014
            total = np.minimum(total, np.maximum(pipe, np.abs(p[:, 0]) - np.float32(half)))
        p = forms.moved(points, 0.004, 0.016, 0)
        band = np.abs(forms.length(p[:, 1] * 1.5, p[:, 2]) - 0.0305) - 0.0012
        twine = np.maximum(band, np.abs(np.abs(p[:, 0]) - 0.002) - 0.0014)
        return np.asarray(np.minimum(total, twine) * 0.75, np.float32)

    def paint(points: F32, normals: F32) -> F32:
        streak = make.grain.at(points[:, 0], points[:, 2] + points[:, 1], (0.08, 0.004))
        tone = color * (1 + 0.16 * streak)[:, None]
        p = forms.moved(points, 0.004, 0.016, 0)
        is_twine = (np.abs(p[:, 0]) < 0.0045) & (forms.length(p[:, 1] * 1.5, p[:, 2]) > 0.0285)
        return np.asarray(np.where(is_twine[:, None], linear("#d8c6a4"), tone), np.float32)

    return [Solid(field, paint, (0.063, 0.04, 0.034), yaw=make.between(-0.7, 0.7))]


def pumpkins(make: Making) -> list[Solid]:
    """Pumpkins, one large and one or two small ones."""
    return strewn(make, _pumpkin, (2, 3), 0.13)


def _pumpkin(make: Making) -> Solid:
    radius = make.between(0.042, 0.075)
    color = make.pick("#d9741f", "#e08a2e", "#c9622a", "#e9dcc2")
    ribs = int(make.random.integers(9, 13))

    def field(points: F32) -> F32:
        p = forms.moved(points, 0, radius * 0.7, 0)
        around = forms.length(p[:, 0], p[:, 2])
        furrow = np.abs(np.cos(np.arctan2(p[:, 2], p[:, 0]) * np.float32(ribs / 2)))
        dent = 0.22 * radius * np.exp(-np.square(around / np.float32(0.4 * radius)))
        y = p[:, 1] + dent * np.sign(p[:, 1])
        body = forms.ellipsoid(
            np.stack([p[:, 0], y, p[:, 2]], axis=1), (radius, radius * 0.72, radius)
        )
        body = body + 0.09 * radius * (1 - furrow) ** 2 * np.clip(around / np.float32(radius), 0, 1)
        stem = forms.rod(
            p, (0, radius * 0.4, 0), (radius * 0.16, radius * 0.92, radius * 0.05), radius * 0.085
        )
        return np.asarray(
            forms.melted(np.asarray(body * 0.75, np.float32), stem, radius * 0.1), np.float32
        )

    def paint(points: F32, normals: F32) -> F32:
        turn = np.arctan2(points[:, 2], points[:, 0])
        furrow = np.abs(np.cos(turn * np.float32(ribs / 2)))
        tone = (
            color
            * (0.75 + 0.25 * furrow + 0.06 * make.grain.at(turn * 0.05, points[:, 1], 0.02))[
                :, None
            ]
        )
        stem = (points[:, 1] > radius * 1.28) & (
            forms.length(points[:, 0], points[:, 2]) < radius * 0.32
        )
        return np.asarray(np.where(stem[:, None], linear("#7d7245"), tone), np.float32)

    return Solid(field, paint, (radius * 1.02, radius * 1.75, radius * 1.02), gloss=0.12)


def baubles(make: Making) -> list[Solid]:
    """Balls for a Christmas tree."""

    def one(make: Making) -> Solid:
        radius = make.between(0.026, 0.04)
        color = make.pick("#a81c28", "#c79a3d", "#1f5a3c", "#d9d5cd")

        def field(points: F32) -> F32:
            ball = forms.ellipsoid(forms.moved(points, 0, radius, 0), (radius,) * 3)
            tilted = points @ _TILT
            cap = forms.pillar(
                forms.moved(tilted, 0, radius * 1.9, 0), radius * 0.24, radius * 0.3, 0.001
            )
            return np.asarray(np.minimum(ball, cap), np.float32)

        def paint(points: F32, normals: F32) -> F32:
            is_cap = (
                forms.length(*(points - np.array([0, radius, 0], np.float32)).T) > radius * 1.04
            )
            return np.asarray(np.where(is_cap[:, None], linear("#c9b17a"), color), np.float32)

        return Solid(field, paint, (radius * 1.3, radius * 2.3, radius * 1.3), gloss=0.85)

    return strewn(make, one, (3, 4), 0.13)


_TILT = np.array(
    [[1, 0, 0], [0, np.cos(0.55), np.sin(0.55)], [0, -np.sin(0.55), np.cos(0.55)]], np.float32
)


def geometry(make: Making) -> list[Solid]:
    """A ball, a pillar and a block, of matt plaster."""
    colors = [make.pick("#efe9df", "#e6d7c6", "#dcb9a6")]
    colors += [
        np.asarray(colors[0] * 0.62 + 0.38 * linear(c), np.float32) for c in ("#c9a88f", "#f5f1ea")
    ]
    radius, high, side = (
        make.between(0.05, 0.06),
        make.between(0.13, 0.19),
        make.between(0.045, 0.06),
    )
    ball = Solid(
        lambda p: forms.ellipsoid(forms.moved(p, 0, radius, 0), (radius,) * 3),
        evenly(colors[0], make.grain, wave=0.004, rough=0.015),
        (radius, 2 * radius, radius),
        at=(0.06, -0.05),
    )
    pillar = Solid(
        lambda p: forms.pillar(p, 0.055, high, 0.0015),
        evenly(colors[1], make.grain, wave=0.004, rough=0.015),
        (0.055, high, 0.055),
        at=(-0.045, 0.05),
    )
    cube = Solid(
        lambda p: forms.block(forms.moved(p, 0, side, 0), (side, side, side), 0.0015),
        evenly(colors[2], make.grain, wave=0.004, rough=0.015),
        (side, 2 * side, side),
        at=(-0.1, -0.06),
        yaw=make.between(0.2, 0.9),
    )
    return [ball, pillar, cube]


ROUNDS = {
    "pebbles": pebbles,
    "lemons": lemons,
    "oranges": oranges,
    "apples": apples,
    "berries": berries,
    "pearls": pearls,
    "eggs": eggs,
    "beans": beans,
    "cinnamon": cinnamon,
    "pumpkins": pumpkins,
    "baubles": baubles,
    "geometry": geometry,
}
