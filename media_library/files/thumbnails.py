"""Small WebP pictures for lists, made once by a worker."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import dramatiq
import structlog

from config.failures.outages import QUEUE_ERRORS
from media_library.files import renditions, storage
from media_library.models import Image
from processing.engine.errors import EngineError
from processing.engine.files import decode

MAX_SIDE = 480
FORMAT = "webp"

log = structlog.get_logger(__name__)


def request(image_ids: Iterable[UUID]) -> None:
    """Queue the thumbnails. A queue that is down must not lose an upload: the sweep asks again."""
    for image_id in image_ids:
        try:
            make_thumbnail.send(str(image_id))
        except QUEUE_ERRORS as error:
            log.warning("thumbnail_not_queued", image=str(image_id), error=str(error))
            return


def key_of(image: Image) -> str:
    """Where the thumbnail of a new picture goes that was made together with it."""
    return renditions.key_of(image, "thumbnail", extension=FORMAT)


@dramatiq.actor(
    queue_name="previews",
    max_retries=2,
    min_backoff=2_000,
    max_backoff=30_000,
    throws=(EngineError,),
)
def make_thumbnail(image_id: str) -> None:
    """Make and keep the thumbnail of a picture. Does nothing where there is one, or no picture.

    Raises EngineError for a picture that can't be shown: it is not asked for again.
    """
    image = Image.live.filter(pk=UUID(image_id), thumbnail_key="").first()
    if image is None:
        return
    data = storage.read(image.file_key)
    try:
        # The picture was let in, or made here: today's pixel limit is not held against it.
        preview = decode.thumbnail(
            data, max_side=MAX_SIDE, max_pixels=image.width * image.height, format=FORMAT
        )
    except EngineError:
        Image.objects.filter(pk=image_id).update(thumbnail_due_at=None)
        raise
    renditions.keep(image, "thumbnail", preview, extension=FORMAT, thumbnail_due_at=None)
