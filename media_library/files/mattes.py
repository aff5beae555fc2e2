"""Files of kept mattes: they lie beside their picture, and go with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import transaction

from media_library.files import storage
from media_library.models import Image, Matte


def keys_of(image_ids: Iterable[UUID]) -> list[str]:
    """The files of all mattes of some pictures."""
    rows = Matte.objects.filter(image__in=list(image_ids))
    return list(rows.values_list("file_key", flat=True))


def remove(image_ids: Iterable[UUID]) -> None:
    """Remove the mattes of pictures that go: files first, as only rows know where they are."""
    ids = list(image_ids)
    storage.delete(keys_of(ids))
    Matte.objects.filter(image__in=ids).delete()


@contextmanager
def stored(image: Image, data: bytes, *, cutting: str, at: str, key: str) -> Iterator[Matte]:
    """A matte whose file is stored and whose row is the block's to ``keep``; without one it goes."""
    file_key = storage.rendition_key(image.account_id, image.pk, kind="matte", extension="png")
    with storage.removed_unless_kept([file_key]) as undo:
        storage.save(file_key, data)
        yield Matte(
            image=image, cutting=cutting, at=at, key=key, file_key=file_key, bytes=len(data)
        )
        undo.pop_all()


def keep(matte: Matte) -> bool:
    """Write the row in place of an older one; whether it is the first that is cut out in this way.

    Call it inside a transaction. The matte of a picture that is gone meanwhile is not kept.
    """
    # The lock keeps the picture, and makes of two that cut it out at once one the first.
    same = Matte.objects.filter(image=matte.image_id, cutting=matte.cutting)
    if not Image.live.select_for_update().filter(pk=matte.image_id).exists():
        transaction.on_commit(partial(storage.delete, [matte.file_key]), robust=True)
        return not same.exists()
    others = list(same)
    older = [one for one in others if one.at == matte.at]
    same.filter(pk__in=[one.pk for one in older]).delete()
    matte.save(force_insert=True)
    gone = [one.file_key for one in older]
    transaction.on_commit(partial(storage.delete, gone), robust=True)
    return not others
