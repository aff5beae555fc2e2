"""From linear light to the bytes of a picture: tone curve, dither, guidance."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.canvas.linear import encoded

_KNEE = 0.82
_STEPS, _BRIGHTEST = 4095, 1.5
# Deviation of the film grain in bytes: hides the steps of slow gradients, and shows nowhere else.
_GRAIN = 0.75
_STRIP = 256
# Guidance acts on what is larger than this share of the longer side, from weak to strong.
_COARSE, _FINE = 0.09, 0.03
_GUIDE_SIDE = 160


def _curve() -> F32:
    """The tone curve by the square root of linear light (0 to 1.5): straight up to the knee, then
    bending towards white; in bytes."""
    light = np.square(np.arange(_STEPS + 1) / _STEPS) * _BRIGHTEST
    bent = _KNEE + (1 - _KNEE) * (1 - np.exp(-(light - _KNEE) / (1 - _KNEE)))
    light = np.where(light < _KNEE, light, bent)
    return (encoded(light) * 255).astype(np.float32)


_CURVE = _curve()


def display(linear: F32) -> F32:
    """Linear light (h, w, 3) through the tone curve to sRGB, float32 from 0 to 255."""
    shown = np.empty_like(linear)

    def convert(rows: slice) -> None:
        light = np.clip(linear[rows], 0, _BRIGHTEST)
        places = np.sqrt(light * np.float32(_STEPS**2 / _BRIGHTEST))
        np.take(_CURVE, places.astype(np.uint16), out=shown[rows])

    _in_strips(convert, len(linear))
    return shown


def saturated(linear: F32, saturation: float) -> F32:
    """Colors nearer to grey (below 1) or further from it (above), luminance kept."""
    if saturation == 1:
        return linear
    red, green, blue = (linear[..., channel] for channel in range(3))
    grey = np.float32(0.2126) * red + np.float32(0.7152) * green + np.float32(0.0722) * blue
    mixed = grey[..., None] + np.float32(saturation) * (linear - grey[..., None])
    return np.asarray(np.maximum(mixed, 0), dtype=np.float32)


def to_bytes(picture: F32, random: np.random.Generator) -> U8:
    """Rounded with a breath of grain, uint8 (h, w, 3)."""
    width = picture.shape[1]
    tile = random.standard_normal((_STRIP, _STRIP, 1), dtype=np.float32) * np.float32(_GRAIN)
    grain = np.tile(tile, (1, -(-width // _STRIP), 3))[:, :width]
    whole = np.empty(picture.shape, np.uint8)

    def convert(rows: slice) -> None:
        part = picture[rows]
        cv2.add(part, grain[: len(part)], dst=whole[rows], dtype=cv2.CV_8U)

    _in_strips(convert, len(picture))
    return whole


def _in_strips(work: Callable[[slice], None], height: int) -> None:
    """Strips that stay in the processor's cache, on two cores."""
    strips = [slice(top, min(top + _STRIP, height)) for top in range(0, height, _STRIP)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, strips))


def guided(picture: F32, guidance: U8, scale: float) -> F32:
    """Give the picture the guidance's large forms: its colors and light and dark, where they are.

    Both are blurred, and the picture gets `scale` (0 to 1) of the difference; the larger the scale,
    the smaller the forms that follow. The picture's own texture stays. The guidance covers the
    canvas, cut where its proportions differ.
    """
    if scale == 0:
        return picture
    height, width = picture.shape[:2]
    factor = min(1.0, _GUIDE_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    own = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    wanted = _covering(guidance, size).astype(np.float32)
    blur = (_COARSE + (_FINE - _COARSE) * scale) * max(size)
    difference = cv2.GaussianBlur(wanted - own, (0, 0), blur) * scale
    large = cv2.resize(difference, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture + large, 0, 255), dtype=np.float32)


def _covering(pixels: U8, size: tuple[int, int]) -> U8:
    """Resized to cover (width, height), its middle kept."""
    height, width = pixels.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    across = max(1, min(width, round(size[0] / scale)))
    down = max(1, min(height, round(size[1] / scale)))
    left, top = (width - across) // 2, (height - down) // 2
    middle = pixels[top : top + down, left : left + across]
    return np.asarray(cv2.resize(middle, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
