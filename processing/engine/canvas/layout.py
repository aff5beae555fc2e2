"""Where the subject stands on the canvas: arithmetic alone, no pixels. docs/layout.md explains.

The *canvas* is the result; without its margins it is the *document*, and without its padding, too,
the *target area*, into which the *reference box* is fitted. All lengths become whole pixels before
anything is fitted, so margins hold to the pixel.
"""

from dataclasses import dataclass

from processing.engine.arrays import Box
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Layout, Length, parse_size

Size = tuple[int, int]
Pair = tuple[int, int]
# Start and end: left and right, or top and bottom.
Ends = tuple[bool, bool]

# A matte seldom reaches the very last pixel, so a side counts as cut this near to the frame: pixels,
# or a share of the source's width or height.
_TOUCHING_PIXELS, _TOUCHING_SHARE = 1, 0.002
_NO_ENDS: Ends = (False, False)
_AT_START, _AT_END = ("left", "top"), ("right", "bottom")


@dataclass(frozen=True, slots=True)
class Placement:
    """A layout worked out, in whole canvas pixels; boxes are (left, top, right, bottom).

    - `canvas`: (width, height). `document` and `target` lie within it.
    - `reference`: the box of the source (in its pixels) that was fitted, and `place`, where it
      lands: within the target area, except that `fill`, and a subject cut at opposite sides, may
      overhang it and the canvas.
    """

    canvas: Size
    document: Box
    target: Box
    reference: Box
    place: Box

    @property
    def scale(self) -> float:
        """Canvas pixels for one pixel of the source, before the place was rounded to whole ones."""
        left, top, right, bottom = self.place
        width, height = _size(self.reference)
        # The longer side is the one that rounding changes least.
        return (right - left) / width if width >= height else (bottom - top) / height

    def of(self, box: Box) -> Box:
        """Find where a box of the source lands: every edge goes to the nearest pixel, so that boxes
        in one another stay so; at least one pixel wide and high. May overhang the canvas."""
        left, right = self._span(0, (box[0], box[2]))
        top, bottom = self._span(1, (box[1], box[3]))
        return left, top, right, bottom

    def _span(self, axis: int, edges: Pair) -> Pair:
        start, width = self.place[axis], self.place[axis + 2] - self.place[axis]
        origin, length = self.reference[axis], self.reference[axis + 2] - self.reference[axis]
        first, last = (start + _divided((edge - origin) * width, length) for edge in edges)
        if first == last:  # the pixel that its middle lies in
            first = start + (sum(edges) - 2 * origin) * width // (2 * length)
            last = first + 1
        return first, last


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis of a layout in pixels. `cut`: where the source's frame cuts the subject, as far as
    the layout cares; `bleeds`: it is cut, and no margin lies there."""

    document: Pair
    target: Pair
    cut: Ends
    bleeds: bool

    @property
    def room(self) -> int:
        return self.target[1] - self.target[0]


def lay_out(layout: Layout, source: Size, subject: Box) -> Placement:
    """Place the subject (a box of the source, in its pixels) as the layout says.

    `source` is (width, height) of the upright photo. Raises InvalidPlan where margins and padding
    leave no pixel of the canvas, and ValueError where the box is none of the source.
    """
    left, top, right, bottom = subject
    if not (0 <= left < right <= source[0] and 0 <= top < bottom <= source[1]):
        raise ValueError(
            f"{subject} is not a box within an image of {source[0]}x{source[1]} pixels."
        )
    canvas = _canvas(layout, source, subject)
    reference = subject if layout.reference_box == "subjectBox" else (0, 0, *source)
    across, down = _axes(layout, canvas, _cut(layout, source, subject))
    if across.room < 1 or down.room < 1:
        raise InvalidPlan(
            f"Margins and padding leave only {max(0, across.room)}x{max(0, down.room)} "
            f"pixels of a {canvas[0]}x{canvas[1]} canvas, too little to place anything."
        )
    width, height = _fitted(_size(reference), across, down, layout.scaling == "fit")
    x = _start(across, width, layout.horizontal, layout.scaling == "fit")
    y = _start(down, height, layout.vertical, layout.scaling == "fit")
    return Placement(
        canvas=canvas,
        document=(across.document[0], down.document[0], across.document[1], down.document[1]),
        target=(across.target[0], down.target[0], across.target[1], down.target[1]),
        reference=reference,
        place=(x, y, x + width, y + height),
    )


def spread(picture: Size, canvas: Size, *, cover: bool) -> Box:
    """Place a picture, centered, so that it covers the canvas, or else lies in it whole."""
    by_width = (canvas[0] * picture[1] <= canvas[1] * picture[0]) != cover
    width, height = _scaled(picture, canvas, by_width=by_width)
    left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    return left, top, left + width, top + height


def clipped(box: Box, canvas: Size) -> Box | None:
    """Return what of a box lies on a canvas (width, height), or None."""
    left, top, right, bottom = box
    inside = max(0, left), max(0, top), min(canvas[0], right), min(canvas[1], bottom)
    return inside if inside[0] < inside[2] and inside[1] < inside[3] else None


def _canvas(layout: Layout, source: Size, subject: Box) -> Size:
    if layout.size not in ("auto", "originalImage", "croppedSubject"):
        return parse_size(layout.size)
    width, height = _size(subject) if layout.size == "croppedSubject" else source
    max_width = min(width, layout.max_width or width)
    max_height = min(height, layout.max_height or height)
    # Compared by products of whole numbers: quotients would be rounded, and decide a tie by chance.
    by_width = max_width * height <= max_height * width
    return _scaled((width, height), (max_width, max_height), by_width=by_width)


def _axes(layout: Layout, canvas: Size, cut: tuple[Ends, Ends]) -> tuple[_Axis, _Axis]:
    margin, padding = layout.margin, layout.padding
    across = _axis(canvas[0], (margin.left, margin.right), (padding.left, padding.right), cut[0])
    down = _axis(canvas[1], (margin.top, margin.bottom), (padding.top, padding.bottom), cut[1])
    return across, down


def _axis(
    side: int, margins: tuple[Length, Length], padding: tuple[Length, Length], cut: Ends
) -> _Axis:
    first, last = (_pixels(length, side) for length in margins)
    document = first, side - last
    inner = max(0, document[1] - document[0])
    # Padding would part a cut edge from the frame that cuts it.
    before, after = (
        0 if is_cut else _pixels(length, inner) for length, is_cut in zip(padding, cut, strict=True)
    )
    # A side with a margin can't let anything out: margins are kept free.
    bleeds = any(cut) and not (cut[0] and first) and not (cut[1] and last)
    return _Axis(document, (document[0] + before, document[1] - after), cut, bleeds)


def _cut(layout: Layout, source: Size, subject: Box) -> tuple[Ends, Ends]:
    """Find where the frame cuts the subject; nowhere on an axis that the layout does not snap."""
    if not layout.snap or layout.reference_box != "subjectBox":
        return _NO_ENDS, _NO_ENDS
    left, top, right, bottom = subject
    across = _touching(left, right, source[0]) if layout.horizontal is None else _NO_ENDS
    down = _touching(top, bottom, source[1]) if layout.vertical is None else _NO_ENDS
    return across, down


def _touching(start: int, end: int, side: int) -> Ends:
    near = max(_TOUCHING_PIXELS, _TOUCHING_SHARE * side)
    return start <= near, side - end <= near


def _fitted(box: Size, across: _Axis, down: _Axis, fit: bool) -> Size:
    """The size of the placed box: one side is exactly the target area's."""
    narrower = across.room * box[1] <= down.room * box[0]
    by_width = narrower == fit
    if fit:
        # Cut at opposite sides, a subject that stopped short of the edge would float with both its
        # cut edges in the air. It goes on to the edge if what overflows then leaves by a cut side.
        gap = down if by_width else across
        overflow = across if by_width else down
        if all(gap.cut) and overflow.bleeds:
            by_width = not by_width
    return _scaled(box, (across.room, down.room), by_width=by_width)


