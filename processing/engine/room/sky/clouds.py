"""Clouds, drawn: heaps with flat bases low in the sky, and fibers of ice high in it.

Low clouds are a stack of level layers, walked through from below as one sees them, each with its own
perspective, so that sides and bases of clouds show. Where a layer has cloud is told by fractal noise against a
threshold that rises with height (D. Ebert et al., Texturing and Modeling: A Procedural Approach, 2003, chapter
17); absolute values of noise make them bulge (K. Perlin's turbulence, SIGGRAPH 1985). Light is lost along the way
from the sun and to the eye (Beer and Lambert's law). High clouds are one layer of noise, drawn out by the wind.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32
from processing.engine.plans.room import SkyKind

_TILE: Final = 1024
_LAYERS: Final = 18
# Kilometres: where low clouds begin and how tall they are, where high ones are; what a tile covers of each.
_BASE, _TALL, _HIGH = 1.1, 0.7, 7.0
_WIDE, _DETAIL, _FIBERS = 14.0, 4.5, 60.0
# How far noise moves with a layer's height, in kilometres, and by which angle.
_ROUND, _TURN = np.float32(0.22), 5.0
_COVER: Final = 0.27
_ROUGH: Final = 0.36  # how much bulges count beside the wide noise
# Light from behind of which less than this comes through is none.
_OPAQUE: Final = 1e-3
_ROW: Final = 64
# The earth's bend: no layer is farther away than if one looked up by this sine.
_BEND: Final = 0.035


Plane = Any  # float32 (h, w)


@dataclass(frozen=True, slots=True)
class Rays:
    """Where each pixel looks: `right`, `up` and `ahead`, float32 (h, w), of length 1; `sun`, the direction
    towards it in the same terms."""

    right: F32
    up: F32
    ahead: F32
    sun: tuple[float, float, float]

    def at(self, places: Any) -> "Rays":
        """Those of some places alone, in rows."""
        right, up, ahead = (_in_rows(part[places]) for part in (self.right, self.up, self.ahead))
        return Rays(right, up, ahead, self.sun)


@dataclass(frozen=True, slots=True)
class Clouds:
    """Per pixel, float32 of one shape: `cover`, how much of the sky behind is hidden, 0 to 1; `lit`, how bright they
    are there, 0 to 1; `far`, kilometres to them."""

    cover: F32
    lit: F32
    far: F32


class Weather:
    """The noise of one seed. The same seed gives the same clouds."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._start = self._random(0).uniform(0, _WIDE, 2)

    def prepare(self, kind: SkyKind) -> None:
        """Draw the noise that a kind of sky needs, before several threads ask for it."""
        if kind != "CLEAR":
            _ = self._wide, (self._least, self._highest) if kind == "LOW_CLOUD" else self._fibers

    @cached_property
    def _wide(self) -> F32:
        return _fractal(self._random(1), lowest=5, falloff=1.75)

    @cached_property
    def _fibers(self) -> F32:
        return _fractal(self._random(2), lowest=6, falloff=1.35)

    @cached_property
    def _bulges(self) -> F32:
        return _bulging(self._random(3))

    def _random(self, name: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self._seed, name]))

    @cached_property
    def _least(self) -> np.float32:
        """The threshold of wide noise: beyond it there is cloud at the base."""
        return np.float32(np.quantile(self._wide, 1 - _COVER))

    @cached_property
    def _highest(self) -> np.float32:
        return np.float32(_ROUGH * self._bulges.max())

    def low(self, rays: Rays, places: Any, seed: int) -> Clouds:
        """Heaps of cloud at some places, indices of n, over about `_COVER` of the sky: n or a few more values in
        rows. Each pixel's layers lie a little higher or lower, by a seed, so that none of them shows: they are to be
        smoothed."""
        jitter = np.random.Generator(np.random.PCG64(seed)).random(rays.up.shape, np.float32)
        rays, jitter = rays.at(places), _in_rows(jitter[places])
        through, seen, lit, far = (np.full_like(rays.up, start) for start in (1, 0, 0, 0))
        least, highest = self._least, self._highest
        bend = 1 / (rays.up + np.float32(_BEND))
        right: Plane = rays.right * bend
        ahead: Plane = rays.ahead * bend
        for layer in range(_LAYERS):
            height = (layer + jitter) * np.float32(1 / _LAYERS)
            place: Plane = np.float32(_BASE) + np.float32(_TALL) * height
            across, along = right * place, ahead * place
            wide = self._look(self._wide, across, along, _WIDE, 0.0)
            # Most of the sky is clear, or hidden by what is lower: only the rest is looked at closely.
            may = (wide - least + _rough(height) * highest > _thinner(height)) & (through > _OPAQUE)
            there = _in_rows(np.flatnonzero(may))
            if not there.size:
                continue
            parts = (across, along, height, wide - least)
            more, dense = self._at(*(plane.ravel()[there] for plane in parts))
            cloudy = dense > 0
            if not cloudy.any():
                continue
            there, more, dense = (_in_rows(part[cloudy]) for part in (there, more, dense))
            across, along, height, place = (
                plane.ravel()[there] for plane in (across, along, height, place)
            )
            taken = through.flat[there] * (1 - np.exp(dense * np.float32(-30 / _LAYERS)))
            shine = self._lit((across, along), height, more, rays.sun, least)
            lit.flat[there] += taken * shine
            far.flat[there] += taken * place * bend.flat[there]
            seen.flat[there] += taken
            through.flat[there] -= taken
        some: Plane = np.maximum(seen, np.float32(1e-3))
        return Clouds(seen, lit / some, far / some)

    def high(self, rays: Rays, places: Any) -> Clouds:
        """Fibers of ice across the sky, as `low` has its clouds."""
        rays = rays.at(places)
        away = np.float32(_HIGH) / (rays.up + np.float32(_BEND))
        across: Plane = rays.right * away
        along: Plane = rays.ahead * away
        along, across = 0.8 * along + 0.6 * across, 0.8 * across - 0.6 * along
        # Hardly bent, and far longer than wide, or they look like paint that was stirred.
        bend = self._look(self._wide, across, along * 0.5, 3 * _FIBERS, 0.0)
        across, along = across + 0.6 * bend, along + 0.6 * bend
        fibers = self._look(self._fibers, across, along * 0.12, _FIBERS, 3.0)
        finer = self._look(self._fibers, across * 1.1, along * 0.15, _FIBERS / 3, 11.0)
        where = self._look(self._wide, across * 0.7, along * 0.4, 1.6 * _FIBERS, 7.0)
        dense = np.asarray(0.55 + 0.3 * fibers + 0.2 * finer, np.float32)
        cover = 0.7 * arrays.smooth_step(where, -0.6, 1.8) * arrays.smooth_step(dense, -0.5, 1.7)
        veil = 0.25 * arrays.smooth_step(where, -1.2, 2.5)
        cover = np.asarray(1 - (1 - cover) * (1 - veil), np.float32)
        return Clouds(cover, np.ones_like(cover), away * np.float32(0.3))

    def _at(self, across: F32, along: F32, height: F32, beyond: F32) -> tuple[F32, F32]:
        """How much cloud there is above a place, and how dense it is there, 0 to 1; `beyond` is how far the wide
        noise is beyond the threshold."""
        # (moved around a circle with height: along a line they would become columns)
        turn = height * np.float32(_TURN)
        bulges = self._look(
            self._bulges,
            across + _ROUND * np.cos(turn),
            along + _ROUND * np.sin(turn),
            _DETAIL,
            2.0,
        )
        more = beyond + _rough(height) * bulges * np.float32(_ROUGH)
        return more, np.clip((more - _thinner(height)) * 3, 0, 1)

    def _lit(
        self,
        place: tuple[F32, F32],
        height: F32,
        more: F32,
        sun: tuple[float, float, float],
        least: np.float32,
    ) -> F32:
        """How much light comes to a layer: from the sun through what is above it, and from all of the sky."""
        step = 0.16
        toward = step * _TALL / max(sun[1], 0.3)
        across = place[0] + np.float32(toward * sun[0])
        along = place[1] + np.float32(toward * sun[2])
        wide = self._look(self._wide, across, along, _WIDE, 0.0)
        _, shade = self._at(across, along, height + np.float32(step), wide - least)
        above = np.maximum(more - _thinner(height), 0)
        direct = np.exp(-1.4 * shade - 0.7 * above)
        return np.asarray(direct * 0.55 + 0.45 * (0.2 + 0.8 * height), np.float32)

    def _look(self, tile: F32, across: F32, along: F32, wide: float, shift: float) -> F32:
        by = _TILE / wide
        left, top = self._start + shift
        return np.asarray(
            cv2.remap(
                tile,
                (across + np.float32(left)) * np.float32(by),
                (along + np.float32(top)) * np.float32(by),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            ),
            np.float32,
        )


