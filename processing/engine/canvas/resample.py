"""One change of size for the subject: in linear light, weighed by alpha, 16 bits deep.

Averaging stored sRGB values would darken fine texture, and averaging colors that lie under
transparent pixels would draw a fringe around the subject. Shrinking averages areas; enlarging is
bicubic (Catmull-Rom: Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981).
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from processing.engine import parallel
from processing.engine.arrays import F32, U8, U16, Box
from processing.engine.canvas import linear
from processing.engine.canvas.compose import places_of
from processing.engine.canvas.linear import FULL

# A strip of a large photo should stay in the processor's cache.
_STRIP = 64
# 255 * 257 = 65535: the exact factor between 8-bit and 16-bit alpha.
_WIDEN = 257
_WIDER: U16 = (np.arange(256) * _WIDEN).astype(np.uint16)


@dataclass(frozen=True, slots=True)
class Light:
    """Colors in linear light, weighed by alpha, and alpha, 0 to 65535: what pixels are averaged as."""

    colors: U16
    cover: U16


def in_light(rgb: U8, alpha: U8) -> Light:
    """What `resample` does to pixels before it averages them, for several sizes."""
    return Light(_premultiplied(rgb, alpha), _widened(alpha))


def resample(
    rgb: U8,
    alpha: U8 | None,
    size: tuple[int, int],
    *,
    window: Box | None = None,
    light: Callable[[], Light] | None = None,
) -> tuple[U8, U8 | None]:
    """Straight (not premultiplied) colors (h, w, 3) and alpha (h, w) at another size.

    `size` is (width, height). `window` is the part of the result that is wanted, in its pixels: of
    a picture that overhangs the canvas by far, no more is calculated. An equal size hands the
    pixels back as they are. Where the result is fully transparent, colors are black. `light` answers what
    `in_light` makes of these pixels, where somebody knows.
    """
    height, width = rgb.shape[:2]
    left, top, right, bottom = window or (0, 0, *size)
    part = np.s_[top:bottom, left:right]
    if size == (width, height):
        return rgb[part], None if alpha is None else alpha[part]
    # Opaque through and through: nothing to weigh by, and a plane less to resize.
    if alpha is not None and alpha.min() == 255:
        opaque, _ = resample(rgb, None, size, window=window)
        return opaque, np.full(opaque.shape[:2], 255, np.uint8)
    if size[0] <= width and size[1] <= height:
        colors, cover = _shrunk(rgb, alpha, size, light)
        colors, cover = colors[part], None if cover is None else cover[part]
    else:
        colors, cover = _enlarged(rgb, alpha, size, (left, top, right, bottom))
    if cover is None:
        return linear.to_srgb(colors), None
    return linear.to_srgb(_straight(colors, cover)), _narrowed(cover)


def _shrunk(
    rgb: U8, alpha: U8 | None, size: tuple[int, int], known: Callable[[], Light] | None
) -> tuple[U16, U16 | None]:
    """Premultiplied linear light and alpha, 0 to 65535. Rows are narrowed strip by strip, on as
    many threads as OpenCV has, so that no full-size copy in 16 bits exists but one that came."""
    rows = rgb.shape[0]
    lit = None if known is None else known()
    colors = np.empty((rows, size[0], 3), np.uint16)
    cover = None if alpha is None else np.empty((rows, size[0]), np.uint16)

    def strip(start: int) -> None:
        end = min(rows, start + _STRIP)
        part, narrow = np.s_[start:end], (size[0], end - start)
        veil = None if alpha is None else alpha[part]
        light = _premultiplied(rgb[part], veil) if lit is None else lit.colors[part]
        cv2.resize(light, narrow, dst=colors[part], interpolation=cv2.INTER_AREA)
        if cover is not None and veil is not None:
            wide = _widened(veil) if lit is None else lit.cover[part]
            cv2.resize(wide, narrow, dst=cover[part], interpolation=cv2.INTER_AREA)

    parallel.each(strip, range(0, rows, _STRIP))
    # Area averaging is separable: narrowed strips are lowered as one picture, without seams.
    return _lowered(colors, size), None if cover is None else _lowered(cover, size)


def _lowered(values: U16, size: tuple[int, int]) -> U16:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), dtype=np.uint16)


def _enlarged(
    rgb: U8, alpha: U8 | None, size: tuple[int, int], window: Box
) -> tuple[U16, U16 | None]:
    """Premultiplied linear light and alpha, 0 to 65535, of the window alone. Pillow, as OpenCV
    knows no part of a pixel to begin at."""
    height, width = rgb.shape[:2]
    across, down = width / size[0], height / size[1]
    box = (
        window[0] * across,
        window[1] * down,
        # Rounding may lead a hair beyond the picture, which Pillow refuses.
        min(width, window[2] * across),
        min(height, window[3] * down),
    )
    planes = list(cv2.split(_premultiplied(rgb, alpha)))
    if alpha is not None:
        planes.append(_widened(alpha))

    def enlarge(plane: cv2.typing.MatLike) -> U16:
        image = Image.fromarray(np.asarray(plane, dtype=np.float32))
        wanted = (window[2] - window[0], window[3] - window[1])
        larger: F32 = np.asarray(image.resize(wanted, Image.Resampling.BICUBIC, box))
        # The kernel's negative lobes overshoot next to hard edges.
        return (np.clip(larger, 0, FULL) + np.float32(0.5)).astype(np.uint16)

    larger = parallel.each(enlarge, planes)
    colors = np.asarray(cv2.merge(larger[:3]), dtype=np.uint16)
    return colors, None if alpha is None else larger[3]


def _premultiplied(rgb: U8, alpha: U8 | None) -> U16:
    light = linear.to_light(rgb)
    if alpha is None or alpha.min() == 255:
        return light
    light = np.asarray(cv2.copyTo(light, alpha), dtype=np.uint16)
    if soft := places_of(cv2.inRange(alpha, 1, 254)):
        share = alpha[soft].astype(np.uint32)[:, None]
        light[soft] = ((light[soft] * share + 127) // 255).astype(np.uint16)
    return light


def _straight(colors: U16, cover: U16) -> U16:
    if soft := places_of(cv2.inRange(cover, 1, FULL - 1)):
        share = cover[soft].astype(np.uint32)[:, None]
        # 65535 * 65535 and the half for rounding just fit into 32 bits.
        whole = (colors[soft] * np.uint32(FULL) + share // 2) // share
        # Both were rounded on their own, so there may be a little more light than alpha covers.
        colors[soft] = np.minimum(whole, FULL).astype(np.uint16)
    return colors


def _widened(alpha: U8) -> U16:
    return np.asarray(cv2.LUT(alpha, _WIDER), dtype=np.uint16)


def _narrowed(cover: U16) -> U8:
    return np.asarray(cv2.convertScaleAbs(cover, alpha=1 / _WIDEN), dtype=np.uint8)
