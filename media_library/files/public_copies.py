"""Copies of pictures for strangers: a format that everybody reads, and nothing beside the pixels.

Links that leave the site, such as those in listing exports, lead to them. A worker makes a copy once
an export needs it, or when somebody follows its link, whichever is first; who follows it waits.

There is a second, smaller one for looking at, so that whoever may not download a picture can't have it
in full.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import Final, Literal
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from config.failures.outages import QUEUE_ERRORS
from media_library.files import renditions, storage
from media_library.models import Image
from processing.engine.errors import EngineError
from processing.engine.files import bare, decode

log = structlog.get_logger(__name__)
# What every marketplace takes (listings/marketplaces.toml); more than 3000 pixels none shows.
MAX_SIDE: Final = 3000
MAX_BYTES: Final = 8_000_000
VIEW_SIDE: Final = 1600
_VIEW_FORMAT: Final = "webp"
_QUALITY: Final = 90
_LOOK_SECONDS: Final = 0.1
_AFTER_THUMBNAILS: Final = 10
# Whoever asks again meanwhile queues nothing: a worker may be busy with those before.
_ASKED_SECONDS: Final = 60

Column = Literal["public_key", "view_key"]


@dramatiq.actor(
    queue_name="copies",
    priority=_AFTER_THUMBNAILS,
    max_retries=2,
    min_backoff=2_000,
    max_backoff=30_000,
    throws=(EngineError,),
)
def make_public_copy(image_id: str) -> None:
    """Make and keep the copy. Does nothing where there is one, or no picture.

    A file that is nothing but its picture, and small enough, is its own copy: the same bytes.
    """
    image = Image.live.filter(pk=UUID(image_id), public_key="").first()
    if image is None:
        return
    data = storage.read(image.file_key)
    if max(image.width, image.height) <= MAX_SIDE and len(data) <= MAX_BYTES and bare.is_bare(data):
        Image.live.filter(pk=image.pk, public_key="").update(public_key=image.file_key)
        return
    extension, copy = _copy(data, image.width * image.height)
    renditions.keep(image, "public", copy, extension=extension)


@dramatiq.actor(
    queue_name="copies",
    priority=_AFTER_THUMBNAILS,
    max_retries=2,
    min_backoff=2_000,
    max_backoff=30_000,
    throws=(EngineError,),
)
def make_view_copy(image_id: str) -> None:
    """Make and keep the copy for looking at. Does nothing where there is one, or no picture."""
    image = Image.live.filter(pk=UUID(image_id), view_key="").first()
    if image is None:
        return
    data, pixels = storage.read(image.file_key), image.width * image.height
    copy = decode.thumbnail(data, max_side=VIEW_SIDE, max_pixels=pixels, format=_VIEW_FORMAT)
    renditions.keep(image, "view", copy, extension=_VIEW_FORMAT)


def ask_for(images: Iterable[Image], column: Column = "public_key") -> None:
    """Queue the copies that are not there yet, each once a minute at most. One that gets lost is made
    when its link is used."""
    actor = make_public_copy if column == "public_key" else make_view_copy
    missing = {f"copy:{column}:{one.pk}": one for one in images if not getattr(one, column)}
    try:
        asked = cache.get_many(missing)
        for key, image in missing.items():
            if key not in asked and cache.add(key, True, _ASKED_SECONDS):
                actor.send(str(image.pk))
    except QUEUE_ERRORS as error:
        log.warning("public_copies_not_queued", images=len(missing), error=str(error))


def wait_for(image: Image, column: Column = "public_key") -> str:
    """Wait for the copy as long as a request may, and return its key; "" where it isn't there yet."""
    return wait_for_all([image], column).get(image.pk, "")


def wait_for_all(images: Collection[Image], column: Column = "public_key") -> dict[UUID, str]:
    """Wait for the copies of all of them together as long as a request may; their keys, of those that
    are there."""
    keys = {one.pk: str(getattr(one, column)) for one in images}
    ask_for(images, column)
    deadline = time.monotonic() + settings.DOOR_WAIT_SECONDS
    while missing := [pk for pk, key in keys.items() if not key]:
        found = dict(Image.live.filter(pk__in=missing).values_list("pk", column))
        # What was deleted meanwhile gets none.
        keys = {pk: key or found[pk] for pk, key in keys.items() if key or pk in found}
        if all(keys.values()) or time.monotonic() >= deadline:
            break
        if not connection.in_atomic_block:
            connection.close()  # many may wait here: none keeps a connection meanwhile
        time.sleep(_LOOK_SECONDS)
    return {pk: key for pk, key in keys.items() if key}


def _copy(data: bytes, pixels: int) -> tuple[str, bytes]:
    """Upright and in sRGB: a JPEG, or a PNG where something is transparent and it isn't too large."""
    # The picture was let in, or made here: today's pixel limit is not held against it.
    rgb, alpha = decode.reduced(data, max_side=MAX_SIDE, max_pixels=pixels)
    if alpha is not None and alpha.min() < 255:
        png = decode.encode(rgb, alpha, format="png")
        if len(png) <= MAX_BYTES:
            return "png", png
    return "jpg", decode.encode(rgb, alpha, format="jpg", quality=_QUALITY)
