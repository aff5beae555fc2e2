"""Plants as blades in space: how leaves stand along a stem. Each lies about the origin, or stands in a vase."""

from collections.abc import Callable

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.props.flowers import (
    autumn_leaves,
    confetti,
    daisies,
    petals,
    roses,
)
from processing.engine.backdrops.props.foliage import Blade
from processing.engine.backdrops.props.household import Making
from processing.engine.backdrops.props.stems import (
    UP,
    Stem,
    aside,
    lying,
    standing,
    tint_of,
    toned,
    unit,
    vector,
)


def _leafy(
    make: Making,
    stem: Stem,
    name: str,
    size: tuple[float, float],
    *,
    pairs: bool,
    forward: float,
    lift: tuple[float, float],
    tint: F32 | None = None,
) -> list[Blade]:
    """Leaves of a size (long, wide) along a stem, to both sides, a smaller one at its end."""
    found = stem.blades("twig" if name != "mint" else "stem", 0.0042 if size[0] > 0.03 else 0.0028)
    count = len(stem.points)
    for n in range(2, count):
        share = n / count
        sides = (-1, 1) if pairs else ((-1,) if n % 2 else (1,))
        for side in sides:
            across_stem = aside(stem.ways[n])
            up = make.between(*lift)
            way = (
                stem.ways[n] * np.float32(forward * make.between(0.8, 1.25))
                + side * across_stem
                + UP * np.float32(up)
            )
            scale = np.float32(make.between(0.82, 1.12) * (1.05 - 0.5 * share**2))
            along = unit(np.asarray(way, np.float32)) * np.float32(size[0]) * scale
            roll = make.between(-0.45, 0.45)
            across = unit(
                np.asarray(np.cross(along, UP + np.float32(roll) * across_stem), np.float32)
            )
            found.append(
                Blade(
                    name,
                    stem.points[n],
                    along,
                    across * np.float32(size[1]) * scale,
                    toned(make, tint),
                    n % 3,
                )
            )
    end = unit(stem.ways[-1] + UP * np.float32(0.1))
    found.append(
        Blade(
            name,
            stem.points[-1],
            end * np.float32(size[0] * 0.7),
            aside(end) * np.float32(size[1] * 0.7),
            toned(make, tint),
            2,
        )
    )
    return found


