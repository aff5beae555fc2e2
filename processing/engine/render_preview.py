"""What an edit will look like, small and quickly: the same plan, drawn by the same code on a smaller
canvas.

What takes time is done once for a photo (`ready`): decoding, cutting out and shrinking. After that a
plan that only changes the look is a few tens of milliseconds.
"""

import math
from dataclasses import dataclass, fields, replace

from processing.engine import arrays
from processing.engine.arrays import Box
from processing.engine.canvas import contact, resample, turning
from processing.engine.canvas.layout import Cut, Placement, lay_out
from processing.engine.composing import Tools, Work, composed
from processing.engine.cutout import detail_frame, framing
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.plans.edit import EditPlan, Export, Layout, Sides
from processing.engine.plans.lengths import Length
from processing.engine.render_edit import photo_and_subject, posed

SIDE = 768
FORMAT = "webp"
# The longer side of the copy that previews are made of: enough to lay a subject larger than it is in
# the photo, up to a side at which shrinking would not be worth it.
_COPY, _LARGEST = 1_400, 3_000
# How many times larger an enlarged photo is.
_ENLARGED = 4


@dataclass(frozen=True, slots=True)
class Ready:
    """A photo and its subject, shrunk; how large they really are, and where the subject is there."""

    photo: Decoded
    found: Subject
    size: tuple[int, int]
    box: Box
    cut: Cut


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of what a plan makes, and the size that the result itself will have."""

    data: bytes
    width: int
    height: int


def ready(source: bytes, plan: EditPlan, tools: Tools, *, kept: bytes | None) -> Ready:
    """Decode a photo, without its text where the plan says so, and cut it out, or take its `kept` matte.

    Raises what `render_edit` does.
    """
    plain = replace(plan, frame=None, upscale=None, layout=Layout(), export=Export())
    work = Work(plain, tools)
    photo, found, size, _ = photo_and_subject(source, work, kept)
    if plan.cutting is None:
        # It may have been decoded at a fraction.
        box, cut = (0, 0, *size), Cut()
    else:
        box = arrays.subject_box(found.cutout.alpha) or (0, 0, *size)
        cut = contact.cut_sides(found.cutout.alpha, box)
        # Any plan may ask for it that the photo is drawn by.
        found = posed(photo, found, work)
    longer = max(size)
    wanted = max(_COPY, round(SIDE * longer / max(box[2] - box[0], box[3] - box[1])))
    small = arrays.fit_within(*size, max_side=min(wanted, _LARGEST))
    rgb, alpha = resample.resample(photo.rgb, photo.alpha, small)
    cutout = Cutout(rgb, found.cutout.alpha)
    if plan.cutting is not None or photo.alpha is not None:
        colors, cover = resample.resample(found.cutout.rgb, found.cutout.alpha, small)
        cutout = Cutout(colors, cutout.alpha if cover is None else cover)
    else:
        cutout = Cutout(rgb, arrays.shrink(found.cutout.alpha, small))
    return Ready(
        replace(photo, rgb=rgb, alpha=alpha), replace(found, cutout=cutout), size, box, cut
    )


def render_preview(made: Ready, plan: EditPlan, tools: Tools, *, side: int = SIDE) -> Preview:
    """Draw the plan so that its canvas's longer side is `side`, or the result's, where that is smaller.

    Raises what `render_edit` does.
    """
    made = _framed(made, plan, tools)
    times = _ENLARGED if plan.upscale is not None else 1
    size = (made.size[0] * times, made.size[1] * times)
    left, top, right, bottom = (edge * times for edge in made.box)
    whole = lay_out(plan.layout, size, (left, top, right, bottom), made.cut)
    factor = min(1.0, side / max(whole.canvas))
    canvas = (max(1, round(whole.canvas[0] * factor)), max(1, round(whole.canvas[1] * factor)))
    small = replace(plan, layout=_scaled(plan.layout, canvas, factor), export=Export("webp"))
    placement, box = _placement(made, small)
    work = Work(small, tools)
    _, pixels = composed(made.photo, made.found, (placement, box), work)
    rgb, alpha = pixels
    if plan.cutting is None and alpha is not None and alpha.min() == 255:
        alpha = None
    data = decode.encode(rgb, alpha, format=FORMAT, quality=85)
    return Preview(data, whole.canvas[0], whole.canvas[1])


def _framed(made: Ready, plan: EditPlan, tools: Tools) -> Ready:
    """The same turned and cropped."""
    frame, is_cut_out = plan.frame, plan.cutting is not None
    if frame is None:
        return made
    if frame.detail:
        frame = detail_frame.located(made.photo, made.found, frame, tools.texts)
    photo, found = framing.framed(made.photo, made.found, frame, is_cut_out=is_cut_out)
    size = turning.framed_size(frame, made.size, full=is_cut_out)
    alpha = found.cutout.alpha
    box = arrays.subject_box(alpha) if is_cut_out else None
    if box is None:
        return Ready(photo, found, size, (0, 0, *size), Cut())
    across, down = size[0] / alpha.shape[1], size[1] / alpha.shape[0]
    right, bottom = math.ceil(box[2] * across), math.ceil(box[3] * down)
    place = (int(box[0] * across), int(box[1] * down), min(size[0], right), min(size[1], bottom))
    return Ready(photo, found, size, place, contact.cut_sides(alpha, box))


def _placement(made: Ready, plan: EditPlan) -> tuple[Placement, Box]:
    height, width = made.photo.rgb.shape[:2]
    across, down = width / made.size[0], height / made.size[1]
    left, top = int(made.box[0] * across), int(made.box[1] * down)
    right, bottom = math.ceil(made.box[2] * across), math.ceil(made.box[3] * down)
    box = (left, top, min(width, max(left + 1, right)), min(height, max(top + 1, bottom)))
    return lay_out(plan.layout, (width, height), box, made.cut), box


def _scaled(layout: Layout, canvas: tuple[int, int], factor: float) -> Layout:
    return replace(
        layout,
        size=f"{canvas[0]}x{canvas[1]}",
        max_width=None,
        max_height=None,
        margin=_scaled_sides(layout.margin, factor),
        padding=_scaled_sides(layout.padding, factor),
    )


def _scaled_sides(sides: Sides, factor: float) -> Sides:
    return Sides(*(_scaled_length(getattr(sides, one.name), factor) for one in fields(Sides)))


def _scaled_length(length: Length, factor: float) -> Length:
    return f"{float(length[:-2]) * factor:.2f}px" if isinstance(length, str) else length
