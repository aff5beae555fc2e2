"""A beach from straight above: fine sand, and in a corner or on a side the foam of a wave that runs out.

The water never reaches the product, which lies on dry sand: where the canvas leaves it no room, there is none.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Floats, Look, linear, mix, step, toned
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Plane, Stage
from processing.engine.backdrops.views import shells

# The sea may lie to any side or in any corner where it has at least this share of the best one's room.
_ROOM: Final = 0.45
# Metres of room that a wave needs, and how far from the product it stays, with the sand that it wets.
_LEAST, _CLEAR, _MOST_WET = 0.04, 0.008, 0.05
# Lobes of a wave that runs out: how far it is from one to the next, and how deep they are, in metres.
_LOBE, _DEEP = 0.42, 0.018
# Bubbles are as far apart as this along the wave, and half of it across, in metres.
_BUBBLE = 0.019
# Foam throws its shade so far, in metres.
_THROWN = 0.0035
# How large shells are, in metres, and how many there are at most.
_SHELL, _MOST_SHELLS = (0.032, 0.046), 2
# What water leaves of the light of sand, and what a film of it mirrors of the sky.
_WET: Final = np.array([0.46, 0.44, 0.43], np.float32)
_SKY: Final = np.array([0.05, 0.055, 0.07], np.float32)
# Grains repeat after so many pixels.
_TILE: Final = 512
_DRY, _FOAM, _SHALLOW = "#c6b59a", "#f4f8fc", "#3f8f9b"


@dataclass(frozen=True, slots=True)
class Shore:
    """Where the sea lies: in the direction `angle` (radians from the right, anticlockwise), from `line` metres from
    the canvas's middle on; `wet` metres of sand before it are dark."""

    angle: float
    line: float
    wet: float

    def into(self, x: float, y: float) -> float:
        """How far a place lies in the water, its lobes left out; below 0 on land."""
        return float(np.cos(self.angle) * x + np.sin(self.angle) * y) - self.line


def shore_of(stage: Stage, seed: int) -> Shore | None:
    """Choose a side or a corner that the product leaves free; seeds that follow each other take one after the other.
    None where it leaves none."""
    rooms = []
    for number, reach in enumerate(stage.reach):
        room = _outwards(stage, number)[1] - reach
        # A corner holds a triangle as high as the room, a side a strip.
        area = room * (room if number % 2 else 0.7 * min(stage.width, stage.height))
        rooms.append((area if room > (_LEAST + _CLEAR) * stage.scale else 0.0, room, number))
    most = max(rooms)[0]
    if most <= 0:
        return None
    free = [one for one in sorted(rooms, reverse=True) if one[0] >= _ROOM * most]
    _, room, number = free[seed % len(free)]
    metres = room / stage.scale - _CLEAR
    wet = min(_MOST_WET, 0.22 * metres)
    line = stage.reach[number] / stage.scale + _CLEAR + wet + 2 * _DEEP * min(1, metres / 0.12)
    return Shore(number * np.pi / 4, line, wet)


def beach(plane: Plane, stage: Stage, noise: Noise, lee: tuple[float, float]) -> Look:
    """Sand with a shell or two, wet towards the sea, and shallow water with foam over it. `lee`: the way shadows fall,
    right and up, of length 1 at most."""
    shore = shore_of(stage, noise.seed)
    grains = _grains(plane, noise)
    drift = noise.cloud(plane, 0.36, 10, octaves=3, gain=0.4)
    dimples = noise.cloud(plane, 0.07, 20, octaves=2, gain=0.5)
    bits = step(2.7, 3.3, noise.field(plane, 0.0042, 18))
    tone = 1 + 0.1 * grains + 0.03 * drift + 0.35 * bits
    albedo = toned(np.broadcast_to(linear(_DRY), (*plane.shape, 3)), tone)
    height = 0.0013 * drift + 0.0003 * dimples + 0.00002 * grains + 0.0002 * bits
    height = np.asarray(height, np.float32)
    if shore is not None and (part := _wetted(plane, shore)) is not None:
        near = _cut(plane, part)
        albedo[part], height[part] = _washed(albedo[part], height[part], near, (shore, noise, lee))
    places = _shells(stage, shore, noise.random(53))
    shells.strewn((albedo, height), plane, places, lee, noise.random(54))
    return Look(albedo, np.asarray(height, np.float32))


