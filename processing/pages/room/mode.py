"""Whether the studio treats a photo as one of a room or of a product."""

from __future__ import annotations

from collections.abc import Sequence

from media_library.models import Image, Shows
from processing.commands import Command, Enhance, MergeHdr
from processing.selectors import Entry
from processing.services import projects


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
    return projects.is_of_rooms(image.account_id, image.project_id)