def eucalyptus(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Branches with round, grey-green leaves in pairs."""
    tint = tint_of(make, "#8fa99c")
    stems = [stem] if stem else [lying(make, 0.34, 11), lying(make, 0.24, 8)]
    return _branches(make, stems, "eucalyptus", (0.042, 0.037), (0.45, 0.3), tint)


def olive(make: Making, stem: Stem | None = None) -> list[Blade]:
    """A branch with slender leaves."""
    tint = tint_of(make, "#667a55")
    stems = [stem] if stem else [lying(make, 0.32, 15), lying(make, 0.22, 11)]
    return _branches(make, stems, "olive", (0.062, 0.0145), (1.0, 0.35), tint)


def _branches(
    make: Making,
    stems: list[Stem],
    name: str,
    size: tuple[float, float],
    way: tuple[float, float],
    tint: F32 | None,
) -> list[Blade]:
    """Leaves in pairs along stems; `way`, how far they point forward, and up at most."""
    forward, up = way
    return [
        blade
        for one in stems
        for blade in _leafy(
            make, one, name, size, pairs=True, forward=forward, lift=(-0.05, up), tint=tint
        )
    ]


def herbs(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Sprigs of mint."""
    stems = [stem] if stem else [lying(make, 0.11, 6) for _ in range(3)]
    found: list[Blade] = []
    for number, one in enumerate(stems):
        sprig = _leafy(make, one, "mint", (0.04, 0.025), pairs=True, forward=0.4, lift=(0.1, 0.7))
        found += [blade.moved(0.05 * number - 0.05, 0, 0.02 * number) for blade in sprig]
    return found


def palm(make: Making, stem: Stem | None = None) -> list[Blade]:
    """A frond with long, narrow leaflets."""
    return _frond(
        make, stem or lying(make, 0.46, 26, bend=0.7), "palm", (0.16, 0.013), lift=(0.05, 0.3)
    )


def fern(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Two fronds of fern."""
    stems = [stem] if stem else [lying(make, 0.32, 26, bend=0.6), lying(make, 0.24, 22, bend=0.6)]
    return [
        blade
        for one in stems
        for blade in _frond(make, one, "fern", (0.075, 0.016), lift=(0.02, 0.2))
    ]


def _frond(
    make: Making, stem: Stem, name: str, size: tuple[float, float], *, lift: tuple[float, float]
) -> list[Blade]:
    found = stem.blades("stem", 0.0045)
    tint = tint_of(make, "#55894a")
    count = len(stem.points)
    for n in range(3, count):
        share = n / count
        reach = np.sin(np.pi * min(1.0, 0.16 + 0.84 * share) ** 0.8) ** 0.7 + 0.05
        for side in (-1, 1):
            way = (
                stem.ways[n] * np.float32(0.55 + 0.5 * share)
                + side * aside(stem.ways[n])
                + UP * np.float32(make.between(*lift))
            )
            along = unit(np.asarray(way, np.float32)) * np.float32(
                size[0] * reach * make.between(0.93, 1.07)
            )
            across = aside(along) * np.float32(size[1] * (0.6 + 0.4 * reach))
            # Turned a little about its own way, or all would catch the light alike.
            across = unit(across + UP * np.float32(make.between(-0.3, 0.3))) * np.float32(
                np.linalg.norm(across)
            )
            found.append(Blade(name, stem.points[n], along, across, toned(make, tint, 0.1), 0))
    return found


def monstera(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Two large leaves with cuts."""
    found: list[Blade] = []
    for number in range(2):
        one = stem if stem and number == 0 else lying(make, 0.12, 5)
        way = unit(one.ways[-1] + UP * np.float32(make.between(0.05, 0.3)))
        size = np.float32(make.between(0.17, 0.22))
        lean = (0.75 if number else -0.75) * make.between(0.7, 1.2)
        across = unit(np.asarray(aside(way) + UP * np.float32(lean), np.float32))
        leaf = Blade(
            "monstera",
            one.points[-1],
            way * size,
            across * size * np.float32(0.95),
            toned(make, spread=0.1),
            number,
        )
        found += [
            blade.moved(0.07 * number, 0, 0.05 * number)
            for blade in (*one.blades("stem", 0.005), leaf)
        ]
    return found


def fir(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Twigs of fir."""
    stems = [stem] if stem else [lying(make, 0.3, 8), lying(make, 0.24, 7)]
    found: list[Blade] = []
    for one in stems:
        found += one.blades("twig", 0.006)
        count = len(one.points)
        for n in range(count):
            for side in (-1, 1) if n < count - 1 else (0,):
                way = (
                    one.ways[n]
                    + np.float32(0.75 * side) * aside(one.ways[n])
                    + UP * np.float32(make.between(0.02, 0.35))
                )
                long = np.float32((0.1 - 0.05 * n / count) * make.between(0.85, 1.15))
                along = unit(np.asarray(way, np.float32)) * long
                found.append(
                    Blade(
                        "fir",
                        one.points[n],
                        along,
                        aside(along) * long * np.float32(0.38),
                        toned(make),
                        n % 3,
                    )
                )
    return found


def pampas(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Plumes of dried grass."""
    tint = tint_of(make, "#dcc9ab")
    tint = np.ones(3, np.float32) if tint is None else tint
    stems = [stem] if stem else [lying(make, 0.2, 6, bend=0.2) for _ in range(3)]
    found: list[Blade] = []
    for number, one in enumerate(stems):
        way = unit(one.ways[-1] + UP * np.float32(0.05))
        long = np.float32(make.between(0.17, 0.22))
        plume = Blade(
            "plume",
            one.points[-2],
            way * long,
            aside(way, seen=True) * long * np.float32(0.34),
            toned(make, tint, 0.08),
            1,
        )
        side = 0.05 * (number - 1) if not stem else 0
        found += [
            blade.moved(side, 0, 0.4 * side) for blade in (*one.blades("straw", 0.003), plume)
        ]
    return found


def lavender(make: Making, stem: Stem | None = None) -> list[Blade]:
    """A bunch of lavender."""
    found: list[Blade] = []
    base = lying(make, 0.17, 4, bend=0.1)
    for number in range(9):
        way = base.ways[0] + vector(
            make.between(-0.16, 0.16), make.between(0.0, 0.12), make.between(-0.2, 0.2)
        )
        one = (
            stem
            if stem and number == 0
            else Stem(
                base.points[0],
                np.asarray(way, np.float32),
                make.between(0.14, 0.18),
                vector(0, 0, 0),
                4,
            )
        )
        long = np.float32(make.between(0.055, 0.075))
        end = one.ways[-1]
        spike = Blade(
            "spike",
            one.points[-1],
            end * long,
            aside(end, seen=True) * long * np.float32(0.3),
            toned(make, spread=0.12),
            1,
        )
        found += [*one.blades("stem", 0.0022), spike]
    return found


Plant = Callable[[Making, Stem | None], list[Blade]]

PLANTS: dict[str, Plant] = {
    "eucalyptus": eucalyptus,
    "olive": olive,
    "palm": palm,
    "fern": fern,
    "monstera": monstera,
    "fir": fir,
    "pampas": pampas,
    "lavender": lavender,
    "herbs": herbs,
    "petals": petals,
    "daisies": daisies,
    "roses": roses,
    "autumn-leaves": autumn_leaves,
    "confetti": confetti,
}


def bunch(make: Making, kind: str, mouth: float) -> list[Blade]:
    """Some stems that stand in a vase whose mouth is so high."""
    found: list[Blade] = []
    for _ in range(3 if kind in ("palm", "monstera") else 5):
        stem = standing(make, make.between(0.16, 0.24), 9, 0.42)
        found += [blade.moved(0, mouth - 0.02, 0) for blade in PLANTS[kind](make, stem)]
    return found
