"""Pictures made in memory: size, mode, format and options as arguments."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

MP50 = 50_000_000


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A smooth picture without symmetry: any turn or color shift shows."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    rgb = np.stack([across * 255, down * 255, across * down * 255], axis=-1)
    return Image.fromarray(rgb.astype(np.uint8)).convert(mode)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image
