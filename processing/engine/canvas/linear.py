"""Between stored sRGB values and light: averages of light are what an eye sees from afar.

16 bits hold every 8-bit value apart, with 20 steps to spare between the darkest two.
"""

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, U8, U16

FULL = 65535


def to_light(srgb: U8) -> U16:
    """sRGB of any shape as linear light, 0 to 65535 (IEC 61966-2-1)."""
    return np.asarray(cv2.LUT(srgb, _LIGHT), dtype=np.uint16)


def to_srgb(light: U16) -> U8:
    """The nearest 8-bit sRGB of linear light, 0 to 65535. Undoes to_light exactly."""
    return np.asarray(cv2.LUT(light, _SRGB), dtype=np.uint8)


def to_float(srgb: U8) -> F32:
    """sRGB of any shape as linear light, 0 to 1."""
    return np.asarray(cv2.LUT(srgb, _LIGHT_FLOAT), dtype=np.float32)


def from_float(light: F32) -> U8:
    """The nearest 8-bit sRGB of linear light, 0 to 1; what lies outside is clipped."""
    scaled = np.clip(light, 0, 1) * np.float32(FULL) + np.float32(0.5)
    return to_srgb(scaled.astype(np.uint16))


def encoded(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear light, 0 to 1, as sRGB, 0 to 1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def decoded(srgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sRGB, 0 to 1, as linear light, 0 to 1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


_EXACT = decoded(np.arange(256) / 255)
_LIGHT: U16 = np.round(_EXACT * FULL).astype(np.uint16)
_LIGHT_FLOAT: F32 = _EXACT.astype(np.float32)
_SRGB: U8 = np.round(encoded(np.arange(FULL + 1) / FULL) * 255).astype(np.uint8)