def _rough(height: F32) -> Plane:
    """By how much bulges count: bases are flat."""
    return np.minimum(height * np.float32(2.2) + np.float32(0.3), 1)


def _thinner(height: F32) -> Plane:
    """By how much the threshold rises with height."""
    return height * height * np.float32(1.7)


def _in_rows(places: Any) -> Any:
    """Places, (n,), as rows, as OpenCV takes no line of any length; some of them twice."""
    return np.resize(places, (-(-places.size // _ROW), _ROW))


def _fractal(random: np.random.Generator, *, lowest: float, falloff: float) -> F32:
    """Noise whose waves are the weaker the shorter: float32 (_TILE, _TILE), repeating, of mean 0, deviation 1.
    None is much longer than a tile's side over `lowest`."""
    waves = _waves()
    strength = (waves > 0.5 * lowest) / np.maximum(waves, np.float32(lowest)) ** falloff
    return _standard(_filtered(_spectrum(random), strength))


def _bulging(random: np.random.Generator) -> F32:
    """Noise that bulges: absolute values of bands, creases between them; of mean 0 and deviation 1."""
    total: Plane = np.zeros((_TILE, _TILE), np.float32)
    spectrum, octaves = _spectrum(random), np.log2(_waves() + np.float32(1e-3))
    for octave in range(6):
        off = octaves - np.float32(np.log2(6) + octave)
        band = _filtered(spectrum, np.exp(-3 * off * off))
        total += np.abs(_standard(band)) * np.float32(0.55**octave)
    return _standard(total)


def _waves() -> F32:
    """How many waves across a tile each place of its spectrum stands for."""
    along = np.fft.fftfreq(_TILE, 1 / _TILE).astype(np.float32)
    return np.asarray(np.hypot(along[:, None], along), np.float32)


def _spectrum(random: np.random.Generator) -> Plane:
    white = random.standard_normal((_TILE, _TILE), dtype=np.float32)
    return cv2.dft(white, flags=cv2.DFT_COMPLEX_OUTPUT)


def _filtered(spectrum: Plane, strength: Plane) -> Plane:
    strength = strength.astype(np.float32)[..., None]
    return cv2.dft(spectrum * strength, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT)


def _standard(noise: Plane) -> F32:
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)
