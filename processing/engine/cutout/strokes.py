"""Strokes of a brush mend a matte: what a seller paints over is product, or is not.

Where strokes follow edges, the inner half of each is sure, and its rim is left to closed-form matting
(`matting`, `evidence`): between what is sure and the matte around it, a rough stroke ends where the
product does. Keeping only ever adds to the matte and erasing only takes away, both within the brush's
reach; everywhere else the matte stays as it was, to the bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import cv2
import numpy as np

from processing.engine.arrays import F32, F64, U8, Box, Mask, fit_within
from processing.engine.cutout import edges, foreground, fullsize, matting
from processing.engine.cutout.fullsize import Findings
from processing.engine.plans.touch_up import Point, Stroke, TouchUp

# The share of a brush that is sure where strokes follow edges.
_CORE = 0.5
# Around a stroke, so many times as wide as it is, the matte isn't believed where the stroke contradicts
# it: beside a kept part of a sleeve, what the matte calls background is rather more of the sleeve.
_AROUND = 2.0
# How much the matte weighs there all the same, against the photo's own edges: it decides about what nothing
# else does.
_LEFT_TRUST = np.float32(1e-4)
# The longer side of the copy that strokes are painted on: finer than any eye follows a brush.
_CANVAS = 2048
# The most cells that all strokes together are painted on. Strokes that go to and fro all over a photo and can't
# be painted together are painted on a coarser copy, so that they take seconds and not minutes.
_MOST_CELLS = 150_000_000
# Room around what strokes reach, as a share of its longer side and in pixels: for matting to see what
# product and background look like there.
_ROOM, _LEAST_ROOM = 0.15, 24
# Alpha from and up to which the matte around strokes is taken for sure.
_SURE_SUBJECT, _SURE_BACKGROUND = np.float32(0.98), np.float32(0.02)
# The longer side of the working copies, as for photos that a network looked at.
_STANDARD, _FINE = 384, 1024


@dataclass(frozen=True, slots=True)
class _Painted:
    """Where strokes went, on a grid (h, w): what is surely `kept` or `erased`; how far the last strokes
    there reach (`adding`, `removing`); and where around them the matte isn't believed: its `gaps` near
    what is kept, its `excess` near what is erased."""

    kept: Mask
    erased: Mask
    adding: Mask
    removing: Mask
    gaps: Mask
    excess: Mask


def mend(rgb: U8, alpha: U8, wanted: TouchUp) -> U8:
    """Alpha uint8 (h, w) of a photo (h, w, 3) after the strokes. Both stay as they are."""
    region = _region(wanted.strokes, (rgb.shape[1], rgb.shape[0]))
    if region is None:
        return alpha.copy()
    left, top, right, bottom = region
    window = np.s_[top:bottom, left:right]
    mended = alpha.copy()
    if wanted.follow == "brush":
        mended[window] = _brushed(alpha[window], wanted.strokes, region)
    else:
        mended[window] = _followed(rgb[window], alpha[window], wanted.strokes, region)
    return mended


def _region(strokes: Sequence[Stroke], size: tuple[int, int]) -> Box | None:
    """The part of the photo that strokes reach, with room around it."""
    if not strokes:
        return None
    reach = np.array(
        [(*point, _AROUND * stroke.radius) for stroke in strokes for point in stroke.points]
    )
    least = (reach[:, :2] - reach[:, 2:]).min(axis=0)
    most = (reach[:, :2] + reach[:, 2:]).max(axis=0)
    room = max(_LEAST_ROOM, _ROOM * float((most - least).max()))
    left, top = (max(0, int(edge - room)) for edge in least)
    right, bottom = (
        min(side, int(np.ceil(edge + room))) for side, edge in zip(size, most, strict=True)
    )
    return left, top, right, bottom


def _brushed(alpha: U8, strokes: Sequence[Stroke], region: Box) -> U8:
    """What the brush covers, exactly. All strokes together are two bounds for alpha: what a later one
    does to alpha is done to the bounds."""
    height, width = alpha.shape
    canvas, rows = _prepared(strokes, region)
    least, most = np.zeros(canvas.shape, np.uint8), np.full(canvas.shape, 255, np.uint8)
    for row in rows:
        brush = row.brush
        window, distance, radius = canvas.distance(row.lines, brush.radius)
        faded = max(1.0, radius * (1 - brush.hardness))
        cover = fullsize.to_u8(np.clip((radius + 0.5 - distance) / np.float32(faded), 0, 1))
        change, cover = (np.maximum, cover) if brush.tool == "keep" else (np.minimum, 255 - cover)
        for bound in (least, most):
            change(bound[window], cover, out=bound[window])
    lower, upper = (cv2.resize(bound, (width, height)) for bound in (least, most))
    return np.asarray(np.clip(alpha, lower, upper), dtype=np.uint8)


def _followed(rgb: U8, alpha: U8, strokes: Sequence[Stroke], region: Box) -> U8:
    """What strokes say, with the photo's own edges in their rims."""
    height, width = alpha.shape
    painted = _painted(*_prepared(strokes, region))
    findings = _findings(rgb, alpha, painted)
    _, found = fullsize.spread(rgb, (0, 0, width, height), findings)
    adding, removing = (_enlarged(reach, alpha) for reach in (painted.adding, painted.removing))
    result = np.where(adding, np.maximum(alpha, found), alpha)
    return np.where(removing, np.minimum(alpha, found), result).astype(np.uint8)


