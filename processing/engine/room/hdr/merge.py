"""Exposure brackets of one view as one picture: what is decided on small copies, and the way at full size.

The brackets themselves are asked for one at a time, so that nine of 24 megapixels need hardly more memory than
three: at full size there are one bracket, and the sum.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from processing.engine.arrays import F32, F64, U8
from processing.engine.canvas import linear
from processing.engine.errors import BracketsDiffer
from processing.engine.rendered import HdrFacts
from processing.engine.room.hdr import align, fuse, ghosts

# Less movement than this, in pixels at full size, isn't made up for: resampling costs more sharpness.
_STILL: Final = 0.5
# Exposures that differ by less, in stops, say nothing about their order.
_EQUAL: Final = 0.3
_DARKEST: Final = 1e-6  # mean light, 0 to 1
_MOVED: Final = 0.5
_ALL: Final = 0.9  # of a bracket that moved: it shows another view
_DARK, _BRIGHT = 25, 230  # stored values between which a pixel is well exposed


@dataclass(frozen=True, slots=True)
class Bracket:
    """One of several exposures: a `small` copy, uint8 (h, w, 3), and its exposure in `stops` of light, on
    any scale that all share; None where the file doesn't tell."""

    small: U8
    stops: float | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """The picture, uint8 (h, w, 3), and what was found. `darkest`: the darkest bracket where it lies on the picture,
    of the same shape, if it was to be kept, and there is one that is darker than the reference and lies on it."""

    rgb: U8
    facts: HdrFacts
    darkest: U8 | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A bracket where it lies on the reference: its small copy, and the movement in small pixels."""

    small: U8
    matrix: F64
    shift: float | None


@dataclass(slots=True)
class _Seen:
    """For each bracket its weights and its small copy without what moved, and of how much that is true."""

    weights: list[F32]
    cleaned: list[U8]
    moving: float = 0.0


def merge(
    brackets: Sequence[Bracket],
    whole: Callable[[int], U8],
    *,
    size: tuple[int, int],
    step: int,
    keeps_darkest: bool = False,
) -> Merged:
    """Merge exposures of one view, in any order; `whole` answers each at full size, uint8 (height, width, 3)
    for `size` (width, height), and is asked once for each. Their small copies are `step` times smaller,
    rounded up.

    Raises BracketsDiffer where one shows something else than the reference.
    """
    stops, told_by = exposures(brackets)
    order = sorted(range(len(brackets)), key=lambda index: stops[index])
    reference = _reference(brackets, order)
    placed = _placed(brackets, order, reference, (size, step))
    seen = _seen(placed, reference)
    fusion = fuse.fused_small(seen.cleaned, seen.weights)
    full = fuse.FullSize(size, step)
    kept = _darkest(placed, order, reference) if keeps_darkest else None
    darkest: U8 | None = None
    for index, one in enumerate(placed):
        # None is given back before the next one is decoded.
        matrix = align.at_full_size(one.matrix, step) if one.shift else None
        rgb = whole(index)
        full.add(rgb, one.small, fusion.weights[index], matrix)
        if index == kept:
            darkest = rgb if matrix is None else align.warped(rgb, matrix)
        del rgb
    facts = HdrFacts(
        reference,
        tuple(round(stop - stops[reference], 2) for stop in stops),
        told_by,
        tuple(None if one.shift is None else round(one.shift, 1) for one in placed),
        round(seen.moving, 4),
    )
    return Merged(full.finished(fusion.base), facts, darkest)


def exposures(brackets: Sequence[Bracket]) -> tuple[list[float], Literal["exif", "brightness"]]:
    """Each bracket's exposure in stops, and how it is known: as the files tell, or where one doesn't, or all
    tell the same, by their mean light."""
    told = [one.stops for one in brackets]
    known = [one for one in told if one is not None]
    if len(known) == len(told) and max(known) - min(known) >= _EQUAL:
        return known, "exif"
    light = [float(linear.to_float(one.small).mean()) for one in brackets]
    return [float(np.log2(max(_DARKEST, one))) for one in light], "brightness"


def _reference(brackets: Sequence[Bracket], order: list[int]) -> int:
    """The exposure in the middle; of two, the one with more that is well exposed."""
    middle = {order[(len(order) - 1) // 2], order[len(order) // 2]}
    return max(sorted(middle), key=lambda index: _well_exposed(brackets[index].small))


def _well_exposed(small: U8) -> float:
    return float(np.count_nonzero(cv2.inRange(small, (_DARK,) * 3, (_BRIGHT,) * 3)) / small.size)


def _placed(
    brackets: Sequence[Bracket],
    order: list[int],
    reference: int,
    full: tuple[tuple[int, int], int],
) -> list[_Placed]:
    """All brackets on the reference. Each is compared with its neighbor in exposure, which shows more of what
    it shows, and lies on the reference already."""
    still = _Placed(brackets[reference].small, np.eye(3), 0.0)
    placed = {reference: still}
    middle = order.index(reference)
    known = align.structure(still.small)
    for way in (order[:middle][::-1], order[middle + 1 :]):
        fixed, guess = known, np.eye(3)
        for index in way:
            own = align.structure(brackets[index].small)
            found = align.moved(fixed, own, guess)
            if found.is_other:
                raise _differs(index, reference)
            placed[index] = _on_reference(brackets[index].small, found, full)
            guess = placed[index].matrix
            fixed = own if placed[index].shift == 0 else align.structure(placed[index].small)
    return [placed[index] for index in range(len(brackets))]


def _differs(index: int, reference: int) -> BracketsDiffer:
    message = f"Bracket {index + 1} shows something else than bracket {reference + 1}."
    return BracketsDiffer(message, index=index)


def _darkest(placed: Sequence[_Placed], order: list[int], reference: int) -> int | None:
    """The darkest of those darker than the reference of which it is known how they lie on it."""
    darker = order[: order.index(reference)]
    return next((index for index in darker if placed[index].shift is not None), None)


def _on_reference(small: U8, found: align.Moved, full: tuple[tuple[int, int], int]) -> _Placed:
    size, step = full
    if not found.is_known:
        return _Placed(small, np.eye(3), None)
    shift = align.farthest(align.at_full_size(found.matrix, step), size)
    if shift < _STILL:
        return _Placed(small, np.eye(3), 0.0)
    return _Placed(align.warped(small, found.matrix), found.matrix, shift)


def _seen(placed: Sequence[_Placed], reference: int) -> _Seen:
    fixed = placed[reference].small
    seen, moved = _Seen([], []), np.zeros(fixed.shape[:2], np.float32)
    for index, one in enumerate(placed):
        weight, cleaned = fuse.weight_of(one.small), one.small
        if index == reference:
            # It shows everything, also what no other bracket does.
            weight = np.maximum(weight, np.float32(fuse.NOTHING))
        else:
            inside = _inside(one)
            found = ghosts.ghosts(fixed, one.small, inside)
            if np.mean(found.sure > _MOVED) > _ALL:
                raise _differs(index, reference)
            cleaned, moved = found.cleaned, np.maximum(moved, found.sure)
            weight = weight * (1 - found.sure) * (inside > 0)
        seen.weights.append(weight)
        seen.cleaned.append(cleaned)
    seen.moving = float(np.mean(moved > _MOVED))
    return seen


def _inside(one: _Placed) -> U8:
    """255 where the bracket shows something of what the reference does, else 0."""
    height, width = one.small.shape[:2]
    whole = np.full((height, width), 255, np.uint8)
    if not one.shift:
        return whole
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    shown = cv2.warpPerspective(whole, one.matrix, (width, height), flags=flags)
    return np.asarray(cv2.erode(shown, np.ones((3, 3), np.uint8), borderValue=0), np.uint8)
