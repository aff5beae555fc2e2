"""The rim of a subject as one line: the network's own contour, drawn to the edge that the picture has.

The picture is sampled in strips across that contour, as for snakes (Kass, Witkin and Terzopoulos, "Snakes: Active
Contour Models", 1988), and the rim is the path of least cost through them, found by dynamic programming (Amini,
Weymouth and Jain, "Using Dynamic Programming for Solving Variational Problems in Vision", 1990). Places on either
side cost what their colors are unlike that side (Zhu and Yuille, "Region Competition", 1996) and what the
network believes against it; an edge along the rim pays, a bend costs.

Lengths are in units: a cell of the network's grid, but never less than a pixel of the picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processing.engine.arrays import F32, I32, Mask

# The fewest pixels of a contour, where less is a pinhole; the most points of all, where more are lace.
_SHORTEST, _MOST = 16, 8000
# How far contours are smoothed along themselves, and how far colors are averaged along them: standard deviations.
_SMOOTH, _AVERAGED = 1.5, 8.0
# Samples across, on either side: how many lie close together, at which distance, and how many beyond, likewise.
STEP, _CLOSE, _FAR_STEP, _FAR = 0.3, 27, 1.5, 4
# The rim is looked for this near the contour; colors of the sides are taken from so far on, where the network calls
# them so: its belief is below this in the background, and as far from 1 in the subject.
_SEARCHED, _SIDE, _LIKELY = 3.0, 4.2, 0.3
# The standard deviation of a plain color (0 to 1); the logarithm of a likelihood that counts in full.
_NOISE, _CERTAIN = 0.03, 4.0
# A shadow leaves at least this share of the background's light; the logarithm of how much less likely one is; and that of
# how much more likely a subject must have its color than that of any shade.
_DARKEST, _SHADE, _TOLD = 0.35, 2.0, 3.0
# The odds of the network's belief that count in full, as a logarithm; what an edge weighs beside a sample, and
# the difference of colors at which it does so in full; what a step across costs, and how many there may be from one
# point to the next.
_ODDS, _EDGE, _CLEAR, _BEND, _STEEPEST = 3.0, 4.0, 0.25, 0.3, 3
# Points that are traced at once, and how many more at either end, which settle where the path comes from.
_PIECE, _OVERLAP = 48, 24
# A sample is a strip's own where nothing else of the contours is nearer than this share of its way; others are dear.
_OWN, _DEAR = 0.75, 100.0
_ALL = slice(None)
# A mean color (n, 3) and its variance (n,).
Side = tuple[F32, F32]


@dataclass(frozen=True, slots=True)
class Strips:
    """Samples across contours of n points in all.

    - `points`, `normals`: float32 (n, 2), x and y in pixels; normals are of length 1 and point out.
    - `parts`: where each contour lies among the points.
    - `offsets` (m,): how far out each sample is, in pixels; `near`: those that lie close together, evenly.
    - `colors` (n, m, 3), `belief` (n, m): the picture's and the network's, 0 to 1.
    - `unit`: a unit in pixels. `shape`: height and width of the picture.
    """

    points: F32
    normals: F32
    parts: tuple[slice, ...]
    offsets: F32
    near: slice
    colors: F32
    belief: F32
    unit: float
    shape: tuple[int, ...]

    def sampled(self, layer: F32, window: slice = _ALL, scale: float = 1) -> F32:
        """A layer of the picture (h, w[, c]) at the samples, or at those in a window. `scale`: its size beside the
        picture's."""
        points, out = np.float32(scale) * self.points, np.float32(scale) * self.offsets[window]
        x, y = (points[:, i, None] + self.normals[:, i, None] * out for i in (0, 1))
        found = cv2.remap(layer, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, dtype=np.float32)

    def averaged(self, values: F32, deviation: float = _AVERAGED) -> F32:
        """Values (n, ...) averaged along each contour."""
        return _along(values, self.parts, deviation)

    def side(self, *, outer: bool) -> Side:
        """The mean color (n, 3) of a side and its variance (n,), well away from where the rim may be."""
        least = int(np.searchsorted(self.offsets, _SIDE * self.unit))
        there = slice(least, None) if outer else slice(0, len(self.offsets) - least)
        belief = self.belief[:, there]
        # A trace of all, lest nothing is left.
        weight = ((belief if outer else 1 - belief) < _LIKELY).astype(np.float32) + np.float32(1e-3)
        seen = self.colors[:, there]
        total = np.einsum("nm,nmc->nc", weight, seen)
        squares = np.einsum("nm,nmc,nmc->n", weight, seen, seen)
        sums = self.averaged(np.column_stack([total, squares, weight.sum(axis=1)]))
        mean = sums[:, :3] / sums[:, 4:]
        variance = sums[:, 3] / sums[:, 4] - np.square(mean).sum(axis=1)
        return mean, np.maximum(variance, 0) / 3

    def busy(self) -> F32:
        """How much colors of the background change from place to place nearby, (n,): the root of the mean square."""
        near = self.offsets[: self.near.stop]
        beyond = slice(int(np.searchsorted(near, _SEARCHED * self.unit)), len(near))
        colors, belief = self.colors[:, beyond], self.belief[:, beyond]
        change = colors[:, 2:] - colors[:, :-2]
        weight = (belief[:, 1:-1] < _LIKELY).astype(np.float32)
        sums = np.einsum("nmc,nmc,nm->n", change, change, weight)
        total, count = self.averaged(np.column_stack([sums, weight.sum(axis=1)])).T
        return np.asarray(np.sqrt(total / (count + np.float32(1e-3))), dtype=np.float32)


