"""Work on pictures that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import dramatiq
import structlog

from config.failures.outages import QUEUE_ERRORS
from media_library.files import thumbnails
from processing.engine.errors import EngineError

log = structlog.get_logger(__name__)


@dramatiq.actor(
    queue_name="previews",
    max_retries=2,
    min_backoff=2_000,
    max_backoff=30_000,
    throws=(EngineError,),
)
def make_thumbnail(image_id: str) -> None:
    thumbnails.make(UUID(image_id))


def ask_for_thumbnails(image_ids: Iterable[UUID]) -> None:
    """Queue the thumbnails. A queue that is down must not lose an upload: the sweep asks again."""
    for image_id in image_ids:
        try:
            make_thumbnail.send(str(image_id))
        except QUEUE_ERRORS as error:
            log.warning("thumbnail_not_queued", image=str(image_id), error=str(error))
            return
