"""Holes that the network took for subject: rings, handles of mugs and bags, gaps under an arm.

A hole shows the backdrop, so it has the color, the shading and the grain that the backdrop outside
foretells. A white print on a white ground may have them, too. What tells them apart is the way out:
only a thin rim parts a hole from the outside, around much of it, while a print lies within the
garment. What is doubtful stays closed.

On a backdrop of many colors, such as boards, nothing can be foretold place by place. There a hole has colors that are the
backdrop's and nowhere else the subject's, and a grain as fine: cloth and prints of such colors are smoother or sharper.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32, F64, I32, U8, Mask
from processing.engine.cutout import own_colors
from processing.engine.plans.cutout import CleanUp

# What the network calls background and subject.
_BACKGROUND, _SUBJECT = 0.05, 0.5
# The least share of the picture that must be background to foretell from.
_ENOUGH = 0.05
# A pixel has the backdrop's color within so many of its standard deviations, and within these limits.
_DEVIATIONS, _NEAREST, _FARTHEST = 3.0, 0.02, 0.1
# The mean color of a hole, and its grain, likewise.
_MEAN_DEVIATIONS, _MEAN_NEAREST = 0.75, 0.012
_GRAIN, _SMOOTH = (0.3, 2.0), 0.008
# A backdrop this bright is clipped: its color says little, so the rim has to say more.
_CLIPPED = 0.985
# The half width of a hole, as a share of the longer side and in pixels: smaller ones are left.
_HALF_WIDTH, _PIXELS = 0.012, 2.5
# How compact (the share of its area that the largest circle within it takes): stripes are not.
_COMPACT = 0.2
# The rim is thin where it is less than this share of the radius of a circle of the hole's area, and
# must be so around this much of the hole.
_THIN, _CLIPPED_THIN, _AROUND = 0.55, 0.35, 0.5
# Next to a hole the subject has another color than the backdrop, nearly all around it
# (the larger of a distance and of so many standard deviations). No rim is thinner, in pixels.
_CONTRAST, _CLEAR, _ALL_AROUND, _CLOSED = 0.08, 4.0, 0.9, 1.5
# On a busier backdrop (the standard deviation of its colors) everything looks like what is foretold.
_BUSY = 0.04
# There, how much colors may be the subject's, on average and at nearly all places within a hole; how fine its grain is
# beside the backdrop's; how near the outside, as a share of the subject's narrower side; and how much of what looks like
# the backdrop well within the subject lies in holes.
_NOT_OWN, _NEARLY_ALL, _AS_FINE, _WAY, _NOWHERE_ELSE = 0.2, 0.85, (0.3, 2.2), 0.25, 0.8
# The deviation that structure finer than which is grain has, and the side of the squares over which it is averaged.
_FINE, _AVERAGED = 1.5, (9, 9)
# Background pixels for the model of its color, rounds of fitting it, and how many times the median
# error a pixel may be off to count in the next round.
_SAMPLES, _ROUNDS, _TRIM = 1500, 6, 2.0
# The standard deviation of a normal distribution, from its median absolute deviation.
_NORMAL = 1.4826
# The pixels next to one, those within two, and how many pixels around a region are looked at.
_NEXT, _SQUARE, _MARGIN = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8), 3


@dataclass(frozen=True, slots=True)
class _Backdrop:
    """`expected` (h, w, 3) colors everywhere, `grain` their standard deviation, and whether the
    backdrop is clipped white."""

    expected: F32
    grain: float
    clipped: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture `rgb` (h, w, 3); how far `apart` (h, w) it is from the backdrop, and the `most` within
    two pixels: past the blur of an edge, and not past a thin bar."""

    rgb: F32
    backdrop: _Backdrop
    apart: F32
    most: F32


@dataclass(frozen=True, slots=True)
class _Region:
    """What looks like the backdrop: 0 or 1, uint8 (h, w), in a `window` of the picture that holds it
    and what is looked at around it."""

    window: tuple[slice, slice]
    inside: U8


