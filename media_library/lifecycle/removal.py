"""What the library has of an account that ends: pictures with their files, links to them, projects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import QuerySet
from django.utils.translation import ngettext_lazy

from accounts.lifecycle import parts
from accounts.lifecycle.parts import Held, Part, delete_some
from media_library import shares
from media_library.files import mattes, storage
from media_library.models import Background, DataExport, Image, Project, Share
from media_library.selectors import ALONE


def remove(account_id: UUID) -> bool:
    """Delete a portion of an account's pictures and projects; whether there may be more."""
    if delete_some(Share.objects.filter(account=account_id)):
        return True
    exports = DataExport.objects.filter(account=account_id)
    storage.delete(exports.exclude(file_key="").values_list("file_key", flat=True))
    if delete_some(exports):
        return True
    images = list(Image.objects.filter(account=account_id).order_by("pk")[: parts.MAX_ROWS])
    for image in images:
        # Before the rows, which alone know where the files are: a bucket is not swept.
        storage.delete(image.keys)
    mattes.remove(image.pk for image in images)
    more = delete_some(Image.objects.filter(pk__in=[image.pk for image in images]))
    if more or delete_some(Project.objects.filter(account=account_id)):
        return True
    _remove_folder(account_id)
    return False


def holdings(account_id: UUID) -> list[Held]:
    """Pictures are those that people see: what was made of them goes with them."""
    rows: list[tuple[QuerySet[Any], Any]] = [
        (
            Image.live.filter(ALONE, account=account_id),
            ngettext_lazy(
                "%(number)s picture with its results",
                "%(number)s pictures with their results",
                "count",
            ),
        ),
        (
            Image.objects.filter(account=account_id, trash_until__isnull=False, deleted_with=None),
            ngettext_lazy(
                "%(number)s picture in the trash", "%(number)s pictures in the trash", "count"
            ),
        ),
        (
            Background.objects.filter(account=account_id, image__deleted_at=None),
            ngettext_lazy("%(number)s background", "%(number)s backgrounds", "count"),
        ),
        (
            Share.objects.filter(shares.in_force(), account=account_id),
            ngettext_lazy("%(number)s shared link", "%(number)s shared links", "count"),
        ),
    ]
    return [Held(found.count(), words) for found, words in rows]


def _remove_folder(account_id: UUID) -> None:
    """Remove an account's folder on local disk, with files that lost their row."""
    top = str(account_id)
    if not isinstance(default_storage, FileSystemStorage):
        return
    if not default_storage.exists(top):
        return
    for folder in default_storage.listdir(top)[0]:
        storage.delete(
            f"{top}/{folder}/{name}" for name in default_storage.listdir(f"{top}/{folder}")[1]
        )
        default_storage.delete(f"{top}/{folder}")
    default_storage.delete(top)


PART = Part("media_library", remove=remove, holdings=holdings)
