"""Whether text was laid over a photo afterwards, or stood before the camera."""

import re
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.text.detect import Text
from processing.engine.text.strokes import Bool, Strokes, strokes

Kind = Literal["artificial", "natural"]

# Letters lower than this share of the line's height are dots and commas.
_LOW = 0.3
_MIN_LETTERS = 3
# Ink is even within so many grey levels, measured without its rims where so many pixels remain.
_ALIKE = 10
_MIN_CORE = 20
# Degrees off the picture's axes beyond which text counts as fully tilted.
_TILTED = 4.0
# What people print over photos rather than on things: addresses, names, dates with a time.
_STAMP = re.compile(
    r"www\.|https?:|\.(com|net|org|de|ru|shop)\b|[@©]\w|\d[./-]\d+[./-]\d+ ?\d+:\d\d"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an overlay; all from 0 to 1.

    - `outside`: share of the line that is off the subject (0 when there is no matte).
    - `tilt`: angle to the picture's axes, 1 from 4 degrees on.
    - `level`: share of the letters that end on one common row, to a pixel (0.5: too few letters).
    - `evenness`: share of the ink that is equally bright: no weave, shading or noise.
    - `extreme`: how near the ink's color is to white or to a pure dark color.
    - `stamp`: 1 where it reads like an address or a camera's date.
    """

    outside: float
    tilt: float
    level: float
    evenness: float
    extreme: float
    stamp: float


def kind(text: Text, rgb: U8, matte: F32 | None) -> Kind:
    """`artificial` for text that was laid over a photo, `natural` for text in the scene.

    `rgb` uint8 (h, w, 3); `matte` float32 from 0 to 1 on any grid that covers the picture, or None
    where nothing is known of the subject. A guess by logistic regression, fitted to captions drawn
    on sellers' photos (artificial, half of them on the garment) and prints and labels read in such
    photos (natural); on lines it was not fitted to, it was right about seven times in eight. What
    is tilted is mostly taken for a print: `remove` looks for plates and watermarks first.
    """
    return "artificial" if score(text, rgb, matte) > 0 else "natural"


def score(text: Text, rgb: U8, matte: F32 | None) -> float:
    """How sure it is that a line was laid over a photo: the logarithm of the odds. Arguments as in `kind`."""
    found = evidence(text, rgb, matte)
    return (
        (-1.6 if matte is None else -1.8)
        + 1.5 * found.outside
        - 2.8 * found.tilt
        + 1.0 * found.level
        + 2.1 * found.evenness
        + 0.9 * found.extreme
        + 1.5 * found.stamp
    )


def evidence(text: Text, rgb: U8, matte: F32 | None) -> Evidence:
    """Measure a line in a picture; arguments as in `kind`."""
    found = strokes(text, rgb)
    ink = found.ink & found.line
    evenness, color = _evenness(found.of(rgb), ink)
    extreme = max(float(color.min()), 255 - float(color.max())) / 255
    return Evidence(
        outside=0.0 if matte is None else _outside(found, rgb, matte),
        tilt=_tilt(text),
        level=_level(text, ink),
        evenness=evenness,
        extreme=max(0.0, 2 * extreme - 1),
        stamp=float(bool(_STAMP.search(text.words.lower()))),
    )


def _outside(found: Strokes, rgb: U8, matte: F32) -> float:
    left, top, right, bottom = found.box
    rows, columns = (
        (np.arange(begin, end) + 0.5) * side / of
        for begin, end, side, of in (
            (top, bottom, matte.shape[0], rgb.shape[0]),
            (left, right, matte.shape[1], rgb.shape[1]),
        )
    )
    on = matte[np.ix_(rows.astype(int), columns.astype(int))][found.line]
    return float((on <= 0.5).mean()) if on.size else 0.0


def _tilt(text: Text) -> float:
    along, down = text.quad[1] - text.quad[0], text.quad[2] - text.quad[1]
    longer = along if np.hypot(*along) >= np.hypot(*down) else down
    angle = float(np.degrees(np.arctan2(longer[1], longer[0]))) % 90
    return min(angle, 90 - angle, _TILTED) / _TILTED


def _level(text: Text, ink: Bool) -> float:
    """Overlaid letters stand on one row of pixels; printed ones on cloth or in perspective."""
    along, down = np.abs(text.quad[1] - text.quad[0]), np.abs(text.quad[2] - text.quad[1])
    longer = along if along.sum() >= down.sum() else down
    upright = np.rot90(ink) if longer[1] > longer[0] else ink
    drawn = np.ascontiguousarray(upright, dtype=np.uint8)
    stats = cv2.connectedComponentsWithStats(drawn, connectivity=8)[2][1:]
    letters = stats[stats[:, cv2.CC_STAT_HEIGHT] > _LOW * text.height]
    if len(letters) < _MIN_LETTERS:
        return 0.5
    tops = letters[:, cv2.CC_STAT_TOP]
    feet = tops + letters[:, cv2.CC_STAT_HEIGHT]
    near = max(1.0, 0.03 * text.height)
    return max(float((np.abs(rows - np.median(rows)) <= near).mean()) for rows in (feet, tops))


def _evenness(colors: U8, ink: Bool) -> tuple[float, F32]:
    """The share of the ink that is as bright as most of it, and its color. Rims are left out where
    strokes are wide enough, and hues, which JPEG smears, are not compared."""
    core = cv2.erode(ink.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    taken = core if core.sum() > _MIN_CORE else ink
    if not taken.any():
        return 0.0, np.full(3, 127, np.float32)
    bright = np.asarray(cv2.cvtColor(colors, cv2.COLOR_RGB2GRAY), dtype=np.float32)[taken]
    alike = np.abs(bright - np.median(bright)) <= _ALIKE
    return float(alike.mean()), np.median(colors[taken], axis=0).astype(np.float32)
