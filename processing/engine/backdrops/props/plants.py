"""Plants as blades in space: how leaves stand along a stem. Each lies about the origin, or stands in a vase."""

from collections.abc import Callable

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.props.foliage import Blade
from processing.engine.backdrops.props.household import Making

_UP = np.array([0, 1, 0], np.float32)
_GREENS = ("#ffffff", "#e9f2df", "#f4efd8", "#dfeadd")


def _unit(vector: F32) -> F32:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _vector(x: float, y: float, z: float) -> F32:
    return np.array([x, y, z], np.float32)


class Stem:
    """A curve in space: `points` (n, 3) and the ways along it, `ways` (n, 3)."""

    def __init__(self, start: F32, way: F32, long: float, bend: F32, count: int) -> None:
        step = long / count
        points, ways = [start], [_unit(way)]
        for _ in range(count):
            ways.append(_unit(ways[-1] + bend * np.float32(step / long)))
            points.append(np.asarray(points[-1] + ways[-1] * np.float32(step), np.float32))
        self.points, self.ways = np.array(points), np.array(ways)

    def blades(self, name: str, thick: float) -> list[Blade]:
        """The stem itself, thinner towards its end."""
        count = len(self.points) - 1
        pieces = []
        for n in range(count):
            along = np.asarray((self.points[n + 1] - self.points[n]) * np.float32(1.12), np.float32)
            aside = _aside(along, seen=True)
            width = thick * (1.15 - 0.75 * n / count)
            pieces.append(
                Blade(
                    name,
                    self.points[n],
                    along,
                    aside * np.float32(width),
                    np.ones(3, np.float32),
                    -1,
                )
            )
        return pieces


def _aside(along: F32, *, seen: bool = False) -> F32:
    """A way at right angles: level, or for a stem as the camera sees its width."""
    other = _vector(0, 0.45, -0.9) if seen else _UP
    across = np.cross(along, other)
    if np.linalg.norm(across) < 1e-3 * np.linalg.norm(along):
        across = _vector(1, 0, 0)
    return _unit(np.asarray(across, np.float32))


def _tone(make: Making, tint: F32 | None = None, spread: float = 0.16) -> F32:
    tone = linear(_GREENS[int(make.random.integers(len(_GREENS)))]) * make.between(
        1 - spread, 1 + spread
    )
    if tint is not None:
        tone = tint * np.float32(make.between(1 - spread, 1 + spread))
    return np.asarray(tone, np.float32)