def _painted(canvas: "_Canvas", rows: Sequence["_Row"]) -> _Painted:
    kept, erased, adding, removing, gaps, excess = (
        np.zeros(canvas.shape, np.bool_) for _ in range(6)
    )
    for row in rows:
        brush = row.brush
        window, distance, radius = canvas.distance(row.lines, brush.radius, _AROUND)
        (gaps if brush.tool == "keep" else excess)[window] |= distance <= _AROUND * radius
        core, reach = distance <= max(0.5, _CORE * radius), distance <= radius
        ours, theirs = (kept, erased) if brush.tool == "keep" else (erased, kept)
        here, there = (adding, removing) if brush.tool == "keep" else (removing, adding)
        ours[window] |= core
        here[window] |= reach
        # The last stroke wins, with its rim, too: there it is left to the photo again.
        theirs[window] &= ~reach
        there[window] &= ~reach
    return _Painted(kept, erased, adding, removing, gaps, excess)


def _findings(rgb: U8, alpha: U8, painted: _Painted) -> Findings:
    longest = max(alpha.shape)
    coarse = _task(edges.copy(rgb, min(longest, _STANDARD)), alpha, painted)
    fine = _task(edges.copy(rgb, min(longest, _FINE)), alpha, painted)
    model = matting.solve(coarse)
    weighed = edges.weighed(coarse, model)
    evidence = None if weighed.evidence is None else edges.resized(weighed.evidence, fine.rgb)
    model = matting.refine((weighed, replace(fine, evidence=evidence)), model)
    found = np.clip(matting.apply(model, fine.rgb), 0, 1)
    found = fullsize.unveiled(found, edges.VEIL)
    # What is sure stays so, whatever the color.
    sure = np.where(fine.subject > 0.5, 1, np.where(fine.background > 0.5, 0, found))
    settled = np.asarray(sure, dtype=np.float32)
    edges.correct(model, settled != found, settled)
    colors = foreground.blur_fusion(coarse.rgb, edges.resized(settled, coarse.rgb))
    return Findings(fullsize.to_u8(settled), edges.doubt(settled), model, edges.VEIL, *colors)


