"""Windows of rooms, and what is seen through them: highlights pulled down as far as the file holds them.

Windows are found on a small copy: bright parts, of about four sides, with an edge along most of their border.
Within them each pixel's brightest channel goes through one curve that rises all the way and leaves black
black and white white. So no edge turns over, nothing grey is painted over what is clipped, and what the
file holds just below white is spread over more levels (a global operator as in E. Reinhard et al.,
Photographic Tone Reproduction, SIGGRAPH 2002, for one part of the photo; hue stays, as all channels take the same
factor). From a darker bracket the view itself is taken, see `with_view`.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays, parallel
from processing.engine.arrays import F32, U8, Box, Mask
from processing.engine.canvas import linear
from processing.engine.rendered import WindowFacts
from processing.engine.room import detail

_SIDE: Final = 400
_STRIP: Final = 64
# Stored brightnesses from which on something may be a window, the lower first, and how much brighter than the
# room's middle it is; the share of it that is nearly white, and the most yellow it is (b of CIE Lab): lamps are more.
_BRIGHT: Final = (222, 238, 250)
_BRIGHTER: Final = 45
_SHINING, _SHINES, _YELLOW = 240, 0.3, 10
_BLUE: Final = -12
# Shares of the photo that a window takes, and of its upper border: ceilings take more.
_LEAST, _MOST, _MOST_ABOVE = 0.005, 0.4, 0.35
# How square it is; a small one, or one at the upper border, more, as lamps are round. How much of it is bright.
_SQUARE, _SMALL, _SMALL_SQUARE, _DENSE = 0.75, 0.012, 0.86, 0.4
# Steps in levels to a neighbor that are an edge, and the share of the border that has one.
_EDGE, _EDGED = 30.0, 0.6
# Panes that are so near, as a share of the longer side, are one window.
_BARS: Final = 0.018
_AROUND: Final = 6  # pixels of the small copy within which a window's share fades
# A pixel is clipped from here on; a window of which less than this share isn't holds no view.
_CLIPPED: Final = 250
_LEAST_HELD: Final = 0.1
# Below this light, 0 to 1, nothing changes; the window's middle is brought to this; the steepest curve.
_FROM, _MIDDLE, _STEEPEST = 0.2, 0.45, 2.4
_VIEW: Final = 0.5  # where the middle of a bracket's view is brought to
_VIVID: Final = np.float32(0.15)  # by which colors gain, as far as they were pulled
# The light of a fused photo from which on the darker bracket is shown, and wholly.
_BLOWN: Final = (0.45, 0.75)
_MOST_GAIN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Windows:
    """What was found: `labels`, int32 (h, w) of the small copy, 0 for the room, and 1 to `count` for windows."""

    labels: Any
    count: int

    @staticmethod
    def none() -> "Windows":
        """Those of a photo that has none."""
        return Windows(np.zeros((1, 1), np.int32), 0)

    def boxes(self, size: tuple[int, int], *, around: int = _AROUND) -> list[Box]:
        """Where each is in a photo of that size (width, height): left, top, right, bottom in pixels; with so many
        of the small copy's pixels around."""
        height, width = self.labels.shape
        found = []
        for name in range(1, self.count + 1):
            rows, columns = np.nonzero(self.labels == name)
            left, right = (
                min(max(0, round(edge * size[0] / width)), size[0])
                for edge in (int(columns.min()) - around, int(columns.max()) + 1 + around)
            )
            top, bottom = (
                min(max(0, round(edge * size[1] / height)), size[1])
                for edge in (int(rows.min()) - around, int(rows.max()) + 1 + around)
            )
            found.append((left, top, right, bottom))
        return found

    def share(self, name: int, box: Box, size: tuple[int, int]) -> F32:
        """How much of each pixel of a box (left, top, right, bottom) of a photo of that size (width, height) is in
        one of them, float32 (h, w), 0 to 1: a little wider than on the small copy, and fading, as frames are
        darker than what is pulled."""
        inside = (self.labels == name).astype(np.uint8)
        wider = cv2.dilate(inside, np.ones((7, 7), np.uint8)).astype(np.float32)
        wider = np.asarray(cv2.GaussianBlur(wider, (0, 0), 1.2), np.float32)
        left, top, right, bottom = box
        across, down = wider.shape[1] / size[0], wider.shape[0] / size[1]
        where = np.array(
            [[across, 0, (left + 0.5) * across - 0.5], [0, down, (top + 0.5) * down - 0.5]]
        )
        return np.asarray(
            cv2.warpAffine(
                wider,
                where,
                (right - left, bottom - top),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.float32,
        )


def find(rgb: U8) -> Windows:
    """Find the windows of a room in its photo, uint8 (h, w, 3) in sRGB."""
    height, width = rgb.shape[:2]
    small = arrays.shrink(rgb, arrays.fit_within(width, height, _SIDE))
    grey = detail.grey(small)
    labels = np.zeros(grey.shape, np.int32)
    if min(grey.shape) < 8:
        return Windows(labels, 0)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    red, yellow = (np.asarray(lab[..., channel], np.int16) - 128 for channel in (1, 2))
    # A blue sky's grey is no brighter than a wall's.
    is_blue = (yellow < _BLUE) & (np.abs(red) < -_BLUE)
    value = np.where(is_blue, np.maximum(grey, small[..., 2]), grey)
    least = float(np.median(grey)) + _BRIGHTER
    count = 0
    for level in _BRIGHT:
        for pane in _panes(value, max(level, least)):
            if not labels[pane.region].any() and _is_window(pane, (grey, value), yellow):
                count += 1
                labels[pane.region] = count
    return Windows(labels, count)


@dataclass(frozen=True, slots=True)
class _Pane:
    """A bright part: its pixels, and the convex `region` around them, bool (h, w); `squareness`, the share of the
    smallest box around it, turned as it lies, that the region fills."""

    bright: Mask
    region: Mask
    squareness: float


def _panes(value: U8, level: float) -> list[_Pane]:
    """The bright parts that may be windows by their size; those between which there are only bars as one."""
    bright = cv2.morphologyEx(
        cv2.inRange(value, level, 255), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)
    )
    reach = 2 * max(1, round(_BARS * max(value.shape))) + 1
    joined = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for name in range(1, count):
        if not _LEAST <= stats[name, cv2.CC_STAT_AREA] / value.size <= _MOST:
            continue
        own = names == name
        points = cv2.convexHull(np.asarray(cv2.findNonZero(own.astype(np.uint8))))
        region = np.zeros(value.shape, np.uint8)
        cv2.fillConvexPoly(region, points, 1)
        _, sides, _ = cv2.minAreaRect(points)
        square = float(region.sum()) / ((sides[0] + 1) * (sides[1] + 1))
        found.append(_Pane(own & (bright > 0), region > 0, square))
    return found


