"""The photo that is measured, its sizes, and where the weights lie."""

import os
from pathlib import Path

import cv2
import numpy as np

from processing.engine.files import decode

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "tests" / "photos" / "blue-skirt.jpg"
SIZES = {"1 MP": (1152, 864), "12 MP": (4000, 3000)}


def models_dir() -> Path:
    """Where the weights lie on this machine."""
    return Path(os.environ.get("PACKSHOT_MODELS_DIR", ROOT / "var" / "models"))


def enlarged(photo: bytes, size: tuple[int, int]) -> bytes:
    """The photo as a JPEG of (width, height)."""
    pixels = decode.decode(photo, max_pixels=10_000_000).rgb
    larger = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
    return decode.encode(np.asarray(larger, dtype=np.uint8), None, format="jpg")