def opened(matte: F32, rgb: F32, options: CleanUp) -> F32:
    """The matte (h, w) with 0 in holes that it closes, given the picture (h, w, 3), 0 to 1."""
    if not options.holes:
        return matte
    background, subject = matte < _BACKGROUND, matte > _SUBJECT
    if background.mean() < _ENOUGH or not subject.any():
        return matte
    backdrop = _foretold(rgb, background)
    if backdrop.grain > _BUSY:
        return _opened_by_texture(matte, rgb)
    red, green, blue = cv2.split(cv2.absdiff(rgb, backdrop.expected))
    apart = np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.float32)
    reach = float(np.clip(_DEVIATIONS * backdrop.grain, _NEAREST, _FARTHEST))
    alike = _cleared((apart < reach) & subject)
    _, found, stats, _ = cv2.connectedComponentsWithStats(alike, connectivity=4)
    labels = np.asarray(found, dtype=np.int32)
    least = max(_PIXELS, _HALF_WIDTH * max(matte.shape))
    outside = background.astype(np.uint8)
    result = matte.copy()
    seen = _Seen(rgb, backdrop, apart, np.asarray(cv2.dilate(apart, _SQUARE)))
    regions = [
        region
        for label in range(1, len(stats))
        if stats[label, cv2.CC_STAT_AREA] > np.pi * least**2
        and _may_be_hole(region := _cut_from(labels, label, stats[label].tolist()), seen, least)
    ]
    # The next cell of a chair's back is parted from an open one by a thin bar.
    while regions:
        way_out = np.asarray(cv2.distanceTransform(1 - outside, cv2.DIST_L2, 5), dtype=np.float32)
        judged = [(region, _is_near_outside(region, way_out, backdrop)) for region in regions]
        regions = [region for region, is_hole in judged if not is_hole]
        if len(regions) == len(judged):
            break
        for region in (region for region, is_hole in judged if is_hole):
            outside[region.window] |= region.inside
            result[region.window][_whole(region, seen)] = 0
    return result


def _opened_by_texture(matte: F32, rgb: F32) -> F32:
    """The matte (h, w) with 0 in holes of the backdrop's colors and grain."""
    own = own_colors.share(rgb, matte)
    if own is None:
        return matte
    inside = (matte > _SUBJECT).astype(np.uint8)
    alike = _cleared((own < _NOT_OWN) & (inside > 0))
    _, found, stats, _ = cv2.connectedComponentsWithStats(alike, connectivity=4)
    labels = np.asarray(found, dtype=np.int32)
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    grain = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), _FINE))
    usual = float(np.median(np.asarray(cv2.blur(grain, _AVERAGED))[matte < _BACKGROUND]))
    way_out = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), dtype=np.float32)
    least = max(_PIXELS, _HALF_WIDTH * max(matte.shape))
    farthest = _WAY * min(cv2.boundingRect(inside)[2:])
    holes = np.zeros_like(inside)
    for label in range(1, len(stats)):
        if stats[label, cv2.CC_STAT_AREA] < np.pi * least**2:
            continue
        region = _cut_from(labels, label, stats[label].tolist())
        seen = (own[region.window], grain[region.window] / usual, way_out[region.window])
        if _shows_backdrop(region, seen, least, farthest):
            holes[region.window] |= region.inside
    within = cv2.countNonZero(cv2.bitwise_and(alike, cv2.erode(inside, _SQUARE)))
    if cv2.countNonZero(holes) < _NOWHERE_ELSE * within:
        return matte
    # Up to the rim: what is next to a hole and has colors more of the backdrop than of the subject; and its narrow ends.
    holes |= alike & np.asarray(cv2.dilate(holes, _SQUARE, iterations=3), dtype=np.uint8)
    near = np.asarray(cv2.dilate(holes, _SQUARE)) > 0
    return np.where((holes > 0) | (near & (own < 0.5)), 0, matte).astype(np.float32)


def _shows_backdrop(
    region: _Region, seen: tuple[F32, F32, F32], least: float, farthest: float
) -> bool:
    """Whether a region is a hole: `seen` (n, m) are how much its colors are the subject's, how fine its grain is beside the
    backdrop's, and how far the outside is."""
    own, grain, way_out = seen
    inside = region.inside > 0
    half_width = float(cv2.distanceTransform(region.inside, cv2.DIST_L2, 5).max())
    if half_width < least or np.pi * half_width**2 < _COMPACT * float(inside.sum()):
        return False
    # Past the blur of an edge.
    core = np.asarray(cv2.erode(region.inside, _SQUARE)) > 0
    if not core.any() or own[inside].mean() > _NOT_OWN:
        return False
    low, high = _AS_FINE
    if (own[core] < _NOT_OWN).mean() < _NEARLY_ALL or not low < grain[core].mean() < high:
        return False
    ways = way_out[inside]
    return bool(ways.min() > _CLOSED and np.quantile(ways, 0.25) < farthest)


def _cleared(places: Mask) -> U8:
    """Places in uint8 (h, w) without specks: grain leaves some in a hole, and single pixels of the subject have the
    backdrop's color."""
    closed = cv2.morphologyEx(places.astype(np.uint8), cv2.MORPH_CLOSE, _NEXT)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, _NEXT), dtype=np.uint8)


def _cut_from(labels: I32, label: int, stats: list[int]) -> _Region:
    left, top, width, height = stats[:4]
    rows = slice(max(0, top - _MARGIN), top + height + _MARGIN)
    columns = slice(max(0, left - _MARGIN), left + width + _MARGIN)
    return _Region((rows, columns), (labels[rows, columns] == label).astype(np.uint8))