def _task(rgb: F32, alpha: U8, painted: _Painted) -> matting.Task:
    """What is known on a copy of the window: what was surely painted, and beyond the strokes' reach
    the matte as it is."""
    before = edges.resized(alpha.astype(np.float32) / np.float32(255), rgb)
    masks = (painted.kept, painted.erased, painted.gaps, painted.excess)
    kept, erased, gaps, excess = (edges.resized(mask.astype(np.float32), rgb) for mask in masks)
    rim = edges.resized((painted.adding | painted.removing).astype(np.float32), rgb) > 0
    is_subject, is_background = before > _SURE_SUBJECT, before < _SURE_BACKGROUND
    open_ = ((gaps > 0) & ~is_subject) | ((excess > 0) & ~is_background)
    subject = ((kept > 0.999) | (is_subject & ~open_)).astype(np.float32)
    background = ((erased > 0.999) | (is_background & ~open_)).astype(np.float32)
    # An opinion of 0.5 is none.
    opinion = np.where(open_ & rim, np.float32(0.5), before)
    opinion = np.where(subject > 0, 1, np.where(background > 0, 0, opinion)).astype(np.float32)
    trust = np.where(open_, _LEFT_TRUST, edges.trust(rgb, subject, background))
    return matting.Task(rgb, opinion, trust.astype(np.float32), subject, background)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A grid of `size` (width, height) over a region of the photo, to paint on."""

    region: Box
    size: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        return self.size[1], self.size[0]

    def ways(self, lines: Sequence[Sequence[Point]]) -> list[F64]:
        """Lines in cells. Centers of cells lie half a cell further."""
        return [(np.array(line) - self.region[:2]) * self._scale - 0.5 for line in lines]

    def radius(self, radius: float) -> float:
        """A brush's radius in cells."""
        return max(0.5, radius * max(self._scale))

    def window(self, ways: Sequence[F64], reach: float) -> Box:
        """The part of the grid within reach of lines, all in cells."""
        places = np.concatenate(ways)
        first = np.maximum(0, np.floor(places.min(axis=0) - reach - 1)).astype(int)
        last = np.minimum(self.size, np.ceil(places.max(axis=0) + reach + 2)).astype(int)
        return int(first[0]), int(first[1]), int(last[0]), int(last[1])

    def distance(
        self, lines: Sequence[Sequence[Point]], radius: float, around: float = 1.0
    ) -> tuple[tuple[slice, slice], F32, float]:
        """The part of the grid that holds a brush's reach `around` times; how far its places are from the
        lines, in cells; and the radius in cells."""
        radius, ways = self.radius(radius), self.ways(lines)
        left, top, right, bottom = self.window(ways, around * radius)
        size = right - left, bottom - top
        away = np.ones(size[::-1], np.uint8)
        for way in ways:
            # Within the part, on whole cells: a point on the photo's far edge lies in the last one.
            cells = np.clip(np.rint(way - (left, top)), 0, np.array(size) - 1).astype(np.int32)
            # A line of one point would leave no trace.
            line = np.concatenate([cells, cells[-1:]]).reshape(-1, 1, 2)
            cv2.polylines(away, [line], False, 0)
        distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.s_[top:bottom, left:right], np.asarray(distance, dtype=np.float32), radius

    @property
    def _scale(self) -> tuple[float, float]:
        left, top, right, bottom = self.region
        return self.size[0] / (right - left), self.size[1] / (bottom - top)


@dataclass(slots=True)
class _Row:
    """Strokes by the same brush that are painted at once, and the part of the grid that they may change."""

    brush: Stroke
    lines: list[tuple[Point, ...]]
    window: Box


def _prepared(strokes: Sequence[Stroke], region: Box) -> tuple[_Canvas, list[_Row]]:
    """A grid to paint strokes on, and the strokes as they are painted."""
    size = region[2] - region[0], region[3] - region[1]
    canvas = _Canvas(region, fit_within(*size, _CANVAS))
    rows = _rows(strokes, canvas)
    cells = sum(_area(row.window) for row in rows)
    if cells > _MOST_CELLS:
        side = int(max(canvas.size) * sqrt(_MOST_CELLS / cells))
        canvas = _Canvas(region, fit_within(*size, side))
        rows = _rows(strokes, canvas)
    return canvas, rows


def _rows(strokes: Sequence[Stroke], canvas: _Canvas) -> list[_Row]:
    """Put strokes of one brush together, in an order that changes nothing: one is painted earlier only past
    others of its own tool, and past those that don't reach where it does."""
    rows: list[_Row] = []
    for stroke in strokes:
        reach = _AROUND * canvas.radius(stroke.radius)
        window = canvas.window(canvas.ways([stroke.points]), reach)
        row = _companion(rows, stroke, window)
        if row is None:
            rows.append(_Row(stroke, [stroke.points], window))
        else:
            row.lines.append(stroke.points)
            row.window = _around_both(row.window, window)
    return rows


def _companion(rows: Sequence[_Row], stroke: Stroke, window: Box) -> _Row | None:
    """The row that a stroke is painted with, if any; not one so far away that both together take longer."""
    brush = stroke.tool, stroke.radius, stroke.hardness
    for row in reversed(rows):
        if (row.brush.tool, row.brush.radius, row.brush.hardness) == brush:
            together = _area(_around_both(row.window, window))
            if together <= _area(row.window) + _area(window):
                return row
        elif row.brush.tool != stroke.tool and _overlap(row.window, window):
            return None
    return None


def _around_both(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _enlarged(reach: Mask, like: U8) -> Mask:
    height, width = like.shape
    grown = cv2.resize(reach.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(grown, dtype=np.bool_)
