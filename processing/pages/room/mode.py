"""Whether the studio treats a photo as one of a room or of a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from accounts.limits import operations
from media_library.models import Image, Shows
from processing.commands import Command, Enhance, MergeHdr
from processing.models import Job
from processing.selectors import Entry

# How many of a project's newest jobs say what it is about.
_LOOKED_AT: Final = 50


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
    return _is_of_rooms(image)


def _is_of_rooms(image: Image) -> bool:
    """Whether most of what was last done in its project was done to rooms."""
    done = Job.objects.filter(
        account=image.account_id, source__project=image.project_id, source__deleted_at=None
    ).exclude(operation=operations.TOUCH_UP)
    newest = list(
        done.order_by("-created_at", "-id").values_list("operation", flat=True)[:_LOOKED_AT]
    )
    return 2 * newest.count(operations.ENHANCE) > len(newest)
