"""Previews of enhanced photos of rooms, on the queue and by the ways of the others (`previews`)."""

from __future__ import annotations

import time
from collections import OrderedDict
from uuid import UUID, uuid4

import dramatiq
from django.conf import settings
from pydantic import TypeAdapter

from media_library.files import storage
from media_library.models import Image
from processing.engine.plans.room import RoomPlan
from processing.engine.render_preview import Preview
from processing.engine.render_room_preview import SmallCopy, render_room_preview, small_copy
from processing.worker import runtime
from processing.worker.making import previews

# How many photos are held in memory, less than a megabyte each.
_HELD = 6
_PLANS: TypeAdapter[RoomPlan] = TypeAdapter(RoomPlan)
_copies: OrderedDict[str, SmallCopy] = OrderedDict()


def ask(image: Image, plan: RoomPlan) -> UUID:
    """Have a preview made; by which name `previews.answer` finds it. Raises AppError SERVICE_UNAVAILABLE."""
    name = uuid4()
    told = _PLANS.dump_json(plan, by_alias=True).decode()
    make_room_preview.send(str(name), str(image.account_id), str(image.pk), told, time.time())
    return name


@dramatiq.actor(queue_name=previews.QUEUE, max_retries=0)
def make_room_preview(
    name: str, account_id: str, image_id: str, plan: str, asked_at: float
) -> None:
    """Make a preview of a room, and tell whoever asked for it."""

    def draw() -> Preview:
        image = previews.picture(UUID(account_id), image_id)
        tools = runtime.room_tools()
        return render_room_preview(_held(image), _PLANS.validate_json(plan), tools)

    previews.draw_and_tell(name, image_id, draw, asked_at=asked_at)


def _held(image: Image) -> SmallCopy:
    found = _copies.pop(image.sha256, None)
    if found is None:
        found = small_copy(storage.read(image.file_key), max_pixels=settings.MAX_PIXELS)
    _copies[image.sha256] = found
    while len(_copies) > _HELD:
        _copies.popitem(last=False)
    return found
