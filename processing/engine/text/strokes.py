"""The strokes of a line of text: which pixels are ink, and whether that can be told at all."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, U8, Box
from processing.engine.text.detect import Text

Bool = npt.NDArray[np.bool_]

# Lines are measured laid straight, at most this many pixels high.
_MAX_HEIGHT = 64
# As shares of the line's height: how much of the picture around it is looked at, how far its own
# strokes may leave it, what no stroke is wider than, and over what length its ground is smoothed.
_AROUND = 0.6
_BEYOND = 0.12
_WIDEST_STROKE = 0.55
_SMOOTH = 1.0
# Ink stands out of its ground by more than this many times what the surroundings do, and by at
# least so many grey levels; it covers such shares of its line.
_OUTSTANDING = 1.0
_MIN_CONTRAST = 6.0
_MIN_INK, _MAX_INK = 0.02, 0.75


@dataclass(frozen=True, slots=True)
class Strokes:
    """Ink of one line in a part of the picture, `box`; all masks are bool of the box's size.

    - `ink`: the middle of the strokes, of one color as far as the text is.
    - `touched`: all that differs from the ground: with soft rims, outlines and shadows.
    - `line`: the whole line's area. `around`: what is near, but not of it.
    - `separable`: whether ink stands out of its ground; if not, `ink` and `touched` are guesses.
    """

    box: Box
    ink: Bool
    touched: Bool
    line: Bool
    around: Bool
    separable: bool

    def of(self, pixels: U8) -> U8:
        """The part of a picture that the masks are for."""
        left, top, right, bottom = self.box
        return pixels[top:bottom, left:right]


def strokes(text: Text, rgb: U8) -> Strokes:
    """Find the ink of a line in a picture uint8 (h, w, 3)."""
    frame = _Frame(text, rgb)
    straight = frame.straight(rgb)
    rows = slice(frame.margin, frame.margin + frame.height)
    hats = _hats(straight, frame.height)
    apart = _apart_from_ground(straight, frame)
    sides = [_Side(hat, apart, rows) for hat in hats]
    best, other = sorted(sides, key=lambda side: side.contrast, reverse=True)
    touched = best.touched()
    if other.contrast > 0.5 * best.contrast:  # an outline or a shadow
        touched |= other.touched() & (apart > 0.5 * other.contrast)
    ink = best.ink() & (apart > 0.5 * best.contrast)  # red on grey: darker gaps in one channel
    share = float(touched[rows].mean())
    separable = (
        best.peak > max(_OUTSTANDING * best.surroundings, _MIN_CONTRAST)
        and best.contrast > _MIN_CONTRAST
        and _MIN_INK < share < _MAX_INK
    )
    line, around = frame.areas()
    return Strokes(
        box=frame.box(rgb),
        ink=frame.back(ink, rgb),
        touched=frame.back(touched, rgb),
        line=frame.back(line, rgb),
        around=frame.back(around, rgb),
        separable=separable,
    )


class _Frame:
    """The line laid straight: `height` pixels high, with `margin` pixels of picture around."""

    def __init__(self, text: Text, rgb: U8) -> None:
        corners = text.quad.astype(np.float32)
        along, down = np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[3] - corners[0]))
        if down > along:  # written upwards or downwards
            corners, along, down = np.roll(corners, -1, axis=0), down, along
        scale = min(1.0, _MAX_HEIGHT / max(float(down), 1.0))
        self.height = max(4, round(float(down) * scale))
        self.length = max(4, round(float(along) * scale))
        self.margin = max(2, round(_AROUND * self.height))
        end, foot = self.margin + self.length, self.margin + self.height
        there = [(self.margin, self.margin), (end, self.margin), (end, foot), (self.margin, foot)]
        self._matrix = cv2.getPerspectiveTransform(corners, np.array(there, np.float32))
        self._size = (self.length + 2 * self.margin, self.height + 2 * self.margin)
        self._beyond = max(1, round(_BEYOND * self.height))
        self._text = text

    def straight(self, rgb: U8) -> U8:
        flags, border = cv2.INTER_AREA, cv2.BORDER_REPLICATE
        laid = cv2.warpPerspective(rgb, self._matrix, self._size, flags=flags, borderMode=border)
        return np.asarray(laid, dtype=np.uint8)

    def box(self, rgb: U8) -> Box:
        """The part of the picture that the frame covers."""
        return self._text.box(_AROUND * self._text.height + 2, rgb)

    def back(self, mask: Bool, rgb: U8) -> Bool:
        """A mask of the frame, bool, as a mask of the box in the picture."""
        left, top, right, bottom = self.box(rgb)
        shift = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], np.float64)
        matrix, size = self._matrix @ shift, (right - left, bottom - top)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        drawn = cv2.warpPerspective(mask.astype(np.uint8) * 255, matrix, size, flags=flags)
        return np.asarray(drawn) > 127

    def areas(self) -> tuple[Bool, Bool]:
        """The line with what its strokes may leave it by, and what is around that."""
        line = np.zeros(self._size[::-1], bool)
        from_, to = self.margin - self._beyond, self.margin + self._beyond
        line[from_ : to + self.height, from_ : to + self.length] = True
        around = np.ones_like(line)
        around[from_ - 1 : to + self.height + 1, from_ - 1 : to + self.length + 1] = False
        return line, around


class _Side:
    """Strokes that are lighter than their ground, or those that are darker."""

    def __init__(self, hat: U8, apart: F32, rows: slice) -> None:
        self._hat, self._rows = hat, rows
        on = hat[rows]
        # Otsu, 1979: the threshold that parts ink from ground best, whatever the contrast.
        split, _ = cv2.threshold(on, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        above = on > split
        self.peak = float(np.median(on[above])) if above.any() else 0.0
        # Gaps between light letters are dark strokes, too, but of the ground's own color.
        ink = on > 0.75 * self.peak
        self.contrast = float(np.median(apart[rows][ink])) if ink.any() else 0.0
        outside = np.concatenate([hat[: rows.start // 2], hat[-(rows.start // 2) :]])
        self.surroundings = float(np.percentile(outside, 90)) if outside.size else 0.0

    def ink(self) -> Bool:
        return self._near_line(self._hat > 0.75 * self.peak)

    def touched(self) -> Bool:
        noise = min(1.2 * self.surroundings, 0.5 * self.peak)
        return self._near_line(self._hat > max(0.3 * self.peak, noise, 3.0))

    def _near_line(self, mask: Bool) -> Bool:
        beyond = max(1, round(_BEYOND * (self._rows.stop - self._rows.start)))
        mask[: self._rows.start - beyond] = False
        mask[self._rows.stop + beyond :] = False
        return mask


def _hats(straight: U8, height: int) -> tuple[U8, U8]:
    """Measure how much lighter and darker pixels are than all that is wider than a stroke."""
    side = max(3, round(_WIDEST_STROKE * height)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    light = cv2.morphologyEx(straight, cv2.MORPH_TOPHAT, kernel)
    dark = cv2.morphologyEx(straight, cv2.MORPH_BLACKHAT, kernel)
    return np.asarray(light).max(axis=2), np.asarray(dark).max(axis=2)


def _apart_from_ground(straight: U8, frame: _Frame) -> F32:
    """Say how far pixels are from the ground's color, which is read off both rims of the line: a
    reader's box leaves some room around the letters. The largest channel, float32."""
    rim, smooth = max(1, round(0.08 * frame.height)), round(_SMOOTH * frame.height) | 1
    grounds = []
    for edge in (frame.margin, frame.margin + frame.height):
        row = np.median(straight[edge - rim : edge + rim], axis=0).astype(np.uint8)[None]
        grounds.append(np.asarray(cv2.medianBlur(row, smooth), dtype=np.float32))
    upper, lower = grounds
    where = (np.arange(straight.shape[0]) - frame.margin) / frame.height
    share = np.clip(where, 0, 1).astype(np.float32)[:, None, None]
    apart = np.abs(straight - (upper + share * (lower - upper))).max(axis=2)
    return np.asarray(apart, dtype=np.float32)
