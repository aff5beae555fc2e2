"""Filling holes in a photo so that texture and edges go on.

Every patch that touches a hole shall look like some patch of the known surroundings (Wexler,
Shechtman and Irani, "Space-Time Completion of Video", 2007), from coarse to fine. The most similar
patches are searched by PatchMatch (Barnes, Shechtman, Finkelstein and Goldman, 2009): good matches
spread to neighbours, and random guesses find better ones. All pixels move at once here, as NumPy
wants it, and instead of the mean of the overlapping patches each pixel at the end takes the best
patch's color: means are what smears look like.
"""

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, U8, Box

I64 = npt.NDArray[np.int64]

# Patches are 7 by 7 pixels; they are compared on every other of their pixels, as on a chessboard.
_RADIUS = 3
_STEPS = range(-_RADIUS, _RADIUS + 1)
# How far around a hole patches are taken from: as far as the hole is high, within these pixels.
_NEAR, _FAR = 48, 160
# Groups of holes are told apart on a grid of so many pixels.
_GRID = 8
# On the coarsest level a hole is at most this many pixels deep.
_SHALLOW = 2
_MAX_LEVELS = 7
# Rounds of searching and voting, from the finest level on; coarser ones cost little. A level has
# fewer where it would match more patches than `_WORK` in all: a bound on the time. None at all
# means that it keeps what the coarser level found.
_ROUNDS = (2, 3, 4, 6)
_WORK = 80_000
# Neighbours whose matches are tried: near ones, and a few far ones for speed.
_JUMPS = ((4, 0), (-4, 0), (0, 4), (0, -4), (1, 0), (-1, 0), (0, 1), (0, -1))
# Deep in a hole a patch is believed less: by this factor with every pixel of depth.
# Wexler et al. use the same factor.
_DOUBT = 1.3
# Weight of a patch that nothing speaks for: it counts where there is no other.
_NOTHING = np.float32(1e-12)
# How far from a match that a coarser level found a better one is looked for, in pixels.
_NEARBY = 8
# How unlike two grey levels are, by their difference: a 16th of its square, up to 64 levels, in
# bytes, which OpenCV adds up many times as fast as real squares.
_SQUARES = np.minimum(np.ceil(np.arange(256) ** 2 / 16), 255).astype(np.uint8)
# Fixed, so that the same photo is filled with the same bytes.
_SEED = 20090727


def fill(rgb: U8, mask: U8, *, avoid: U8 | None = None) -> U8:
    """A copy of `rgb`, uint8 (h, w, 3), whose pixels with `mask` > 0, uint8 (h, w), are made up.

    All other pixels stay as they are; where `avoid` > 0, uint8 (h, w), they are not copied from, if
    there are others. Only the surroundings of each hole are read (at most 160 pixels away, as long
    as there is enough), so the time goes with the mask and not with the photo. Where not even one
    whole patch is known, each pixel takes the nearest known color. Deterministic.
    Raises ValueError for masks of another size, and for one that leaves nothing of the picture.
    """
    for given in (mask, avoid):
        if given is not None and given.shape != rgb.shape[:2]:
            raise ValueError(f"The mask is {given.shape}, the picture {rgb.shape[:2]}.")
    hole = _binary(mask)
    if not hole.any():
        return rgb.copy()
    if hole.all():
        raise ValueError("The mask leaves nothing of the picture to fill it from.")
    barred = hole if avoid is None else hole | _binary(avoid)
    filled = rgb.copy()
    for left, top, right, bottom in _neighbourhoods(hole, barred):
        place = np.s_[top:bottom, left:right]
        filled[place] = _filled(filled[place], hole[place], barred[place])
    return filled


