"""Previews of enhanced photos of rooms, on the queue and by the ways of the others (`previews`)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID, uuid4

import dramatiq
from django.conf import settings
from pydantic import TypeAdapter

from media_library.files import storage
from media_library.models import Image
from processing.commands import Enhance, MergeHdr
from processing.engine.plans.room import RoomPlan
from processing.engine.render_preview import Preview
from processing.engine.render_room_preview import (
    SmallCopy,
    render_room_preview,
    small_copy,
    small_merged,
)
from processing.worker import runtime
from processing.worker.making import previews

# How many photos are held in memory, less than a megabyte each.
_HELD = 6
_PLANS: TypeAdapter[RoomPlan] = TypeAdapter(RoomPlan)
_copies: OrderedDict[str, SmallCopy] = OrderedDict()


def ask(image: Image, command: Enhance | MergeHdr) -> UUID:
    """Have a preview made; by which name `previews.answer` finds it. Raises AppError SERVICE_UNAVAILABLE."""
    name = uuid4()
    told = _PLANS.dump_json(command.plan, by_alias=True).decode()
    others = list(command.image_ids())
    account, photo = str(image.account_id), str(image.pk)
    make_room_preview.send(str(name), account, photo, told, time.time(), others)
    return name


@dramatiq.actor(queue_name=previews.QUEUE, max_retries=0)
def make_room_preview(
    name: str,
    account_id: str,
    image_id: str,
    plan: str,
    asked_at: float,
    others: Sequence[str] = (),
) -> None:
    """Make a preview of a room, and tell whoever asked for it; of exposures that are merged, ``others`` are those
    besides the first."""

    def draw() -> Preview:
        images = [previews.picture(UUID(account_id), one) for one in (image_id, *others)]
        tools = runtime.room_tools()
        return render_room_preview(_held(images), _PLANS.validate_json(plan), tools)

    previews.draw_and_tell(name, image_id, draw, asked_at=asked_at)


def _held(images: Sequence[Image]) -> SmallCopy:
    key = " ".join(image.sha256 for image in images)
    found = _copies.pop(key, None)
    if found is None:
        sources = [storage.read(image.file_key) for image in images]
        found = _small_copy(sources)
    _copies[key] = found
    while len(_copies) > _HELD:
        _copies.popitem(last=False)
    return found


def _small_copy(sources: Sequence[bytes]) -> SmallCopy:
    if len(sources) == 1:
        return small_copy(sources[0], max_pixels=settings.MAX_PIXELS)
    return small_merged(sources, max_pixels=settings.MAX_PIXELS)
