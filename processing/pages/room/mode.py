"""Whether the studio treats a photo as one of a room or of a product."""

from __future__ import annotations

from collections.abc import Sequence

from media_library.models import Image, Shows
from processing import selectors
from processing.commands import Command, Enhance, MergeHdr
from processing.selectors import Entry


def is_of_room(command: Command | None) -> bool:
    """Whether it enhances a photo of a room, or several as one."""
    return isinstance(command, Enhance | MergeHdr)


def is_room(image: Image, entries: Sequence[Entry]) -> bool:
    """As its seller said; else by what was made of it (``entries``, its history), or where that is nothing, of the
    rest of its project."""
    if image.shows:
        return image.shows == Shows.ROOM
    if entries:
        return any(is_of_room(entry.command) for entry in entries)
    return selectors.is_of_rooms(image.account_id, image.project_id)
