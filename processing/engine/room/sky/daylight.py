"""The light of a clear sky by where one looks: A. Preetham, P. Shirley, B. Smits, A Practical Analytic Model for
Daylight (SIGGRAPH 1999), with the distribution of R. Perez et al., All-Weather Model for Sky Luminance
Distribution (Solar Energy 1993)."""

from typing import Final

import numpy as np

from processing.engine.arrays import F32, F64

# Slopes and offsets by turbidity of the five coefficients A to E, for luminance and chromaticities x and y.
_PEREZ: Final = (
    ((0.1787, -1.4630), (-0.3554, 0.4275), (-0.0227, 5.3251), (0.1206, -2.5771), (-0.0670, 0.3703)),
    ((-0.0193, -0.2592), (-0.0665, 0.0008), (-0.0004, 0.2125), (-0.0641, -0.8989), (-0.0033, 0.0452)),
    ((-0.0167, -0.2608), (-0.0950, 0.0092), (-0.0079, 0.2102), (-0.0441, -1.6537), (-0.0109, 0.0529)),
)  # fmt: skip
# The zenith's x and y by turbidity (rows: its square, itself, 1) and the sun's angle from it (columns: its
# cube, its square, itself, 1).
_ZENITH: Final = (
    ((0.00166, -0.00375, 0.00209, 0), (-0.02903, 0.06377, -0.03202, 0.00394),
     (0.11693, -0.21196, 0.06052, 0.25886)),
    ((0.00275, -0.00610, 0.00317, 0), (-0.04214, 0.08970, -0.04153, 0.00516),
     (0.15346, -0.26756, 0.06670, 0.26688)),
)  # fmt: skip
# CIE XYZ to linear sRGB (IEC 61966-2-1).
_TO_RGB: Final = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def clear_sky(up: F32, to_sun: F32, *, sun: float, turbidity: float) -> F32:
    """The light of a clear sky, linear sRGB, float32 (h, w, 3), of luminance 1 at the zenith.

    `up` is the sine of the elevation looked at, above 0, and `to_sun` the cosine of the angle to the sun,
    float32 (h, w); `sun` is its angle from the zenith, in radians; `turbidity` 2 (very clear) to 6 (haze).
    """
    cosine = np.clip(to_sun.astype(np.float64), -1, 1)
    angle = np.arccos(cosine)
    height = np.maximum(up, 0.02).astype(np.float64)
    luminance, x, y = (
        _perez(height, angle, coefficients) / _perez(np.ones(1), np.full(1, sun), coefficients)
        for coefficients in (_coefficients(channel, turbidity) for channel in range(3))
    )
    by_turbidity = np.array([turbidity**2, turbidity, 1])
    by_sun = np.array([sun**3, sun**2, sun, 1])
    x *= by_turbidity @ np.array(_ZENITH[0]) @ by_sun
    y *= by_turbidity @ np.array(_ZENITH[1]) @ by_sun
    xyz = np.stack([x / y, np.ones_like(x), (1 - x - y) / y], axis=-1) * luminance[..., None]
    return np.asarray(np.maximum(xyz @ _TO_RGB.T, 0), np.float32)


def _coefficients(channel: int, turbidity: float) -> F64:
    slopes, offsets = np.array(_PEREZ[channel]).T
    return np.asarray(slopes * turbidity + offsets, np.float64)


def _perez(up: F64, angle: F64, coefficients: F64) -> F64:
    a, b, c, d, e = coefficients
    by_height = 1 + a * np.exp(b / up)
    return np.asarray(by_height * (1 + c * np.exp(d * angle) + e * np.cos(angle) ** 2), np.float64)
