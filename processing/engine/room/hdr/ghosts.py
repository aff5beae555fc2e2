"""What moved between two exposures: where a bracket doesn't show what the reference does.

How many stops lie between two exposures at each stored value is read off both: the comparagram (S. Mann, R.
Picard, Being undigital with digital cameras, 1995), followed from its middle to both ends, so that a thing that
moved doesn't pass for what its values usually become. A pixel moved where that foretells another value in both
directions, by far more than such values usually differ; only whole patches count (hysteresis: J. Canny, PAMI
1986). Nothing can be told where both are clipped. Whoever fuses takes what moved from the reference.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, F64, U8, Mask
from processing.engine.canvas import linear

_SIDE: Final = 768
_LEVELS: Final = 256
# Differences of so many levels, and of so many times those that such values usually have, are movement.
_LEAST: Final = 14.0
_USUAL: Final = 4.0
_CERTAIN: Final = 1.0
_MAYBE: Final = 0.5
_SMALLEST: Final = 24  # pixels of a patch that are certain
_GAPS: Final = 8  # pixels between parts of one patch
_REACH: Final = 4  # pixels around a patch that go with it
_SOFT: Final = 2.0
_CLIPPED: Final = (3, 252)
# The comparagram: stored values by eights against stops, of which each place is told by at least so many
# pixels, and lies at most so far from its neighbor.
_BIN: Final = 8
_STOPS: Final = np.linspace(-10, 10, 201)
_ENOUGH: Final = 60
_NEAR: Final = 0.6
_SMOOTH: Final = 1.5  # bins


@dataclass(frozen=True, slots=True)
class Ghosts:
    """What moved between the reference and another exposure: how `sure` that is, float32 (h, w), 0 to 1, and
    the other as it would have been without, `cleaned`, uint8 (h, w, 3)."""

    sure: F32
    cleaned: U8


def ghosts(fixed: U8, other: U8, inside: U8) -> Ghosts:
    """What moved between the reference's and another exposure's small copies, uint8 (h, w, 3), that lie on
    each other where `inside`, uint8 (h, w), isn't 0."""
    height, width = fixed.shape[:2]
    size = arrays.fit_within(width, height, _SIDE)
    one, two = (_calm(part, size) for part in (fixed, other))
    here = cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST) > 0
    score = np.zeros(one.shape[:2], np.float32)
    becomes = np.empty((1, _LEVELS, 3), np.uint8)
    for channel in range(3):
        first, second = one[..., channel], two[..., channel]
        forth, _ = _off(first, second, here)
        back, usual = _off(second, first, here)
        score = np.maximum(score, np.minimum(forth, back))
        becomes[0, :, channel] = np.rint(usual)
    score[~here | (_is_clipped(one) & _is_clipped(two))] = 0
    found = _patches(score)
    # Around what moved, the reference is no better where it is clipped.
    found[(score < _MAYBE) & _is_clipped(one)] = 0
    soft = np.maximum(cv2.GaussianBlur(found, (0, 0), _SOFT), found)
    sure = np.asarray(cv2.resize(soft, (width, height)), np.float32)
    return Ghosts(sure, _mixed(other, np.asarray(cv2.LUT(fixed, becomes), np.uint8), sure))


def _calm(part: U8, size: tuple[int, int]) -> U8:
    """A smaller copy with less noise."""
    return np.asarray(cv2.blur(arrays.shrink(part, size), (3, 3)), np.uint8)


def _mixed(one: U8, other: U8, share: F32) -> U8:
    """One picture where the share is 0, the other where it is 1."""
    return np.asarray(cv2.blendLinear(one, other, 1 - share, share), np.uint8)


def _is_clipped(part: U8) -> Mask:
    low, high = _CLIPPED
    return np.asarray((part.max(axis=2) <= low) | (part.min(axis=2) >= high))


def _off(told: U8, known: U8, here: Mask) -> tuple[F32, F64]:
    """How far one exposure's value is from what the other foretells, as a share of what movement is; and what
    each of the other's values foretells, float64 (256,)."""
    stops, spread = _response(told[here], known[here])
    least, usual, most = (_foretold(stops + by * spread) for by in (-_USUAL, 0, _USUAL))
    low, high = _CLIPPED
    value = np.arange(_LEVELS)[:, None]
    above = (value - usual) / np.maximum(_LEAST, most - usual)
    below = (usual - value) / np.maximum(_LEAST, usual - least)
    # What is white may be any more light, and what is black any less.
    above[:, high:] = 0
    below[:, : low + 1] = 0
    table = np.maximum(above, below).astype(np.float32)
    return np.asarray(table[told, known], np.float32), usual