def _foretold(rgb: F32, background: Mask) -> _Backdrop:
    """Fit the backdrop's shading: a polynomial of the second degree, by least squares."""
    height, width = background.shape
    places = np.flatnonzero(background)
    rows, columns = np.divmod(places[:: max(1, len(places) // _SAMPLES)], width)
    terms, seen = _terms(rows / height, columns / width), rgb[rows, columns].astype(np.float64)
    near = np.ones(len(seen), bool)
    for _ in range(_ROUNDS):
        # Without what is no backdrop: a shadow, the end of a table.
        weights = _fitted(terms[:, near], seen[near])
        off = np.abs(seen - _summed(terms, weights))
        # Pair by pair: along so short an axis max() takes ten times as long.
        worst = np.maximum(np.maximum(off[:, 0], off[:, 1]), off[:, 2])
        before, near = near, worst <= max(_TRIM * float(np.median(worst)), 1e-3)
        if np.array_equal(near, before):  # all further rounds would be this one
            break
    # From the median: what was left out must not count here, either.
    grain = _NORMAL * float(np.median(off))
    expected = _spread(weights.astype(np.float32), height, width)
    return _Backdrop(expected, grain, bool((np.median(seen, axis=0) > _CLIPPED).all()))


def _spread(weights: F32, height: int, width: int) -> F32:
    """The colors (h, w, 3) that the weights foretell."""
    y = (np.arange(height, dtype=np.float32) / np.float32(height))[:, None]
    x = (np.arange(width, dtype=np.float32) / np.float32(width))[None]
    planes = [
        (a + c * y + f * y * y) + (b + d * y) * x + e * x * x for a, b, c, d, e, f in weights.T
    ]
    return np.asarray(cv2.merge(planes), dtype=np.float32)


def _terms(y: F64, x: F64) -> F64:
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y])


def _fitted(terms: F64, seen: F64) -> F64:
    """The weights (6, 3) that explain the colors (n, 3) best."""
    # einsum and not BLAS, whose sums depend on its number of threads: results shall be the same bytes.
    squares = np.einsum("in,jn->ij", terms, terms)
    products = np.einsum("in,nc->ic", terms, seen)
    # A trace of the identity: where the backdrop is a strip along one side, terms go together.
    return np.linalg.solve(squares + 1e-6 * len(seen) * np.eye(len(terms)), products)


def _summed(terms: F64, weights: F64) -> F64:
    """The colors (n, 3) that the weights foretell at the places of the terms."""
    return np.asarray(np.einsum("in,ic->nc", terms, weights))


def _may_be_hole(region: _Region, seen: _Seen, least: float) -> bool:
    """Whether a region is like a hole by itself, wherever the outside is."""
    backdrop, inside = seen.backdrop, region.inside > 0
    half_width = float(cv2.distanceTransform(region.inside, cv2.DIST_L2, 5).max())
    if half_width < least or np.pi * half_width**2 < _COMPACT * float(inside.sum()):
        return False
    difference = seen.rgb[region.window][inside] - backdrop.expected[region.window][inside]
    if np.abs(difference.mean(axis=0)).max() > max(
        _MEAN_NEAREST, _MEAN_DEVIATIONS * backdrop.grain
    ):
        return False
    low, high = _GRAIN
    grain = float(np.std(difference - difference.mean(axis=0)))
    if not low * backdrop.grain - _SMOOTH < grain < high * backdrop.grain + _SMOOTH:
        return False
    rim = (np.asarray(cv2.dilate(region.inside, _NEXT)) - region.inside) > 0
    contrast = max(_CONTRAST, _CLEAR * backdrop.grain)
    return bool((seen.most[region.window][rim] > contrast).mean() >= _ALL_AROUND)


def _is_near_outside(region: _Region, way_out: F32, backdrop: _Backdrop) -> bool:
    """Whether only a thin rim parts a region from the outside, which is `way_out` (h, w) pixels away."""
    edge = np.asarray(cv2.morphologyEx(region.inside, cv2.MORPH_GRADIENT, _NEXT)) > 0
    ways = way_out[region.window][edge]
    if ways.min() < _CLOSED:
        return False
    thin = _CLIPPED_THIN if backdrop.clipped else _THIN
    return bool((ways < thin * np.sqrt(region.inside.sum() / np.pi)).mean() >= _AROUND)


def _whole(region: _Region, seen: _Seen) -> Mask:
    """The hole up to its rim: what is next to it and more like the backdrop than like the rim."""
    near = np.asarray(cv2.dilate(region.inside, _SQUARE)) > 0
    apart, most = seen.apart[region.window], seen.most[region.window]
    return np.asarray((region.inside > 0) | (near & (apart < 0.5 * most)))