def _scaled(box: Size, target: Size, *, by_width: bool) -> Size:
    """The box's size when its width, or else its height, is the target's."""
    width, height = box
    if by_width:
        return target[0], max(1, _divided(height * target[0], width))
    return max(1, _divided(width * target[1], height)), target[1]


def _start(axis: _Axis, size: int, alignment: str | None, fit: bool) -> int:
    """Find where a placed box of this size begins: at its cut side, as aligned, or centered."""
    start, end = axis.target
    at_start = alignment in _AT_START or (axis.cut[0] and not axis.cut[1])
    at_end = alignment in _AT_END or (axis.cut[1] and not axis.cut[0])
    if fit and size > end - start:  # only ever out by the cut side, see _fitted
        at_start, at_end = at_end, at_start
    if at_start:
        return start
    return end - size if at_end else start + (end - start - size) // 2


def _size(box: Box) -> Size:
    return box[2] - box[0], box[3] - box[1]


def _pixels(length: Length, side: int) -> int:
    exact = float(length[:-2]) if isinstance(length, str) else length * side
    return int(exact + 0.5)


def _divided(dividend: int, divisor: int) -> int:
    """The quotient rounded to the nearest whole number, halves up, exact at any size."""
    return (2 * dividend + divisor) // (2 * divisor)
