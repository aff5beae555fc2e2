"""Where the subject stands on the canvas: arithmetic alone, no pixels. docs/layout.md explains.

The *canvas* is the result; without its margins it is the *document*, and without its padding, too,
the *target area*, into which the *reference box* is fitted. Everything is worked out in fractions
of a pixel, and edges are rounded once, at the end: none is off by more than half a pixel.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from processing.engine.arrays import Box
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Layout, parse_size
from processing.engine.plans.lengths import Length

Size = tuple[int, int]
# Start and end of a span, on the canvas and before rounding.
Span = tuple[Fraction, Fraction]
# Start and end: left and right, or top and bottom.
Ends = tuple[bool, bool]

_NO_ENDS: Ends = (False, False)
_ZERO = Fraction(0)
_AT_START, _AT_END = ("left", "top"), ("right", "bottom")


class Cut(NamedTuple):
    """The sides on which the frame of the source cuts the subject."""

    left: bool = False
    top: bool = False
    right: bool = False
    bottom: bool = False


_UNCUT = Cut()


@dataclass(frozen=True, slots=True)
class Placement:
    """A layout worked out; boxes are (left, top, right, bottom).

    - `canvas`: (width, height) in pixels. `document` and `target` lie within it, in whole pixels.
    - `reference`: the box of the source (in its pixels) that was fitted, and `across` and `down`,
      where it lands before rounding: within the target area, except that `fill`, and a subject cut
      at opposite sides, may overhang it and the canvas.
    """

    canvas: Size
    document: Box
    target: Box
    reference: Box
    across: Span
    down: Span

    @property
    def place(self) -> Box:
        """Where the reference box lands, in whole canvas pixels."""
        return self.of(self.reference)

    @property
    def scale(self) -> float:
        """Canvas pixels for one pixel of the source."""
        width, height = _size(self.reference)
        # The shorter side may have been stretched to a pixel.
        return float(
            _length(self.across) / width if width >= height else _length(self.down) / height
        )

    def of(self, box: Box) -> Box:
        """Find where a box of the source lands: every edge goes to the nearest pixel, so that boxes
        in one another stay so; at least one pixel wide and high. May overhang the canvas."""
        left, top, right, bottom = self.reference
        x = _moved((box[0], box[2]), (left, right), self.across)
        y = _moved((box[1], box[3]), (top, bottom), self.down)
        return x[0], y[0], x[1], y[1]


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis of a layout. `cut`: where the source's frame cuts the subject, as far as the layout
    cares; `bleeds`: it is cut, and no margin lies there."""

    document: Span
    target: Span
    cut: Ends
    bleeds: bool

    @property
    def room(self) -> Fraction:
        return _length(self.target)


def lay_out(layout: Layout, source: Size, subject: Box, cut: Cut = _UNCUT) -> Placement:
    """Place the subject (a box of the source, in its pixels) as the layout says.

    `source` is (width, height) of the upright photo; contact.cut_sides finds `cut`. Raises InvalidPlan where margins and padding
    leave no pixel of the canvas, and ValueError where the box is none of the source.
    """
    left, top, right, bottom = subject
    if not (0 <= left < right <= source[0] and 0 <= top < bottom <= source[1]):
        raise ValueError(
            f"{subject} is not a box within an image of {source[0]}x{source[1]} pixels."
        )
    canvas = _canvas(layout, source, subject)
    reference = subject if layout.reference_box == "subjectBox" else (0, 0, *source)
    across, down = _axes(layout, canvas, _snapping(layout, cut))
    if across.room < 1 or down.room < 1:
        raise InvalidPlan(
            f"Margins and padding leave only {_whole(across.room)}x{_whole(down.room)} "
            f"pixels of a {canvas[0]}x{canvas[1]} canvas, too little to place anything."
        )
    fit = layout.scaling == "fit"
    width, height = _fitted(_size(reference), across, down, fit)
    return Placement(
        canvas=canvas,
        document=_rounded(across.document, down.document),
        target=_rounded(across.target, down.target),
        reference=reference,
        across=_span(across, width, layout.horizontal, fit),
        down=_span(down, height, layout.vertical, fit),
    )


def spread(picture: Size, canvas: Size, *, cover: bool) -> Box:
    """Place a picture, centered, so that it covers the canvas, or else lies in it whole."""
    across, down = (
        _Axis((_ZERO, Fraction(side)), (_ZERO, Fraction(side)), _NO_ENDS, False) for side in canvas
    )
    width, height = _fitted(picture, across, down, not cover)
    return _rounded(_span(across, width, None, True), _span(down, height, None, True))


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
    scale = min(Fraction(max_width, width), Fraction(max_height, height))
    return max(1, _nearest(width * scale)), max(1, _nearest(height * scale))


