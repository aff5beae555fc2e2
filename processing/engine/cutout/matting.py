"""Alpha matting on a small copy: what share of each pixel is subject, given where that is sure.

The cost is that of closed-form matting (Levin, Lischinski and Weiss, "A Closed-Form Solution to
Natural Image Matting", 2008): within each small window alpha shall be a linear function of color.
Its Laplacian is never written down. As He, Sun and Tang showed ("Fast Matting Using Large Kernel
Matting Laplacian Matrices", 2010), multiplying by it is one pass of the color guided filter:
``L p = p - guided(p)``, a handful of box filters. The system is solved by conjugate gradients from
coarse to fine: the coarse levels carry alpha across wide bands almost for nothing, the fine ones
only correct the detail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32

# Variance (of values 0 to 1) below which a window counts as flat: the noise of an 8-bit photo.
_FLAT = np.float32(1e-5)
# Iterations from the coarsest level on. More do not lower the error on the photos measured.
_ITERATIONS = (40, 12, 4, 4)
# The same for a task with evidence, then for a finer one, from where all else is solved.
_REFINEMENTS = (20, 2)
_COARSEST_SIDE = 100
_SURE = np.float32(0.999)
_DONE = 1e-7
# The weight of evidence that is certain against the picture's own edges.
_EVIDENCE = np.float32(0.1)


class Guide:
    """The local color model of one picture, float32 (h, w, 3) from 0 to 1, in 3x3 windows.

    Keeps its buffers from one call to the next, so it belongs to one thread: the time goes into
    memory traffic, and fresh arrays of this size cost more than the arithmetic on them.
    """

    def __init__(self, rgb: F32) -> None:
        self._rgb = np.ascontiguousarray(np.moveaxis(rgb, -1, 0))
        self._buffer = np.empty_like(self._rgb[0])
        self._windows, self._pixels = (np.empty((4, *rgb.shape[:2]), np.float32) for _ in range(2))
        self._means, self._products = np.empty_like(self._rgb), np.empty_like(self._rgb)
        for plane, mean in zip(self._rgb, self._means, strict=True):
            _box(plane, mean)
        self._factor()

    def coefficients(self, target: F32) -> F32:
        """Around each pixel `target` (h, w) is about ``a . color + b``: float32 (h, w, 4), three
        channels of a and one of b, averaged over the windows that cover the pixel."""
        return np.asarray(cv2.merge(list(self._fit(target))), dtype=np.float32)

    def residual(self, target: F32) -> F32:
        """Return what no local linear model of the colors explains: the matting Laplacian's product."""
        fitted = self._fit(target)
        left: F32 = target - fitted[3]
        for product in np.multiply(self._rgb, fitted[:3], out=self._products):
            left -= product
        return left

    def _fit(self, target: F32) -> F32:
        """The coefficients as planes (4, h, w), good until the next call."""
        products, product = self._products, self._buffer
        red, green, blue, offset = windows = self._windows
        colors, lower = windows[:3], self._lower
        # He, Sun and Tang's a = covariance(I)^-1 covariance(I, p) and b = mean(p) - a .
        # mean(I), in place: first the covariances with the target, as E[I p] - E[I] E[p].
        np.multiply(self._rgb, target, out=products)
        for plane, color in zip(products, colors, strict=True):
            _box(plane, color)
        _box(target, offset)
        colors -= np.multiply(self._means, offset, out=products)
        # Then LDL^T: forward, the pivots, backward. The order of these lines is the substitution's.
        windows[1:3] -= np.multiply(lower[:2], red, out=products[:2])
        blue -= np.multiply(lower[2], green, out=product)
        colors *= self._inverse_pivots
        green -= np.multiply(lower[2], blue, out=product)
        for plane in np.multiply(lower[:2], windows[1:3], out=products[:2]):
            red -= plane
        # Last b, now that a is known.
        for plane in np.multiply(colors, self._means, out=products):
            offset -= plane
        for window, pixel in zip(windows, self._pixels, strict=True):
            _box(window, pixel)
        return self._pixels

    def _factor(self) -> None:
        """LDL^T of every window's 3x3 covariance. By elimination and not by cofactors: those lose
        all digits of float32 where the channels go together, as on any grey product."""
        places = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        rr, rg, rb, gg, gb, bb = (self._covariance(i, j) for i, j in places)
        # With _FLAT added no pivot is below _FLAT in exact arithmetic: rounding alone gets there,
        # and must not get to 0.
        red = np.maximum(rr, 0) + _FLAT
        # Below the diagonal of L, from left to right, first the upper row.
        self._lower = lower = np.empty_like(self._rgb)
        np.divide(rg, red, out=lower[0])
        np.divide(rb, red, out=lower[1])
        green = np.maximum(gg + _FLAT - lower[0] * rg, _FLAT / 2)
        gb -= lower[0] * rb
        np.divide(gb, green, out=lower[2])
        blue = np.maximum(bb + _FLAT - lower[1] * rb - lower[2] * gb, _FLAT / 2)
        self._inverse_pivots = np.reciprocal(np.stack([red, green, blue]))

    def _covariance(self, one: int, other: int) -> F32:
        result: F32 = np.empty_like(self._buffer)
        _box(np.multiply(self._rgb[one], self._rgb[other], out=self._buffer), result)
        result -= np.multiply(self._means[one], self._means[other], out=self._buffer)
        return result


