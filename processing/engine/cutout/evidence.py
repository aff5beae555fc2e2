"""What colors say about the places in doubt: which of them are as good as surely subject or background.

Sure places nearby lend their colors, as in sampling-based matting (Wang and Cohen, "Optimized Color
Sampling for Robust Matting", 2007). For each place in doubt three explanations of its color compete:
it is a subject's color, a background's, or a mixture of the two at some alpha. Bayes' rule weighs
them (Chuang et al., "A Bayesian Approach to Digital Matting", 2001): a mixture fits more colors than
a pure one, so where both fit, the pure one is the likelier.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32, I32, Mask

# How far around a place to ask for its nearest sure ones, as shares of the longer side, and in how
# many directions each.
_RADII, _DIRECTIONS = (0.04, 0.12), 6
# A sample counts less the farther it is: by a factor of e per this share of the longer side.
_NEAR = 0.2
# The standard deviation of a color (0 to 1) around a sample of its own kind.
_NOISE = 0.03
# How far true alpha strays from the one found without this evidence, as a standard deviation.
_STRAY = 0.5
# How much a color counts against the guess, and how wide a band of colors the noise makes of one.
_DOUBT, _WIDTH = np.float32((_NOISE / _STRAY) ** 2), np.float32(_NOISE * np.sqrt(2 * np.pi))
# The density of colors that no sample explains.
_UNEXPLAINED = np.float32(1e-3)
_SURE = 0.999
# Places of a batch: its arrays should stay in the processor's cache.
_BATCH = 4096


def weigh(rgb: F32, alpha: F32, subject: F32, background: F32) -> F32:
    """Weigh the colors of `rgb` (h, w, 3), 0 to 1: float32 (h, w) from 1, subject for sure, to -1,
    background for sure; 0 where colors decide nothing and where `subject` or `background`, 1 where
    that is sure, have decided already.

    `alpha` (h, w) is the guess so far.
    """
    inside, outside = subject > _SURE, background > _SURE
    places = np.flatnonzero(~(inside | outside)).astype(np.int32)
    found = np.zeros(alpha.shape, np.float32)
    if places.size and inside.any() and outside.any():
        known = (_nearest(inside), _nearest(outside))
        for start in range(0, places.size, _BATCH):
            batch = places[start : start + _BATCH]
            found.reshape(-1)[batch] = _weigh(rgb, alpha.reshape(-1)[batch], batch, known)
    return found


def _weigh(rgb: F32, guess: F32, places: I32, known: tuple[I32, I32]) -> F32:
    colors = rgb.reshape(-1, 3)
    seen = colors[places]
    pure_subject, pure_background, mixed = (np.zeros(places.size, np.float32) for _ in range(3))
    for at in _around(places, alike := known[0].shape):
        (front, front_near), (back, back_near) = (
            (colors[samples := nearest[at]], _nearness(places, samples, alike)) for nearest in known
        )
        # Of both samples, whatever is asked of them: nearness alone must not choose a side.
        near = front_near * back_near
        pure_subject += near * _fit(_dot(seen - front, seen - front), _NOISE)
        rest = seen - back
        off_background = _dot(rest, rest)
        pure_background += near * _fit(off_background, _NOISE)
        # The likeliest alpha of a mixture, given the color and the guess, and what it leaves
        # unexplained. Where both samples are alike, that is the guess.
        apart = front - back
        contrast, share = _dot(apart, apart), _dot(rest, apart)
        alpha = np.clip((share + _DOUBT * guess) / (contrast + _DOUBT), 0, 1)
        off = off_background - alpha * (2 * share - alpha * contrast)
        # Of all alphas, 0 to 1, only a band as wide as the noise explains it: that is the price of
        # being able to explain more colors.
        band = np.minimum(1, _WIDTH / np.sqrt(contrast + _DOUBT))
        likely = _fit(off, _NOISE) * _fit(np.square(alpha - guess), _STRAY)
        mixed += near * likely * band
    pure_subject *= _fit(np.square(1 - guess), _STRAY)
    pure_background *= _fit(np.square(guess), _STRAY)
    count = np.float32(len(_RADII) * _DIRECTIONS + 1)
    total = pure_subject + pure_background + mixed + _UNEXPLAINED * count
    # What is likelier than not counts, from 0 at a half to 1 when certain.
    surely: F32 = np.maximum(0, 2 * np.maximum(pure_subject, pure_background) / total - 1)
    return np.where(pure_subject > pure_background, surely, -surely).astype(np.float32)


def _around(places: I32, shape: tuple[int, int]) -> list[tuple[I32, I32]]:
    """The rows and columns of the places themselves, then of those around them, in the picture."""
    height, width = shape
    rows, columns = np.divmod(places, np.int32(width))
    found = [(rows, columns)]
    for ring, radius in enumerate(_RADII):
        # Every other ring is turned by half a step, so that directions differ.
        angles = 2 * np.pi * (np.arange(_DIRECTIONS) + ring % 2 / 2) / _DIRECTIONS
        for down, across in np.rint(
            radius * max(shape) * np.stack([np.sin(angles), np.cos(angles)]).T
        ):
            moved = rows + np.int32(down), columns + np.int32(across)
            found.append((np.clip(moved[0], 0, height - 1), np.clip(moved[1], 0, width - 1)))
    return found


def _nearest(known: Mask) -> I32:
    """At each place (h, w), the place (row * w + column) of the nearest known one."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.zeros(int(labels.max()) + 1, np.int32)
    places[np.asarray(labels)[known]] = np.flatnonzero(known)
    return np.asarray(places[labels], dtype=np.int32)


def _nearness(places: I32, samples: I32, shape: tuple[int, int]) -> F32:
    width = np.int32(shape[1])
    (row, column), (other_row, other_column) = np.divmod(places, width), np.divmod(samples, width)
    down, across = (row - other_row).astype(np.float32), (column - other_column).astype(np.float32)
    distance = np.sqrt(down * down + across * across)
    return np.asarray(np.exp(distance * np.float32(-1 / (_NEAR * max(shape)))), dtype=np.float32)


def _fit(squares: F32, deviation: float) -> F32:
    """The density of a normal distribution, 1 at its middle, for squared distances from there."""
    return np.asarray(np.exp(squares * np.float32(-0.5 / deviation**2)), dtype=np.float32)


def _dot(one: F32, other: F32) -> F32:
    """Multiply colors (n, 3) pair by pair: (n,). Not by BLAS: see matting."""
    result: F32 = one[:, 0] * other[:, 0]
    result += one[:, 1] * other[:, 1]
    result += one[:, 2] * other[:, 2]
    return result
