"""Looking at photos one after the other, to tell which are exposures of one view."""

from processing.engine.files import decode, shooting
from processing.engine.room.hdr import grouping
from processing.engine.room.hdr.grouping import Seen


def look(source: bytes, *, max_pixels: int) -> Seen:
    """See what there is to tell of a photo: its size, structure and EXIF, see `room.hdr.grouping.groups`.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    size = decode.probe(source, max_pixels=max_pixels).oriented_size
    small, _ = decode.reduced(source, max_side=grouping.SIDE, max_pixels=max_pixels)
    shot = shooting.shot(source)
    return Seen(size, grouping.structure_of(small), shot.stops, shot.taken, shot.camera)
