"""The pictures that somebody has looked at and accepted, and how far others are from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.processing.engine.golden.looks import LOOKS, Look

PICTURES = Path(__file__).parent / "pictures"
_TILE, _COLUMNS, _LINE = 168, 7, 14


@dataclass(frozen=True)
class Difference:
    """In levels of 255, of the channels as they are seen (colors times alpha, and alpha): at the worst
    pixel, and on average."""

    most: float
    mean: float

    def passes(self, look: Look) -> bool:
        return self.most <= look.most and self.mean <= look.mean


def path(name: str) -> Path:
    return PICTURES / f"{name}.webp"


def accepted(name: str) -> Image.Image:
    with Image.open(path(name)) as picture:
        return picture.copy()


def difference(one: Image.Image, other: Image.Image) -> Difference:
    if one.size != other.size:
        return Difference(255, 255)
    apart = np.abs(_seen(one) - _seen(other))
    return Difference(float(apart.max()), float(apart.mean()))


def accept(name: str, picture: Image.Image) -> str:
    """Write a look down, unless it is as it was: then its file stays, byte for byte."""
    if path(name).is_file() and difference(accepted(name), picture).passes(LOOKS[name]):
        return "unchanged"
    is_new = not path(name).is_file()
    PICTURES.mkdir(exist_ok=True)
    picture.save(path(name), lossless=True, exact=True, quality=100, method=6)
    return "new" if is_new else "changed"


def show(folder: Path, name: str, picture: Image.Image) -> None:
    """Write a picture that is not as accepted, and where it differs (grey: nothing does)."""
    picture.save(folder / f"{name}.png")
    if path(name).is_file() and accepted(name).size == picture.size:
        apart = _seen(picture) - _seen(accepted(name))
        grey = (128 + 4 * apart[..., :3]).clip(0, 255).astype(np.uint8)
        Image.fromarray(grey).save(folder / f"{name}-difference.png")


def sheet() -> Image.Image:
    """All accepted pictures on one page, on a chequered ground."""
    rows = -(-len(LOOKS) // _COLUMNS)
    page = Image.new("RGB", (_COLUMNS * _TILE, rows * (_TILE + _LINE)), (235, 235, 235))
    draw = ImageDraw.Draw(page)
    for number, name in enumerate(LOOKS):
        left, top = number % _COLUMNS * _TILE, number // _COLUMNS * (_TILE + _LINE)
        draw.text((left + 4, top + 1), name, fill=(0, 0, 0))
        picture = accepted(name).convert("RGBA")
        ground = Image.fromarray(_chequers(picture.height, picture.width)).convert("RGBA")
        page.paste(Image.alpha_composite(ground, picture), (left + 4, top + _LINE))
    return page


def _chequers(height: int, width: int) -> Any:
    down, across = np.mgrid[0:height, 0:width] // 8
    grey = np.where((down + across) % 2, 200, 250).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def _seen(picture: Image.Image) -> Any:
    pixels = np.array(picture.convert("RGBA"), np.float32)
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels
