"""How brackets have to be moved so that they lie on each other.

Exposures differ, so not brightness is compared but what each part has of structure: differences to the
surroundings, divided by their own size, less where they are grain, and nothing where either is clipped. Blocks of that are matched by phase
correlation (C. Kuglin, D. Hines, 1975; below a pixel by the peak's centroid), and the blocks that agree on one
movement (M. Fischler, R. Bolles, Random Sample Consensus, CACM 1981) give it: a shift, a turn with it, or a
homography where that fits clearly better. What moved by itself, and plain walls, are outvoted.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, F64, U8
from processing.engine.room import detail

_AROUND: Final = 6.0  # the surroundings' radius in pixels
_LEVELS: Final = 4.0  # differences of so few levels may be nothing
# Of white noise's variance a Gaussian of one pixel takes about 5 / 6 away.
_GRAIN: Final = 6 / 5
_CLIPPED: Final = (8, 249)  # stored values below and above tell nothing
_COARSE_SIDE: Final = 384
_BLOCK: Final = 128
_STEP: Final = 80
_SMALLEST: Final = 48  # of a block, in pictures that are small themselves
# Blocks with less structure than this, 0 to 1, aren't asked; nor believed that match worse.
_STRUCTURE: Final = 0.12
_MATCHES: Final = 0.06
_SAME: Final = (4.0, 2.0, 0.5)  # pixels within which blocks agree, in the rounds
# So many blocks have to agree on a shift, on a turn as well, on a homography.
_FEWEST: Final = (3, 6, 16)
# Beyond the blocks that were asked a homography may go anywhere: they have to lie all over the picture, that is
# in so much of its width and height.
_ALL_OVER: Final = 0.5
_BETTER: Final = 0.9  # of the error that is left, for a homography to be believed
# Of at least so many blocks that show something a smaller share agrees where brackets show other things.
_ASKED: Final = 16
_AGREE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Structure:
    """What a bracket's small copy has of structure: `plane`, float32 (h, w), around 0."""

    plane: F32


@dataclass(frozen=True, slots=True)
class Moved:
    """Where each pixel of the reference lies in another bracket: `matrix`, float64 (3, 3), in pixels of the
    small copies. `is_known`: whether enough was there to see; else the matrix is the best guess.
    `is_other`: whether much was there to see and most of it lies nowhere near."""

    matrix: F64
    is_known: bool
    is_other: bool = False


def structure(small: U8) -> Structure:
    """Of a small copy, uint8 (h, w, 3)."""
    grey = detail.grey(small)
    low, high = _CLIPPED
    told = cv2.inRange(small, (low, low, low), (high, high, high))
    # All three channels are clipped in what is white or black; one of them may be in a color.
    told = cv2.max(told, cv2.inRange(grey, low, high))
    told = cv2.GaussianBlur(cv2.erode(told, np.ones((5, 5), np.uint8)), (0, 0), 2)
    value = grey.astype(np.float32)
    away = value - cv2.GaussianBlur(value, (0, 0), _AROUND)
    size = _power(away)
    grain = _power(value - cv2.GaussianBlur(value, (0, 0), 1))
    clear = np.sqrt(np.maximum(1 - _GRAIN * grain / np.maximum(size, np.float32(1e-3)), 0))
    share = clear * told / (255 * (np.sqrt(size) + _LEVELS))
    return Structure(np.asarray(away * share, np.float32))


def _power(plane: F32) -> F32:
    """The mean of squares around each pixel."""
    return np.asarray(cv2.GaussianBlur(plane * plane, (0, 0), 2 * _AROUND), np.float32)


def moved(fixed: Structure, other: Structure, guess: F64) -> Moved:
    """How `other` has to be moved to lie on `fixed`, beginning with a guess, float64 (3, 3)."""
    matrix = _shifted(fixed.plane, other.plane, guess)
    found: _Round | None = None
    for scale, within in zip((2, 1, 1), _SAME, strict=True):
        if min(fixed.plane.shape) < 2 * scale * _SMALLEST:
            continue
        found = _round(fixed.plane, other.plane, matrix, scale, within)
        matrix = found.matrix
    if found is None:
        return Moved(matrix, is_known=False)
    is_other = found.asked >= _ASKED and found.agree < _AGREE * found.asked
    return Moved(matrix, is_known=found.agree >= _FEWEST[0], is_other=is_other)


def warped(plane: U8, matrix: F64) -> U8:
    """A bracket, uint8 (h, w, 3), where it lies on the reference, by a matrix for its size: of the same shape."""
    size = (plane.shape[1], plane.shape[0])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    turned = cv2.warpPerspective(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def at_full_size(matrix: F64, step: int) -> F64:
    """The same movement in pixels of pictures `step` times as large; a pixel's center is at a whole number."""
    grown = np.array([[step, 0, (step - 1) / 2], [0, step, (step - 1) / 2], [0, 0, 1]], np.float64)
    return np.asarray(grown @ matrix @ np.linalg.inv(grown), np.float64)


def farthest(matrix: F64, size: tuple[int, int]) -> float:
    """How far the corner of a picture of that size (width, height) is moved that is moved farthest, in pixels."""
    right, bottom = size[0] - 1, size[1] - 1
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], np.float64)
    there = cv2.perspectiveTransform(corners[None], matrix)[0]
    return float(np.hypot(*(there - corners).T).max())


