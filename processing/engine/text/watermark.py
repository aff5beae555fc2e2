"""Watermarks: translucent lettering, once or all over a photo, and the photo without it.

A mark that is repeated is told from the photo below by its repetitions, as Dekel et al. do with many photos ("On the
Effectiveness of Visible Watermarks", CVPR 2017): what the copies have in common is the mark, and copies that no reader
makes out are found by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, U8
from processing.engine.text.blend import Veil, fitted, ground
from processing.engine.text.detect import Text
from processing.engine.text.strokes import Strokes

# So many copies make a repeated mark; their words are alike by this, their lines by so many degrees, and by this
# factor in height.
_COPIES = 3
_SAME_WORDS = 0.6
_SAME_ANGLE = 4.0
_SAME_HEIGHT = 1.35
# Around a mark, in heights of its line; over what length a ground is smoothed; brighter or darker by more than this
# many grey levels is the photo, not the mark.
_AROUND = 0.3
_BESIDE = 0.1
_SMOOTH = 0.9
_MOST = 40.0
# How alike copies are (normalized correlation): those that are found by themselves, and those that stand where the
# pattern has them.
_ALIKE, _EXPECTED = 0.4, 0.1
# Copies of which less than this share of the window lies in the picture are not looked for.
_SEEN = 0.12
# Of a mark's full strength: what is surely ink, and what is none.
_INK, _NONE = 0.6, 0.12
# The rim of strokes, where what is mixed can't be told apart: between these shares of cover.
_RIM = (0.15, 0.85)
# Fewer pixels of ink that hang together are no letter.
_SPECK = 12
# Fainter marks than this, in grey levels, are no marks.
_FAINT = 2.0
# Copies that are compared with each other, the surest ones: more cost time.
_MEASURED = 12

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """`cover`, float32 (h, w), 0 to 1: how much of each pixel of the picture the mark covers, of `veil`'s color."""

    veil: Veil
    cover: F32

    def lifted(self, rgb: U8) -> tuple[U8, U8]:
        """The picture without the mark, uint8 (h, w, 3), and the rims of its strokes, uint8 (h, w), 255 where what
        lies below has to be made up."""
        lifted = np.where((self.cover > 0.02)[..., None], self.veil.lifted(rgb, self.cover), rgb)
        rim = ((self.cover > _RIM[0]) & (self.cover < _RIM[1])).astype(np.uint8) * 255
        return lifted.astype(np.uint8), np.asarray(
            cv2.dilate(rim, np.ones((3, 3), np.uint8)), np.uint8
        )


def single(text: Text, found: Strokes, rgb: U8) -> Mark | None:
    """The mark that one line of translucent letters is, `found` its strokes in `rgb`, uint8 (h, w, 3); None where
    the letters are opaque, or the ground is too even to tell."""
    if not found.separable:
        return None
    part = found.of(rgb)
    ink = (found.ink & found.line).astype(np.uint8)
    near = cv2.dilate(ink, np.ones((7, 7), np.uint8)) > 0
    below, known = ground(part, ~near, max(2.0, 0.06 * text.height))
    core = cv2.erode(ink, np.ones((3, 3), np.uint8)) > 0
    taken = (core if core.sum() >= 200 else ink > 0) & (known > 0.02)
    veil = fitted(part[taken].astype(np.float32), below[taken])
    if veil is None:
        return None
    ink = _explained(ink, part, below, veil)
    whole = cv2.dilate(ink, np.ones((5, 5), np.uint8)) > 0
    cover = np.zeros(rgb.shape[:2], np.float32)
    left, top, right, bottom = found.box
    cover[top:bottom, left:right] = np.where(
        cv2.erode(ink, np.ones((3, 3), np.uint8)) > 0, 1.0, whole * 0.5
    )
    return Mark(veil, cover)


