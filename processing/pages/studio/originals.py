"""The photo that a page works on, by the address of it or of what was made of it."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.access.pages import signed_in
from config.api.ids import decoded
from media_library.models import Image
from media_library.selectors import image_for


def original(request: HttpRequest, image_id: str) -> Image:
    """The picture, or the one that a result was made of: what is mended or cropped is the photo.

    Raises AppError NOT_FOUND for other people's pictures as for none.
    """
    caller, _ = signed_in(request)
    image = image_for(caller.account, decoded("img", image_id, "Image"))
    parent = image.parent
    return parent if parent is not None and parent.deleted_at is None else image
