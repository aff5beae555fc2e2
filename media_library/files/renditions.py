"""Keeping what was made of a picture beside it: its thumbnail, its upright copy, its public copy."""

from __future__ import annotations

from typing import Any

from media_library.files import storage
from media_library.models import Image


def key_of(image: Image, kind: str, *, extension: str) -> str:
    """Where a picture's rendition is stored."""
    return storage.rendition_key(image.account_id, image.pk, kind=kind, extension=extension)


def keep(image: Image, kind: str, data: bytes, *, extension: str, **also: Any) -> None:
    """Store a rendition and put its key into the column of its kind, with what changes ``also``.

    The first one stays: where another worker was faster, or the picture was deleted meanwhile, this
    one's file is removed.
    """
    key = key_of(image, kind, extension=extension)
    column = f"{kind}_key"
    with storage.removed_unless_kept([key]) as undo:
        storage.save(key, data)
        if Image.live.filter(pk=image.pk, **{column: ""}).update(**{column: key}, **also):
            undo.pop_all()
