"""Fields of distance to simple forms, and what they are joined by: after Quilez, "Distance functions"."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Floats

_TILE = 256


def length(*parts: F32) -> F32:
    """The length of vectors given by their parts."""
    total = parts[0] * parts[0]
    for part in parts[1:]:
        total = total + part * part
    return np.asarray(np.sqrt(total), np.float32)


def block(points: F32, half: tuple[float, float, float], round_: float = 0.0) -> F32:
    """A block about the origin with rounded edges."""
    away = np.abs(points) - (np.array(half, np.float32) - np.float32(round_))
    outside = np.maximum(away, 0)
    inside = np.minimum(away.max(axis=1), 0)
    away_ = length(outside[:, 0], outside[:, 1], outside[:, 2]) + inside - np.float32(round_)
    return np.asarray(away_, np.float32)


def ellipsoid(points: F32, radii: tuple[float, float, float]) -> F32:
    """An ellipsoid about the origin."""
    r = np.array(radii, np.float32)
    scaled, steep = points / r, points / (r * r)
    k0 = length(scaled[:, 0], scaled[:, 1], scaled[:, 2])
    k1 = length(steep[:, 0], steep[:, 1], steep[:, 2])
    near = np.where(k1 > 1e-6, k0 * (k0 - 1) / np.maximum(k1, 1e-6), -np.float32(min(radii)))
    return np.asarray(near, np.float32)


def pillar(points: F32, radius: float, high: float, round_: float = 0.0) -> F32:
    """An upright cylinder from the ground up."""
    across = length(points[:, 0], points[:, 2]) - np.float32(radius - round_)
    along = np.abs(points[:, 1] - np.float32(high / 2)) - np.float32(high / 2 - round_)
    outside = length(np.maximum(across, 0), np.maximum(along, 0))
    inside = np.minimum(np.maximum(across, along), 0)
    return np.asarray(outside + inside - np.float32(round_), np.float32)


def rod(
    points: F32, start: tuple[float, float, float], end: tuple[float, float, float], thick: float
) -> F32:
    """A rod with round ends, `thick` metres in radius."""
    one, other = np.array(start, np.float32), np.array(end, np.float32)
    way = other - one
    from_one = points - one
    share = np.clip(from_one @ way / float(way @ way), 0, 1)
    rest = from_one - share[:, None] * way
    return length(rest[:, 0], rest[:, 1], rest[:, 2]) - np.float32(thick)


def ring(points: F32, radius: float, thick: float) -> F32:
    """A ring that lies flat about the origin."""
    around = length(points[:, 0], points[:, 2]) - np.float32(radius)
    return length(around, points[:, 1]) - np.float32(thick)


def moved(points: F32, x: float, y: float, z: float) -> F32:
    """Points as a form sees them that stands at (x, y, z)."""
    return points - np.array([x, y, z], np.float32)


def melted(one: F32, other: F32, soft: float) -> F32:
    """Two forms as one, with a fillet of `soft` metres between them."""
    share = np.maximum(np.float32(soft) - np.abs(one - other), 0) / np.float32(soft)
    return np.asarray(np.minimum(one, other) - share * share * np.float32(soft / 4), np.float32)


def profile(points: F32, heights: tuple[float, ...], radii: tuple[float, ...], wall: float) -> F32:
    """A vessel turned on a wheel: radii at heights, smoothly joined, open at its top, `wall` metres thick."""
    y = points[:, 1]
    radius = np.interp(y, *_smooth(heights, radii)).astype(np.float32)
    shell = np.abs(length(points[:, 0], points[:, 2]) - radius + np.float32(wall)) - np.float32(
        wall
    )
    ends = np.abs(y - np.float32(heights[-1] / 2)) - np.float32(heights[-1] / 2)
    side = np.maximum(shell, ends)
    floor = np.maximum(
        length(points[:, 0], points[:, 2]) - np.float32(radii[0]), np.abs(y - 0.002) - 0.002
    )
    return np.asarray(np.minimum(side, floor) * np.float32(0.7), np.float32)


def _smooth(heights: tuple[float, ...], radii: tuple[float, ...]) -> tuple[F32, F32]:
    """A cubic through the points of a profile (Catmull and Rom, 1974), finely sampled."""
    h, r = np.array(heights), np.array(radii)
    slope = np.gradient(r, h)
    at = np.linspace(h[0], h[-1], 96)
    cell = np.clip(np.searchsorted(h, at, side="right") - 1, 0, len(h) - 2)
    wide = h[cell + 1] - h[cell]
    t = (at - h[cell]) / wide
    value = (
        (2 * t**3 - 3 * t**2 + 1) * r[cell]
        + (t**3 - 2 * t**2 + t) * wide * slope[cell]
        + (-2 * t**3 + 3 * t**2) * r[cell + 1]
        + (t**3 - t**2) * wide * slope[cell + 1]
    )
    return at.astype(np.float32), value.astype(np.float32)


class Grain:
    """Smooth random values over two coordinates, from one tile that repeats."""

    def __init__(self, random: np.random.Generator) -> None:
        white = random.standard_normal((_TILE, _TILE), dtype=np.float32)
        wide = cv2.copyMakeBorder(white, 8, 8, 8, 8, cv2.BORDER_WRAP)
        soft = cv2.GaussianBlur(wide, (0, 0), 1.4)[8:-8, 8:-8]
        self._tile = np.ascontiguousarray(soft / soft.std(), dtype=np.float32)

    def at(self, u: Floats, v: Floats, wave: float | tuple[float, float]) -> F32:
        """Values of mean 0 and deviation 1 at places (n,) in metres; `wave` metres from one to the next."""
        wave_u, wave_v = wave if isinstance(wave, tuple) else (wave, wave)
        across = (u * np.float32(6 / wave_u)).reshape(1, -1).astype(np.float32)
        along = (v * np.float32(6 / wave_v)).reshape(1, -1).astype(np.float32)
        # remap() takes no more than 32,767 columns.
        wide = min(across.size, 4096)
        missing = -across.size % max(wide, 1)
        across, along = (
            np.pad(part, ((0, 0), (0, missing))).reshape(-1, wide) for part in (across, along)
        )
        drawn = cv2.remap(self._tile, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(drawn, np.float32).reshape(-1)[: u.size]
