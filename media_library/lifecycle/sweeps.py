"""What the clock puts right: thumbnails that never came, files whose time in the trash has passed, files
that no row knows."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from media_library import shares
from media_library.files import mattes, thumbnails
from media_library.lifecycle import own_data, trash
from media_library.models import DataExport, Image

log = structlog.get_logger(__name__)
_AT_ONCE = 200
_GIVE_UP = timedelta(days=1)
_ORPHAN_AGE = timedelta(hours=1)
_ORPHANS_EVERY = 3600.0  # seconds: it walks the whole folder
_TRASH_EVERY = 60.0  # the worker that was asked goes on by itself


class _Due:
    """Says yes at once, and then no more than once in so many seconds, in this process."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.next = 0.0

    def passed(self) -> bool:
        if time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + self.seconds
        return True


_orphans_due = _Due(_ORPHANS_EVERY)
_trash_due = _Due(_TRASH_EVERY)


def run() -> None:
    """Everything there is to do now; cheap enough to be called every few seconds."""
    thumbnails_missing()
    if _trash_due.passed():
        trash.ask_if_due()
        own_data.sweep()
    if _orphans_due.passed():
        shares.forget_old()
        orphan_files()


def thumbnails_missing() -> int:
    """Ask again for overdue thumbnails; how many were asked for.

    The wait doubles each time (30 s, 1, 2, 4 minutes...), so that a queue without a worker doesn't
    fill up; after a day it is given up.
    """
    now = timezone.now()
    overdue = Image.live.filter(thumbnail_due_at__lte=now).order_by("thumbnail_due_at")[:_AT_ONCE]
    images = list(overdue.only("created_at", "thumbnail_due_at"))
    for image in images:
        age = now - image.created_at
        image.thumbnail_due_at = now + age if age < _GIVE_UP else None
        # Not after a worker has made it in the meantime, which cleared the date.
        Image.live.filter(pk=image.pk, thumbnail_key="").update(
            thumbnail_due_at=image.thumbnail_due_at
        )
    wanted = [image.pk for image in images if image.thumbnail_due_at]
    thumbnails.request(wanted)
    return len(wanted)


def orphan_files() -> int:
    """Remove files, and empty folders, that no row has had for an hour; how many files.

    Only on local disk: a bucket has life-cycle rules for this, and listing one costs money.
    """
    if not isinstance(default_storage, FileSystemStorage):
        return 0
    before, removed = timezone.now() - _ORPHAN_AGE, 0
    for folder, image_id in _image_folders():
        names = default_storage.listdir(folder)[1]
        # After the names: a file whose row is committed in between is then known.
        known = _known_keys(image_id)
        orphans = [
            key
            for key in (f"{folder}/{name}" for name in names)
            if key not in known and _older(key, before)
        ]
        for key in orphans:
            log.warning("orphan_file_removed", key=key)
            default_storage.delete(key)
        removed += len(orphans)
        if not names and _older(folder, before):
            default_storage.delete(folder)
    return removed


@dataclass(frozen=True)
class OrphanEstimate:
    """What a look at some folders of pictures found that no row knows."""

    folders: int
    orphans: int
    bytes: int


def estimate_orphans(most: int = 100) -> OrphanEstimate | None:
    """Look at no more than so many folders, chosen by chance; None where files lie in a bucket."""
    if not isinstance(default_storage, FileSystemStorage):
        return None
    before, orphans, size, folders = timezone.now() - _ORPHAN_AGE, 0, 0, _some_folders(most)
    for folder, image_id in folders:
        known = _known_keys(image_id)
        for key in (f"{folder}/{name}" for name in default_storage.listdir(folder)[1]):
            if key not in known and _older(key, before):
                orphans, size = orphans + 1, size + default_storage.size(key)
    return OrphanEstimate(len(folders), orphans, size)


def _some_folders(most: int) -> list[tuple[str, UUID]]:
    """Some of each account's folders, so that one with many hides no other."""
    if not default_storage.exists(""):
        return []
    chance = random.SystemRandom()
    accounts = [name for name in default_storage.listdir("")[0] if _is_uuid(name)]
    chance.shuffle(accounts)
    each = max(1, most // max(1, len(accounts)))
    found: list[tuple[str, UUID]] = []
    for account in accounts[:most]:
        names = [name for name in default_storage.listdir(account)[0] if _is_uuid(name)]
        chosen = chance.sample(names, min(each, len(names)))
        found += [(f"{account}/{name}", UUID(name)) for name in chosen]
    return found


def _image_folders() -> Iterator[tuple[str, UUID]]:
    """``<account>/<image>`` folders. What isn't named so isn't ours to touch."""
    if not default_storage.exists(""):
        return
    for account in filter(_is_uuid, default_storage.listdir("")[0]):
        for image in filter(_is_uuid, default_storage.listdir(account)[0]):
            yield f"{account}/{image}", UUID(image)


def _known_keys(image_id: UUID) -> list[str]:
    image = Image.objects.filter(pk=image_id).first()
    if image is not None:
        return [*image.keys, *mattes.keys_of([image_id])]
    return list(DataExport.objects.filter(pk=image_id).values_list("file_key", flat=True))


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _older(path: str, moment: datetime) -> bool:
    return default_storage.get_modified_time(path) < moment
