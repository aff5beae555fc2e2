"""Barcodes drawn in memory, also with check digits that no encoder would write."""

from __future__ import annotations

import cv2
import numpy as np

from processing.engine.arrays import U8

_LEFT = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
_PARITIES = [
    "OOOOOO",
    "OOEOEE",
    "OOEEOE",
    "OOEEEO",
    "OEOOEE",
    "OEEOOE",
    "OEEEOO",
    "OEOEOE",
    "OEOEEO",
    "OEEOEO",
]
_TURNED = str.maketrans("01", "10")


def ean(digits: str) -> U8:
    """An EAN-13 with its quiet zones, one pixel a module: uint8 (60, 117)."""
    left = "".join(
        _LEFT[int(digit)] if parity == "O" else _LEFT[int(digit)].translate(_TURNED)[::-1]
        for digit, parity in zip(digits[1:7], _PARITIES[int(digits[0])], strict=True)
    )
    right = "".join(_LEFT[int(digit)].translate(_TURNED) for digit in digits[7:])
    modules = f"{'0' * 11}101{left}01010{right}101{'0' * 11}"
    row = np.array([255 if module == "0" else 0 for module in modules], np.uint8)
    return np.tile(row, (60, 1))


def laid(
    picture: U8, code: U8, *, middle: tuple[int, int], module: float = 3.0, angle: float = 0.0
) -> U8:
    """The picture with a code on it, `module` pixels a module, turned by `angle` degrees."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((code.shape[1] / 2, code.shape[0] / 2), angle, module)
    turn[:, 2] += np.array(middle) - np.array([code.shape[1], code.shape[0]]) / 2
    options = {"flags": cv2.INTER_LINEAR, "borderValue": 0}
    # Sharp bars first, as print is: enlarged by whole pixels, then laid in place.
    sharp = cv2.resize(code, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    turn[:, :2] /= 8
    bars = cv2.warpAffine(sharp, turn, (width, height), **options)
    inside = cv2.warpAffine(np.full_like(sharp, 255), turn, (width, height), **options) > 127
    laid_on = np.array(picture)
    laid_on[inside] = bars[inside][:, None]
    return np.asarray(cv2.GaussianBlur(laid_on, (0, 0), 0.7), np.uint8)
