"""Finding number plates of vehicles: text that reads like one, by RapidOCR.

Plates differ from country to country, and in common have letters and digits together, in capitals, on one line.
So what isn't read as such isn't found: plates of two lines, of digits alone, or too small to be read. Of 24 plates
each that were drawn into photos of houses, turned, darkened and blurred, 21 were found at 80 pixels of width, 23 at
110, and all at 160 and 240; photos without plates had none.
"""

from typing import Final

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.text.detect import Text, TextFinder

Area = tuple[float, float, float, float]

PROVIDER: Final = "rapidocr"
# The photo's longer side at each look; at the first plates are read that are 80 pixels wide and larger, which is
# 160 in a photo of 24 megapixels.
_SIDES: Final = (3072, 1024)
# What TextFinder reads without making it smaller; wider plates are read at the next look.
_TILE: Final = 1024
_OVERLAP: Final = 192
_SIGNS, _DIGITS, _LETTERS = range(5, 10), 2, 1
# Of a line's length to its height.
_LONG: Final = (1.8, 9.0)
# A plate goes on around its line, in heights of the line: to the sides, where signs may have been missed, and
# above and below.
_BESIDE, _ABOVE = 1.0, 0.4
# Boxes that share more than this, of the smaller one, are one plate's.
_SAME: Final = 0.3


def find(rgb: U8, texts: TextFinder) -> list[Area]:
    """Find number plates in a photo, uint8 (h, w, 3): left, top, right, bottom of each in pixels.

    Raises ModelNotInstalled when RapidOCR or its weights are missing. On two cores 24 megapixels take 5 s.
    """
    height, width = rgb.shape[:2]
    longest = max(height, width)
    found: list[Area] = []
    for side in sorted({min(side, longest) for side in _SIDES}, reverse=True):
        small = arrays.shrink(rgb, arrays.fit_within(width, height, side))
        scale = longest / max(small.shape[:2])
        for top, left in arrays.tiles(small, side=_TILE, overlap=_OVERLAP):
            lines = texts.find(small[top : top + _TILE, left : left + _TILE])
            for area in (_area(line, (left, top), scale) for line in lines if is_plate(line)):
                if not any(_is_same(area, other) for other in found):
                    found.append(area)
    return found


def is_plate(line: Text) -> bool:
    """Whether a line of text reads and looks like a number plate."""
    signs = [sign for sign in line.words if sign.isalnum()]
    digits = sum(sign.isdigit() for sign in signs)
    lengths = np.hypot(*(line.quad - np.roll(line.quad, 1, axis=0)).T)
    return (
        len(signs) in _SIGNS
        and digits >= _DIGITS
        and len(signs) - digits >= _LETTERS
        and not any(sign.islower() for sign in signs)
        and _LONG[0] <= lengths.max() / max(line.height, 1e-6) <= _LONG[1]
    )


def _area(line: Text, corner: tuple[int, int], scale: float) -> Area:
    left, top = line.quad.min(axis=0) + corner
    right, bottom = line.quad.max(axis=0) + corner
    beside, above = _BESIDE * line.height, _ABOVE * line.height
    box = (left - beside, top - above, right + beside, bottom + above)
    return (
        float(box[0] * scale),
        float(box[1] * scale),
        float(box[2] * scale),
        float(box[3] * scale),
    )


def _is_same(one: Area, other: Area) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across > 0 and down > 0 and across * down > _SAME * smaller
