"""The colors of a subject matched to those of another picture: white balance, exposure and colorfulness.

Gains of the three channels in linear light, as von Kries' rule has it ("Die Gesichtsempfindungen", 1905), and
chroma in CIELAB times one factor; both leave a neutral gray neutral, which a transfer of means (Reinhard et al.,
"Color transfer between images", 2001) does not. How much of the difference of the means is a cast is asked of
the grays: as much of it is taken as makes most pixels neutral, so that a gray shirt doesn't turn blue by a blue
reference. A subject without any gray follows the reference wholly. All is bounded.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.canvas import linear

Doubles = npt.NDArray[np.float64]

_SIDE = 256
# Fewer pixels of the small copy than this say nothing; clipped ones, and black ones, never do.
_ENOUGH = 16
_DARK, _CLIPPED = 0.004, 0.96
# The most by which a channel may grow or shrink against green, and all of them together (logarithms).
_MOST_CAST, _MOST_EXPOSURE = 0.6, 0.5
_MOST_CHROMA = (0.75, 1.35)
# A pixel counts as neutral by a Gaussian of this width over its channels' differences in logarithms, and so
# many of all must for anything to be said of grays; less than that, it is a matter of taste: all is taken.
_NEUTRAL, _FEWEST = 0.06, 0.02
_SHARES = np.linspace(0, 1, 21)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class Match:
    """What is done: `gains` in linear light, float64 (3,), and the factor of `chroma`."""

    gains: Doubles
    chroma: float


def match(rgb: U8, alpha: U8 | None, reference: tuple[U8, U8 | None], strength: float) -> U8:
    """The picture uint8 (h, w, 3), sRGB, in the colors of `reference`, a picture and its alpha, as far as
    `strength` (0 to 1) says; a new array. Only what `alpha` (h, w) shows is measured, all without it.

    Where one of the two shows too little to be measured, the picture comes back as it is.
    """
    own, wanted = _sample(rgb, alpha), _sample(*reference)
    if own is None or wanted is None or strength == 0:
        return rgb
    found = _found(own, wanted)
    return _applied(rgb, Match(found.gains**strength, found.chroma**strength))


def _sample(rgb: U8, alpha: U8 | None) -> Doubles | None:
    """Pixels (n, 3) of a small copy in linear light, without what is clipped, black or not of the subject."""
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    light = linear.to_float(arrays.shrink(rgb, size)).astype(np.float64)
    inside = (light.max(axis=-1) < _CLIPPED) & (light.max(axis=-1) > _DARK)
    if alpha is not None:
        # Not the very edge: the old background still shines through there.
        inside &= cv2.erode(arrays.shrink(alpha, size), np.ones((3, 3), np.uint8)) > 127
    pixels = light[inside]
    return pixels if len(pixels) >= _ENOUGH else None


def _found(own: Doubles, wanted: Doubles) -> Match:
    apart = np.log(wanted.mean(axis=0) + _DARK) - np.log(own.mean(axis=0) + _DARK)
    cast = np.clip(apart - apart[1], -_MOST_CAST, _MOST_CAST)
    balance = np.exp(_cast_of(own, cast))
    balanced = own * balance
    brighter = np.log((wanted @ _LUMINANCE).mean() / (balanced @ _LUMINANCE).mean())
    exposure = np.exp(np.clip(brighter, -_MOST_EXPOSURE, _MOST_EXPOSURE))
    gains = balance * exposure
    most = max(_chroma(own * gains), 1e-3)
    return Match(gains, float(np.clip(_chroma(wanted) / most, *_MOST_CHROMA)))


def _cast_of(own: Doubles, cast: Doubles) -> Doubles:
    """The logarithms of gains (3,) that take the cast off: a share of `cast`, the whole difference."""
    logs = np.log(own + _DARK)
    neutral = [_neutrality(logs + share * cast) for share in _SHARES]
    best = int(np.argmax([part.mean() + 1e-6 * at for at, part in enumerate(neutral)]))
    if neutral[best].mean() < _FEWEST:
        return cast
    taken: Doubles = _SHARES[best] * cast
    if best == 0:
        return taken
    # What is left of a cast in those that are nearly neutral now.
    for _ in range(3):
        weight = _neutrality(logs + taken)[:, None]
        mean = (weight * (logs + taken)).sum(axis=0) / weight.sum()
        taken = taken - (mean - mean[1])
    return taken


def _neutrality(logs: Doubles) -> Doubles:
    """How near to neutral each pixel (n, 3) is, 0 to 1."""
    return np.asarray(np.exp(-np.square(np.ptp(logs, axis=-1) / _NEUTRAL)))


def _chroma(light: Doubles) -> float:
    """The mean chroma in CIELAB (D65) of pixels (n, 3) in linear light."""
    encoded = linear.encoded(np.clip(light, 0, 1)).astype(np.float32)[None]
    lab = np.asarray(cv2.cvtColor(encoded, cv2.COLOR_RGB2LAB))
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def _applied(rgb: U8, found: Match) -> U8:
    """Every pixel by the gains, and its chroma by the factor; strip by strip, as these are floats."""
    levels = linear.decoded(np.arange(256) / 255)[:, None] * found.gains
    table = linear.encoded(np.minimum(levels, 1)).astype(np.float32)
    whole = np.empty_like(rgb)
    for top in range(0, len(rgb), _SIDE):
        rows = slice(top, top + _SIDE)
        whole[rows] = _colorful(_looked_up(rgb[rows], table), found.chroma)
    return whole


def _looked_up(rgb: U8, table: F32) -> F32:
    """Each channel (h, w, 3) through its own column of a table (256, 3), 0 to 1."""
    return np.asarray(cv2.LUT(rgb, np.ascontiguousarray(table)[:, None, :]), np.float32)


def _colorful(encoded: F32, factor: float) -> U8:
    lab = np.asarray(cv2.cvtColor(encoded, cv2.COLOR_RGB2LAB), np.float32)
    lab = lab * np.array([1, factor, factor], np.float32)
    shown = np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))
    return np.asarray(np.rint(np.clip(shown, 0, 1) * 255), np.uint8)