def _axes(layout: Layout, canvas: Size, cut: tuple[Ends, Ends]) -> tuple[_Axis, _Axis]:
    margin, padding = layout.margin, layout.padding
    across = _axis(canvas[0], (margin.left, margin.right), (padding.left, padding.right), cut[0])
    down = _axis(canvas[1], (margin.top, margin.bottom), (padding.top, padding.bottom), cut[1])
    return across, down


def _axis(
    side: int, margins: tuple[Length, Length], padding: tuple[Length, Length], cut: Ends
) -> _Axis:
    first, last = (_pixels(length, Fraction(side)) for length in margins)
    document = first, side - last
    inner = max(_ZERO, _length(document))
    # Padding would part a cut edge from the frame that cuts it.
    before, after = (
        _ZERO if is_cut else _pixels(length, inner)
        for length, is_cut in zip(padding, cut, strict=True)
    )
    # A side with a margin can't let anything out: margins are kept free.
    bleeds = any(cut) and not (cut[0] and first) and not (cut[1] and last)
    return _Axis(document, (document[0] + before, document[1] - after), cut, bleeds)


def _snapping(layout: Layout, cut: Cut) -> tuple[Ends, Ends]:
    """The cut sides that the layout snaps to; none on an axis that is aligned by hand."""
    if not layout.snap or layout.reference_box != "subjectBox":
        return _NO_ENDS, _NO_ENDS
    across = (cut.left, cut.right) if layout.horizontal is None else _NO_ENDS
    down = (cut.top, cut.bottom) if layout.vertical is None else _NO_ENDS
    return across, down


def _fitted(box: Size, across: _Axis, down: _Axis, fit: bool) -> Span:
    """The placed box's width and height: one of them is exactly the target area's, and the other at
    least a pixel."""
    by_width, by_height = across.room / box[0], down.room / box[1]
    scale = min(by_width, by_height) if fit else max(by_width, by_height)
    if fit and by_width != by_height:
        # Cut at opposite sides, a subject that stopped short of the edge would float with both its
        # cut edges in the air. It goes on to the edge if what overflows then leaves by a cut side.
        gap, overflow = (down, across) if by_width < by_height else (across, down)
        if all(gap.cut) and overflow.bleeds:
            scale = max(by_width, by_height)
    return max(Fraction(1), box[0] * scale), max(Fraction(1), box[1] * scale)


def _span(axis: _Axis, size: Fraction, alignment: str | None, fit: bool) -> Span:
    """Find where a placed box of this size lies: at its cut side, as aligned, or centered."""
    start, end = axis.target
    at_start = alignment in _AT_START or (axis.cut[0] and not axis.cut[1])
    at_end = alignment in _AT_END or (axis.cut[1] and not axis.cut[0])
    if fit and size > end - start:  # only ever out by the cut side, see _fitted
        at_start, at_end = at_end, at_start
    if not at_start:
        start = end - size if at_end else (start + end - size) / 2
    return start, start + size


def _moved(edges: tuple[int, int], reference: tuple[int, int], place: Span) -> tuple[int, int]:
    """One axis of a box, moved as the reference was moved to its place; in whole pixels."""
    scale = _length(place) / (reference[1] - reference[0])
    start, end = (place[0] + (edge - reference[0]) * scale for edge in edges)
    first, last = _nearest(start), _nearest(end)
    if first == last:  # the pixel that its middle lies in, or the last one of the place
        least, most = _nearest(place[0]), _nearest(place[1]) - 1
        first = min(max(floor((start + end) / 2), least), most)
        last = first + 1
    return first, last


def _size(box: Box) -> Size:
    return box[2] - box[0], box[3] - box[1]


def _length(span: Span) -> Fraction:
    return span[1] - span[0]


def _pixels(length: Length, side: Fraction) -> Fraction:
    """A length in pixels. Read as decimals, as it was written: 0.15 of 10 pixels is 1.5, to which
    the float next to 0.15 falls short."""
    return Fraction(length[:-2]) if isinstance(length, str) else Fraction(str(length)) * side


def _rounded(across: Span, down: Span) -> Box:
    return _nearest(across[0]), _nearest(down[0]), _nearest(across[1]), _nearest(down[1])


def _nearest(value: Fraction) -> int:
    """The nearest whole number, halves down: a pixel that centering leaves over goes to the end."""
    return ceil(value - Fraction(1, 2))


def _whole(value: Fraction) -> int:
    return max(0, floor(value))