@dataclass(frozen=True, slots=True)
class Task:
    """One level, all float32 (h, w) but `rgb` (h, w, 3): `matte`, the network's opinion; `trust`,
    the weight of that opinion against the picture's own edges; `subject` and `background`, 1 where
    that is sure; `evidence`, what colors say, from -1 to 1, see evidence.weigh, or None."""

    rgb: F32
    matte: F32
    trust: F32
    subject: F32
    background: F32
    evidence: F32 | None = None


def solve(task: Task) -> F32:
    """Solve for the coefficients (h, w, 4) of alpha as a local linear function of color, see Guide.

    Deterministic; always finite, on flat pictures too.
    """
    return finished(task, approached(task))


def approached(task: Task) -> F32:
    """Solve for the coefficients on all levels but the finest one: (n, m, 4), or of the only level there is."""
    levels = _levels(task)
    model = _solved(levels[0], None, _ITERATIONS[0])
    for level, iterations in zip(levels[1:-1], _ITERATIONS[1:], strict=False):
        model = _solved(level, model, iterations)
    return model


def finished(task: Task, model: F32) -> F32:
    """Solve for the coefficients (h, w, 4) from those `approached`, of the same task or one that knows more."""
    return _solved(task, model, _ITERATIONS[-1])


def refine(tasks: Sequence[Task], coarse: F32) -> F32:
    """Solve for the same picture with more known or finer, task by task, from coefficients (of any
    size) that were found before."""
    model = coarse
    for task, iterations in zip(tasks, _REFINEMENTS, strict=False):
        model = _solved(task, model, iterations)
    return model


def apply(coefficients: F32, rgb: F32) -> F32:
    """Compute ``a . color + b`` for colors (..., 3) and coefficients (..., 4)."""
    a = coefficients
    alpha: F32 = a[..., 0] * rgb[..., 0]
    alpha += a[..., 1] * rgb[..., 1]
    alpha += a[..., 2] * rgb[..., 2]
    alpha += a[..., 3]
    return alpha


def resized(coefficients: F32, shape: Sequence[int]) -> F32:
    """Resize coefficients (h, w, 4) for the same picture: ``shape`` is (height, width)."""
    return np.asarray(cv2.resize(coefficients, (shape[1], shape[0])), dtype=np.float32)


def _levels(task: Task) -> list[Task]:
    levels = [task]
    while max(levels[0].matte.shape) > _COARSEST_SIDE and len(levels) < len(_ITERATIONS):
        finer = levels[0]
        height, width = finer.matte.shape
        size = (max(1, width // 2), max(1, height // 2))
        parts = (finer.rgb, finer.matte, finer.trust, finer.subject, finer.background)
        # Averages: a cell that is only partly sure is below _SURE, and so unknown on this level.
        halves = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts)
        levels.insert(0, Task(*(np.asarray(half, dtype=np.float32) for half in halves)))
    return levels


def _solved(task: Task, coarse: F32 | None, iterations: int) -> F32:
    guide = Guide(task.rgb)
    subject, background = task.subject > _SURE, task.background > _SURE
    unknown = (~(subject | background)).astype(np.float32)
    start = task.matte
    if coarse is not None:
        start = np.clip(apply(resized(coarse, start.shape), task.rgb), 0, 1)
    # Where it is sure, alpha is 1 on the subject and 0 on the background.
    start = np.where(unknown > 0, start, subject).astype(np.float32)
    return guide.coefficients(_conjugate_gradients(guide, (task, unknown), start, iterations))


def _conjugate_gradients(
    guide: Guide, problem: tuple[Task, F32], start: F32, iterations: int
) -> F32:
    """Minimise ``p L p + trust (p - opinion)^2``, and the same for what evidence there is, over the
    unknown pixels; the others stay."""
    task, unknown = problem
    # An opinion of 0.5 is none and weighs nothing; any other pulls to the end that it is nearer to.
    trust: F32 = task.trust * np.square(2 * task.matte - 1)
    opinion = (task.matte > 0.5).astype(np.float32)
    alpha = start.copy()
    residual = trust * (opinion - alpha)
    if task.evidence is not None:
        weight = _EVIDENCE * np.abs(task.evidence)
        residual += weight * ((task.evidence > 0) - alpha)
        trust += weight
    residual -= guide.residual(alpha)
    # Sure pixels stay where they are: nothing of them enters any direction.
    residual *= unknown
    step, energy = residual.copy(), _dot(residual, residual)
    goal = energy * _DONE
    for _ in range(iterations):
        if energy <= goal:
            break
        image = guide.residual(step)
        image += trust * step
        image *= unknown
        curvature = _dot(step, image)
        if curvature <= 0:  # rounding has eaten the rest
            break
        # Hestenes and Stiefel, 1952: exact along this direction, the next one conjugate to it.
        length = np.float32(energy / curvature)
        alpha += length * step
        residual -= length * image
        before, energy = energy, _dot(residual, residual)
        step *= np.float32(energy / before)
        step += residual
    return np.clip(alpha, 0, 1, out=alpha)


def _dot(one: F32, other: F32) -> float:
    # Not BLAS, whose sums depend on its number of threads: results shall be the same bytes.
    return float(np.sum(one * other))


def _box(values: F32, out: F32) -> None:
    cv2.blur(values, (3, 3), dst=out, borderType=cv2.BORDER_REFLECT)