def _tint(make: Making, usual: str) -> F32 | None:
    """What brings a blade of a usual color to the one that words named."""
    return (
        None
        if make.color is None
        else np.asarray(linear(make.color) / np.maximum(linear(usual), 0.02), np.float32)
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
            across_stem = _aside(stem.ways[n])
            up = make.between(*lift)
            way = (
                stem.ways[n] * np.float32(forward * make.between(0.8, 1.25))
                + side * across_stem
                + _UP * np.float32(up)
            )
            scale = np.float32(make.between(0.82, 1.12) * (1.05 - 0.5 * share**2))
            along = _unit(np.asarray(way, np.float32)) * np.float32(size[0]) * scale
            roll = make.between(-0.45, 0.45)
            across = _unit(
                np.asarray(np.cross(along, _UP + np.float32(roll) * across_stem), np.float32)
            )
            found.append(
                Blade(
                    name,
                    stem.points[n],
                    along,
                    across * np.float32(size[1]) * scale,
                    _tone(make, tint),
                    n % 3,
                )
            )
    end = _unit(stem.ways[-1] + _UP * np.float32(0.1))
    found.append(
        Blade(
            name,
            stem.points[-1],
            end * np.float32(size[0] * 0.7),
            _aside(end) * np.float32(size[1] * 0.7),
            _tone(make, tint),
            2,
        )
    )
    return found


def _lying(make: Making, long: float, count: int, *, bend: float = 0.5) -> Stem:
    """A stem that lies, from the left or the right rear to the front."""
    side = 1 if make.random.random() < 0.5 else -1
    turn = make.between(0.15, 0.75)
    way = _vector(-side * float(np.cos(turn)), 0.012, -float(np.sin(turn)))
    start = _vector(side * long / 2, 0.003, long * 0.25)
    return Stem(
        start, way, long, _vector(make.between(-bend, bend), 0.0, make.between(-bend, bend)), count
    )


def _standing(make: Making, long: float, count: int, lean: float) -> Stem:
    turn = make.between(0, 6.28)
    out = _vector(float(np.cos(turn)), 0, 0.5 * float(np.sin(turn)))
    way = _UP + out * np.float32(lean * make.between(0.5, 1.2))
    return Stem(
        _vector(0, 0, 0),
        way,
        long,
        out * np.float32(make.between(0.3, 0.9)) - _UP * np.float32(0.15),
        count,
    )


def eucalyptus(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Branches with round, grey-green leaves in pairs."""
    tint = _tint(make, "#8fa99c")
    stems = [stem] if stem else [_lying(make, 0.34, 11), _lying(make, 0.24, 8)]
    return [
        blade
        for one in stems
        for blade in _leafy(
            make,
            one,
            "eucalyptus",
            (0.042, 0.037),
            pairs=True,
            forward=0.45,
            lift=(-0.05, 0.3),
            tint=tint,
        )
    ]


def olive(make: Making, stem: Stem | None = None) -> list[Blade]:
    """A branch with slender leaves."""
    tint = _tint(make, "#667a55")
    stems = [stem] if stem else [_lying(make, 0.32, 15), _lying(make, 0.22, 11)]
    return [
        blade
        for one in stems
        for blade in _leafy(
            make,
            one,
            "olive",
            (0.062, 0.0145),
            pairs=True,
            forward=1.0,
            lift=(-0.05, 0.35),
            tint=tint,
        )
    ]


def herbs(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Sprigs of mint."""
    stems = [stem] if stem else [_lying(make, 0.11, 6) for _ in range(3)]
    found: list[Blade] = []
    for number, one in enumerate(stems):
        sprig = _leafy(make, one, "mint", (0.04, 0.025), pairs=True, forward=0.4, lift=(0.1, 0.7))
        found += [blade.moved(0.05 * number - 0.05, 0, 0.02 * number) for blade in sprig]
    return found


def palm(make: Making, stem: Stem | None = None) -> list[Blade]:
    """A frond with long, narrow leaflets."""
    return _frond(
        make, stem or _lying(make, 0.46, 26, bend=0.7), "palm", (0.16, 0.013), lift=(0.05, 0.3)
    )


def fern(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Two fronds of fern."""
    stems = [stem] if stem else [_lying(make, 0.32, 26, bend=0.6), _lying(make, 0.24, 22, bend=0.6)]
    return [
        blade
        for one in stems
        for blade in _frond(make, one, "fern", (0.075, 0.016), lift=(0.02, 0.2))
    ]


def _frond(
    make: Making, stem: Stem, name: str, size: tuple[float, float], *, lift: tuple[float, float]
) -> list[Blade]:
    found = stem.blades("stem", 0.0045)
    tint = _tint(make, "#55894a")
    count = len(stem.points)
    for n in range(3, count):
        share = n / count
        reach = np.sin(np.pi * min(1.0, 0.16 + 0.84 * share) ** 0.8) ** 0.7 + 0.05
        for side in (-1, 1):
            way = (
                stem.ways[n] * np.float32(0.55 + 0.5 * share)
                + side * _aside(stem.ways[n])
                + _UP * np.float32(make.between(*lift))
            )
            along = _unit(np.asarray(way, np.float32)) * np.float32(
                size[0] * reach * make.between(0.93, 1.07)
            )
            across = _aside(along) * np.float32(size[1] * (0.6 + 0.4 * reach))
            # Turned a little about its own way, or all would catch the light alike.
            across = _unit(across + _UP * np.float32(make.between(-0.3, 0.3))) * np.float32(
                np.linalg.norm(across)
            )
            found.append(Blade(name, stem.points[n], along, across, _tone(make, tint, 0.1), 0))
    return found


def monstera(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Two large leaves with cuts."""
    found: list[Blade] = []
    for number in range(2):
        one = stem if stem and number == 0 else _lying(make, 0.12, 5)
        way = _unit(one.ways[-1] + _UP * np.float32(make.between(0.05, 0.3)))
        size = np.float32(make.between(0.17, 0.22))
        lean = (0.75 if number else -0.75) * make.between(0.7, 1.2)
        across = _unit(np.asarray(_aside(way) + _UP * np.float32(lean), np.float32))
        leaf = Blade(
            "monstera",
            one.points[-1],
            way * size,
            across * size * np.float32(0.95),
            _tone(make, spread=0.1),
            number,
        )
        found += [
            blade.moved(0.07 * number, 0, 0.05 * number)
            for blade in (*one.blades("stem", 0.005), leaf)
        ]
    return found


def fir(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Twigs of fir."""
    stems = [stem] if stem else [_lying(make, 0.3, 8), _lying(make, 0.24, 7)]
    found: list[Blade] = []
    for one in stems:
        found += one.blades("twig", 0.006)
        count = len(one.points)
        for n in range(count):
            for side in (-1, 1) if n < count - 1 else (0,):
                way = (
                    one.ways[n]
                    + np.float32(0.75 * side) * _aside(one.ways[n])
                    + _UP * np.float32(make.between(0.02, 0.35))
                )
                long = np.float32((0.1 - 0.05 * n / count) * make.between(0.85, 1.15))
                along = _unit(np.asarray(way, np.float32)) * long
                found.append(
                    Blade(
                        "fir",
                        one.points[n],
                        along,
                        _aside(along) * long * np.float32(0.38),
                        _tone(make),
                        n % 3,
                    )
                )
    return found


def pampas(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Plumes of dried grass."""
    tint = _tint(make, "#dcc9ab")
    tint = np.ones(3, np.float32) if tint is None else tint
    stems = [stem] if stem else [_lying(make, 0.2, 6, bend=0.2) for _ in range(3)]
    found: list[Blade] = []
    for number, one in enumerate(stems):
        way = _unit(one.ways[-1] + _UP * np.float32(0.05))
        long = np.float32(make.between(0.17, 0.22))
        plume = Blade(
            "plume",
            one.points[-2],
            way * long,
            _aside(way, seen=True) * long * np.float32(0.34),
            _tone(make, tint, 0.08),
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
    base = _lying(make, 0.17, 4, bend=0.1)
    for number in range(9):
        way = base.ways[0] + _vector(
            make.between(-0.16, 0.16), make.between(0.0, 0.12), make.between(-0.2, 0.2)
        )
        one = (
            stem
            if stem and number == 0
            else Stem(
                base.points[0],
                np.asarray(way, np.float32),
                make.between(0.14, 0.18),
                _vector(0, 0, 0),
                4,
            )
        )
        long = np.float32(make.between(0.055, 0.075))
        end = one.ways[-1]
        spike = Blade(
            "spike",
            one.points[-1],
            end * long,
            _aside(end, seen=True) * long * np.float32(0.3),
            _tone(make, spread=0.12),
            1,
        )
        found += [*one.blades("stem", 0.0022), spike]
    return found


def petals(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Petals, strewn."""
    color = make.pick("#e7a9b4", "#f0c9cd", "#c2334a")
    found = []
    for _ in range(int(make.random.integers(13, 19))):
        turn, away = make.between(0, 6.28), 0.17 * float(np.sqrt(make.random.random()))
        at = _vector(away * float(np.cos(turn)), 0.004, 0.75 * away * float(np.sin(turn)))
        heading = make.between(0, 6.28)
        way = _unit(
            _vector(float(np.cos(heading)), make.between(0.1, 0.55), float(np.sin(heading)))
        )
        size = np.float32(make.between(0.026, 0.036))
        tone = color * np.float32(make.between(0.88, 1.12))
        found.append(Blade("petal", at, way * size, _aside(way) * size * np.float32(0.92), tone, 0))
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
        facing = _unit(_vector(make.between(-0.35, 0.35), 1, make.between(-0.9, -0.35)))
        heart = _vector(x + make.between(-0.012, 0.012), 0.022, z)
        end = heart + _vector(make.between(-0.06, 0.06), -0.017, make.between(0.02, 0.06))
        found += Stem(
            end,
            np.asarray(heart - end, np.float32),
            float(np.linalg.norm(heart - end)),
            _vector(0, 0, 0),
            3,
        ).blades("stem", 0.003)
        found += _rays(make, heart, facing, make.between(0.019, 0.026), color, number)
    return found


def _rays(
    make: Making, heart: F32, facing: F32, reach: float, color: F32 | None, layer: int
) -> list[Blade]:
    one = _unit(np.asarray(np.cross(facing, _vector(0.1, 0.2, 1)), np.float32))
    other = np.asarray(np.cross(facing, one), np.float32)
    found, count = [], int(make.random.integers(15, 19))
    for n in range(count):
        turn = 6.2832 * n / count + make.between(-0.07, 0.07)
        out = one * np.float32(np.cos(turn)) + other * np.float32(np.sin(turn))
        aside = other * np.float32(np.cos(turn)) - one * np.float32(np.sin(turn))
        way = _unit(out + facing * np.float32(make.between(0.02, 0.3)))
        size = np.float32(reach * make.between(0.92, 1.06))
        tone = (
            np.full(3, make.between(0.88, 1.02), np.float32)
            if color is None
            else color * np.float32(make.between(0.88, 1.08))
        )
        found.append(
            Blade("ray", heart, way * size, aside * size * np.float32(0.31), tone, 2 * layer)
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
        heart = _vector(x, 0.024, z)
        facing = _unit(_vector(make.between(-0.35, 0.35), 1, make.between(-0.75, -0.4)))
        for _ in range(3):
            turn = make.between(0, 6.28)
            way = _unit(_vector(float(np.cos(turn)), make.between(0, 0.25), float(np.sin(turn))))
            found.append(
                Blade(
                    "leaf",
                    heart - _UP * np.float32(0.012),
                    way * np.float32(0.065),
                    _aside(way) * np.float32(0.034),
                    _tone(make),
                    0,
                )
            )
        found += _rose(make, heart, facing, make.between(0.04, 0.05), color, 1 + number * 40)
    return found


def _rose(
    make: Making, heart: F32, facing: F32, reach: float, color: F32, layer: int
) -> list[Blade]:
    """Petals in a spiral, the outer ones spread and the inner ones upright."""
    one = _unit(np.asarray(np.cross(facing, _vector(0.1, 0.2, 1)), np.float32))
    other = np.asarray(np.cross(facing, one), np.float32)
    found, count = [], 36
    for n in range(count):
        share = n / count
        turn = 2.399963 * n
        out = one * np.float32(np.cos(turn)) + other * np.float32(np.sin(turn))
        aside = other * np.float32(np.cos(turn)) - one * np.float32(np.sin(turn))
        open_ = 1 - share
        root = heart + out * np.float32(reach * 0.22 * open_) + facing * np.float32(0.012 * share)
        way = _unit(out * np.float32(0.25 + 0.9 * open_) + facing * np.float32(0.25 + 0.85 * share))
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
                aside * size * np.float32(1.25),
                np.asarray(tone, np.float32),
                layer + n,
            )
        )
    return found


def autumn_leaves(make: Making, stem: Stem | None = None) -> list[Blade]:
    """Fallen leaves."""
    found = []
    for n in range(int(make.random.integers(7, 10))):
        turn, away = make.between(0, 6.28), 0.19 * float(np.sqrt(make.random.random()))
        at = _vector(away * float(np.cos(turn)), 0.004, 0.7 * away * float(np.sin(turn)))
        heading = make.between(0, 6.28)
        way = _unit(
            _vector(float(np.cos(heading)), make.between(0.02, 0.3), float(np.sin(heading)))
        )
        name, size, wide = ("maple", 0.1, 1.0) if n % 3 else ("beech", 0.075, 0.55)
        long = np.float32(size * make.between(0.8, 1.15))
        tone = np.array(
            [1, make.between(0.7, 1.35), make.between(0.6, 1.2)], np.float32
        ) * np.float32(make.between(0.85, 1.15))
        across = _unit(
            np.asarray(_aside(way) + _UP * np.float32(make.between(-0.25, 0.25)), np.float32)
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
        turn, away = make.between(0, 6.28), 0.28 * float(np.sqrt(make.random.random()))
        at = _vector(away * float(np.cos(turn)), 0.003, 0.8 * away * float(np.sin(turn)))
        heading = make.between(0, 6.28)
        way = _unit(_vector(float(np.cos(heading)), make.between(0, 0.5), float(np.sin(heading))))
        size = np.float32(make.between(0.006, 0.0095))
        tone = colors[int(make.random.integers(3))] * np.float32(make.between(0.8, 1.2))
        found.append(Blade("paper", at, way * size, _aside(way) * size, tone, 0))
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
        stem = _standing(make, make.between(0.16, 0.24), 9, 0.42)
        found += [blade.moved(0, mouth - 0.02, 0) for blade in PLANTS[kind](make, stem)]
    return found
