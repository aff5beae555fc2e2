"""The light on a subject: exposure, white balance and local contrast, measured on itself alone.

Everything measured comes from a small copy and from pixels that are surely subject, by percentiles,
so that neither background nor a glint decides. All corrections are bounded, and a photo that is
well exposed hardly changes. Brightness changes by one factor for all three channels of a pixel,
which keeps hue and saturation (of HSV) but for rounding.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8, Mask
from processing.engine.canvas import linear
from processing.engine.light.lighting import Lighting
from processing.engine.plans.edit import Light

_SIDE = 256
# Fewer pixels of the small copy than this, or none brighter than another, say nothing.
_ENOUGH = 16
_FLAT = 0.02
# Below, values are those of the brightest channel, 0 to 1, as stored. Where the brightest 1 % of
# a subject should be, and the darkest and brightest that its middle may be.
_WHITE = 0.94
_MIDDLE = (0.34, 0.80)
# More than half (in logarithms) of what the highlights lack is made up for, a third of what the
# middle lacks: black trousers are no underexposed grey ones.
_HIGHLIGHTS_SHARE, _MIDDLE_SHARE = 0.6, 0.33
_MAX_GAIN = 1.22
_EXPONENT = (0.85, 1.15)
_MAX_LIFT = 1.5
# Where the middle of a white subject should be, and how far the curve is bent for it; up to where
# highlights and the middle are gray, and from where on either is white.
_WHITE_MIDDLE, _WHITE_EXPONENT = 0.86, 0.72
_GRAY, _PALE, _PALE_MIDDLE = 0.65, 0.8, 0.75
# Local contrast: how much of the difference to the surroundings (within this share of the longer
# side) is added, for differences below `_EDGE`, and the most that brightness changes by it.
_LOCAL, _LOCAL_MOST, _SURROUNDINGS, _EDGE = 0.3, 0.08, 0.06, 0.1
# A pixel is near neutral if its channels differ by less than the first of these (in logarithms),
# and colored beyond the second; up to the third it may be a tail of the garment's own color.
_NEUTRAL, _COLORED, _DOUBTFUL = 0.06, 0.2, 0.4
# Neutrals count from the first of these shares of the bright pixels on, fully from the second.
_FEWEST, _PLENTY = 0.08, 0.3
# How much of a cast is taken back from blue to amber, where daylight and lamps differ, and from
# green to magenta, where mostly dyes do; and the most.
_AMBER_SHARE, _GREEN_SHARE, _MAX_CAST = 0.6, 0.3, 0.1
_STRIP = 128
# How late exposing more bends into white, and exposing less leaves it (powers of linear light). What was
# clipped had been somewhere between white and the gain: this power of it.
_SHOULDER, _KNEE, _LEFT = 3.0, 8.0, 0.4
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class _Sample:
    """A small copy: `rgb` float32 (h, w, 3), 0 to 1, and `inside` bool (h, w), the sure subject."""

    rgb: F32
    inside: Mask


def correct(rgb: U8, alpha: U8 | None, light: Light, photo: Lighting | None = None) -> U8:
    """The picture (h, w, 3) with better light on its subject; without `alpha` all of it counts.

    `auto` exposes anew by what the whole `photo` tells of its light, and takes its color back; where
    nobody measured that, as far as near-neutral pixels of the subject show a cast. A subject of
    one even color, or none at all, tells nothing and comes back as it is.
    """
    sample = _sample(rgb, alpha)
    if sample is None:
        return rgb
    if light.mode == "auto" and photo is not None:
        return _by_photo(rgb, sample, photo)
    if light.mode == "auto":
        gains = _white_balance(sample.rgb[sample.inside])
        rgb = _scaled(rgb, gains)
        sample = _Sample(np.minimum(sample.rgb * gains, 1), sample.inside)
    value = sample.rgb.max(axis=-1)
    curve = _curve(value[sample.inside])
    return _relit(rgb, curve, _local(_look_up(curve, value), sample.inside))


def _by_photo(rgb: U8, sample: _Sample, photo: Lighting) -> U8:
    """The picture as it would have been exposed rightly in white light, its folds a little deeper. Of a subject
    that is white, highlights and the middle are brought up to white; a gray one stays gray."""
    table = _exposing(photo)
    rgb = _looked_up(rgb, table)
    levels = np.rint(sample.rgb * 255).astype(np.intp)
    shown = np.stack([table[levels[..., channel], channel] for channel in range(3)], axis=-1)
    sample = _Sample(shown.astype(np.float32) / np.float32(255), sample.inside)
    value = sample.rgb.max(axis=-1)
    curve = _whitened(value[sample.inside], photo.white)
    return _relit(rgb, curve, _local(_look_up(curve, value), sample.inside))


def _whitened(value: F32, white: float) -> F32:
    """New brightness (256,), 0 to 1, for each old one of a subject that is so surely `white`, 0 to 1."""
    middle, highlights = np.percentile(value, (50, 99)).astype(np.float32)
    white *= float(arrays.smooth_step(highlights, _GRAY, _PALE))
    curve = _lifted(min(_MAX_GAIN, max(1.0, _WHITE / max(float(highlights), 0.01))) ** white)
    middle = np.clip(curve[round(255 * float(middle))], 0.01, _WHITE_MIDDLE)
    # A pale label makes no gray bottle white.
    white *= float(arrays.smooth_step(middle, _GRAY, _PALE_MIDDLE))
    exponent = max(_WHITE_EXPONENT, float(np.log(_WHITE_MIDDLE) / np.log(middle))) ** white
    old = np.arange(256, dtype=np.float32) / 255
    return np.asarray(np.minimum(curve**exponent, np.maximum(curve, old * _MAX_LIFT)), np.float32)


def _exposing(photo: Lighting) -> U8:
    """New levels for old ones, (256, 3): gains in linear light, bent so that nothing but white gets to white."""
    gains = photo.gains * 2**photo.stops
    old = linear.decoded(np.arange(256) / 255)[:, None]
    # More light needs a shoulder; less must not turn what is clipped as gray as it gets.
    bent = np.where(gains > 1, old**_SHOULDER, old**_KNEE)
    more = old * gains / (1 + (np.maximum(gains, 1) - 1) * bent)
    less = old * gains + (gains**_LEFT - gains) * bent
    new = np.rint(linear.encoded(np.where(gains > 1, more, less)) * 255)
    new[:255] = np.minimum(new[:255], 254)
    return new.astype(np.uint8)


def _sample(rgb: U8, alpha: U8 | None) -> _Sample | None:
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    small = arrays.shrink(rgb, size)
    inside = np.full(small.shape[:2], True)
    if alpha is not None:
        # (not the very edge: the old background still shines through there)
        inside = cv2.erode(arrays.shrink(alpha, size), np.ones((3, 3), np.uint8)) > 127
    value = small.max(axis=-1)[inside]
    if value.size < _ENOUGH or np.ptp(np.percentile(value, (1, 99))) < _FLAT * 255:
        return None
    return _Sample(small.astype(np.float32) / np.float32(255), inside)


def _white_balance(pixels: F32) -> F32:
    """A factor for each channel, from pixels (n, 3): about 1, more so the less is known."""
    value = pixels.max(axis=-1)
    bright = (value >= np.median(value)) & (value > 0.2) & (value < 0.985)
    # A clipped channel would pass for a neutral one.
    logs = np.log(np.maximum(pixels[bright], np.float32(1 / 255)))
    red, blue = logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]
    chroma = np.ptp(logs, axis=-1)
    neutral = 1 - arrays.smooth_step(chroma, _NEUTRAL, _COLORED)
    sure = float(neutral.sum())
    doubtful = float(((chroma > _COLORED) & (chroma < _DOUBTFUL)).sum())
    if sure == 0:
        return np.ones(3, np.float32)
    trust = float(arrays.smooth_step(np.float32(sure / max(1, bright.sum())), _FEWEST, _PLENTY))
    # Slightly colored pixels in number are a pale garment rather than gray in colored light.
    trust *= sure / (sure + doubtful)
    amber = trust * _AMBER_SHARE * float((neutral * (red - blue)).sum()) / (2 * sure)
    magenta = trust * _GREEN_SHARE * float((neutral * (red + blue)).sum()) / (2 * sure)
    amber, magenta = (float(np.clip(cast, -_MAX_CAST, _MAX_CAST)) for cast in (amber, magenta))
    # Multiplied in stored values: the cast was measured there, as differences of logarithms.
    gains = np.exp(np.array([-amber - magenta, 0, amber - magenta]))
    return np.asarray(gains / (gains @ _LUMINANCE), np.float32)


def _curve(value: F32) -> F32:
    """New brightness (256,), 0 to 1, for each old one: rising, from 0 to 1, never clipping."""
    middle, highlights = (float(part) for part in np.percentile(value, (50, 99)))
    gain = min(_MAX_GAIN, max(1.0, (_WHITE / highlights) ** _HIGHLIGHTS_SHARE))
    old = np.arange(256, dtype=np.float32) / 255
    new = _lifted(gain)
    middle = gain * middle / (1 + (gain - 1) * middle**3)
    wanted = min(max(middle, _MIDDLE[0]), _MIDDLE[1])
    exponent = 1 + _MIDDLE_SHARE * (np.log(wanted) / np.log(min(max(middle, 0.01), 0.99)) - 1)
    new = new ** np.clip(exponent, *_EXPONENT)
    # The foot of such a curve is steep, and would lift nothing but noise.
    return np.asarray(np.minimum(new, old * _MAX_LIFT), np.float32)


def _lifted(gain: float) -> F32:
    """Brightness times a gain of at least 1: straight at first, then a shoulder that ends at 1."""
    old = np.arange(256, dtype=np.float32) / 255
    return np.asarray(gain * old / (1 + (gain - 1) * old**3), np.float32)


def _look_up(curve: F32, value: F32) -> F32:
    return curve[np.rint(value * 255).astype(np.intp)]


def _local(value: F32, inside: Mask) -> F32:
    """A factor near 1 for each pixel of the small copy: more contrast where there is little.

    The difference to a guided filter's result (He, Sun and Tang, 2010) that looks at the subject
    alone: folds and texture, but no outlines, which would get halos.
    """
    side = max(3, round(_SURROUNDINGS * max(value.shape)) * 2 + 1)
    weight = inside.astype(np.float32)
    mass = cv2.blur(weight, (side, side)) + np.float32(1e-6)

    def mean(part: F32) -> F32:
        return np.asarray(cv2.blur(part * weight, (side, side)) / mass, np.float32)

    average = mean(value)
    variance = np.maximum(mean(value * value) - average * average, 0)
    slope = (variance / (variance + np.float32(_EDGE**2))).astype(np.float32)
    base = mean(slope) * value + mean(average - slope * average)
    change = _LOCAL * (value - base) / np.maximum(value, np.float32(0.05))
    return np.asarray(1 + weight * np.clip(change, -_LOCAL_MOST, _LOCAL_MOST), np.float32)


def _relit(rgb: U8, curve: F32, local: F32) -> U8:
    """Every pixel times the curve's factor for its brightness, times the local one."""
    height, width = rgb.shape[:2]
    old = np.maximum(np.arange(256, dtype=np.float32), 1) / 255
    # Nothing but white gets to white.
    factor, most = curve / old, np.maximum(np.float32(254 / 255) / old, 1)
    result = np.empty_like(rgb)
    spread = np.asarray(cv2.resize(local, (width, height), interpolation=cv2.INTER_LINEAR))

    def relight(top: int) -> None:
        rows = slice(top, top + _STRIP)
        red, green, blue = cv2.split(rgb[rows])
        value = cv2.max(cv2.max(red, green), blue)
        ratio = cv2.multiply(cv2.LUT(value, factor), spread[rows])
        # No channel may clip alone, which would change the hue: the brightest one sets the limit.
        ratio = cv2.min(ratio, cv2.LUT(value, most))
        result[rows] = cv2.multiply(rgb[rows], cv2.merge([ratio] * 3), dtype=cv2.CV_8U)

    parallel.each(relight, range(0, height, _STRIP))
    return result


def _scaled(rgb: U8, gains: F32) -> U8:
    levels = np.arange(256, dtype=np.float32)[:, None] * gains
    return _looked_up(rgb, np.rint(np.minimum(levels, 255)).astype(np.uint8))


def _looked_up(rgb: U8, table: U8) -> U8:
    """Each channel through its own column of a table (256, 3)."""
    return np.asarray(cv2.LUT(rgb, np.ascontiguousarray(table)[:, None, :]), np.uint8)