def _shells(
    stage: Stage, shore: Shore | None, random: np.random.Generator
) -> list[tuple[float, float, float]]:
    """One shell or two where the product and the sea leave room: x, y and size in metres."""
    found: list[tuple[float, float, float]] = []
    for number in random.permutation(8)[:5]:
        angle, most = _outwards(stage, int(number))
        room = most - stage.reach[number]
        size = float(random.uniform(*_SHELL))
        if room < 2.4 * size * stage.scale or len(found) == _MOST_SHELLS:
            continue
        out = (stage.reach[number] + float(random.uniform(0.45, 0.6)) * room) / stage.scale
        aside = float(random.uniform(-0.05, 0.05))
        x = float(np.cos(angle) * out - np.sin(angle) * aside)
        y = float(np.sin(angle) * out + np.cos(angle) * aside)
        if shore is None or shore.into(x, y) < -2 * size:
            found.append((x, y, size))
    return found


def _outwards(stage: Stage, number: int) -> tuple[float, float]:
    """One of the eight ways from the canvas's middle, in radians, and how far the canvas goes on there, in pixels."""
    angle = number * np.pi / 4
    across, along = abs(np.cos(angle)) * stage.width, abs(np.sin(angle)) * stage.height
    return angle, float(across + along) / 2


def _wetted(plane: Plane, shore: Shore) -> tuple[slice, slice] | None:
    """The part of an unturned plane that a wave reaches."""
    cos, sin = np.float32(np.cos(shore.angle)), np.float32(np.sin(shore.angle))
    least = np.float32(shore.line - shore.wet - 3 * _DEEP)
    u, v = plane.u[0] * cos, plane.v[:, 0] * sin
    columns, rows = np.flatnonzero(u + v.max() > least), np.flatnonzero(v + u.max() > least)
    if not rows.size or not columns.size:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _cut(plane: Plane, part: tuple[slice, slice]) -> Plane:
    u, v = (np.ascontiguousarray(one[part]) for one in (plane.u, plane.v))
    return Plane(u, v, plane.du[part[0]], plane.dv[part[0]], lying=plane.lying)