def _binary(mask: U8) -> U8:
    return np.asarray(cv2.threshold(mask, 0, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _neighbourhoods(hole: U8, barred: U8) -> list[Box]:
    """One box around each group of holes and what is near enough to be copied."""
    height, width = hole.shape
    grid = _on_grid(hole)
    reach = 2 * (_NEAR // _GRID) + 1
    joined = cv2.dilate(grid, np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    boxes = []
    for label in range(1, count):
        group = np.where(labels == label, grid, 0).astype(np.uint8)
        left, top, wide, high = (_GRID * side for side in cv2.boundingRect(group))
        margin = int(np.clip(min(wide, high), _NEAR, _FAR))
        box = (left - margin, top - margin, left + wide + margin, top + high + margin)
        boxes.append(_with_sources(barred, _clipped(box, width, height)))
    return boxes


def _on_grid(mask: U8) -> U8:
    """A mask in squares of `_GRID` pixels: 255 where a square holds any of it."""
    down, right = (-side % _GRID for side in mask.shape)
    whole = cv2.copyMakeBorder(mask, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0)
    kernel, anchor = np.ones((_GRID, _GRID), np.uint8), (0, 0)
    return np.asarray(cv2.dilate(whole, kernel, anchor=anchor)[::_GRID, ::_GRID], dtype=np.uint8)


def _with_sources(barred: U8, box: Box) -> Box:
    """Widen the box until at least half of its pixels may be copied."""
    height, width = barred.shape
    while (barred[box[1] : box[3], box[0] : box[2]] > 0).mean() > 0.5:
        wider = _clipped((box[0] - 64, box[1] - 64, box[2] + 64, box[3] + 64), width, height)
        if wider == box:
            break
        box = wider
    return box


def _clipped(box: Box, width: int, height: int) -> Box:
    return max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])


def _filled(rgb: U8, hole: U8, barred: U8) -> U8:
    random = np.random.default_rng(_SEED)
    levels = _pyramid(rgb, hole, barred)
    coarser: _Level | None = None
    for number, level in reversed(list(enumerate(levels))):
        if not level.sources.size:
            continue
        rounds = _rounds(number, level, coarser)
        level.begin(coarser, random, vote=rounds > 0)
        for _ in range(rounds):
            level.search(random, everywhere=coarser is None)
            level.vote()
        level.settle()
        coarser = level
    # The finest level had no whole patch to copy from.
    if coarser is not levels[0]:
        return _nearest_colors(rgb, hole)
    return coarser.interior


def _rounds(number: int, level: "_Level", coarser: "_Level | None") -> int:
    affordable = _WORK // max(1, level.size)
    return min(_ROUNDS[min(number, len(_ROUNDS) - 1)], max(affordable, coarser is None))


def _pyramid(rgb: U8, hole: U8, barred: U8) -> "list[_Level]":
    """Levels, finest first. Only known pixels are averaged, and where half of a pixel is known it
    is known: thin strokes are gone on the coarser levels."""
    levels = [_Level(rgb, hole, barred)]
    while len(levels) < _MAX_LEVELS and min(hole.shape) >= 8 * _RADIUS:
        if np.asarray(cv2.distanceTransform(hole, cv2.DIST_C, 3)).max() <= _SHALLOW:
            break
        height, width = hole.shape
        size = ((width + 1) // 2, (height + 1) // 2)
        known = (hole == 0).astype(np.float32)
        share = np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_AREA))
        total = np.asarray(cv2.resize(rgb * known[..., None], size, interpolation=cv2.INTER_AREA))
        rgb = (total / np.maximum(share, 1e-3)[..., None] + 0.5).astype(np.uint8)
        hole = np.where(share < 0.5, 255, 0).astype(np.uint8)
        smaller = cv2.resize(barred, size, interpolation=cv2.INTER_NEAREST)
        barred = np.asarray(cv2.bitwise_or(hole, smaller), dtype=np.uint8)
        if not hole.any():
            break
        levels.append(_Level(rgb, hole, barred))
    return levels


class _Level:
    """One size of one neighbourhood, padded with its mirror image so that all patches are whole.

    Places are flat indices into the padded picture. `_targets` are the centres of the patches that
    touch the hole, `sources` of those that may be copied; `_matches` holds for each place the
    centre of the source that it resembles, `_costs` how little it does, for each target.
    """

    def __init__(self, rgb: U8, hole: U8, barred: U8) -> None:
        self._picture = _padded(rgb)
        self._hole = _padded(hole)
        self._stride = self._hole.shape[1]
        inside = np.zeros(self._hole.shape, bool)
        inside[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS] = True
        touched = _touching(self._hole)
        free = inside & ~_touching(_padded(barred))
        self._valid = (free if free.any() else inside & ~touched).ravel()
        self.sources = np.flatnonzero(self._valid)
        self._targets = np.flatnonzero(inside & touched)
        self._missing = np.flatnonzero(inside & (self._hole > 0))
        depth = np.asarray(cv2.distanceTransform(self._hole, cv2.DIST_L2, 3)).ravel()
        self._belief = (_DOUBT ** -depth[self._targets]).astype(np.float32)
        self._matches = np.arange(self._hole.size)
        self._costs = np.zeros(self._targets.size, np.float32)
        offsets = [(y, x) for y in _STEPS for x in _STEPS if (x + y) % 2 == 0]
        self._samples = np.array([y * self._stride + x for y, x in offsets])

    @property
    def size(self) -> int:
        """Count the patches that are to be matched."""
        return self._targets.size

    @property
    def interior(self) -> U8:
        """The picture without its padding."""
        return self._picture[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS].copy()

    def begin(self, coarser: "_Level | None", random: np.random.Generator, *, vote: bool) -> None:
        """Start from the coarser level's matches, or from the nearest colors and chance."""
        self._matches[self._targets] = random.choice(self.sources, self.size)
        if coarser is None:
            start = _nearest_colors(self._picture, self._hole)
            self._put(start.reshape(-1, 3)[self._missing])
            return
        # Nothing is known of how good a match of the coarser level is here, but it beats chance.
        self._costs = np.where(self._take_over(coarser), 0, np.inf).astype(np.float32)
        if not vote:
            return
        size = (self._stride - 2 * _RADIUS, self._hole.shape[0] - 2 * _RADIUS)
        enlarged = cv2.resize(coarser.interior, size, interpolation=cv2.INTER_LINEAR)
        self._put(np.asarray(enlarged, np.uint8).reshape(-1, 3)[self._inner(self._missing)])
        self.vote()

    def search(self, random: np.random.Generator, *, everywhere: bool) -> None:
        """Better matches: from neighbours, then by chance, ever nearer to the best so far."""
        self._packed = _packed(self._picture)
        self._wanted = self._gathered(self._targets)
        self._costs = self._distances(self._matches[self._targets], self._wanted)
        for down, across in _JUMPS:
            step = down * self._stride + across
            neighbours = np.clip(self._targets + step, 0, self._matches.size - 1)
            # What a neighbor resembles, moved back by the way to it: images are coherent.
            self._try(self._matches[neighbours] - step)
        reach = max(self._hole.shape) if everywhere else _NEARBY
        while reach >= 1:
            away = random.integers(-reach, reach + 1, (2, self.size))
            self._try(self._matches[self._targets] + away[0] * self._stride + away[1])
            # PatchMatch's random search: each round within half the distance of the one before.
            reach //= 2

    def vote(self) -> None:
        """Color each missing pixel by the weighted mean of all the patches over it."""
        self._put((self._mean(self._weights()) + 0.5).astype(np.uint8))

    def settle(self) -> None:
        """Color each missing pixel by the most believed patch over it alone, with all its grain."""
        weights = self._weights()
        best = self._missing
        most = np.full(best.size, -1, np.float32)
        for step in self._samples:
            centres = self._missing - step
            weight = weights.take(centres)
            more = weight > most
            np.copyto(most, weight, where=more)
            best = np.where(more, self._matches.take(centres) + step, best)
        self._put(self._picture.reshape(-1, 3)[best])

    def _weights(self) -> F32:
        """Weigh each place's patch by its likeness, and by its depth in the hole."""
        finite = self._costs[np.isfinite(self._costs)]
        # The 75th percentile of the costs is taken for their spread, as Wexler et al. do.
        middle = finite.size * 3 // 4
        spread = np.partition(finite, middle)[middle] if finite.size else np.float32(0)
        weights = np.zeros(self._matches.size, np.float32)
        weights[self._targets] = self._belief * np.exp(-self._costs / (2 * spread + 1)) + _NOTHING
        return weights

    def _mean(self, weights: F32) -> F32:
        """The missing pixels' weighted mean over the patches that cover them, float32 (n, 3)."""
        pixels = _packed(self._picture)
        total = np.zeros((self._missing.size, 4), np.float32)
        for step in self._samples:
            centres = self._missing - step
            colors = pixels.take(self._matches.take(centres) + step).view(np.uint8).reshape(-1, 4)
            colors[:, 3] = 1  # adds the weights up
            total += colors * weights.take(centres)[:, None]
        return np.asarray(total[:, :3] / total[:, 3:], dtype=np.float32)

    def _try(self, candidates: I64) -> None:
        """Take those candidates, one for each target, that are sources and more alike."""
        possible = (candidates >= 0) & (candidates < self._valid.size)
        possible[possible] = self._valid[candidates[possible]]
        possible &= candidates != self._matches[self._targets]
        asked = np.flatnonzero(possible)
        if not asked.size:
            return
        costs = self._distances(candidates[asked], self._wanted[asked])
        better = costs < self._costs[asked]
        chosen = asked[better]
        self._costs[chosen] = costs[better]
        self._matches[self._targets[chosen]] = candidates[chosen]

    def _gathered(self, centres: I64) -> U8:
        """The compared pixels of patches, uint8 (n, 4 * samples): three colors and a zero each."""
        taken = self._packed.take(centres[:, None] + self._samples)
        return np.asarray(taken.view(np.uint8))

    def _distances(self, centres: I64, wanted: U8) -> F32:
        apart = cv2.LUT(cv2.absdiff(self._gathered(centres), wanted), _SQUARES)
        sums = cv2.reduce(apart, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
        return np.asarray(sums, dtype=np.float32).ravel()

    def _take_over(self, coarser: "_Level") -> npt.NDArray[np.bool_]:
        """Matches of twice the size, each pixel of four keeping its own place among them. Answers
        for which targets there was one."""
        rows, columns = (side - _RADIUS for side in np.divmod(self._targets, self._stride))
        places = (rows // 2 + _RADIUS) * coarser._stride + columns // 2 + _RADIUS
        row, column = np.divmod(coarser._matches[places], coarser._stride)
        row = 2 * (row - _RADIUS) + rows % 2 + _RADIUS
        column = 2 * (column - _RADIUS) + columns % 2 + _RADIUS
        inside = (row < self._hole.shape[0]) & (column < self._stride)
        places = np.where(inside, row * self._stride + column, 0)
        usable = self._valid[places]
        self._matches[self._targets[usable]] = places[usable]
        return usable

    def _inner(self, places: I64) -> I64:
        """Flat indices into the picture without its padding."""
        rows, columns = np.divmod(places, self._stride)
        return np.asarray((rows - _RADIUS) * (self._stride - 2 * _RADIUS) + columns - _RADIUS)

    def _put(self, colors: U8) -> None:
        self._picture.reshape(-1, 3)[self._missing] = colors
        # The padding mirrors pixels that have just changed.
        self._picture = _padded(self.interior)


def _nearest_colors(rgb: U8, hole: U8) -> U8:
    """Each missing pixel in the color of the nearest known one."""
    _, labels = cv2.distanceTransformWithLabels(
        hole, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known = hole == 0
    colors = np.zeros((int(labels.max()) + 1, 3), np.uint8)
    colors[labels[known]] = rgb[known]
    return np.asarray(colors[labels])


def _touching(mask: U8) -> npt.NDArray[np.bool_]:
    """Find where a patch around a pixel holds some of the mask."""
    side = 2 * _RADIUS + 1
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8))) > 0


def _padded(pixels: U8) -> U8:
    sides = (_RADIUS,) * 4
    return np.asarray(cv2.copyMakeBorder(pixels, *sides, cv2.BORDER_REFLECT_101), dtype=np.uint8)


def _packed(rgb: U8) -> npt.NDArray[np.uint32]:
    """One number for each pixel: one memory access instead of three."""
    four = np.zeros((rgb.shape[0] * rgb.shape[1], 4), np.uint8)
    four[:, :3] = rgb.reshape(-1, 3)
    return four.view(np.uint32).ravel()