def _explained(ink: U8, part: U8, below: F32, veil: Veil) -> U8:
    """Those strokes that look like the ground through the veil, and much less like the ground itself: folds and
    edges of the photo are taken for strokes, too."""
    through = np.abs(part - (veil.shines * below + veil.added)).max(axis=2)
    fits = (through < 0.5 * np.abs(part - below).max(axis=2)) & (ink > 0)
    share = cv2.blur(fits.astype(np.float32), (9, 9)) / np.maximum(
        cv2.blur(ink.astype(np.float32), (9, 9)), 1e-3
    )
    kept = ((ink > 0) & (share > 0.5)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(kept, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= _SPECK
    large[0] = False
    return np.asarray(large[labels], np.uint8) if count > 1 else kept


def repeated(texts: Sequence[Text], rgb: U8) -> tuple[Mark, list[Text]] | None:
    """The mark that is all over a picture, uint8 (h, w, 3), and those of `texts` that are copies of it, or None where
    no line is repeated at one angle, or what is repeated is opaque."""
    copies = _copies(texts)
    if len(copies) < _COPIES:
        return None
    relief = _relief(rgb, float(np.median([copy.height for copy in copies])))
    first, places = _aligned(copies, relief)
    if len(places) < _COPIES:
        return None
    size = _window(first, relief)
    line = _line(first, size)
    pattern = _common(relief, places, size) * line
    places = _all_places(relief, pattern, places)
    pattern = (
        _common(relief, [place for place in places if _whole(place, size, relief.shape)], size)
        * line
    )
    mark = _mark(rgb, pattern, places)
    return None if mark is None else (mark, [text for text in texts if _is_covered(text, mark)])


def _copies(texts: Sequence[Text]) -> list[Text]:
    """The largest group of lines that read alike, at one angle and in one size; the surest first."""
    best: list[Text] = []
    for model in texts:
        words = _letters(model)
        group = [text for text in texts if len(words) > 3 and _alike(text, model)]
        if len(group) > len(best):
            best = sorted(group, key=lambda text: (-_likeness(text, model), -text.score))
    return best


def _letters(text: Text) -> str:
    return "".join(sign for sign in text.words.lower() if sign.isalnum())


def _likeness(one: Text, other: Text) -> float:
    return SequenceMatcher(None, _letters(one), _letters(other)).ratio()


def _alike(one: Text, other: Text) -> bool:
    apart = abs(_angle(one) - _angle(other)) % 180
    heights = one.height / max(1e-3, other.height)
    return (
        min(apart, 180 - apart) <= _SAME_ANGLE
        and 1 / _SAME_HEIGHT < heights < _SAME_HEIGHT
        and _likeness(one, other) >= _SAME_WORDS
    )


def _angle(text: Text) -> float:
    along, down = text.quad[1] - text.quad[0], text.quad[2] - text.quad[1]
    longer = along if np.hypot(*along) >= np.hypot(*down) else down
    return float(np.degrees(np.arctan2(longer[1], longer[0])))


def _relief(rgb: U8, height: float) -> F32:
    """How much brighter each pixel is than what is around it, within limits: a mark's letters, and little else."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)
    side = max(5, round(_SMOOTH * height)) | 1
    relief = np.clip(grey - cv2.blur(grey, (side, side)), -_MOST, _MOST)
    return np.asarray(relief, np.float32)


def _window(text: Text, relief: F32) -> tuple[int, int]:
    """Width and height of the part of a picture that a copy fills."""
    around = _AROUND * text.height
    sides = text.quad.max(axis=0) - text.quad.min(axis=0) + 2 * around
    return min(relief.shape[1] - 2, round(float(sides[0]))), min(
        relief.shape[0] - 2, round(float(sides[1]))
    )


def _line(text: Text, size: tuple[int, int]) -> F32:
    """1 where the line is in its window, with a little around it, else 0: float32 (h, w)."""
    corners = text.quad - text.quad.min(axis=0) + _AROUND * text.height
    line = cv2.fillConvexPoly(
        np.zeros((size[1], size[0]), np.float32), np.rint(corners).astype(np.int32), 1
    )
    side = 2 * round(_BESIDE * text.height) + 1
    return np.asarray(cv2.dilate(line, np.ones((side, side), np.uint8)), np.float32)


def _aligned(copies: list[Text], relief: F32) -> tuple[Text, list[Place]]:
    """The copy that most others look like, and where (left, top) each of those that do begins."""
    best: tuple[Text, list[Place]] = (copies[0], [])
    for model in copies[:3]:
        size = _window(model, relief)
        start = np.rint(model.quad.min(axis=0) - _AROUND * model.height).astype(int)
        begin = (int(start[0]), int(start[1]))
        if not _whole(begin, size, relief.shape):
            continue
        pattern = _at(relief, begin, size)
        places = [begin]
        for copy in copies:
            if copy is not model:
                moved = np.rint(copy.quad.mean(axis=0) - model.quad.mean(axis=0)).astype(int)
                near = (begin[0] + int(moved[0]), begin[1] + int(moved[1]))
                place, likeness = _nearest(relief, pattern, near, round(0.6 * model.height))
                if likeness >= _ALIKE / 2 and _whole(place, size, relief.shape):
                    places.append(place)
        if len(places) > len(best[1]):
            best = (model, places)
    return best


def _whole(place: Place, size: tuple[int, int], shape: tuple[int, ...]) -> bool:
    """Whether all of a window lies in a picture of that shape."""
    left, top = place
    return left >= 0 and top >= 0 and left + size[0] <= shape[1] and top + size[1] <= shape[0]


def _at(relief: F32, place: Place, size: tuple[int, int]) -> F32:
    return relief[place[1] : place[1] + size[1], place[0] : place[0] + size[0]]


def _nearest(relief: F32, pattern: F32, near: Place, reach: int) -> tuple[Place, float]:
    """Where within `reach` of a place the pattern fits best, and how well."""
    left, top = max(0, near[0] - reach), max(0, near[1] - reach)
    part = relief[
        top : near[1] + reach + pattern.shape[0], left : near[0] + reach + pattern.shape[1]
    ]
    if part.shape[0] < pattern.shape[0] or part.shape[1] < pattern.shape[1]:
        return near, -1.0
    _, likeness, _, place = cv2.minMaxLoc(cv2.matchTemplate(part, pattern, cv2.TM_CCORR_NORMED))
    return (left + place[0], top + place[1]), float(likeness)


def _common(relief: F32, places: list[Place], size: tuple[int, int]) -> F32:
    """What the copies have in common: the median of their reliefs."""
    taken = np.stack([_at(relief, place, size) for place in places[:_MEASURED]])
    return np.median(taken, axis=0).astype(np.float32)


def _all_places(relief: F32, pattern: F32, known: list[Place]) -> list[Place]:
    """Where all copies begin, the surest first; beyond the picture's rim, too, where a part is in it."""
    high, wide = pattern.shape
    wider = cv2.copyMakeBorder(relief, high, high, wide, wide, cv2.BORDER_CONSTANT, value=0)
    likeness = np.asarray(cv2.matchTemplate(wider, pattern, cv2.TM_CCORR_NORMED), np.float32)
    places = [(x + wide, y + high) for x, y in known]
    reach = (max(3, wide // 3), max(3, high // 3))
    rest = likeness.copy()
    for place in places:
        _blank(rest, place, reach)
    while True:
        _, best, _, (x, y) = cv2.minMaxLoc(rest)
        if best < _ALIKE or len(places) > 200:
            break
        places.append((x, y))
        _blank(rest, (x, y), reach)
    places = _expected(likeness, rest, places, reach)
    inside = [(x - wide, y - high) for x, y in places]
    return [place for place in inside if _share_seen(place, (wide, high), relief) >= _SEEN]


def _blank(likeness: F32, place: Place, reach: tuple[int, int]) -> None:
    left, top = max(0, place[0] - reach[0]), max(0, place[1] - reach[1])
    likeness[top : place[1] + reach[1] + 1, left : place[0] + reach[0] + 1] = -1


def _expected(likeness: F32, rest: F32, places: list[Place], reach: tuple[int, int]) -> list[Place]:
    """Add copies where the pattern has them: a step away from one that two other copies are apart, too."""
    steps = _steps(np.array(places), max(reach))
    ahead = list(places)
    found = list(places)
    while ahead and len(found) < 200:
        x, y = ahead.pop(0)
        for step_x, step_y in steps:
            left, top = max(0, x + step_x - 3), max(0, y + step_y - 3)
            part = rest[top : max(0, y + step_y + 4), left : max(0, x + step_x + 4)]
            if not part.size:
                continue
            _, best, _, (at_x, at_y) = cv2.minMaxLoc(part)
            if best >= _EXPECTED:
                place = (left + at_x, top + at_y)
                found.append(place)
                ahead.append(place)
                _blank(rest, place, reach)
    return found


def _steps(places: npt.NDArray[np.int_], least: int) -> list[Place]:
    """The shortest ways from copy to copy that occur more than once, within three pixels."""
    apart = (places[:, None] - places[None]).reshape(-1, 2)
    apart = apart[np.hypot(*apart.T) > least]
    chosen: list[Place] = []
    for step in apart[np.argsort(np.hypot(*apart.T), kind="stable")]:
        same = (np.abs(apart - step).max(axis=1) <= 3).sum()
        if same >= 2 and all(max(abs(step[0] - x), abs(step[1] - y)) > 6 for x, y in chosen):
            chosen.append((int(step[0]), int(step[1])))
        if len(chosen) == 12:
            break
    return chosen


def _share_seen(place: Place, size: tuple[int, int], relief: F32) -> float:
    across = min(place[0] + size[0], relief.shape[1]) - max(place[0], 0)
    down = min(place[1] + size[1], relief.shape[0]) - max(place[1], 0)
    return float(max(0, across) * max(0, down)) / (size[0] * size[1])


def _mark(rgb: U8, pattern: F32, places: list[Place]) -> Mark | None:
    """The mark, its opacity and color told from all copies, its soft cover from what the whole ones agree on."""
    high, low = float(np.percentile(pattern, 98)), float(np.percentile(pattern, 2))
    if max(high, -low) < _FAINT:
        return None
    strength = pattern / np.float32(high if high > -low else low)
    inner = (strength > _INK).astype(np.uint8)
    near = cv2.dilate(inner, np.ones((9, 9), np.uint8)) > 0
    spread = cv2.dilate((near & (strength > _NONE)).astype(np.float32), np.ones((3, 3), np.uint8))
    ink = _placed(inner.astype(np.float32), places, rgb.shape[:2]) > 0
    touched = _placed(np.asarray(spread, np.float32), places, rgb.shape[:2]) > 0
    below, known = ground(rgb, ~touched, max(2.0, 0.03 * pattern.shape[1]))
    sure = ink & (known > 0.03)
    veil = fitted(rgb[sure].astype(np.float32), below[sure])
    if veil is None:
        return None
    cover = _cover(rgb, below, veil, places, (pattern.shape[1], pattern.shape[0]))
    if cover is None:
        return None
    return Mark(
        veil, _placed(np.where(spread > 0, cover, 0).astype(np.float32), places, rgb.shape[:2])
    )


def _cover(
    rgb: U8, below: F32, veil: Veil, places: list[Place], size: tuple[int, int]
) -> F32 | None:
    """How much of each pixel of its window the mark covers: the weighted mean over copies, of those places
    where it stands out of the photo."""
    whole = [place for place in places if _whole(place, size, rgb.shape)][:_MEASURED]
    total = np.zeros((size[1], size[0]), np.float32)
    weights = np.full_like(total, 1e-3)
    for left, top in whole:
        part = np.s_[top : top + size[1], left : left + size[0]]
        way = np.float32(1 - veil.shines) * (veil.color - below[part])
        length = (way**2).sum(axis=2)
        share = ((rgb[part] - below[part]) * way).sum(axis=2) / np.maximum(length, 1.0)
        total += length * np.clip(share, -0.2, 1.2)
        weights += length
    return np.clip(total / weights, 0, 1).astype(np.float32) if whole else None


def _placed(window: F32, places: list[Place], shape: tuple[int, ...]) -> F32:
    """The window's content at all places, the largest where they overlap, float32 (h, w)."""
    canvas = np.zeros(shape[:2], np.float32)
    for x, y in places:
        left, top = max(0, x), max(0, y)
        right, bottom = min(shape[1], x + window.shape[1]), min(shape[0], y + window.shape[0])
        if left < right and top < bottom:
            part = canvas[top:bottom, left:right]
            np.maximum(part, window[top - y : bottom - y, left - x : right - x], out=part)
    return canvas


def _is_covered(text: Text, mark: Mark) -> bool:
    """Whether a line is a part of the mark: it lies where the mark is."""
    line = cv2.fillConvexPoly(
        np.zeros(mark.cover.shape, np.uint8), np.rint(text.quad).astype(np.int32), 255
    )
    near = cv2.dilate((mark.cover > 0.5).astype(np.uint8), np.ones((9, 9), np.uint8))
    return cv2.countNonZero(cv2.bitwise_and(near, line)) > 0.25 * max(1, cv2.countNonZero(line))
