"""Backgrounds out of focus, and the photo's own background without its subject.

Light is what a lens spreads, so all is calculated in linear light. Wide blurs are made on a small
copy: what they leave has no finer detail.
"""

from collections.abc import Callable

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, fit_within, shrink
from processing.engine.canvas import linear
from processing.engine.canvas.compose import crop, over, visible_box
from processing.engine.canvas.resample import resample
from processing.engine.plans.edit import Blur

# A disc this wide on the small copy is still round after enlarging; a Gaussian needs fewer pixels.
_DISC, _SIGMA = 8.0, 3.0
# Highlights are cut off at white when a photo is taken. What is next to white counts as so much
# brighter than it is, so that lamps become discs instead of grey haze.
_HIGHLIGHT, _WHITE_POWER = 30.0, 6
# The small copy on which a subject's area is filled, and how far around the matte the subject's
# light is still seen, as shares of the longer side.
_FILLED_SIDE, _HALO = 400, 0.012
_TINY = np.float32(1e-6)
_MEAN: F32 = np.full((1, 3), 1 / 3, np.float32)


def blurred(rgb: U8, alpha: U8 | None, blur: Blur) -> U8:
    """A canvas's colors (h, w, 3) out of focus; the alpha (h, w) that goes with them stays.

    The radius is measured on the longer side. A Gaussian is as wide as a disc of that radius
    (a standard deviation of half of it). Colors under transparent pixels don't count.
    """
    height, width = rgb.shape[:2]
    radius = blur.radius * max(width, height)
    scale = min(1.0, (_DISC if blur.mode == "bokeh" else 2 * _SIGMA) / radius)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small, cover = resample(rgb, alpha, size)
    light = linear.to_float(small)
    weight = np.ones(small.shape[:2], np.float32) if cover is None else _share(cover)
    if blur.mode == "bokeh":
        # A Gaussian is no lens: only a bokeh's lamps become discs.
        weight = weight * _brilliance(light)
        mean = _averaged(light, weight, lambda values: _disc(values, radius * scale))
    else:
        mean = _averaged(light, weight, lambda values: _gaussian(values, radius * scale / 2))
    return _enlarged(mean, (width, height))


def behind(rgb: U8, alpha: U8) -> U8:
    """A photo (h, w, 3) without its subject, to be blurred: around the matte `alpha` (h, w) it stays
    as it is, and what lies there runs smoothly into the subject's place.

    Filled by pulling and pushing through a pyramid (Gortler et al., "The Lumigraph", 1996). Where
    the subject leaves no background at all, the photo is handed back.
    """
    height, width = alpha.shape
    size = fit_within(width, height, _FILLED_SIDE)
    small, _ = resample(rgb, None, size)
    reach = 2 * max(1, round(_HALO * max(size))) + 1
    hidden = cv2.inRange(shrink(alpha, size), 1, 255)
    hidden = np.asarray(cv2.dilate(hidden, np.ones((reach, reach), np.uint8)), dtype=np.uint8)
    if not hidden.any() or hidden.all():
        return rgb
    filled = _pulled_and_pushed(linear.to_float(small), _share(cv2.bitwise_not(hidden)))
    cover = np.asarray(cv2.resize(hidden, (width, height)), dtype=np.uint8)
    box = visible_box(cover)
    smooth = cv2.resize(linear.from_float(filled), (width, height))
    laid, _ = over(
        (rgb, None), (crop(np.asarray(smooth, dtype=np.uint8), box), crop(cover, box)), box[:2]
    )
    return laid


def _averaged(light: F32, weight: F32, spread: Callable[[F32], F32]) -> F32:
    """The mean of light (h, w, 3) by weight (h, w), over what `spread` takes together."""
    total, mass = spread(light * weight[..., None]), spread(weight)
    return np.asarray(total / np.maximum(mass, _TINY)[..., None], dtype=np.float32)


def _gaussian(values: F32, deviation: float) -> F32:
    found = cv2.GaussianBlur(values, (0, 0), deviation, borderType=cv2.BORDER_REFLECT)
    return np.asarray(found, dtype=np.float32)


def _disc(values: F32, radius: float) -> F32:
    """The mean over a disc whose edge is antialiased."""
    reach = int(radius) + 1
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    disc = np.clip(np.float32(radius + 0.5) - np.hypot(steps[None, :], steps[:, None]), 0, 1)
    found = cv2.filter2D(values, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    return np.asarray(found, dtype=np.float32)


def _brilliance(light: F32) -> F32:
    """Weigh bright pixels by more than they show, (h, w)."""
    brightness = np.asarray(cv2.transform(light, _MEAN), dtype=np.float32)
    return np.float32(1) + np.float32(_HIGHLIGHT) * brightness**_WHITE_POWER


def _pulled_and_pushed(light: F32, known: F32) -> F32:
    """Light (h, w, 3) filled in where `known` (h, w) is 0 from as near as it is 1."""
    height, width = known.shape
    if max(width, height) == 1:
        return light
    half = ((width + 1) // 2, (height + 1) // 2)
    mass = np.asarray(cv2.resize(known, half, interpolation=cv2.INTER_AREA), dtype=np.float32)
    pulled = cv2.resize(light * known[..., None], half, interpolation=cv2.INTER_AREA)
    coarse = np.asarray(pulled / np.maximum(mass, _TINY)[..., None], dtype=np.float32)
    # A few known pixels below are enough to go by.
    coarse = _pulled_and_pushed(coarse, np.minimum(mass * np.float32(4), 1))
    pushed = np.asarray(cv2.resize(coarse, (width, height)), dtype=np.float32)
    # Known pixels keep their own light to the end, in proportion to how far they are known.
    return pushed + known[..., None] * (light - pushed)


def _enlarged(light: F32, size: tuple[int, int]) -> U8:
    deep = (np.clip(light, 0, 1) * np.float32(linear.FULL) + np.float32(0.5)).astype(np.uint16)
    larger = cv2.resize(deep, size, interpolation=cv2.INTER_CUBIC)
    return linear.to_srgb(np.asarray(larger, dtype=np.uint16))


def _share(values: cv2.typing.MatLike) -> F32:
    return np.asarray(values, dtype=np.float32) / np.float32(255)
