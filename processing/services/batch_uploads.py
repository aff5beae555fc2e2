"""The files of a batch: each for itself, so that one bad photo fails alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Account
from config.errors import AppError
from media_library.checks import display_name
from media_library.intake.ingest import ingest_all
from media_library.intake.uploads import UploadLimits, incoming, sent_name
from media_library.services import delete_image
from processing.services import batches
from processing.services.batches import Member

FIELD = "files"


def batch_limits(max_file_bytes: int) -> UploadLimits:
    return UploadLimits(settings.MAX_BATCH_FILES, max_file_bytes, settings.MAX_BATCH_BYTES)


@contextmanager
def uploaded_members(
    account: Account, files: Sequence[UploadedFile[Any]], *, max_bytes: int | None = None
) -> Iterator[list[Member]]:
    """Keeps what can be kept; if the block is refused it goes again.

    Raises AppError VALIDATION_ERROR for no files, or more than the plan allows.
    """
    batches.check_size(account, len(files), FIELD)
    members = [_member(account, file, max_bytes) for file in files]
    try:
        yield members
    except AppError:
        for member in members:
            if member.image is not None:
                delete_image(member.image)
        raise


def _member(account: Account, file: UploadedFile[Any], max_bytes: int | None) -> Member:
    try:
        [image] = ingest_all(account, [incoming(file, FIELD, max_bytes=max_bytes)])
    except AppError as error:
        return Member(display_name(sent_name(file)), None, error.code, error.message)
    return Member(image.name, image)
