"""From a small copy's findings to the full photo, touching only the pixels that are in doubt.

Alpha's local linear model and the colors on both sides of the edge are smooth, so they are looked
up between the small copy's pixels; the photo's own pixels give the sharpness ("Fast Guided Filter",
He and Sun, 2015). Horizontal strips are worked on by as many threads as OpenCV has.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import F32, I32, U8, Box, picked, put
from processing.engine.canvas.compose import places_of
from processing.engine.cutout import foreground, matting

# A strip's gathered colors should stay in the processor's cache.
_STRIP = 256
# remap() takes no side beyond 32767, so the list of pixels is folded into rows of this length.
_ROW = 4096


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a region on a small grid (h, w) that covers it.

    - `alpha`: uint8, right wherever `doubt` (uint8, 0 or 255) is 0.
    - `model`: float32 (h, w, 4), alpha as a linear function of color (0 to 1), see matting.Guide.
    - `veil`: the ends of alpha, as a share, that are stretched to 0 and 1.
    - `subject`, `background`: float32 (h, w, 3), see foreground.blur_fusion.
    """

    alpha: U8
    doubt: U8
    model: F32
    veil: float
    subject: F32
    background: F32


def spread(rgb: U8, region: Box, findings: Findings) -> tuple[U8, U8]:
    """Carry the findings over to colors (h, w, 3) and alpha (h, w) of the whole photo; outside the
    region alpha is 0."""
    left, top, right, bottom = region
    colors, alpha = rgb.copy(), np.zeros(rgb.shape[:2], np.uint8)
    inner_colors, inner_alpha = colors[top:bottom, left:right], alpha[top:bottom, left:right]
    size = (right - left, bottom - top)
    inner_alpha[:] = cv2.resize(findings.alpha, size, interpolation=cv2.INTER_LINEAR)
    doubt = cv2.resize(findings.doubt, size, interpolation=cv2.INTER_NEAREST)

    def strip(start: int) -> None:
        rows = np.s_[start : start + _STRIP]
        _fill(inner_colors[rows], inner_alpha[rows], doubt[rows], start, (size, findings))

    parallel.each(strip, range(0, size[1], _STRIP))
    return colors, alpha


def _fill(
    colors: U8, alpha: U8, doubt: cv2.typing.MatLike, start: int,
    whole: tuple[tuple[int, int], Findings],
) -> None:  # fmt: skip
    """Write alpha and freed colors into a strip that begins at row `start` of its region."""
    size, findings = whole
    places = places_of(doubt)
    if places is None:
        return
    ys, xs = places
    seen = picked(colors, (ys, xs)).astype(np.float32) * np.float32(1 / 255)
    fitted = matting.apply(_sample(findings.model, xs, ys + start, size), seen)
    fitted = unveiled(fitted, findings.veil)
    put(alpha, (ys, xs), to_u8(fitted))
    # Only there do two colors share a pixel; all others keep the photo's own.
    mixed = np.flatnonzero((fitted > 0) & (fitted < 1))
    if mixed.size == 0:
        return
    xs, ys = xs[mixed], ys[mixed]
    front = _sample(findings.subject, xs, ys + start, size)
    back = _sample(findings.background, xs, ys + start, size)
    freed = foreground.unmix(seen.take(mixed, axis=0), fitted[mixed], front, back)
    put(colors, (ys, xs), to_u8(freed))


def freed(rgb: U8, alpha: U8, region: Box, guesses: tuple[F32, F32]) -> U8:
    """Colors (h, w, 3) without the old background where alpha (h, w) is soft. `guesses` are the colors
    of subject and background, each (n, m, 3), over the region that holds all of the subject."""
    left, top, right, bottom = region
    colors, size = rgb.copy(), (right - left, bottom - top)
    inner, cover = colors[top:bottom, left:right], alpha[top:bottom, left:right]

    def strip(start: int) -> None:
        rows = np.s_[start : start + _STRIP]
        places = places_of(cv2.inRange(cover[rows], 1, 254))
        if places is None:
            return
        ys, xs = places
        seen, share = (
            picked(pixels[rows], places).astype(np.float32) * np.float32(1 / 255)
            for pixels in (inner, cover)
        )
        front, back = (_sample(guess, xs, ys + start, size) for guess in guesses)
        put(inner[rows], places, to_u8(foreground.unmix(seen, share, front, back)))

    parallel.each(strip, range(0, size[1], _STRIP))
    return colors


def unveiled(alpha: F32, veil: float) -> F32:
    """Stretch [veil, 1 - veil] to [0, 1] and clip."""
    stretched = (alpha - np.float32(veil)) * np.float32(1 / (1 - 2 * veil))
    return np.asarray(np.clip(stretched, 0, 1), dtype=np.float32)


def to_u8(values: F32) -> U8:
    """0..1 to 0..255, rounded."""
    return (values * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def _sample(layer: F32, xs: I32, ys: I32, size: tuple[int, int]) -> F32:
    """Bilinear look-up of a small (h, w, c) layer at pixel places of the full `size`: (n, c)."""
    scale = (layer.shape[1] / size[0], layer.shape[0] / size[1])
    count = len(xs)
    rows = -(-count // _ROW)
    grid = np.zeros((2, rows * _ROW), np.float32)
    # Centers on centers, as cv2.resize has it: alpha from here meets alpha from there without a
    # seam.
    grid[0, :count] = (xs + np.float32(0.5)) * np.float32(scale[0]) - np.float32(0.5)
    grid[1, :count] = (ys + np.float32(0.5)) * np.float32(scale[1]) - np.float32(0.5)
    across, down = grid.reshape(2, rows, _ROW)
    found = cv2.remap(layer, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(rows * _ROW, -1)[:count], dtype=np.float32)
