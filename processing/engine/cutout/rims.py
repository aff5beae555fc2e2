"""Plain rims where matting frays them.

Closed-form matting carries alpha along the lines and patches of a backdrop, and where that is nearly of the subject's
color, along its grain, while most products end in a plain hem. So the rim is traced once more as one line
(`rim_paths`), and where matting goes on past it, alpha falls along that line instead.

Hair, fringe and fur are no line. They are told by the colors across the rim, averaged along it: past a hem these
are at once the other side's, as a pattern's average is plain, and through hair they get there by degrees, as
alpha does. There, and where matting finds the subject to end somewhere else altogether, its alpha stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processing.engine.arrays import F32, I32, Mask
from processing.engine.cutout import matting, rim_paths
from processing.engine.cutout.matting import Task
from processing.engine.cutout.rim_paths import Side, Strips

# Numbers were chosen on 14 photos with measured alpha and by eye on sellers' photos.
# The longer side of the copy that is looked at, at most.
SIDE = 512
# Where one side is compared with the other: past what may be the rim's own blur, and no farther than this, in units.
_BLUR, _COMPARED = 1.5, 4.2
# The squared difference of both sides' colors (0 to 1) below which their averages say little.
_CONTRAST = np.float32(0.004)
# How much of one side is still the other by its colors: from the first on hair, surely from the second. On the outside
# that counts where the network's own rim is wider than usual, in full from so many units more on; and each of those
# counts a little by itself, up to two. The network's rim is looked for this far on either side.
_HAIR, _WIDE, _WIDER, _WIDTH, _RIM = (0.1, 0.16), 2.4, 0.8, 0.03, 3.0
# Hair goes on: the standard deviation, in points, over which most must be hair; and how much that is.
_LONG, _MOSTLY = 24.0, (0.3, 0.7)
# How much of one side matting gives to the other, where it means another rim than this one.
_ELSEWHERE = (0.6, 0.8)
# The doubt that the network may leave about either side, at its surest, and where both are of one color.
_SURE, _SURER = 0.2, 0.05
# How much matting gives to the other sides, both together, where it frays; and how busy the backdrop is there, see
# rim_paths.Strips.busy.
_FRAYED, _BUSY = (0.1, 0.2), (0.035, 0.055)
# What has much fur has some nearly everywhere: how much of a subject's rims is plain where it has none. There a rim frays on
# a backdrop that is less busy, too, and on any where no color explains so much of it; and only more than this is hair.
_PLAIN_THING, _RATHER_BUSY, _UNEXPLAINED, _MUCH_HAIR = (
    (0.7, 0.82),
    (0.02, 0.04),
    (0.08, 0.15),
    (0.22, 0.34),
)
# How much of a rim the network must have decided about nearby, over this standard deviation, in points.
_DECIDED, _NARROW = (0.6, 0.9), 3.0
# Strands: how much their colors must be the subject's, and their mean alpha; that of what goes on this far out, in units.
_ALIKE, _FAINT, _SOLID, _TOO_LONG = 0.5, 0.25, 0.5, 16.0
_NEXT = np.ones((3, 3), np.uint8)
# How much a backdrop frays rims from which on nothing is taken for a strand.
_PATTERN = 0.5
# What is left open along a plain rim at least, in places of matting's grid on either side. So far from it, in units,
# all else is sure.
_OPEN, _REACH = 2.25, 5.0
# What is nearer to the frame than this, in units, is no rim: the photo ends there.
_FRAME = 2.0
# Over how much a drawn rim falls from 1 to 0: in pixels of the photo and in units, whichever is more.
_SOFT_PIXELS, _SOFT_UNITS = 2.2, 0.5
# It goes on so far beyond 0 and 1, and so stays sharp when it is enlarged.
_BEYOND = 20.0


@dataclass(frozen=True, slots=True)
class Rims:
    """What is known of a subject's rims on a task's grid, all float32 (h, w).

    - `outside`: how far a place lies outside of the nearest rim, in places; less than 0 within the subject.
    - `plain`: 1 near a rim that is a line, else 0. `frayed`: how much a pattern frays it, 0 to 1.
    - `unit`: a length, in places, see `rim_paths`.
    """

    outside: F32
    plain: F32
    frayed: F32
    unit: float

    def narrowed(self, task: Task) -> Task:
        """The task with less left open along plain rims."""
        plain, reach = self.plain > 0, max(_OPEN, _BLUR * self.unit)
        subject = np.where(plain, self.outside < -reach, task.subject).astype(np.float32)
        background = np.where(plain, self.outside > reach, task.background).astype(np.float32)
        drawn = np.clip(0.5 - self.outside / (2 * reach), 0, 1)
        opinion = np.where(plain, drawn, task.matte).astype(np.float32)
        return replace(task, matte=opinion, subject=subject, background=background)

    def drawn(self, model: F32, pixel: float, share: float) -> F32:
        """The model (n, m, 4) of alpha (see matting.Guide) with rims drawn as lines where a pattern frays them.

        `pixel`: how many places of the model's grid a pixel of the photo covers. `share`: how much a line counts.
        """
        times = model.shape[1] / self.outside.shape[1]
        size = (model.shape[1], model.shape[0])
        outside, plain, frayed = (
            np.asarray(cv2.resize(layer, size), dtype=np.float32)
            for layer in (self.outside * times, self.plain, self.frayed)
        )
        fall = max(_SOFT_PIXELS * pixel, _SOFT_UNITS * self.unit * times)
        line = np.clip(0.5 - outside / fall, -_BEYOND, 1 + _BEYOND)
        part = np.float32(share) * plain * frayed
        mixed = model * (1 - part[..., None])
        mixed[..., 3] += part * np.clip(line, 0, 1)
        # Where nothing else is mixed in, the line may go on.
        whole = part >= 1
        mixed[whole, 3] = line[whole]
        return np.asarray(mixed, dtype=np.float32)


def traced(task: Task, model: F32, rgb: F32, cell: float) -> Rims | None:
    """The rims of a task's subject, given a first model (n, m, 4) of its alpha; None without any.

    `rgb` (n, m, 3), 0 to 1: the same part of the photo, no coarser. `cell`: how many of the task's places one of the
    network's cells covers.
    """
    scale = rgb.shape[1] / task.matte.shape[1]
    size = (rgb.shape[1], rgb.shape[0])
    opinion = np.asarray(cv2.resize(task.matte, size), dtype=np.float32)
    strips = rim_paths.strips(rgb, opinion, cell * scale)
    if strips is None:
        return None
    sides = strips.side(outer=False), strips.side(outer=True)
    rim = rim_paths.path(strips, *sides)
    found = _nearest(strips, task.matte.shape, scale)
    if found is None:
        return None
    fine = matting.resized(model, task.matte.shape)
    alpha = np.clip(matting.apply(fine, task.rgb), 0, 1)
    seen = strips.sampled(np.asarray(cv2.resize(alpha, size), dtype=np.float32), strips.near)
    plain, frayed = _judged(strips, rim, seen, sides)
    away, nearest = found
    unit = strips.unit / scale
    outside = _outside(strips, strips.averaged(strips.offsets[rim], 1.0), nearest, scale)
    near = (plain[nearest] > 0.5) & (away < _REACH * unit)
    out = outside / np.float32(unit)
    # Gaps go into the subject as strands go out of it. A pattern is full of what looks like either.
    kept = _strands((task.rgb, alpha), out, nearest, sides)
    kept |= _strands((task.rgb, 1 - alpha), -out, nearest, sides[::-1])
    near &= ~(kept & (frayed[nearest] < _PATTERN))
    return Rims(outside, near.astype(np.float32), frayed[nearest], unit)


def _judged(strips: Strips, rim: I32, alpha: F32, sides: tuple[Side, Side]) -> tuple[F32, F32]:
    """How plain the rim is at each point, and how much matting frays there, (n,) each, 0 to 1: its `alpha` (n, k), at
    the near samples, and the subject's side and the background's."""
    reach = round(_COMPARED / rim_paths.STEP)
    steps = np.arange(-reach, reach + 1)
    near, places = strips.near, rim[:, None] - strips.near.start + steps
    out = steps * rim_paths.STEP > _BLUR
    inside = out[::-1]
    (subject, _), (background, _) = sides
    apart = subject - background
    colors = np.take_along_axis(strips.colors[:, near], places[..., None], axis=1)
    share = np.einsum("nmc,nc->nm", colors, apart) - (background * apart).sum(axis=1)[:, None]
    cover = np.take_along_axis(alpha, places, axis=1)
    belief = np.take_along_axis(strips.belief[:, near], places, axis=1)
    belief = belief[:, np.abs(steps) * rim_paths.STEP <= _RIM]
    columns = (
        *(share[:, out].mean(axis=1), share[:, inside].mean(axis=1), np.square(apart).sum(axis=1)),
        *(cover[:, out].mean(axis=1), 1 - cover[:, inside].mean(axis=1)),
        (4 * belief * (1 - belief)).sum(axis=1) * rim_paths.STEP,
    )
    beyond, within, contrast, spilled, lacking, width = strips.averaged(np.column_stack(columns)).T
    wider = width - np.float32(_WIDE)
    hair = np.minimum((contrast - within) / (contrast + _CONTRAST), lacking)
    hair += np.minimum(beyond / (contrast + _CONTRAST), spilled) * np.clip(wider / _WIDER, 0, 1)
    hair += np.float32(_WIDTH) * np.clip(wider, 0, 2)
    elsewhere = _ramp(np.maximum(spilled, lacking), _ELSEWHERE)
    soft, surely_soft = (
        _ramp(strips.averaged(_ramp(hair, ends), _LONG), _MOSTLY) for ends in (_HAIR, _MUCH_HAIR)
    )
    decided = _decided(strips, contrast)
    stays = np.maximum(strips.averaged(elsewhere), 1 - strips.averaged(decided))
    plain = 1 - np.maximum(soft, stays)
    # On what has no fur, a little hair is what a pattern looks like.
    thing = _ramp(plain.mean(keepdims=True), _PLAIN_THING)
    plain = np.maximum(plain, thing * (1 - np.maximum(surely_soft, stays)))
    frayed = _ramp(spilled + lacking, _FRAYED) * _ramp(strips.busy(), _BUSY)
    shares = np.clip(np.stack([beyond, contrast - within]) / (contrast + _CONTRAST), 0, None)
    unexplained = np.maximum(np.stack([spilled, lacking]) - shares, 0).sum(axis=0)
    anywhere = thing * np.maximum(
        _ramp(unexplained, _UNEXPLAINED),
        _ramp(spilled + lacking, _FRAYED) * _ramp(strips.busy(), _RATHER_BUSY),
    )
    # A gap of a few points that the network half saw is still to be opened by its colors.
    anywhere *= _ramp(strips.averaged(decided, _NARROW), _DECIDED)
    return plain, np.maximum(frayed, anywhere)


def _strands(layers: tuple[F32, F32], out: F32, nearest: I32, sides: Sequence[Side]) -> Mask:
    """True on threads, laces and locks that go out of a rim and end: places (h, w) of the subject's colors, where matting
    has alpha. What goes on is another part of the subject where matting is sure of it, like half a sleeve that the network
    missed; else a line of the backdrop, like a joint of tiles.

    `layers`: colors (h, w, 3) and alpha (h, w). `out`: how far out places lie, in units; `nearest`: the nearest point, of
    those that `sides`, the subject's and the other one, have.
    """
    colors, alpha = layers
    band = np.flatnonzero((out > _BLUR) & (out < _TOO_LONG))
    if band.size == 0:
        return np.zeros(out.shape, np.bool_)
    points = nearest.reshape(-1)[band]
    chosen = [(mean[points], spread[points]) for mean, spread in sides]
    seen = colors.reshape(-1, 1, 3)[band]
    votes = rim_paths.likelier(seen, chosen[0], chosen[1])
    alike = np.zeros(out.size, np.uint8)
    alike[band] = votes[:, 0] > _ALIKE
    count, labels = cv2.connectedComponents(alike.reshape(out.shape), connectivity=8)
    found, where = np.asarray(labels, np.int32).reshape(-1)[band], out.reshape(-1)[band]
    first, last = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(first, found, where)
    np.maximum.at(last, found, where)
    size = np.maximum(np.bincount(found, minlength=count), 1)
    opaque = np.bincount(found, alpha.reshape(-1)[band], count) / size
    strand = (first < _BLUR + 1) & (opaque > np.where(last < _TOO_LONG - 1, _FAINT, _SOLID))
    strand[0] = False
    return np.asarray(cv2.dilate(strand[labels].astype(np.uint8), _NEXT) > 0)


def _decided(strips: Strips, contrast: F32) -> F32:
    """1 where the network is sure of both sides of its contour, (n,); where it isn't, it may be none. Where the sides are
    of one color, their `contrast` (n,) small, it must be surer."""
    belief = strips.belief[:, strips.near]
    middle = belief.shape[1] // 2
    doubt = np.maximum(1 - belief[:, :middle].max(axis=1), belief[:, middle:].min(axis=1))
    allowed = np.where(contrast < 2 * _CONTRAST, _SURER, _SURE)
    return np.asarray(doubt < allowed, dtype=np.float32)


def _nearest(strips: Strips, shape: tuple[int, ...], scale: float) -> tuple[F32, I32] | None:
    """How far places (h, w) of a grid are from the contours, and which point of theirs is nearest; None where no
    point lies within the frame, which is no rim. `scale`: how many pixels a place covers."""
    height, width = shape
    cells = np.rint((strips.points + 0.5) / scale - 0.5).astype(np.int32)
    # At the frame's corners the contour was smoothed, too.
    margin, (high, wide) = _FRAME * strips.unit, strips.shape
    free = (
        (strips.points > margin) & (strips.points < (wide - 1 - margin, high - 1 - margin))
    ).all(1)
    free &= ((cells >= 0) & (cells < (width, height))).all(axis=1)
    if not free.any():
        return None
    marks, points = np.ones((height, width), np.uint8), np.zeros((height, width), np.int32)
    columns, rows = cells[free].T
    marks[rows, columns], points[rows, columns] = 0, np.flatnonzero(free)
    away, labels = cv2.distanceTransformWithLabels(
        marks, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(labels.max()) + 1, np.int32)
    table[np.asarray(labels)[marks == 0]] = points[marks == 0]
    return np.asarray(away, dtype=np.float32), np.asarray(table[labels], dtype=np.int32)


def _outside(strips: Strips, line: F32, nearest: I32, scale: float) -> F32:
    """How far each place (h, w) of a grid lies outside of the rim, in places; less than 0 within it. `line` (n,) is how
    far the rim is from the contour, in pixels."""
    height, width = nearest.shape
    x = ((np.arange(width, dtype=np.float32) + 0.5) * scale - 0.5)[None]
    y = ((np.arange(height, dtype=np.float32) + 0.5) * scale - 0.5)[:, None]
    (px, py), (nx, ny) = strips.points.T, strips.normals.T
    # From the contour's tangent, so that lines don't show the pixels that the contour was.
    level = px * nx + py * ny + line
    return np.asarray((x * nx[nearest] + y * ny[nearest] - level[nearest]) / scale, np.float32)


def _ramp(values: F32, ends: tuple[float, float]) -> F32:
    low, high = ends
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), dtype=np.float32)
