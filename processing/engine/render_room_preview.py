"""What enhancing a photo of a room will look like, small and quickly: the same plan and the same code, on a
small copy of the photo.

The copy is a file, too, with what the photo's own metadata tell of its camera, so that each step finds what it
would find in the photo. It is made once for a photo (`small_copy`); after that a plan takes a few tens of
milliseconds. Noise is less in a small copy than in the photo, and so is what is done about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.errors import EngineError
from processing.engine.files import decode, opening, shooting
from processing.engine.networks.upscaler import SCALE
from processing.engine.plans.edit import Export
from processing.engine.plans.room import RoomPlan
from processing.engine.render_hdr import size_of
from processing.engine.render_preview import Preview
from processing.engine.render_room import RoomOrder, RoomTools, finished
from processing.engine.rendered import Clock, WindowFacts
from processing.engine.room import outside
from processing.engine.room.hdr import merge
from processing.engine.room.hdr.merge import Bracket

SIDE = 1_024
_QUALITY = 95
_PREVIEW_QUALITY = 85
_ORIENTATION = 0x0112
# What a JPEG has room for in one segment.
_LONGEST = 65_000


@dataclass(frozen=True, slots=True)
class Views:
    """A merged picture as a small JPEG, with the views through its windows, and what came of them."""

    data: bytes
    facts: WindowFacts


@dataclass(frozen=True, slots=True)
class SmallCopy:
    """A photo as a small JPEG, upright, and how large (width, height) it really is. `views`: the same with what the
    darkest of merged exposures shows through windows, where one was darker than the others."""

    data: bytes
    size: tuple[int, int]
    views: Views | None = None


def small_copy(source: bytes, *, max_pixels: int, side: int = SIDE) -> SmallCopy:
    """Shrink a photo so that its longer side is `side` pixels, or its own where that is less. What is transparent
    lies on white.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory and BrokenImage.
    """
    size = decode.probe(source, max_pixels=max_pixels).oriented_size
    least = arrays.fit_within(*size, max_side=side)
    photo = decode.decode(source, max_pixels=max_pixels, least=least)
    return SmallCopy(_written(arrays.shrink(photo.visible, least), source, max_pixels), size)


def small_merged(sources: Sequence[bytes], *, max_pixels: int, side: int = SIDE) -> SmallCopy:
    """Merge small copies of exposures, whose longer side is `side` pixels at most, to what `render_room_preview`
    takes: a small copy of the merged picture, without and with the views through its windows. Raises as `render_hdr`
    does."""
    size = size_of(sources, max_pixels)
    small = arrays.fit_within(*size, max_side=side)
    brackets = []
    for source in sources:
        photo = decode.decode(source, max_pixels=max_pixels, least=small)
        stops = shooting.shot(source).stops
        brackets.append(Bracket(arrays.shrink(photo.visible, small), stops))
    merged = merge.merge(
        brackets, lambda index: brackets[index].small, size=small, step=1, keeps_darkest=True
    )
    reference, views = merged.facts.reference, None
    data = _written(merged.rgb, sources[reference], max_pixels)
    if merged.darkest is not None:
        seen = brackets[reference].small
        rgb, facts = outside.with_views(merged.rgb, merged.darkest, seen)
        has_views = facts.recovered > 0
        shown = _written(rgb, sources[reference], max_pixels) if has_views else data
        views = Views(shown, facts)
    return SmallCopy(data, size, views)


def render_room_preview(copy: SmallCopy, plan: RoomPlan, tools: RoomTools) -> Preview:
    """Enhance the copy as the plan says; its width and height are those of the result itself, within a few
    pixels. Raises what `render_room` does."""
    small = replace(plan, export=Export(format="webp", quality=_PREVIEW_QUALITY))
    views = copy.views if plan.window_pull != "NONE" else None
    data = views.data if views else copy.data
    rgb = decode.decode(data, max_pixels=SIDE * SIDE).visible
    order = RoomOrder(small, tools, is_small=True, views=views.facts if views else None)
    made = finished(rgb, data, order, Clock())
    times = max(copy.size) / max(rgb.shape[:2]) * (SCALE if plan.upscale else 1)
    width, height = round(made.width * times), round(made.height * times)
    return Preview(made.data, width, height)


def _written(rgb: U8, source: bytes, max_pixels: int) -> bytes:
    out, notes = BytesIO(), _notes(source, max_pixels)
    Image.fromarray(rgb).save(out, "JPEG", quality=_QUALITY, subsampling=0, **notes)
    return out.getvalue()


def _notes(source: bytes, max_pixels: int) -> dict[str, bytes]:
    """What the photo tells of its camera, and whether it shows everything around; {} where that is nothing, or is
    broken: it never makes a preview fail."""
    try:
        with opening.opened(source, max_pixels=max_pixels) as image:
            block = image.getexif()
            block.pop(_ORIENTATION, None)
            found = {"exif": block.tobytes(), "xmp": image.info.get("xmp")}
    except (EngineError, *opening.DECODER_ERRORS):
        return {}
    return {
        name: told
        for name, told in found.items()
        if isinstance(told, bytes) and 0 < len(told) < _LONGEST
    }
