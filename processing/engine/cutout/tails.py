"""What hangs on to a subject without belonging to it: haze, joints of the floor, lines behind.

Matting carries alpha to whatever is colored like the subject, and along every line that starts at
its edge. Three things tell that from straps, laces, fringe and fur: the network's belief, how
opaque the thing is altogether, and how straight. Thresholds were chosen on the labels in
`benchmarks/graded/tails.csv`; `python -m benchmarks tails` measures them.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32, I32

# The geometric mean of alpha and the network's belief from which a place is subject, and the pixels
# that such a place must be wide: what is thinner has to prove itself below.
_CERTAIN, _WIDE = 0.7, 3
# Shares of the longer side: how far from certain subject everything may stay (the width of hair and
# of soft edges), and the side of the window over which haze is judged.
_REACH, _WINDOW = 0.02, 0.05
# The mean opacity (of alpha, weighted by itself) of haze, and of what is solid.
_OPACITY = (0.45, 0.55)
# The same mean as above, of alpha and belief, that saves a place whatever surrounds it.
_SAVED = (0.62, 0.75)
# The mean belief in what is translucent.
_UNDOUBTED = (0.9, 0.97)
# A lone line: around it there is little subject (the mean of alpha; the first is none at all), and
# the network did not believe in it (the mean belief; from the second on it did).
_LONELY, _BELIEVED = (0.08, 0.15), (0.6, 0.7)
# A line that somebody laid or ruled: this long and no wider (a standard deviation), as shares of the
# longer side, so many times as long as wide (the ratio of standard deviations), and with less subject
# around it than this (the mean of alpha). A ribbon bends.
_LONG, _NARROW, _STRAIGHT, _ALONE = 0.06, 0.005, 12.0, 0.25
_SEEN, _BORDER = 0.05, 1
# What is at least this opaque stays with a solid neighbor that is at least that opaque.
_WHOLE, _FADED = 0.5, 0.3


def without_tails(alpha: F32, opinion: F32) -> F32:
    """Alpha (h, w) without haze and lone lines. `opinion` (h, w) is the network's belief, 0 to 1."""
    reach = _disc(max(1, round(_REACH * max(alpha.shape))))
    belief = np.sqrt(alpha * opinion)
    certain = cv2.morphologyEx(
        (belief > _CERTAIN).astype(np.uint8), cv2.MORPH_OPEN, np.ones((_WIDE, _WIDE), np.uint8)
    )
    near = np.asarray(cv2.dilate(certain, reach)) > 0
    far = np.where(near, 0, alpha).astype(np.float32)
    if not near.any() or not far.any():
        return alpha
    kept = np.maximum(_solid(far), _ramp(belief, _SAVED))
    believed = _mean(opinion, far)
    # Glass and tulle are faint, too, but the network does not doubt them.
    kept = np.maximum(kept, _ramp(believed, _UNDOUBTED))
    company = np.asarray(cv2.blur(alpha, _window(alpha)), dtype=np.float32)
    kept = np.minimum(kept, np.maximum(_ramp(company, _LONELY), _ramp(believed, _BELIEVED)))
    # Where a solid part fades into haze at its root, the part would come off.
    whole = cv2.dilate(np.where(far > _FADED, kept, 0), reach)
    kept = np.where(far > _WHOLE, whole, kept)
    # Fringe is straight, too, but never alone.
    kept[_ruled_lines(np.where(company < _ALONE, far, 0).astype(np.float32), opinion)] = 0
    return np.where(near, alpha, alpha * kept).astype(np.float32)


def _solid(far: F32) -> F32:
    """1 where what is seen is opaque, 0 where it is haze."""
    return _ramp(_mean(far, far), _OPACITY)


def _mean(values: F32, weight: F32) -> F32:
    """The mean of the values around each place, weighted."""
    window = _window(values)
    total = np.asarray(cv2.blur(values * weight, window), dtype=np.float32)
    return total / (np.asarray(cv2.blur(weight, window), dtype=np.float32) + np.float32(1e-4))


def _window(values: F32) -> tuple[int, int]:
    side = max(3, round(_WINDOW * max(values.shape))) | 1
    return side, side


def _ruled_lines(far: F32, opinion: F32) -> cv2.typing.MatLike:
    """True on thin straight lines that the network did not believe in."""
    longest = max(far.shape)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((far > _SEEN).astype(np.uint8))
    ruled = np.zeros(count, bool)
    # Label 0 is all the rest.
    for label in range(1, count):
        left, top, width, height = (int(value) for value in stats[label][:4])
        if np.hypot(width, height) < _LONG * longest or not _leaves(stats[label], far.shape):
            continue
        window = np.s_[top : top + height, left : left + width]
        own = labels[window] == label
        weight = far[window][own]
        if np.average(opinion[window][own], weights=weight) > _BELIEVED[0]:
            continue
        # The main axes of the weighted pixels: variances across and along.
        across, along = np.linalg.eigvalsh(np.cov(np.nonzero(own), aweights=weight))
        across = max(across, 0.01)
        ruled[label] = across < (_NARROW * longest) ** 2 and along > _STRAIGHT**2 * across
    return np.asarray(ruled[labels])


def _leaves(box: I32, shape: tuple[int, ...]) -> bool:
    """Whether a piece goes on beyond the region that was looked at; hair ends within it."""
    left, top, width, height = (int(value) for value in box[:4])
    ends = (left, top, shape[1] - left - width, shape[0] - top - height)
    return min(ends) <= _BORDER


def _ramp(values: F32, ends: tuple[float, float]) -> F32:
    low, high = ends
    scaled = (values - np.float32(low)) * np.float32(1 / (high - low))
    return np.asarray(np.clip(scaled, 0, 1), dtype=np.float32)


def _disc(radius: int) -> cv2.typing.MatLike:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
