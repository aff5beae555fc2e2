"""A lens's faults as functions of the distance from the photo's middle, and the photo without them."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from processing.engine.arrays import F32, F64

# What a table of radii reaches to, in halves of the diagonal: a little beyond the corners.
REACH: Final = 1.25
_ENTRIES: Final = 65
# Colors that come apart by less, in pixels, are left as they are: three resamplings would cost more.
_APART: Final = 0.2
# The photo without its distortion is scaled by this at most, so that nothing beyond the photo shows.
_SCALES: Final = (0.5, 1.5)
_HALVINGS: Final = 30
_BORDER: Final = 33  # places along each side that are asked


@dataclass(frozen=True, slots=True)
class Distortion:
    """How far from the middle a lens draws what belongs elsewhere.

    - `radii`: distances in the photo without distortion, in halves of its diagonal, rising from 0: float64 (n,).
    - `ratios`: by what factor the lens's photo has them farther out, for red, green and blue, or for all three:
      float64 (3, n) or (1, n).
    - `falloff`: what light is left at each of these distances of the lens's photo, 1 in the middle: float64 (n,).
    """

    radii: F64
    ratios: F64
    falloff: F64 = field(default_factory=lambda: np.ones(1))

    @property
    def has_falloff(self) -> bool:
        """Whether corners are darker at all."""
        return bool(np.any(self.falloff != 1))


@dataclass(frozen=True, slots=True)
class Corrected:
    """A photo of some size (width, height) without its lens's faults, of the same size: scaled so that it is
    filled to the corners."""

    distortion: Distortion
    size: tuple[int, int]
    scale: float

    @property
    def channels(self) -> tuple[int, ...]:
        """The rows of the distortion's `ratios` that are to be asked: one where colors lie together."""
        ratios = self.distortion.ratios
        apart = np.ptp(ratios, axis=0) * self.distortion.radii * _half_diagonal(self.size)
        inside = self.distortion.radii <= 1
        return (
            (0, 1, 2) if len(ratios) == 3 and apart[inside].max() > _APART else (len(ratios) // 2,)
        )

    def places(self, at: F64, channel: int) -> F64:
        """Where in the lens's photo places of it lie, both float64 (..., 2) as x and y."""
        middle = (np.array(self.size) - 1) / 2
        away = (at - middle) * self.scale
        radius = np.hypot(away[..., 0], away[..., 1]) / _half_diagonal(self.size)
        ratio = np.interp(radius, self.distortion.radii, self.distortion.ratios[channel])
        return np.asarray(middle + away * ratio[..., None], np.float64)

    def light(self, at: F64) -> F32:
        """By what factor light at places of it, float64 (..., 2), is to grow: float32 (...)."""
        middle = (np.array(self.size) - 1) / 2
        away = self.places(at, self.channels[0]) - middle
        radius = np.hypot(away[..., 0], away[..., 1]) / _half_diagonal(self.size)
        falloff = np.broadcast_to(self.distortion.falloff, self.distortion.radii.shape)
        return np.asarray(1 / np.interp(radius, self.distortion.radii, falloff), np.float32)


def corrected(distortion: Distortion, size: tuple[int, int]) -> Corrected:
    """A photo of that size (width, height) without the distortion, scaled to what the photo covers."""
    border = _border(size)
    low, high = _SCALES
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _is_inside(Corrected(distortion, size, middle), border):
            low = middle
        else:
            high = middle
    return Corrected(distortion, size, low)


def radii() -> F64:
    """The distances of a table."""
    return np.linspace(0, REACH, _ENTRIES)


def _border(size: tuple[int, int]) -> F64:
    right, bottom = size[0] - 1.0, size[1] - 1.0
    x, y = np.linspace(0, right, _BORDER), np.linspace(0, bottom, _BORDER)
    sides = [
        np.stack(np.broadcast_arrays(*side), axis=-1)
        for side in ((x, 0.0), (x, bottom), (0.0, y), (right, y))
    ]
    return np.concatenate(sides)


def _is_inside(view: Corrected, border: F64) -> bool:
    last = np.array(view.size) - 1.0
    found = np.stack([view.places(border, channel) for channel in view.channels])
    return bool(np.all(found >= 0) and np.all(found <= last))


def _half_diagonal(size: tuple[int, int]) -> float:
    return max(float(np.hypot(*size)) / 2, 1.0)