@dataclass(frozen=True, slots=True)
class _Round:
    matrix: F64
    asked: int
    agree: int


def _shifted(fixed: F32, other: F32, guess: F64) -> F64:
    """The guess with the shift that both as wholes show, on copies that are smaller still."""
    height, width = fixed.shape
    size = arrays.fit_within(width, height, _COARSE_SIDE)
    small = [
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        for plane in (fixed, _seen(other, guess, (width, height)))
    ]
    if min(size) < _SMALLEST // 2 or min(float(np.abs(plane).max()) for plane in small) == 0:
        return guess
    window = cv2.createHanningWindow(size, cv2.CV_32F)
    (right, down), matches = cv2.phaseCorrelate(small[0], small[1], window)
    if matches < _MATCHES:
        return guess
    shift = np.eye(3)
    shift[:2, 2] = right * width / size[0], down * height / size[1]
    return np.asarray(guess @ shift, np.float64)


def _seen(other: F32, matrix: F64, size: tuple[int, int]) -> F32:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(other, matrix, size, flags=flags), np.float32)


def _round(fixed: F32, other: F32, matrix: F64, scale: int, within: float) -> _Round:
    """The movement by blocks, begun with a movement."""
    height, width = fixed.shape
    seen = _seen(other, matrix, (width, height))
    size = (width // scale, height // scale)
    planes = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (fixed, seen)]
    at, shifts = _matches(np.asarray(planes[0], np.float32), np.asarray(planes[1], np.float32))
    here = (at + 0.5) * [width / size[0], height / size[1]] - 0.5
    there = here + shifts * [width / size[0], height / size[1]]
    step, agree = _fitted(here, there, within * scale, (width, height))
    return _Round(np.asarray(matrix @ step, np.float64), len(at), agree)


def _matches(fixed: F32, other: F32) -> tuple[F64, F64]:
    """The centers of blocks that show something, and by how much each lies elsewhere: float64 (n, 2)."""
    height, width = fixed.shape
    side = min(_BLOCK, cv2.getOptimalDFTSize(max(_SMALLEST, min(height, width) // 3)))
    window = cv2.createHanningWindow((side, side), cv2.CV_32F)
    at, shifts = [], []
    for top in _starts(height, side):
        for left in _starts(width, side):
            part = np.s_[top : top + side, left : left + side]
            one, two = fixed[part], other[part]
            if min(float(np.abs(one).mean()), float(np.abs(two).mean())) < _STRUCTURE:
                continue
            (right, down), matches = cv2.phaseCorrelate(one.copy(), two.copy(), window)
            at.append((left + (side - 1) / 2, top + (side - 1) / 2))
            # What doesn't match is counted as asked, and lies where nobody agrees.
            shifts.append((right, down) if matches >= _MATCHES else (np.inf, np.inf))
    return np.array(at, np.float64).reshape(-1, 2), np.array(shifts, np.float64).reshape(-1, 2)


def _starts(length: int, side: int) -> np.ndarray:
    count = max(1, round((length - side) / (_STEP * side / _BLOCK)) + 1)
    return np.linspace(0, length - side, count).astype(int)


def _fitted(here: F64, there: F64, within: float, size: tuple[int, int]) -> tuple[F64, int]:
    """The movement, float64 (3, 3), on which most agree, and how many do."""
    good = np.isfinite(there).all(axis=1)
    here, there = here[good], there[good]
    one, turn, all_free = _FEWEST
    spread = np.array(size) * _ALL_OVER
    if len(here) < one:
        return np.eye(3), len(here)
    if len(here) >= turn:
        cv2.setRNGSeed(0)
        found, chosen = cv2.estimateAffinePartial2D(
            here, there, method=cv2.RANSAC, ransacReprojThreshold=within, refineIters=20
        )
        agree = chosen.ravel() > 0 if chosen is not None else np.zeros(len(here), bool)
        if found is not None and agree.sum() >= turn:
            similar = np.vstack([found, [0, 0, 1]])
            if agree.sum() >= all_free and (np.ptp(here[agree], axis=0) >= spread).all():
                similar = _freer(similar, here, there, within)
            return similar, int(agree.sum())
    shift = np.median(there - here, axis=0)
    agree = np.hypot(*(there - here - shift).T) <= within
    matrix = np.eye(3)
    matrix[:2, 2] = (there - here)[agree].mean(axis=0) if agree.any() else 0
    return (matrix if agree.sum() >= one else np.eye(3)), int(agree.sum())


def _freer(similar: F64, here: F64, there: F64, within: float) -> F64:
    """A homography where it fits clearly better, else what was found."""
    cv2.setRNGSeed(0)
    found, chosen = cv2.findHomography(here, there, cv2.RANSAC, within)
    if found is None:
        return similar
    agree = chosen.ravel() > 0
    left = [
        float(np.hypot(*(cv2.perspectiveTransform(here[None], one)[0] - there)[agree].T).mean())
        for one in (similar, found)
    ]
    return np.asarray(found, np.float64) if left[1] < _BETTER * left[0] else similar