def strips(rgb: F32, opinion: F32, cell: float) -> Strips | None:
    """Sample a picture (h, w, 3), 0 to 1, across the contours of an opinion (h, w), or None without any.
    `cell` is how many pixels one of the network's covers."""
    unit = max(1.0, cell)
    found, _ = cv2.findContours(
        (opinion > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    lines = [_line(points, unit) for points in found if len(points) >= _SHORTEST]
    count = sum(len(line) for line in lines)
    if not 0 < count <= _MOST:
        return None
    ends = np.cumsum([len(line) for line in lines]).tolist()
    parts = tuple(slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True))
    points = np.concatenate(lines)
    close = STEP * np.arange(-_CLOSE, _CLOSE + 1)
    far = close[-1] + _FAR_STEP * np.arange(1, _FAR + 1)
    offsets = (unit * np.concatenate([-far[::-1], close, far])).astype(np.float32)
    near = slice(len(far), len(far) + len(close))
    empty = np.empty((0, 0), np.float32)
    bare = Strips(
        points, _normals(points, parts), parts, offsets, near, empty, empty, unit, rgb.shape[:2]
    )
    return replace(bare, colors=bare.sampled(rgb), belief=bare.sampled(opinion))


def path(strips: Strips, subject: Side, background: Side) -> I32:
    """The sample of each strip at which the rim lies, (n,), between two sides."""
    offsets = strips.offsets
    searched = np.flatnonzero(np.abs(offsets) <= _SEARCHED * strips.unit + 1e-3)
    window = slice(int(searched[0]), int(searched[-1]) + 1)
    colors, belief = strips.colors[:, window], strips.belief[:, window]
    # Past the middle of a narrow part or gap lies what belongs to the rim on its other side.
    here = _nearest_is_own(strips, window)
    votes = likelier(colors, subject, background, shaded=True)
    odds = np.log((belief + np.float32(0.02)) / (np.float32(1.02) - belief))
    votes += np.clip(odds, -_ODDS, _ODDS) / np.float32(_ODDS)
    # What is inside shall be subject, what is outside background.
    cost = -np.cumsum(votes, axis=1)
    edge = np.zeros_like(cost)
    edge[:, 1:-1] = np.sqrt(np.square(colors[:, 2:] - colors[:, :-2]).sum(axis=-1))
    cost -= np.float32(_EDGE) * np.minimum(1, edge / np.float32(_CLEAR))
    cost[~here] += np.float32(_DEAR)
    return _cheapest(cost.astype(np.float32), strips.parts) + np.int32(window.start)


def _nearest_is_own(strips: Strips, window: slice) -> Mask:
    """Whether no other part of the contours is nearer to samples (n, m) than a strip's own point."""
    # Half the size will do, as points are a unit apart.
    marks = np.ones([side // 2 + 1 for side in strips.shape], np.uint8)
    columns, rows = np.clip(strips.points, 0, None).astype(np.int32).T // 2
    marks[rows, columns] = 0
    away = 2 * np.asarray(cv2.distanceTransform(marks, cv2.DIST_L2, 3), dtype=np.float32)
    nearest = strips.sampled(away, window, 0.5)
    return np.asarray(nearest >= _OWN * np.abs(strips.offsets[window]) - strips.unit)


def likelier(colors: F32, subject: Side, background: Side, *, shaded: bool = False) -> F32:
    """Whether colors (n, m, 3) are likelier the subject's, 1, or the background's, -1. `shaded`: where the subject is
    no shade of the background itself, that may lie in a shadow."""
    subjects, backgrounds = (_unlikely(colors, *side) for side in (subject, background))
    if shaded:
        darker = _unlikely(colors, *background, darkest=_DARKEST) + np.float32(_SHADE)
        mean = subject[0][:, None]
        told = _unlikely(mean, *background, darkest=0) - _unlikely(mean, mean[:, 0], background[1])
        backgrounds = np.where(told > _TOLD, np.minimum(backgrounds, darker), backgrounds)
    votes = np.clip(backgrounds - subjects, -_CERTAIN, _CERTAIN) / np.float32(_CERTAIN)
    return np.asarray(votes, dtype=np.float32)


def _unlikely(colors: F32, mean: F32, plain: F32, *, darkest: float = 1) -> F32:
    """How unlikely colors (n, m, 3) are a side's, or its in a shadow that leaves a share of light from `darkest` on."""
    variance = (plain + np.float32(_NOISE**2))[:, None]
    along = np.einsum("nmc,nc->nm", colors, mean)
    length = np.square(mean).sum(axis=1, keepdims=True)
    light = np.clip(along / (length + np.float32(1e-4)), darkest, 1)
    off = np.einsum("nmc,nmc->nm", colors, colors) + light * (light * length - 2 * along)
    # The logarithm of a normal distribution's density, less what both sides have in common.
    return np.asarray(off / (2 * variance) + np.float32(1.5) * np.log(variance), np.float32)


def _line(points: cv2.typing.MatLike, unit: float) -> F32:
    """A closed contour's pixels as a smooth line (n, 2) of points about a unit apart."""
    pixels = np.asarray(points, dtype=np.float32).reshape(-1, 2)
    smooth = _along(pixels, (slice(0, len(pixels)),), _SMOOTH * unit)
    return smooth[:: max(1, math.ceil(unit - 0.2))]


def _normals(points: F32, parts: Sequence[slice]) -> F32:
    """What points out of the subject: OpenCV goes around holes the other way round than around pieces."""
    ahead = np.concatenate([np.roll(points[part], -1, axis=0) for part in parts])
    behind = np.concatenate([np.roll(points[part], 1, axis=0) for part in parts])
    way = _along(ahead - behind, parts, _SMOOTH)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    length = np.sqrt(np.square(across).sum(axis=1, keepdims=True))
    return np.asarray(across / np.maximum(length, np.float32(1e-6)), dtype=np.float32)


def _along(values: F32, parts: Sequence[slice], deviation: float) -> F32:
    """Values (n, ...) blurred along closed lines."""
    flat = np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32)
    reach = int(3 * deviation + 0.5)
    result = np.empty_like(flat)
    for part in parts:
        round_about = np.pad(flat[part], ((reach, reach), (0, 0)), mode="wrap")
        blurred = cv2.GaussianBlur(round_about, (1, 2 * reach + 1), sigmaX=0.1, sigmaY=deviation)
        result[part] = np.asarray(blurred).reshape(round_about.shape)[reach:-reach]
    return result.reshape(values.shape)


def _cheapest(cost: F32, parts: Sequence[slice]) -> I32:
    """The samples (n,) of the cheapest paths along closed lines, given what each sample costs (n, m).

    Pieces with an overlap are traced side by side: after that many points it is the same path, wherever it began.
    """
    starts = np.concatenate([np.arange(p.start, p.stop, _PIECE) for p in parts])
    first = np.concatenate([np.full(-(-(p.stop - p.start) // _PIECE), p.start) for p in parts])
    length = np.concatenate(
        [np.full(-(-(p.stop - p.start) // _PIECE), p.stop - p.start) for p in parts]
    )
    steps = np.arange(-_OVERLAP, _PIECE + _OVERLAP)
    places = first[:, None] + (starts[:, None] - first[:, None] + steps) % length[:, None]
    count, width = len(starts), cost.shape[1]
    moves = np.arange(-_STEEPEST, _STEEPEST + 1)
    fee = np.float32(_BEND) * np.abs(moves).astype(np.float32)[:, None]
    came = np.empty((len(steps), count, width), np.int8)
    # Nobody comes from beyond the strip.
    best = np.full((count, width + 2 * _STEEPEST), np.float32(1e9))
    inner = best[:, _STEEPEST:-_STEEPEST]
    inner[:] = cost[places[:, 0]]
    windows = np.lib.stride_tricks.sliding_window_view(best, width, axis=1)
    for step in range(1, len(steps)):
        reached = windows + fee
        chosen = reached.argmin(axis=1)
        came[step] = chosen
        inner[:] = (
            np.take_along_axis(reached, chosen[:, None], axis=1)[:, 0] + cost[places[:, step]]
        )
    at = inner.argmin(axis=1)
    result = np.zeros(len(cost), np.int32)
    rows = np.arange(count)
    for step in range(len(steps) - 1, -1, -1):
        index = step - _OVERLAP
        within: Mask = (index >= 0) & (starts + index < first + length) & (index < _PIECE)
        result[(starts + index)[within]] = at[within]
        if step:
            at = at + moves[came[step, rows, at]]
    return result
