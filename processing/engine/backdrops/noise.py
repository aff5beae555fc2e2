"""Smooth random fields in metres, without lattice and without visible repetition.

One tile of band-limited noise per seed (white noise between two Gaussians) is sampled at other
offsets, angles and scales for every use; a use finer than a pixel fades out, row by row, before it
could flicker into moiré. After Cook and DeRose, "Wavelet Noise" (SIGGRAPH 2005), with Gaussians.
"""

from functools import lru_cache

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.planes import Plane

_TILE = 1024
_FINE, _COARSE = 1.3, 2.6
# Pixels of the tile per wave, where the difference of the two Gaussians passes most.
_WAVE = 8.5
_NAMES = 64
# The golden angle, in radians: no two of many turns come near each other.
_GOLDEN = 2.399963
# A wave of more pixels than twice this is drawn smaller and enlarged: as smooth, and faster.
_ENOUGH = 16.0


class Noise:
    """Random fields of one seed. The same arguments give the same field."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._tile = _band(seed)
        self._offsets = self.random(1).uniform(0, _TILE, (_NAMES, 2))

    def random(self, name: int) -> np.random.Generator:
        """A generator of its own for each use, so that one use's draws don't shift another's."""
        return _random(self.seed, name)

    def field(
        self,
        plane: Plane,
        wave: float | tuple[float, float],
        name: int,
        *,
        warp: tuple[F32, F32] | None = None,
    ) -> F32:
        """Noise of mean 0 and standard deviation 1, float32 of the plane's shape.

        `wave` in metres, alike in all directions, or (along u, along v). `name` tells independent
        fields apart. `warp` moves the places (metres) it is taken from.
        """
        wave_u, wave_v = wave if isinstance(wave, tuple) else (wave, wave)
        fade = _fade(plane, wave_u, wave_v)
        if not fade.any():
            return np.zeros(plane.shape, np.float32)
        least = min(wave_u / float(plane.du.max()), wave_v / float(plane.dv.max()))
        step = int(least / _ENOUGH)
        small = plane.every(step) if step >= 2 and warp is None else plane
        across, along = self._coordinates(small, (wave_u, wave_v), name, warp)
        drawn = cv2.remap(self._tile, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        if small is not plane:
            drawn = cv2.resize(drawn, plane.shape[::-1], interpolation=cv2.INTER_CUBIC)
        field = np.asarray(drawn, dtype=np.float32)
        return field if fade.min() == 1 else np.asarray(field * fade, dtype=np.float32)

    def cloud(
        self,
        plane: Plane,
        wave: float,
        name: int,
        *,
        octaves: int = 4,
        gain: float = 0.5,
    ) -> F32:
        """Several fields, each of half the wave and `gain` times the height; deviation about 1."""
        total = self.field(plane, wave, name)
        weight, power = 1.0, 1.0
        for octave in range(1, octaves):
            weight *= gain
            power += weight * weight
            finer = self.field(plane, wave / 2**octave, name + octave)
            total = np.asarray(cv2.scaleAdd(finer, weight, total), dtype=np.float32)
        return np.asarray(total * np.float32(power**-0.5), dtype=np.float32)

    def _coordinates(
        self,
        plane: Plane,
        wave: tuple[float, float],
        name: int,
        warp: tuple[F32, F32] | None,
    ) -> tuple[F32, F32]:
        u, v = plane.u, plane.v
        if warp is not None:
            u, v = u + warp[0], v + warp[1]
        # A stretched field keeps its axes; others turn, so that repetitions never line up.
        angle = name * _GOLDEN if wave[0] == wave[1] else 0.0
        cos, sin = np.cos(angle), np.sin(angle)
        left, top = self._offsets[name] + 0.37 * name
        fu, fv = _WAVE / wave[0], _WAVE / wave[1]
        across = cv2.addWeighted(u, fu * cos, v, fu * sin, left)
        along = cv2.addWeighted(u, -fv * sin, v, fv * cos, top)
        return np.asarray(across, dtype=np.float32), np.asarray(along, dtype=np.float32)


def _random(seed: int, name: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, name]))


@lru_cache(maxsize=2)
def _band(seed: int) -> F32:
    """A tile of noise, read-only: the pictures of a batch have one seed."""
    white = _random(seed, 0).standard_normal((_TILE, _TILE), dtype=np.float32)
    margin = 16
    wide = cv2.copyMakeBorder(white, margin, margin, margin, margin, cv2.BORDER_WRAP)
    band = cv2.GaussianBlur(wide, (0, 0), _FINE) - cv2.GaussianBlur(wide, (0, 0), _COARSE)
    # The blur saw the tile's other side, so the tile repeats without a seam.
    band = band[margin:-margin, margin:-margin]
    tile = np.ascontiguousarray(band / band.std(), dtype=np.float32)
    tile.setflags(write=False)
    return tile


def _fade(plane: Plane, wave_u: float, wave_v: float) -> F32:
    """1 where a wave has four pixels or more, 0 where it has two: (rows, 1)."""
    pixels = np.minimum(wave_u / plane.du, wave_v / plane.dv)
    return np.asarray(np.clip(pixels / 2 - 1, 0, 1), dtype=np.float32)
