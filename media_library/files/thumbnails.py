"""Small WebP pictures for lists, made once by a worker."""

from __future__ import annotations

from uuid import UUID

from media_library.files import renditions, storage
from media_library.models import Image
from processing.engine.errors import EngineError
from processing.engine.files import decode

MAX_SIDE = 480
FORMAT = "webp"


def make(image_id: UUID) -> None:
    """Make and keep the thumbnail of a picture. Does nothing where there is one, or no picture.

    Raises EngineError for a picture that can't be shown: it is not asked for again.
    """
    image = Image.live.filter(pk=image_id, thumbnail_key="").first()
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