def pulled(rgb: U8, windows: Windows) -> tuple[U8, WindowFacts]:
    """A photo, uint8 (h, w, 3), with its windows' highlights pulled down, and what came of it. The photo itself is
    answered where nothing was. A window that is clipped as a whole stays white."""
    size = (rgb.shape[1], rgb.shape[0])
    tables = []
    for name, box in enumerate(windows.boxes(size), 1):
        table = _curve(
            _brightest(rgb[box[1] : box[3], box[0] : box[2]]), windows.share(name, box, size)
        )
        if table is not None:
            tables.append((name, box, table))
    result = rgb.copy() if tables else rgb
    for name, box, table in tables:
        _apply(rgb, result, (box, size), windows.labels == name, table)
    return result, WindowFacts(windows.count, len(tables))


def with_view(fused: U8, darkest: U8, windows: Windows | None = None) -> tuple[U8, WindowFacts]:
    """A photo fused from brackets, uint8 (h, w, 3), with the view through its windows as the darkest bracket,
    aligned and of the same shape, has it: made as bright as a room's window should be, without clipping.

    `windows` are found in the fused photo where they are not given. Raises ValueError for two shapes.
    """
    if fused.shape != darkest.shape:
        raise ValueError(
            f"A bracket of {darkest.shape} is not aligned to a photo of {fused.shape}."
        )
    windows = find(fused) if windows is None else windows
    size, recovered = (fused.shape[1], fused.shape[0]), 0
    result = fused.copy()
    for name, box in enumerate(windows.boxes(size), 1):
        left, top, right, bottom = box
        part = np.s_[top:bottom, left:right]
        inside = windows.share(name, box, size)
        view = darkest[part]
        held = _brightest(view)[(inside > 0) & (_brightest(view) < _CLIPPED)]
        if held.size < _LEAST_HELD * (inside > 0).sum():
            continue
        recovered += 1
        middle = float(np.median(linear.to_float(held)))
        light = linear.to_float(view)
        light = light * np.float32(np.clip(_VIEW / max(middle, 1e-4), 1, _MOST_GAIN))
        light = light / (1 + np.maximum(light.max(axis=-1, keepdims=True) - 1, 0))
        was = linear.to_float(fused[part])
        share = inside * arrays.smooth_step(was.max(axis=-1), *_BLOWN)
        result[part] = linear.from_float(was + (light - was) * share[..., None])
    return result, WindowFacts(windows.count, recovered)


