"""What a whole photo tells of its light: how it was exposed, and the color that it was lit in.

A camera exposes for all that it sees, so the surroundings of a product tell more of that than the product,
which may be black or white. Exposure is a linear rule (ridge regression) over four measures of the photo. It
was fitted to 202 photos by sellers, each darkened and brightened by up to 1.2 stops, of which none is among
the 24 that `python -m benchmarks light` prints the errors of. The color of the light is the one without
which most of the photo is neutral, weighed against what is usual; neutral places are counted as in
convolutional color constancy (Barron, ICCV 2015), with one peak for a template.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, F64, U8, Mask
from processing.engine.canvas import linear

_SIDE = 128
_ENOUGH = 32
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Stops for each measure and for none: see `_measures`.
_RULE = (-0.438, -0.038, -0.048, -0.783, -0.243)
# Exposure is taken for right up to the first of these stops, and made up for wholly from the second on.
_RIGHT, _WRONG, _MOST_STOPS = 0.1, 0.4, 1.3
_DARKEST, _CLIPPED = 1 / 512, 254
# Casts are looked for on a grid of logarithms in linear light: from blue to amber, from green to magenta;
# how far, how many steps, in how many cells colors are counted, and how far casts are usual.
_AMBER, _MAGENTA, _STEPS, _BINS = 0.3, 0.2, 25, 120
_USUAL = (0.11, 0.06)
# How near to neutral counts (logarithms), and how much all neutral places weigh against what is usual.
_NEUTRAL, _WEIGHT = 0.1, 14.0
# A neutral place's channels differ by less than this share, in linear light.
_PALE = 0.2
# What of all neutral places' weight the product itself has.
_OWN = 0.35


@dataclass(frozen=True, slots=True)
class Lighting:
    """`stops` by which the photo should have been exposed more, -1.3 to 1.3; `gains` float64 (3,) that take
    its light's color back, multiplied in linear light, of luminance 1; `white`: how surely the product itself
    is white, 0 to 1, as no neutral place of the photo is brighter."""

    stops: float
    gains: F64
    white: float


def measured(rgb: U8, alpha: U8) -> Lighting | None:
    """Measure the light of a photo uint8 (h, w, 3), sRGB, whose product is where `alpha` (h, w) is opaque.

    None where it tells nothing: a photo without a difference in it, or hardly any pixel.
    """
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    small, matte = arrays.shrink(rgb, size), arrays.shrink(alpha, size)
    inside, around = matte >= arrays.SOLID, matte < arrays.VISIBLE
    if small.shape[0] * small.shape[1] < _ENOUGH or np.ptp(small) == 0:
        return None
    if np.count_nonzero(inside) < _ENOUGH:
        inside = np.full_like(inside, True)
    light = linear.to_float(small)
    gains = _gains(small, light, inside, around)
    return Lighting(_stops(small, light, inside), gains, _white(light * gains, inside))


def _white(light: F64, inside: Mask) -> float:
    """How surely the brightest neutral places, in linear light (h, w, 3), are the product's."""
    value = light.max(axis=-1)
    bright = inside & (value >= np.percentile(value[inside], 50))
    neutral = (value - light.min(axis=-1)) < _PALE * value
    share = np.float32(neutral[bright].mean())
    own, most = _brightest(value, inside)
    ratio = own / max(most, _DARKEST)
    sure = arrays.smooth_step(share, 0.5, 0.8) * arrays.smooth_step(np.float32(ratio), 0.55, 0.8)
    return float(sure)


def _brightest(value: F64, inside: Mask) -> tuple[float, float]:
    """Nearly the brightest value of the product, and of all."""
    return float(np.percentile(value[inside], 90)), float(np.percentile(value, 98))


def _stops(small: U8, light: F32, inside: Mask) -> float:
    raw = float(np.dot(_RULE, _measures(small, light, inside)))
    sure = float(arrays.smooth_step(np.float32(abs(raw)), _RIGHT, _WRONG))
    return float(np.clip(raw * sure, -_MOST_STOPS, _MOST_STOPS))


def _measures(small: U8, light: F32, inside: Mask) -> F64:
    """One, the mean logarithm of luminance of all and of the product, that of nearly the brightest place, and
    how much is clipped, with little counting nearly as much as more."""
    stops = np.log2(np.maximum(light @ _LUMINANCE, _DARKEST))
    brightest = np.log2(max(float(np.percentile(light.max(axis=-1), 99.8)), _DARKEST))
    clipped = float((small.max(axis=-1) >= _CLIPPED).mean())
    own = float(stops[inside].mean())
    return np.array([1, float(stops.mean()), own, brightest, np.log2(1 + 20 * clipped)])


def _gains(small: U8, light: F32, inside: Mask, around: Mask) -> F64:
    value = small.max(axis=-1)
    usable = (value < _CLIPPED) & (small.min(axis=-1) > 4)
    weight = np.where(inside, _OWN / max(1, int(inside.sum())), 0.0)
    weight += np.where(around, (1 - _OWN) / max(1, int(around.sum())), 0.0)
    # Bright places show the color of light; in dark ones noise does.
    weight *= usable * (value / 255.0)
    logs = np.log(np.maximum(light.astype(np.float64), _DARKEST))
    amber = ((logs[..., 0] - logs[..., 2]) / 2)[weight > 0]
    magenta = ((logs[..., 0] + logs[..., 2]) / 2 - logs[..., 1])[weight > 0]
    if amber.size < _ENOUGH:
        return np.ones(3)
    cast = _cast(amber, magenta, weight[weight > 0])
    gains = np.exp(-np.array([cast[0] + cast[1] / 2, -cast[1] / 2, -cast[0] + cast[1] / 2]))
    return np.asarray(gains / (gains @ _LUMINANCE))


def _cast(amber: F64, magenta: F64, weight: F64) -> tuple[float, float]:
    """The mean of all casts on the grid, each as likely as it leaves places neutral and is usual."""
    first = np.linspace(-_AMBER, _AMBER, _STEPS)
    second = np.linspace(-_MAGENTA, _MAGENTA, _STEPS)
    counts, _, _ = np.histogram2d(
        amber, magenta, bins=_BINS, range=[[-1.2, 1.2], [-0.8, 0.8]], weights=weight
    )
    # Each place counts for all casts near its own color.
    step = 2.4 / _BINS, 1.6 / _BINS
    blurred = cv2.GaussianBlur(counts, (0, 0), _NEUTRAL / step[1], sigmaY=_NEUTRAL / step[0])
    near = np.asarray(blurred, np.float64) * (2 * np.pi * _NEUTRAL**2 / (step[0] * step[1]))
    rows = np.rint((first + 1.2) / step[0] - 0.5).astype(np.intp)
    columns = np.rint((second + 0.8) / step[1] - 0.5).astype(np.intp)
    score = _WEIGHT * near[np.ix_(rows, columns)]
    score -= (first[:, None] / _USUAL[0]) ** 2 / 2 + (second[None] / _USUAL[1]) ** 2 / 2
    likely = np.exp(score - score.max())
    likely /= likely.sum()
    return float((likely.sum(1) * first).sum()), float((likely.sum(0) * second).sum())
