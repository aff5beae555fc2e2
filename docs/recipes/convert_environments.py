"""How `processing/engine/environments/*.webp` were made, once, from small OpenEXR panoramas.

    pip install OpenEXR
    python docs/recipes/convert_environments.py FOLDER_OF_EXR processing/engine/environments

Each file holds RGBE: three 8-bit mantissas and in the alpha channel their common exponent plus 128
(Greg Ward, "Real Pixels", Graphics Gems II, 1991), in a lossless WebP. A panorama is thrown far out
of focus, so mantissas are rounded to even numbers, which saves a quarter and shows nowhere.

The originals were made smaller with a sharp filter: around suns and lamps they swing below zero, and
suns themselves overflowed. Those places take their color from around them.
"""

import argparse
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]

# Enough that a lamp thrown out of focus still bleaches its disc of light.
BRIGHTEST = 64.0
DARKEST = 2.0**-10


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    for path in sorted(arguments.source.glob("*.exr")):
        encoded = rgbe(repaired(read(path)))
        file = arguments.target / f"{path.stem}.webp"
        quality = [cv2.IMWRITE_WEBP_QUALITY, 101]  # above 100 is lossless
        _, data = cv2.imencode(".webp", cv2.cvtColor(encoded, cv2.COLOR_RGBA2BGRA), quality)
        file.write_bytes(data.tobytes())


def read(path: Path) -> F32:
    """Linear light, float32 (h, w, 3)."""
    exr = import_module("OpenEXR")  # this recipe alone needs it
    with exr.File(str(path)) as file:
        pixels = next(iter(file.channels().values())).pixels
    return np.asarray(pixels[..., :3], dtype=np.float32)


def repaired(panorama: F32) -> F32:
    """Suns without overflow, no ringing around them, nothing below zero."""
    finite = np.nan_to_num(panorama, nan=0.0, posinf=65504.0, neginf=0.0)
    sun = (finite.max(axis=-1) > BRIGHTEST).astype(np.uint8)
    near_sun = np.asarray(cv2.dilate(sun, np.ones((7, 7), np.uint8)))[..., None] > 0
    calm = np.dstack([cv2.medianBlur(np.maximum(finite[..., c], 0), 5) for c in range(3)])
    blurred = np.asarray(cv2.GaussianBlur(np.clip(calm, 0, 1), (0, 0), 3), dtype=np.float32)
    color = blurred / np.maximum(blurred.max(axis=-1, keepdims=True), 1e-6)
    # Elsewhere only what swings below is mended: the peak beside it is a star or a lamp.
    mended = np.where(near_sun | (finite < 0), calm, finite)
    whole = np.where(sun[..., None] > 0, BRIGHTEST * color, mended)
    return np.clip(whole, 0, BRIGHTEST).astype(np.float32)


def rgbe(linear: F32) -> npt.NDArray[np.uint8]:
    """Mantissas and exponent, uint8 (h, w, 4)."""
    largest = np.maximum(linear.max(axis=-1), DARKEST)
    exponent = np.ceil(np.log2(largest))
    mantissa = np.round(linear / np.exp2(exponent)[..., None] * 127) * 2
    return np.dstack([np.clip(mantissa, 0, 255), exponent + 128]).astype(np.uint8)


if __name__ == "__main__":
    main()
