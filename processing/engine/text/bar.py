"""The translucent bar or box that an overlaid caption may stand on, and the photo without it."""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Box
from processing.engine.text.blend import Veil, fitted
from processing.engine.text.detect import Text
from processing.engine.text.strokes import Bool

# How far above and below its line a bar may end, in heights of the line.
_REACH = 2.5
# Its edges stand out of the rows around them by so many grey levels, and by so many times the median row does; so
# much of the edge goes the same way.
_STEP = 5.0
_STANDS_OUT = 3.0
_ONE_WAY = 0.85
# What is compared across an edge, in pixels: from the edge on, and how many.
_GAP, _DEEP = 2, 2
# Grain is smoothed away over so many pixels along an edge.
_GRAIN = 9
# How far from where it seems to be an end of the bar is looked for, in pixels.
_AHEAD = 12
# What more of the photo shines through is one of its own edges.
_MOST_SHINES = 0.88
# JPEG moves colors by so many grey levels.
_NOISE = 14
# Degrees off level beyond which no bar is looked for.
_LEVEL = 1.5
_EXTREMES = (0.0, 255.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """`box` of the picture, through which the photo is seen as `veil` says."""

    box: Box
    veil: Veil

    def lifted(self, rgb: U8) -> tuple[U8, U8]:
        """The picture without the bar, uint8 (h, w, 3), and the bar's edge, uint8 (h, w), 255 where what is seen is
        neither the bar nor the photo."""
        left, top, right, bottom = self.box
        height, width = rgb.shape[:2]
        lifted = rgb.copy()
        part = rgb[top:bottom, left:right]
        lifted[top:bottom, left:right] = self.veil.lifted(part, np.ones(part.shape[:2], np.float32))
        edge = np.zeros((height, width), np.uint8)
        sides = (
            (left, top, right, top),
            (left, bottom, right, bottom),
            (left, top, left, bottom),
            (right, top, right, bottom),
        )
        inside = (top > 0, bottom < height, left > 0, right < width)
        for (x, y, to_x, to_y), is_inside in zip(sides, inside, strict=True):
            if is_inside:
                cv2.rectangle(
                    edge, (x - _GAP, y - _GAP), (to_x + _GAP - 1, to_y + _GAP - 1), 255, cv2.FILLED
                )
        return lifted, edge

    def opaque(self, rgb: U8) -> U8:
        """What stands on the bar, uint8 (h, w), 255: colors that nothing has which is seen through it."""
        left, top, right, bottom = self.box
        darkest = self.veil.added - _NOISE
        brightest = self.veil.added + np.float32(255 * self.veil.shines) + _NOISE
        part = rgb[top:bottom, left:right]
        mask = np.zeros(rgb.shape[:2], np.uint8)
        mask[top:bottom, left:right] = ((part < darkest) | (part > brightest)).any(axis=2) * 255
        return mask


def bar(text: Text, rgb: U8) -> Bar | None:
    """The translucent box, level with the picture, that a line stands on, or None.

    `rgb` uint8 (h, w, 3). Its upper and lower edges are rows at which all colors step the same way, towards one
    color; where one is missing, the bar reaches to the picture's rim. Its ends are where they stop doing so.
    """
    along = text.quad[1] - text.quad[0]
    if abs(float(np.degrees(np.arctan2(along[1], along[0])))) > _LEVEL:
        return None
    left, top, right, bottom = text.box(0, rgb)
    far = round(_REACH * text.height)
    columns = slice(max(0, left - round(text.height / 2)), right + round(text.height / 2))
    height = rgb.shape[0]
    rows = rgb[:, columns].astype(np.float32)
    upper = _edge(rows, max(0, top - far), top + 2, towards=1)
    lower = _edge(rows, bottom - 2, min(height, bottom + far), towards=-1)
    if upper is None and lower is None:
        return None
    if (upper is None and top > far) or (lower is None and bottom < height - far):
        return None
    first, last = upper or 0, lower or height
    seen, below = _pairs(rgb, upper, lower, columns)
    veil = _veil(seen, below)
    if veil is None or veil.shines > _MOST_SHINES:
        return None
    begin, end = _ends(rgb, veil, (upper, lower), (left, right))
    if begin > left or end < right:
        return None
    turned = np.ascontiguousarray(rgb[first:last].transpose(1, 0, 2)).astype(np.float32)
    begins = 0 if begin <= _GAP else _edge(turned, begin - _AHEAD, begin + _AHEAD, towards=1)
    stops = (
        rgb.shape[1]
        if end >= rgb.shape[1] - _GAP
        else _edge(turned, end - _AHEAD, end + _AHEAD, towards=-1)
    )
    if begins is None or stops is None:
        return None
    return Bar((begins, first, stops, last), veil)


def _edge(rows: F32, begin: int, end: int, *, towards: int) -> int | None:
    """The row, from `begin` to `end`, from which on (`towards` 1) or up to which (-1) the bar goes: the one with the
    largest step that goes one way."""
    margin = _GAP + _DEEP
    places = np.arange(max(margin, begin), min(len(rows) - margin, end))
    if not len(places):
        return None
    steps = np.stack([_step(rows, int(y), towards) for y in places])
    middle = np.median(steps, axis=1)  # (places, 3)
    channel = np.abs(middle).argmax(axis=1)
    chosen = np.take_along_axis(steps, channel[:, None, None], axis=2)[..., 0]
    sizes = np.abs(np.take_along_axis(middle, channel[:, None], axis=1)[:, 0])
    one_way = np.maximum((chosen > 0).mean(axis=1), (chosen < 0).mean(axis=1))
    score = np.where(one_way >= _ONE_WAY, sizes, 0)
    best = int(score.argmax())
    if score[best] < max(_STEP, _STANDS_OUT * float(np.median(sizes))):
        return None
    return _sharpest(rows, int(places[best]), int(channel[best]))


def _sharpest(rows: F32, y: int, channel: int) -> int:
    """The row near `y` that differs most from the one above it."""
    begin = max(1, y - _GAP - 1)
    near = rows[begin - 1 : y + _GAP + 2, :, channel]
    return begin + int(np.abs(np.median(np.diff(near, axis=0), axis=1)).argmax())


def _step(rows: F32, y: int, towards: int) -> F32:
    return np.asarray(_inside(rows, y, towards) - _inside(rows, y, -towards), np.float32)


def _inside(rows: F32, y: int, towards: int) -> F32:
    """The mean of the rows right behind (`towards` 1) or before (-1) the edge above row `y`."""
    taken = rows[y + _GAP : y + _GAP + _DEEP] if towards > 0 else rows[y - _GAP - _DEEP : y - _GAP]
    return np.asarray(taken.mean(axis=0), np.float32)


def _pairs(rgb: U8, upper: int | None, lower: int | None, columns: slice) -> tuple[F32, F32]:
    """Colors right inside of the edges, and those right outside of them, each float32 (n, 3)."""
    rows = rgb[:, columns].astype(np.float32)
    both = [(y, towards) for y, towards in ((upper, 1), (lower, -1)) if y is not None]
    seen = np.concatenate([_smooth(_inside(rows, y, towards)) for y, towards in both])
    below = np.concatenate([_smooth(_inside(rows, y, -towards)) for y, towards in both])
    return seen, below


def _smooth(colors: F32) -> F32:
    """Colors along an edge without their grain, which isn't the same on both sides, and would make the photo seem to
    shine through less than it does."""
    return np.asarray(cv2.blur(colors[None], (_GRAIN, 1))[0], np.float32)


def _veil(seen: F32, below: F32) -> Veil | None:
    """The veil between colors; where the photo is too even to tell, the thinnest black or white one."""
    veil = fitted(seen, below)
    if veil is not None:
        return veil
    found = []
    for extreme in _EXTREMES:
        apart, ground = seen - extreme, below - extreme
        shines = float((apart * ground).sum() / max(1.0, float((ground**2).sum())))
        off = float(np.median(np.abs(apart - shines * ground)))
        if 0.12 < shines < 0.93 and off < 6:
            found.append((off, Veil(shines, np.full(3, (1 - shines) * extreme, np.float32))))
    return min(found, key=lambda one: one[0])[1] if found else None


def _ends(
    rgb: U8, veil: Veil, edges: tuple[int | None, int | None], line: tuple[int, int]
) -> tuple[int, int]:
    """The first and the last column (exclusive) of the bar: as far as its edges are steps that the veil explains."""
    rows = rgb.astype(np.float32)
    fits = np.zeros(rgb.shape[1], bool)
    for y, towards in zip(edges, (1, -1), strict=True):
        if y is None:
            continue
        inside, outside = _inside(rows, y, towards), _inside(rows, y, -towards)
        explained = np.abs(inside - (veil.shines * outside + veil.added)).max(axis=1)
        plain = np.abs(inside - outside).max(axis=1)
        fits |= explained < plain
    middle = (line[0] + line[1]) // 2
    return middle - _run(fits[:middle][::-1]), middle + _run(fits[middle:])


def _run(fits: Bool) -> int:
    """How many columns it goes on for: those within which most fit, and beyond which most don't; up to the rim, if
    that is near."""
    if not len(fits):
        return 0
    gained = np.cumsum(np.where(fits, 1, -1))
    best = len(fits) - int(gained[::-1].argmax())
    return len(fits) if len(fits) - best <= _AHEAD else best
