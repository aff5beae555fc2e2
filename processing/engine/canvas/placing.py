"""Where a subject stands that is placed by shares (`plans.placed`): arithmetic alone, no pixels.

The order decides: the canvas is the frame, or the subject's box with what is left around it; then the
subject grows or shrinks until its box fills its share of the canvas; then the box takes its place in the
room that is left, as a background's position in CSS does; at the end all of it is shrunk to the most pixels.
"""

from dataclasses import dataclass
from fractions import Fraction

from processing.engine.arrays import Box
from processing.engine.canvas.layout import Placement, Size, Span
from processing.engine.plans.placed import PlacedPlan, Reach

_HALF = Fraction(1, 2)
# A box (left, top, right, bottom) between pixels.
Edges = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Placing:
    """A plan worked out for a photo and its subject.

    - `full`: the canvas (width, height) in the photo's pixels; `size`: in the result's, with no more than the most.
    - `across`, `down`: where the subject's box lands in the result, before rounding.
    - `scale`: result pixels for one pixel of the photo's subject.
    """

    full: Size
    size: Size
    across: Span
    down: Span
    scale: float

    def of(self, box: Box) -> Placement:
        """As the canvas is drawn by it: `box` is the same box in pixels of the cutout, which may be smaller than
        the photo."""
        whole = (0, 0, *self.size)
        return Placement(self.size, whole, whole, box, self.across, self.down)


def placed(plan: PlacedPlan, photo: Size, subject: Edges) -> Placing:
    """Place a subject's box, which lies in a photo (width, height), in its pixels."""
    left, top, right, bottom = subject
    sides = right - left, bottom - top
    canvas: tuple[Fraction, Fraction] = Fraction(photo[0]), Fraction(photo[1])
    stood = left, top
    if plan.crop:
        around = plan.around
        stood = _pixels(around.left, sides[0]), _pixels(around.top, sides[1])
        beyond = _pixels(around.right, sides[0]), _pixels(around.bottom, sides[1])
        canvas = stood[0] + sides[0] + beyond[0], stood[1] + sides[1] + beyond[1]
    grows = Fraction(1)
    if plan.scale is not None:
        fits = min(canvas[0] / sides[0], canvas[1] / sides[1])
        grows = Fraction(str(plan.scale)) * fits
    full = _whole(canvas[0]), _whole(canvas[1])
    size = within(full, plan.most_pixels)
    spans = []
    for axis in (0, 1):
        length = sides[axis] * grows
        start = stood[axis]
        if plan.position is not None or plan.scale is not None:
            room = canvas[axis] - length
            before = canvas[axis] - sides[axis]
            share = stood[axis] / before if before > 0 else _HALF
            if plan.position is not None:
                share = Fraction(str(plan.position[axis]))
            start = share * room
        shrunk = Fraction(size[axis]) / canvas[axis]
        spans.append((start * shrunk, (start + length) * shrunk))
    return Placing(full, size, spans[0], spans[1], float((spans[0][1] - spans[0][0]) / sides[0]))


def within(size: Size, most: int) -> Size:
    """Width and height, shrunk in proportion to no more than so many pixels."""
    width, height = size
    if width * height <= most:
        return size
    scale = (most / (width * height)) ** 0.5
    return max(1, int(width * scale)), max(1, int(height * scale))


def _pixels(reach: Reach, side: Fraction) -> Fraction:
    return Fraction(reach[:-2]) if isinstance(reach, str) else Fraction(str(reach)) * side


def _whole(length: Fraction) -> int:
    return max(1, int(length + _HALF))