def _is_window(pane: _Pane, light: tuple[U8, U8], yellow: Any) -> bool:
    grey, value = light
    share, dense = float(pane.region.mean()), float(pane.bright[pane.region].mean())
    is_small = share < _SMALL or bool(pane.region[0].any())
    if pane.squareness < (_SMALL_SQUARE if is_small else _SQUARE):
        return False
    if share > _MOST or float(pane.region[0].mean()) > _MOST_ABOVE or dense < _DENSE:
        return False
    if float((value[pane.bright] >= _SHINING).mean()) < _SHINES:
        return False
    if float(np.median(yellow[pane.bright])) > _YELLOW:
        return False
    own = pane.bright.astype(np.uint8)
    border = cv2.dilate(own, np.ones((3, 3), np.uint8)) - own
    border[[0, -1]] = border[:, [0, -1]] = 0
    reach = np.ones((5, 5), np.uint8)
    step = cv2.subtract(cv2.dilate(grey, reach), cv2.erode(grey, reach))[border > 0]
    return len(step) > 0 and float((step >= _EDGE).mean()) >= _EDGED


def _curve(brightest: U8, inside: F32) -> F32 | None:
    """The factor for light by the brightest stored channel, float32 (256,); None where the file holds no view."""
    within = brightest[inside > 0.5]
    held = within[(within < _CLIPPED) & (within > _BRIGHT[0] // 2)]
    if within.size == 0 or held.size < _LEAST_HELD * within.size:
        return None
    light = linear.decoded(np.arange(256) / 255)
    part = np.clip((light - _FROM) / (1 - _FROM), 0, 1)
    middle = float(part[int(np.median(held))])
    wanted = (_MIDDLE - _FROM) / (1 - _FROM)
    if middle <= wanted:
        return None
    power = min(_STEEPEST, float(np.log(wanted) / np.log(middle)))
    becomes = np.where(light > _FROM, _FROM + (1 - _FROM) * part**power, light)
    return np.asarray(becomes / np.maximum(light, 1e-6), np.float32).clip(0, 1)


def _apply(
    rgb: U8, result: U8, where: tuple[Box, tuple[int, int]], inside: Mask, table: F32
) -> None:
    (left, top, right, bottom), size = where
    windows = Windows(inside.astype(np.int32), 1)

    def strip(start: int) -> None:
        box = (left, start, right, min(bottom, start + _STRIP))
        part = np.s_[start : box[3], left:right]
        pixels = np.ascontiguousarray(rgb[part])
        share = windows.share(1, box, size)
        factor = 1 + share * (cv2.LUT(_brightest(pixels), table) - 1)
        light = linear.to_float(pixels) * factor[..., None]
        grey = light.mean(axis=-1, keepdims=True)
        light = grey + (light - grey) * (1 + _VIVID * (1 - factor))[..., None]
        result[part] = linear.from_float(light)

    parallel.each(strip, range(top, bottom, _STRIP))


def _brightest(rgb: U8) -> U8:
    red, green, blue = cv2.split(np.ascontiguousarray(rgb))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