def _grains(plane: Plane, noise: Noise) -> F32:
    """Grains of sand are hardly larger than pixels: each has its own tone, of deviation 1."""
    rows, columns = plane.shape
    tile = noise.random(15).standard_normal((_TILE, _TILE), dtype=np.float32)
    tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), 0.55))
    tile /= tile.std()
    many = np.tile(tile, (-(-rows // _TILE), -(-columns // _TILE)))[:rows, :columns]
    coarse = noise.field(plane, 0.004, 16)
    return np.asarray(0.9 * many + 0.45 * coarse, np.float32)


def _washed(
    albedo: F32, height: Floats, plane: Plane, given: tuple[Shore, Noise, tuple[float, float]]
) -> tuple[F32, Floats]:
    shore, noise, lee = given
    into, reached = _from_sea(plane, shore, noise)
    # Sand dries from the land on: the last wave came as far as its edge.
    damp = step(-0.006, 0.004, reached) * (0.62 + 0.38 * step(-0.7 * shore.wet, 0.0, into))
    under = step(-0.002, 0.004, into)
    damp = np.maximum(damp, under)
    albedo = albedo * (1 + damp[..., None] * (_WET - 1))
    # The sky, seen in a film of water.
    film = damp * (1 - under) * (0.4 + 0.6 * step(-0.6 * shore.wet, 0.0, into))
    albedo += film[..., None] * _SKY
    deep = step(0.0, 0.22, into)
    water = mix(
        albedo * (1 + 0.1 * under)[..., None], linear(_SHALLOW), (0.16 + 0.6 * deep) * under
    )
    water *= (1 + 0.3 * under * step(0.0, 0.06, into) * _caustics(plane, noise))[..., None]
    foam = _foam(plane, into, noise)
    # It throws its own small shadow on the ground of the shallows.
    water *= (1 - 0.35 * _thrown(foam, lee, float(plane.du[0, 0])) * (1 - foam))[..., None]
    albedo = mix(water, linear(_FOAM), foam)
    return albedo, height * (1 - 0.9 * damp)


def _thrown(foam: F32, lee: tuple[float, float], pixel: float) -> F32:
    far = np.array(lee) * _THROWN / pixel
    matrix = np.array([[1, 0, far[0]], [0, 1, -far[1]]], np.float32)
    size = (foam.shape[1], foam.shape[0])
    shade = cv2.warpAffine(foam, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.5 * _THROWN / pixel), np.float32)


def _from_sea(plane: Plane, shore: Shore, noise: Noise) -> tuple[F32, F32]:
    """How far each place lies in the water, and within what the wave before has wetted (below 0: not at all), in
    metres."""
    cos, sin = np.cos(shore.angle), np.sin(shore.angle)
    out = plane.u * np.float32(cos) + plane.v * np.float32(sin) - np.float32(shore.line)
    along = plane.v * np.float32(cos) - plane.u * np.float32(sin)
    bend = np.float32(0.2) * noise.field(plane, 0.5, 22)
    phases = noise.random(21).uniform(0, 1, 2)
    edges = []
    for number, phase in enumerate(phases):
        # Lobes are round towards the land, and meet in cusps.
        bent = along * np.float32((1 - 0.3 * number) / _LOBE) + np.float32(phase) + bend
        lobes = np.sqrt(np.square(np.sin(bent * np.float32(np.pi))) + np.float32(0.006))
        waver = 0.003 * noise.cloud(plane, 0.06, 23 + 3 * number, octaves=2, gain=0.5)
        edges.append(out + np.float32(2 * _DEEP) * (lobes - 0.5) + waver)
    into, before = edges
    return np.asarray(into, np.float32), np.maximum(into, before + np.float32(shore.wet))


def _caustics(plane: Plane, noise: Noise) -> F32:
    """A net of light on the ground of shallow water, about 0 to 1."""
    warp = noise.field(plane, 0.09, 30) * np.float32(0.012)
    one = noise.field(plane, 0.055, 31, warp=(warp, warp))
    other = noise.field(plane, 0.04, 32, warp=(-warp, warp))
    net = np.exp(-np.abs(one) * 3.2) + 0.6 * np.exp(-np.abs(other) * 3.2)
    return np.asarray(np.square(net) * 0.6, np.float32)


def _foam(plane: Plane, into: F32, noise: Noise) -> F32:
    """Foam: a seam where the wave ends, and behind it a net that is torn the farther the sea is, 0 to 1."""
    froth = noise.field(plane, 0.005, 34)
    wander = noise.cloud(plane, 0.04, 33, octaves=2)
    seam = np.maximum(0.0065 + 0.0035 * wander, 0.0012)
    edge = step(-0.0015, 0.001, into) * np.exp(-np.square(np.maximum(into, 0) / seam))
    torn = noise.cloud(plane, 0.12, 35, octaves=3, gain=0.6)
    left = step(0.2, 0.0, into + np.float32(0.05) * torn) * step(0.0, 0.006, into)
    warp = [np.float32(0.0045) * noise.cloud(plane, 0.03, 38 + 3 * n, octaves=2) for n in range(2)]
    # Strands are of any width, and break.
    some = noise.cloud(plane, 0.05, 50, octaves=3, gain=0.7)
    net = np.zeros(plane.shape, np.float32)
    for number, size in enumerate((2.4, 1.0)):
        away = _cells(plane, size * _BUBBLE, warp, noise.random(45 + number))
        wide = np.maximum(_BUBBLE * (0.05 + 0.13 * left + 0.07 * some), 0.0003)
        net = np.maximum(net, np.exp(-np.square(away / wide)) * step(-1.3, 0.6, some + left))
    thick = step(0.0, 0.6, left) * net * (0.55 + 0.45 * left)
    cover = np.maximum(edge, thick) * (0.88 + 0.16 * froth)
    return np.asarray(np.clip(cover, 0, 1), np.float32)


def _cells(plane: Plane, size: float, warp: list[F32], random: np.random.Generator) -> F32:
    """How far each place is from the border between two bubbles of about `size`, in metres."""
    rows, columns = plane.shape
    pixel = float(plane.du[0, 0])
    count = int(min(rows * columns * (pixel / size) ** 2 * 1.4, 60_000)) + 1
    seeds = np.full(plane.shape, 255, np.uint8)
    seeds[random.integers(0, rows, count), random.integers(0, columns, count)] = 0
    _, names = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    border = np.full(plane.shape, 255, np.uint8)
    border[:, 1:][names[:, 1:] != names[:, :-1]] = 0
    border[1:][names[1:] != names[:-1]] = 0
    away = cv2.distanceTransform(border, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Straight borders between cells become round and wander.
    x = np.arange(columns, dtype=np.float32)[None] + warp[0] / np.float32(pixel)
    y = np.arange(rows, dtype=np.float32)[:, None] + warp[1] / np.float32(pixel)
    away = cv2.remap(away, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(away, np.float32) * np.float32(pixel)
