"""How different two colors look: CIEDE2000, as Sharma, Wu and Dalal write it down ("The CIEDE2000
color-difference formula", Color Research and Application, 2005)."""

import cv2
import numpy as np

from processing.engine.arrays import F32, F64, U8

_SEVENTH = 25.0**7


def lab_of(rgb: U8) -> F32:
    """sRGB uint8 (h, w, 3) as CIELAB of D65, float32 (h, w, 3)."""
    scaled = rgb.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def differences(one: F32, other: F32) -> F64:
    """CIEDE2000 between two arrays of CIELAB colors (..., 3), float64 (...)."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    bent = _bent((np.hypot(*_ab(first)) + np.hypot(*_ab(second))) / 2)
    (c1, h1), (c2, h2) = (_polar(lab, bent) for lab in (first, second))
    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where(c1 * c2 == 0, 0, turn)
    lightness = (first[..., 0] + second[..., 0]) / 2
    chroma = (c1 + c2) / 2
    # The mean hue lies half of the way; of colors without any, at the other's.
    hue = np.where(c1 * c2 == 0, h1 + h2, h1 + turn / 2) % 360
    off = (lightness - 50) ** 2
    by_lightness = (second[..., 0] - first[..., 0]) / (1 + 0.015 * off / np.sqrt(20 + off))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    apart = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    by_hue = apart / (1 + 0.015 * chroma * _weight_of(hue))
    total = by_lightness**2 + by_chroma**2 + by_hue**2
    mixed = _rotation(hue, chroma) * by_chroma * by_hue
    return np.asarray(np.sqrt(np.maximum(total + mixed, 0)))


def _ab(lab: F64) -> tuple[F64, F64]:
    return lab[..., 1], lab[..., 2]


def _bent(chroma: F64) -> F64:
    return np.asarray(1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + _SEVENTH))))


def _polar(lab: F64, bent: F64) -> tuple[F64, F64]:
    a, b = lab[..., 1] * bent, lab[..., 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _weight_of(hue: F64) -> F64:
    return np.asarray(
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )


def _rotation(hue: F64, chroma: F64) -> F64:
    turned = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    strength = 2 * np.sqrt(chroma**7 / (chroma**7 + _SEVENTH))
    return np.asarray(-np.sin(np.radians(2 * turned)) * strength)