def _foretold(stops: F64) -> F64:
    """What each stored value becomes with so many stops more, float64 (256,)."""
    light = _LIGHT * np.exp2(stops)
    return np.asarray(255 * linear.encoded(np.minimum(light, 1)), np.float64)


def _response(told: U8, known: U8) -> tuple[F64, F64]:
    """How many stops more light one exposure has at each value of the other, and how much that spreads:
    float64 (256,)."""
    low, high = _CLIPPED
    fair = (told > low) & (told < high) & (known > low) & (known < high)
    away = _LOGS[told[fair]] - _LOGS[known[fair]]
    places = np.clip(np.rint((away - _STOPS[0]) * 10), 0, len(_STOPS) - 1).astype(np.int64)
    rows = _LEVELS // _BIN
    index = (known[fair] // _BIN).astype(np.int64) * len(_STOPS) + places
    counted = np.bincount(index, minlength=rows * len(_STOPS)).reshape(rows, len(_STOPS))
    smooth = cv2.GaussianBlur(
        counted.astype(np.float64), (1, 0), 0.1, sigmaY=_SMOOTH, borderType=cv2.BORDER_REFLECT
    )
    middle, spread = _followed(np.asarray(smooth, np.float64))
    centers = np.arange(rows) * _BIN + (_BIN - 1) / 2
    values = np.arange(_LEVELS)
    return np.interp(values, centers, middle), np.interp(values, centers, spread)


def _followed(counted: F64) -> tuple[F64, F64]:
    """Median and spread of each row of a comparagram, from the middle of its counts to both ends."""
    rows = len(counted)
    middle, spread = np.zeros(rows), np.full(rows, _NEAR / 2)
    total = counted.sum()
    if total < _ENOUGH:
        return middle, spread
    common = _STOPS[_median(counted.sum(axis=0))]
    near = counted[:, np.abs(_STOPS - common) <= _NEAR].sum(axis=1)
    start = int(near.argmax())
    middle[start], spread[start] = _told(counted[start], common, _NEAR / 2)
    for way in (range(start + 1, rows), range(start - 1, -1, -1)):
        guess, usual = middle[start], spread[start]
        for row in way:
            guess, usual = _told(counted[row], guess, usual)
            middle[row], spread[row] = guess, usual
    return middle, spread


def _told(row: F64, guess: float, usual: float) -> tuple[float, float]:
    """Median and spread of what lies near a guess; the guess where that is too little."""
    near = np.where(np.abs(_STOPS - guess) <= _NEAR, row, 0)
    if near.sum() < _ENOUGH:
        return guess, usual
    middle = float(_STOPS[_median(near)])
    away = np.abs(_STOPS - middle)
    order = np.argsort(away, kind="stable")
    half = int(np.searchsorted(np.cumsum(near[order]), near.sum() / 2))
    return middle, max(0.05, 1.4826 * float(away[order[half]]))


def _median(counts: F64) -> int:
    summed = np.cumsum(counts)
    return int(np.searchsorted(summed, summed[-1] / 2))


def _patches(score: F32) -> F32:
    """1 where patches are that moved, 0 elsewhere: all that may have moved around what did for certain."""
    small = np.ones((3, 3), np.uint8)
    certain = cv2.morphologyEx((score >= _CERTAIN).astype(np.uint8), cv2.MORPH_OPEN, small)
    maybe = cv2.morphologyEx((score >= _MAYBE).astype(np.uint8), cv2.MORPH_OPEN, small)
    count, labels = cv2.connectedComponents(maybe)
    sure = np.bincount(labels[certain > 0], minlength=count)
    chosen = sure >= _SMALLEST
    chosen[0] = False
    whole = cv2.morphologyEx(chosen[labels].astype(np.uint8), cv2.MORPH_CLOSE, _disk(_GAPS))
    return np.asarray(cv2.dilate(whole, _disk(_REACH)), np.float32)


def _disk(radius: int) -> U8:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


_LIGHT: F64 = linear.decoded(np.arange(_LEVELS) / 255)
_LOGS: F64 = np.log2(np.maximum(_LIGHT, 1e-5))
