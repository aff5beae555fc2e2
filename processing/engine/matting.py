"""Alpha matting on a small copy: what share of each pixel is subject, given where that is sure.

The cost is that of closed-form matting (Levin, Lischinski and Weiss, "A Closed-Form Solution to
Natural Image Matting", 2008): within each small window alpha shall be a linear function of colour.
Its Laplacian is never written down. As He, Sun and Tang showed ("Fast Matting Using Large Kernel
Matting Laplacian Matrices", 2010), multiplying by it is one pass of the colour guided filter:
``L p = p - guided(p)``, a handful of box filters. The system is solved by conjugate gradients from
coarse to fine: the coarse levels carry alpha across wide bands almost for nothing, the fine ones
only correct the detail.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.geometry import F32

# Variance (of values 0 to 1) below which a window counts as flat: the noise of an 8-bit photo.
_FLAT = np.float32(1e-5)
# Iterations from the coarsest level on. More do not lower the error on the photos measured.
_ITERATIONS = (50, 25, 8, 4, 3)
_COARSEST_SIDE = 100
_SURE = np.float32(0.999)
_DONE = 1e-7


class Guide:
    """The local colour model of one picture, float32 (h, w, 3) from 0 to 1, in 3x3 windows."""

    def __init__(self, rgb: F32) -> None:
        self.rgb = rgb
        self._planes = cv2.split(rgb)
        self._means = cv2.split(_box(rgb))
        self._factor()

    def coefficients(self, target: F32) -> F32:
        """Around each pixel `target` (h, w) is about ``a . colour + b``: float32 (h, w, 4), three
        channels of a and one of b, averaged over the windows that cover the pixel."""
        red, green, blue = self._planes
        products = cv2.merge([red * target, green * target, blue * target, target])
        x, y, z, mean = cv2.split(_box(products))
        mean_r, mean_g, mean_b = self._means
        first = x - mean_r * mean
        second = y - mean_g * mean - self._l10 * first
        third = z - mean_b * mean - self._l20 * first - self._l21 * second
        a_b = third * self._d2
        a_g = second * self._d1 - self._l21 * a_b
        a_r = first * self._d0 - self._l10 * a_g - self._l20 * a_b
        offset = mean - a_r * mean_r - a_g * mean_g - a_b * mean_b
        return _box(cv2.merge([a_r, a_g, a_b, offset]))

    def residual(self, target: F32) -> F32:
        """What no local linear model of the colours explains: the matting Laplacian's product."""
        return target - apply(self.coefficients(target), self.rgb)

    def _factor(self) -> None:
        """LDL^T of every window's 3x3 covariance. By elimination and not by cofactors: those lose
        all digits of float32 where the channels go together, as on any grey product."""
        (red, green, blue), (m_r, m_g, m_b) = self._planes, self._means
        rr, rg, rb, gg = cv2.split(
            _box(cv2.merge([red * red, red * green, red * blue, green * green]))
        )
        gb, bb = cv2.split(_box(cv2.merge([green * blue, blue * blue])))
        pivot = np.maximum(rr - m_r * m_r, 0) + _FLAT
        rg, rb, gb = rg - m_r * m_g, rb - m_r * m_b, gb - m_g * m_b
        self._d0, self._l10, self._l20 = 1 / pivot, rg / pivot, rb / pivot
        pivot = np.maximum(gg - m_g * m_g + _FLAT - self._l10 * rg, _FLAT / 2)
        rest = gb - self._l10 * rb
        self._d1, self._l21 = 1 / pivot, rest / pivot
        last = bb - m_b * m_b + _FLAT - self._l20 * rb - self._l21 * rest
        self._d2 = 1 / np.maximum(last, _FLAT / 2)


@dataclass(frozen=True, slots=True)
class Task:
    """One level, all float32 (h, w) but `rgb` (h, w, 3): `matte`, the network's opinion; `trust`,
    the weight of that opinion against the picture's own edges; `subject` and `background`, 1 where
    that is sure."""

    rgb: F32
    matte: F32
    trust: F32
    subject: F32
    background: F32


def solve(task: Task) -> Iterator[tuple[Guide, F32]]:
    """Every level's guide and alpha (h, w), coarse to fine; the last is of the task's own size.

    Deterministic; always finite, on flat pictures too.
    """
    previous: tuple[Guide, F32] | None = None
    for level, iterations in zip(_levels(task), _ITERATIONS, strict=False):
        guide = Guide(level.rgb)
        subject, background = level.subject > _SURE, level.background > _SURE
        unknown = (~(subject | background)).astype(np.float32)
        start = level.matte if previous is None else _enlarged(*previous, guide)
        start = np.where(unknown > 0, start, subject).astype(np.float32)
        previous = guide, _conjugate_gradients(guide, (level, unknown), start, iterations)
        yield previous


def apply(coefficients: F32, rgb: F32) -> F32:
    """``a . colour + b`` for colours (..., 3) and coefficients (..., 4)."""
    a = coefficients
    red = a[..., 0] * rgb[..., 0]
    green, blue = a[..., 1] * rgb[..., 1], a[..., 2] * rgb[..., 2]
    return np.asarray(red + green + blue + a[..., 3], dtype=np.float32)


def _levels(task: Task) -> list[Task]:
    levels = [task]
    while max(levels[0].matte.shape) > _COARSEST_SIDE and len(levels) < len(_ITERATIONS):
        finer = levels[0]
        height, width = finer.matte.shape
        size = (max(1, width // 2), max(1, height // 2))
        parts = (finer.rgb, finer.matte, finer.trust, finer.subject, finer.background)
        halves = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts)
        levels.insert(0, Task(*(np.asarray(half, dtype=np.float32) for half in halves)))
    return levels


def _enlarged(guide: Guide, alpha: F32, finer: Guide) -> F32:
    height, width = finer.rgb.shape[:2]
    coefficients = cv2.resize(guide.coefficients(alpha), (width, height))
    return np.clip(apply(np.asarray(coefficients, dtype=np.float32), finer.rgb), 0, 1)


def _conjugate_gradients(
    guide: Guide, problem: tuple[Task, F32], start: F32, iterations: int
) -> F32:
    """Minimise ``p L p + trust (p - opinion)^2`` over the unknown pixels; the others stay."""
    task, unknown = problem
    trust: F32 = task.trust * np.square(2 * task.matte - 1)
    opinion = (task.matte > 0.5).astype(np.float32)
    alpha = start
    pull = np.asarray(trust * (opinion - alpha), dtype=np.float32)
    residual = unknown * (pull - guide.residual(alpha))
    step, energy = residual, _dot(residual, residual)
    goal = energy * _DONE
    for _ in range(iterations):
        if energy <= goal:
            break
        image = unknown * (guide.residual(step) + trust * step)
        curvature = _dot(step, image)
        if curvature <= 0:  # rounding has eaten the rest
            break
        length = np.float32(energy / curvature)
        alpha = np.asarray(alpha + length * step, dtype=np.float32)
        residual = np.asarray(residual - length * image, dtype=np.float32)
        before, energy = energy, _dot(residual, residual)
        step = np.asarray(residual + np.float32(energy / before) * step, dtype=np.float32)
    return np.clip(alpha, 0, 1)


def _dot(one: F32, other: F32) -> float:
    # Not BLAS, whose sums depend on its number of threads: results shall be the same bytes.
    return float(np.sum(one * other))


def _box(values: cv2.typing.MatLike) -> F32:
    return np.asarray(cv2.blur(values, (3, 3), borderType=cv2.BORDER_REFLECT), dtype=np.float32)
