"""The files of a batch: each for itself, so that one bad photo fails alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Account
from config.errors import AppError
from media_library.checks import display_name
from media_library.intake.ingest import stored
from media_library.intake.uploads import UploadLimits, incoming, sent_name
from processing.services.batching import batches
from processing.services.batching.batches import Member

FIELD = "files"


def batch_limits(max_file_bytes: int) -> UploadLimits:
    return UploadLimits(settings.MAX_BATCH_FILES, max_file_bytes, settings.MAX_BATCH_BYTES)


@contextmanager
def uploaded_members(
    account: Account,
    files: Sequence[UploadedFile[Any]],
    *,
    max_bytes: int | None = None,
    field: str = FIELD,
) -> Iterator[list[Member]]:
    """Files that are stored, for the block to write their rows together with the batch's; what can't
    be a picture is a member that says why. If it comes to no batch, the files go.

    Raises AppError VALIDATION_ERROR for no files, or more than the plan allows.
    """
    batches.check_size(account, len(files), field)
    with ExitStack() as pictures:
        yield [_member(account, file, field, max_bytes, pictures) for file in files]


def _member(
    account: Account,
    file: UploadedFile[Any],
    field: str,
    max_bytes: int | None,
    pictures: ExitStack,
) -> Member:
    try:
        item = incoming(file, field, max_bytes=max_bytes)
        [image] = pictures.enter_context(stored(account, [item]))
    except AppError as error:
        return Member(display_name(sent_name(file)), None, error.code, error.message)
    return Member(image.name, image)
