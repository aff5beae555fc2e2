"""How far an order of room photos is, on the page of its project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from media_library.models import Project
from processing.models import JobState, RoomPhoto
from processing.pages import words
from processing.services.room_orders import orders
from processing.services.room_orders.photos import status_of


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo of which nothing came, and why in words."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as its project tells it. ``key`` is what its client calls it."""

    key: str
    lines: Sequence[str]
    failures: Sequence[Failure]
    is_working: bool


def of(account: Account, project: Project) -> OrderFacts | None:
    """None where the account's project is no order: one query then, else three."""
    order = orders.of(account).filter(project=project).first()
    if order is None:
        return None
    photos = list(order.photos.all())
    states = {photo.pk: status_of(photo)[0] for photo in photos}
    counts = Counter(states.values())
    merging = sum(1 for one in photos if one.merges and states[one.pk] == "processing")
    lines = [
        *_pictures(counts, merging),
        *_brackets([*order.brackets.values_list("image", flat=True)]),
    ]
    return OrderFacts(
        key=order.key,
        lines=lines or [_("Nothing was sent for it yet.")],
        failures=[Failure(one.name, _why(one)) for one in photos if states[one.pk] == "error"],
        is_working=counts["processing"] > 0,
    )


def _pictures(counts: Counter[str], merging: int) -> list[str]:
    told = (
        (
            counts["processed"],
            ngettext(
                "%(count)s picture is done.", "%(count)s pictures are done.", counts["processed"]
            ),
        ),
        (
            counts["processing"] - merging,
            ngettext(
                "%(count)s picture is being made.",
                "%(count)s pictures are being made.",
                counts["processing"] - merging,
            ),
        ),
        (
            merging,
            ngettext(
                "%(count)s picture is being merged from its exposures.",
                "%(count)s pictures are being merged from their exposures.",
                merging,
            ),
        ),
        (
            counts["waiting"],
            ngettext(
                "%(count)s photo has yet to come.",
                "%(count)s photos have yet to come.",
                counts["waiting"],
            ),
        ),
    )
    return [text % {"count": count} for count, text in told if count > 0]


def _brackets(files: Sequence[object]) -> list[str]:
    if not files:
        return []
    missing = sum(1 for one in files if one is None)
    text = ngettext(
        "The order has %(count)s exposure.", "The order has %(count)s exposures.", len(files)
    )
    found = [text % {"count": len(files)}]
    if missing:
        text = ngettext(
            "%(count)s of them has yet to come.", "%(count)s of them have yet to come.", missing
        )
        found.append(text % {"count": missing})
    return found


def _why(photo: RoomPhoto) -> str:
    if photo.image is not None and photo.image.deleted_at is not None:
        return _("The photo was deleted.")
    if photo.job is not None and photo.job.state == JobState.FAILED:
        return words.why_failed(photo.job)
    return _("The work was cancelled.")
