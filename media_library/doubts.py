"""Pictures whose cutout somebody should look at, until the seller says that it is fine."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Value, When

from accounts.models import Account
from media_library.models import Doubt, Image, Shows
from media_library.selectors import all_of

# Of 60 photos by sellers, nine cutouts were less sure than this; seven of the eight that were
# unusable by eye are among them.
UNSURE_FROM: Final = 0.12


def doubt_of(uncertainty: float | None, *, is_clipped: bool) -> str:
    """What there is to doubt about a cutout: "" for nothing."""
    if uncertainty is not None and uncertainty >= UNSURE_FROM:
        return Doubt.UNSURE.value
    return Doubt.CLIPPED.value if is_clipped else ""


def note(image_id: UUID, doubt: str, uncertainty: float = 0.0) -> None:
    """Write what the newest cutout of a picture leaves to doubt; not what its seller has seen already:
    looks made of one cutout are as unsure as it is. Nobody asks for the cutout of what shows a room."""
    mark = f"{doubt}:{uncertainty:.4f}" if doubt else ""
    asked = Case(When(doubt_seen=mark, then=Value("")), default=Value(doubt))
    changed = Image.objects.filter(pk=image_id)
    if doubt:
        changed.exclude(shows=Shows.ROOM).update(needs_look=asked, doubt_mark=mark)
    else:
        drop([image_id])


def drop(image_ids: Collection[UUID]) -> None:
    """Take the marks off pictures of which no cutout is to be looked at any more."""
    changed = Image.objects.filter(pk__in=image_ids).exclude(needs_look="")
    changed.update(needs_look="", doubt_mark="")


def seen(account: Account, image_ids: Collection[UUID]) -> int:
    """Take the marks off pictures that their seller has looked at, all of them or none; how many had one.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    with transaction.atomic():
        mine = all_of(account, image_ids)
        return mine.exclude(needs_look="").update(needs_look="", doubt_seen=F("doubt_mark"))
