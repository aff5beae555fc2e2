"""From a network's coarse matte to an alpha channel that follows the picture's own edges.

Three steps, all measured in pixels of a small working copy, so that the cost hardly grows with the
photo: a colour guided filter bends the matte to the picture's edges (He, Sun and Tang, "Guided
Image Filtering", 2013); its linear coefficients are then looked up at full size, which keeps
edges as sharp as the photo ("Fast Guided Filter", He and Sun, 2015); and the colours of the band
along the edge are freed of the old background by blur fusion (Forte and Pitie, "Approximate Fast
Foreground Colour Estimation", 2021). Outside that band alpha is 0 or 255 and no pixel is touched.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.geometry import F32, U8, fit_within, shrink
from processing.engine.plan import Edge

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Cutout:
    """`rgb` uint8 (h, w, 3) with the old background taken out of the edges; `alpha` uint8 (h, w)."""

    rgb: U8
    alpha: U8


@dataclass(frozen=True, slots=True)
class _Refinement:
    """`side` of the working copy in pixels; `reach` of the filter in cells of the matte, because
    a network is wrong by cells and not by pixels; `epsilon`, the variance (of values 0 to 1) below
    which a window counts as flat. Chosen on 14 photos with measured alpha and by eye."""

    side: int
    reach: float
    epsilon: float


_REFINEMENTS: dict[Edge, _Refinement] = {
    "standard": _Refinement(side=768, reach=4.0, epsilon=3e-4),
    "fine": _Refinement(side=1536, reach=5.0, epsilon=1e-4),
}
# What the matte is sure of stays as it is; the band of doubt lies between.
_SURE_BACKGROUND, _SURE_SUBJECT = 0.04, 0.96
# The filter leaves a faint veil on both sides of an edge: these ends are stretched to 0 and 1.
_VEIL = 0.06
_LEAST_RADIUS = 3
# remap() takes no side beyond 32767, so the list of pixels is folded into rows of this length.
_ROW = 4096
_TINY = np.float32(1e-5)


def cut_out(rgb: U8, matte: F32, *, edge: Edge) -> Cutout:
    """Fit a matte (n, m) of the whole picture, 0 to 1, to the picture (h, w, 3)."""
    height, width = rgb.shape[:2]
    refinement = _REFINEMENTS.get(edge)
    if refinement is None or not matte.any():
        return Cutout(rgb, enlarge(matte, width, height))
    size = fit_within(width, height, refinement.side)
    guide = shrink(rgb, size).astype(np.float32) / np.float32(255)
    resized = cv2.resize(matte, size, interpolation=cv2.INTER_CUBIC)
    coarse = np.clip(resized, 0, 1).astype(np.float32)
    radius = max(_LEAST_RADIUS, round(refinement.reach * max(size) / max(matte.shape)))
    coefficients = guided_coefficients(guide, coarse, radius, refinement.epsilon)
    band = _band(coarse, radius)
    small_alpha = np.where(band > 0, _apply(coefficients, guide), np.round(coarse))
    foreground, background = blur_fusion(guide, small_alpha.astype(np.float32))
    layers = (coefficients, foreground, background)
    return _at_full_size(rgb, _to_u8(small_alpha), band, layers)


def enlarge(matte: F32, width: int, height: int) -> U8:
    """The matte as it is, as alpha of the given size: cubic interpolation, uint8 (h, w)."""
    resized = cv2.resize(_to_u8(matte), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(resized, dtype=np.uint8)


def uncertainty(matte: F32) -> float:
    """How undecided the model was, 0 to 1: the mean of 4m(1-m) over all that may be subject.

    About 0.1 for a clear product photo; above 0.4 somebody should look. 1 when nothing was found.
    """
    maybe = matte[matte > _SURE_BACKGROUND]
    if maybe.size == 0:
        return 1.0
    return round(float(np.mean(4 * maybe * (1 - maybe))), 4)


def guided_coefficients(guide: F32, target: F32, radius: int, epsilon: float) -> F32:
    """The linear model of the colour guided filter: float32 (h, w, 4).

    Around each place `target` is about `a . colour + b`; the four channels are a (three) and b,
    averaged over all windows that cover the place. `guide` is float32 (h, w, 3), 0 to 1.
    """
    mean, mean_target = _box(guide, radius), _box(target, radius)
    covariance = _box(guide * target[..., None], radius) - mean * mean_target[..., None]
    # Second moments of the colours: rr, rg, rb and gg, gb, bb.
    upper = _box(guide[..., [0]] * guide, radius) - mean[..., [0]] * mean
    lower = _box(guide[..., [1, 1, 2]] * guide[..., [1, 2, 2]], radius)
    lower -= mean[..., [1, 1, 2]] * mean[..., [1, 2, 2]]
    slope = _solve(upper, lower, covariance, np.float32(epsilon))
    offset = mean_target - np.einsum("hwc,hwc->hw", slope, mean)
    return _box(np.dstack([slope, offset]).astype(np.float32), radius)


def blur_fusion(image: F32, alpha: F32) -> tuple[F32, F32]:
    """Colours of subject and background as they would go on behind each other, each (h, w, 3).

    Two passes as in the paper: a wide one that reaches into the sure areas, a narrow one that
    keeps local colour. Both smooth; `_unmix` puts the picture's detail back.
    """
    wide = max(3, round(max(alpha.shape) * 0.06)) | 1
    foreground, background = _fuse(image, image, alpha, wide)
    sharp = _unmix(image, alpha, foreground, background)
    return _fuse(sharp, background, alpha, 7)


def _fuse(subject: F32, backdrop: F32, alpha: F32, side: int) -> tuple[F32, F32]:
    cover = alpha[..., None]
    weight = cv2.blur(alpha, (side, side))[..., None]
    foreground = cv2.blur(subject * cover, (side, side)) / (weight + _TINY)
    background = cv2.blur(backdrop * (1 - cover), (side, side)) / (1 - weight + _TINY)
    return foreground.astype(np.float32), background.astype(np.float32)


def _unmix(image: F32, alpha: F32, foreground: F32, background: F32) -> F32:
    cover = alpha[..., None]
    residue = image - cover * foreground - (1 - cover) * background
    return np.asarray(np.clip(foreground + cover * residue, 0, 1), dtype=np.float32)


def _band(coarse: F32, radius: int) -> U8:
    """255 where the matte is in doubt or near a border of it, else 0."""
    doubt = cv2.inRange(coarse, _SURE_BACKGROUND, _SURE_SUBJECT)
    # A hard edge leaves no doubtful pixel at all; the outline of the half-way mark always exists.
    halves = np.asarray(cv2.inRange(coarse, 0.5, 1.0), dtype=np.uint8)
    outline = cv2.morphologyEx(halves, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    reach = np.ones((radius + 1, radius + 1), np.uint8)
    return np.asarray(cv2.dilate(cv2.bitwise_or(doubt, outline), reach), dtype=np.uint8)


def _at_full_size(rgb: U8, small_alpha: U8, band: U8, layers: tuple[F32, F32, F32]) -> Cutout:
    """Look coefficients and colours up for the pixels of the band alone."""
    height, width = rgb.shape[:2]
    alpha = cv2.resize(small_alpha, (width, height), interpolation=cv2.INTER_LINEAR)
    wanted = cv2.resize(band, (width, height), interpolation=cv2.INTER_NEAREST)
    places = cv2.findNonZero(wanted)
    if places is None:
        return Cutout(rgb, np.asarray(alpha, dtype=np.uint8))
    xs, ys = (
        np.asarray(places, dtype=np.int32).reshape(-1, 2).T
    )  # (n, 1, 2) in OpenCV 4, (n, 2) in 5
    colours = rgb[ys, xs].astype(np.float32) / np.float32(255)
    scale = (small_alpha.shape[1] / width, small_alpha.shape[0] / height)
    coefficients, foreground, background = (_sample(layer, xs, ys, scale) for layer in layers)
    fitted = _apply(coefficients, colours)
    alpha[ys, xs] = _to_u8(fitted)
    mixed = (fitted > 0) & (fitted < 1)
    cleaned = rgb.copy()
    unmixed = _unmix(colours[mixed], fitted[mixed], foreground[mixed], background[mixed])
    cleaned[ys[mixed], xs[mixed]] = _to_u8(unmixed)
    return Cutout(cleaned, np.asarray(alpha, dtype=np.uint8))


def _sample(layer: F32, xs: I32, ys: I32, scale: tuple[float, float]) -> F32:
    """Bilinear look-up of a small (h, w, c) layer at full-size pixel places: (n, c)."""
    count = len(xs)
    rows = -(-count // _ROW)
    grid = np.zeros((2, rows * _ROW), np.float32)
    grid[0, :count] = (xs + np.float32(0.5)) * np.float32(scale[0]) - np.float32(0.5)
    grid[1, :count] = (ys + np.float32(0.5)) * np.float32(scale[1]) - np.float32(0.5)
    across, down = grid.reshape(2, rows, _ROW)
    found = cv2.remap(layer, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(rows * _ROW, -1)[:count], dtype=np.float32)


def _apply(coefficients: F32, colours: F32) -> F32:
    fitted = np.einsum("...c,...c->...", coefficients[..., :3], colours) + coefficients[..., 3]
    return np.asarray(np.clip((fitted - _VEIL) / (1 - 2 * _VEIL), 0, 1), dtype=np.float32)


def _solve(upper: F32, lower: F32, right: F32, epsilon: np.float32) -> F32:
    """Solve the symmetric 3x3 system of every pixel at once by its adjugate (Cramer's rule)."""
    rr, rg, rb = upper[..., 0] + epsilon, upper[..., 1], upper[..., 2]
    gg, gb, bb = lower[..., 0] + epsilon, lower[..., 1], lower[..., 2] + epsilon
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    determinant = rr * c00 + rg * c01 + rb * c02
    x, y, z = right[..., 0], right[..., 1], right[..., 2]
    solution = np.stack(
        [c00 * x + c01 * y + c02 * z, c01 * x + c11 * y + c12 * z, c02 * x + c12 * y + c22 * z],
        axis=-1,
    )
    return np.asarray(solution / determinant[..., None], dtype=np.float32)


def _box(values: F32, radius: int) -> F32:
    side = 2 * radius + 1
    return np.asarray(
        cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), dtype=np.float32
    )


def _to_u8(values: F32) -> U8:
    return np.asarray(np.clip(values * 255 + 0.5, 0, 255), dtype=np.float32).astype(np.uint8)
