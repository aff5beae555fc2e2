"""What plants are put together with: ways in space, stems, tones of leaves."""

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.props.foliage import Blade
from processing.engine.backdrops.props.household import Making

UP = np.array([0, 1, 0], np.float32)
_GREENS = ("#ffffff", "#e9f2df", "#f4efd8", "#dfeadd")


def unit(vector: F32) -> F32:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def vector(x: float, y: float, z: float) -> F32:
    return np.array([x, y, z], np.float32)


class Stem:
    """A curve in space: `points` (n, 3) and the ways along it, `ways` (n, 3)."""

    def __init__(self, start: F32, way: F32, long: float, bend: F32, count: int) -> None:
        step = long / count
        points, ways = [start], [unit(way)]
        for _ in range(count):
            ways.append(unit(ways[-1] + bend * np.float32(step / long)))
            points.append(np.asarray(points[-1] + ways[-1] * np.float32(step), np.float32))
        self.points, self.ways = np.array(points), np.array(ways)

    def blades(self, name: str, thick: float) -> list[Blade]:
        """The stem itself, thinner towards its end."""
        count = len(self.points) - 1
        pieces = []
        for n in range(count):
            along = np.asarray((self.points[n + 1] - self.points[n]) * np.float32(1.12), np.float32)
            across = aside(along, seen=True)
            width = thick * (1.15 - 0.75 * n / count)
            pieces.append(
                Blade(
                    name,
                    self.points[n],
                    along,
                    across * np.float32(width),
                    np.ones(3, np.float32),
                    -1,
                )
            )
        return pieces


def aside(along: F32, *, seen: bool = False) -> F32:
    """A way at right angles: level, or for a stem as the camera sees its width."""
    other = vector(0, 0.45, -0.9) if seen else UP
    across = np.cross(along, other)
    if np.linalg.norm(across) < 1e-3 * np.linalg.norm(along):
        across = vector(1, 0, 0)
    return unit(np.asarray(across, np.float32))


def toned(make: Making, tint: F32 | None = None, spread: float = 0.16) -> F32:
    tone = linear(_GREENS[int(make.random.integers(len(_GREENS)))]) * make.between(
        1 - spread, 1 + spread
    )
    if tint is not None:
        tone = tint * np.float32(make.between(1 - spread, 1 + spread))
    return np.asarray(tone, np.float32)


def tint_of(make: Making, usual: str) -> F32 | None:
    """What brings a blade of a usual color to the one that words named."""
    return (
        None
        if make.color is None
        else np.asarray(linear(make.color) / np.maximum(linear(usual), 0.02), np.float32)
    )


def lying(make: Making, long: float, count: int, *, bend: float = 0.5) -> Stem:
    """A stem that lies, from the left or the right rear to the front."""
    side = 1 if make.random.random() < 0.5 else -1
    turn = make.between(0.15, 0.75)
    way = vector(-side * float(np.cos(turn)), 0.012, -float(np.sin(turn)))
    start = vector(side * long / 2, 0.003, long * 0.25)
    return Stem(
        start, way, long, vector(make.between(-bend, bend), 0.0, make.between(-bend, bend)), count
    )


def standing(make: Making, long: float, count: int, lean: float) -> Stem:
    turn = make.between(0, 6.28)
    out = vector(float(np.cos(turn)), 0, 0.5 * float(np.sin(turn)))
    way = UP + out * np.float32(lean * make.between(0.5, 1.2))
    return Stem(
        vector(0, 0, 0),
        way,
        long,
        out * np.float32(make.between(0.3, 0.9)) - UP * np.float32(0.15),
        count,
    )
