"""Color spaces that a file names by numbers (ITU-T H.273) instead of by a profile, and their way
to sRGB.

High dynamic range (PQ and HLG, ITU-R BT.2100) becomes what an ordinary screen can show by the curve
of ITU-R BT.2390, section 5.4, from a display of 1,000 cd/m2 to one whose white is at 203 cd/m2
(ITU-R BT.2408), on the largest of red, green and blue, so that hues stay.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine import parallel
from processing.engine.arrays import F32, F64, U8, U16
from processing.engine.canvas import linear

# x and y of white, red, green and blue.
Chromaticities = tuple[float, float, float, float, float, float, float, float]

_D65 = (0.3127, 0.329)
SRGB: Chromaticities = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
# H.273, table 2. Of 10 (XYZ) there is no picture anybody took.
PRIMARIES: dict[int, Chromaticities] = {
    1: SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
# H.273, table 3. 1, 6, 11, 14 and 15 are for television, whose screens turn them into light by a power
# of 2.4 (ITU-R BT.1886).
TELEVISION = {1, 6, 11, 14, 15}
GAMMAS = {4: 2.2, 5: 2.8} | dict.fromkeys(TELEVISION, 2.4)
SMPTE_240M, LINEAR, SRGB_CURVE, PQ, SMPTE_428, HLG = 7, 8, 13, 16, 17, 18
TRANSFERS = {*GAMMAS, SMPTE_240M, LINEAR, SRGB_CURVE, PQ, SMPTE_428, HLG}
TONE_CURVE = "ITU-R BT.2390"
_PEAK, _WHITE = 1000.0, 203.0
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_STRIP = 64


@dataclass(frozen=True, slots=True)
class ColorSpace:
    """Primaries, and the curve from stored values to light: `transfer` is of TRANSFERS, or `gamma`
    is set and the curve is a plain power."""

    primaries: Chromaticities = SRGB
    transfer: int = SRGB_CURVE
    gamma: float | None = None

    @property
    def is_srgb(self) -> bool:
        return self == ColorSpace()

    @property
    def tone_curve(self) -> str | None:
        """The curve by which high dynamic range is brought to sRGB's, or None for other spaces."""
        return TONE_CURVE if self.gamma is None and self.transfer in (PQ, HLG) else None


def to_srgb(rgb: U8 | U16, space: ColorSpace) -> U8:
    """Convert pixels (h, w, 3) of 8 or 16 bits; what sRGB can't hold is clipped."""
    top = np.iinfo(rgb.dtype).max
    curve, matrix = _curve(space, int(top)), _matrix(space.primaries, SRGB)
    out = np.empty(rgb.shape, np.uint8)

    def strip(start: int) -> None:
        part = slice(start, start + _STRIP)
        light = curve[rgb[part]]
        if space.transfer == HLG and space.gamma is None:
            light = _displayed(light, space)
        light = np.asarray(cv2.transform(light, matrix), np.float32)
        if space.tone_curve is not None:
            light = _tone_mapped(light)
        out[part] = linear.from_float(light)

    parallel.each(strip, range(0, rgb.shape[0], _STRIP))
    return out


@lru_cache(maxsize=8)
def _curve(space: ColorSpace, top: int) -> F32:
    """The light of every stored value: 0 to 1; cd/m2 for PQ, and the scene's light for HLG."""
    values = np.arange(top + 1) / top
    return _light(values, space).astype(np.float32)


def _light(values: F64, space: ColorSpace) -> F64:
    gamma = space.gamma or GAMMAS.get(space.transfer)
    if gamma is not None:
        return np.asarray(values**gamma)
    if space.transfer == SMPTE_240M:
        return np.where(values < 0.0913, values / 4, ((values + 0.1115) / 1.1115) ** (1 / 0.45))
    if space.transfer == SMPTE_428:
        return 52.37 / 48 * values**2.6
    if space.transfer == LINEAR:
        return values
    if space.transfer == PQ:
        return _from_pq(values)
    if space.transfer == HLG:
        dark = values**2 / 3
        return np.where(
            values <= 0.5, dark, (np.exp((values - 0.55991073) / 0.17883277) + 0.28466892) / 12
        )
    return linear.decoded(values)


def _displayed(light: F32, space: ColorSpace) -> F32:
    """The light in cd/m2 that a display of _PEAK makes of HLG's scene (BT.2100, table 5)."""
    luminance = np.maximum(light @ _to_xyz(space.primaries)[1].astype(np.float32), 1e-6)
    return np.asarray(light * (np.float32(_PEAK) * luminance**0.2)[..., None], np.float32)


def _tone_mapped(light: F32) -> F32:
    """Linear sRGB, 0 to 1, of linear sRGB in cd/m2."""
    brightest, gains = np.maximum(light.max(axis=-1), 1e-6), _gains()
    steps = np.linspace(0, 1, len(gains))
    gain = np.interp(np.sqrt(np.sqrt(brightest / _PEAK)), steps, gains)
    gain = (gain * np.minimum(1, _PEAK / brightest)).astype(np.float32)
    return np.asarray(light * gain[..., None], np.float32)


@lru_cache(maxsize=1)
def _gains() -> F64:
    """What light is multiplied by, over the fourth root of its brightness."""
    nits = np.maximum(np.linspace(0, 1, 4097) ** 4 * _PEAK, 1e-6)
    return _mapped(nits) / nits


def _mapped(nits: F64) -> F64:
    """BT.2390's curve (its EETF), from 0 to _PEAK cd/m2 to 0 to 1."""
    source = _to_pq(nits) / _to_pq(np.array(_PEAK))
    most = float(_to_pq(np.array(_WHITE)) / _to_pq(np.array(_PEAK)))
    knee = 1.5 * most - 0.5
    t = np.clip((source - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    mapped = np.where(source < knee, source, spline)
    return _from_pq(mapped * _to_pq(np.array(_PEAK))) / _WHITE


_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def _from_pq(values: npt.NDArray[np.floating]) -> F64:
    """cd/m2 of PQ values (SMPTE ST 2084)."""
    power = np.asarray(values, np.float64) ** (1 / _M2)
    return np.asarray(10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1))


def _to_pq(nits: npt.NDArray[np.floating]) -> F64:
    power = (np.asarray(nits, np.float64) / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


@lru_cache(maxsize=16)
def _matrix(source: Chromaticities, target: Chromaticities) -> F64:
    """Linear RGB of one set of primaries to another's, white to white (Bradford)."""
    if source == target:
        return np.eye(3)
    adapted = _adapted(_white(source), _white(target))
    return np.asarray(np.linalg.inv(_to_xyz(target)) @ adapted @ _to_xyz(source))


def _to_xyz(space: Chromaticities) -> F64:
    columns = np.array([_xyz(space[2 * i], space[2 * i + 1]) for i in (1, 2, 3)]).T
    return np.asarray(columns * np.linalg.solve(columns, _white(space)))


def _white(space: Chromaticities) -> F64:
    return _xyz(space[0], space[1])


def _adapted(source: F64, target: F64) -> F64:
    gains = (_BRADFORD @ target) / (_BRADFORD @ source)
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD)


def _xyz(x: float, y: float) -> F64:
    return np.array([x / y, 1, (1 - x - y) / y])
