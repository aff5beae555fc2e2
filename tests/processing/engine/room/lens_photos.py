"""Photos by lenses whose faults are known: a drawn room, bent, and JPEGs whose EXIF names a lens."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as Pillow

from processing.engine.arrays import F64, U8
from processing.engine.room import resampling

CAMERA = {"make": "Canon", "model": "Canon EOS 5D Mark IV"}
LENS = "EF24-70mm f/2.8L II USM"


def bent(rgb: U8, k: float) -> U8:
    """The photo as a lens draws it whose distortion has this parameter in the division model."""
    height, width = rgb.shape[:2]
    half = np.hypot(width, height) / 2
    middle = (np.array([width, height]) - 1) / 2

    def places(at: F64) -> F64:
        away = (at - middle) / half
        square = (away**2).sum(axis=-1, keepdims=True)
        return np.asarray(middle + away / (1 + k * square) * half, np.float64)

    return resampling.resampled(rgb, (width, height), [places])


def jpeg(
    rgb: U8,
    *,
    make: Any = "Canon",
    model: Any = "Canon EOS 5D Mark IV",
    lens: Any = LENS,
    focal: Any = 24.0,
    aperture: Any = 8.0,
    size: tuple[int, int] | None = None,
) -> bytes:
    """A JPEG whose EXIF says with what it was taken."""
    exif = Pillow.Exif()
    exif[0x010F], exif[0x0110] = make, model
    block = exif.get_ifd(0x8769)
    block[0xA434], block[0x920A], block[0x829D] = lens, focal, aperture
    if size is not None:
        block[0xA002], block[0xA003] = size
    out = BytesIO()
    Pillow.fromarray(rgb).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()
