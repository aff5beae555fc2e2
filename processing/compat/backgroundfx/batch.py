"""The files of a batch: each for itself, so that one bad photo fails alone."""

from __future__ import annotations

from accounts.models import Account
from config.errors import AppError
from media_library.checks import display_name
from media_library.ingest import ingest_all
from media_library.uploads import incoming
from processing import batches
from processing.batches import Member
from processing.compat.fields import Fields

_FIELD = "files"


def read_files(account: Account, fields: Fields) -> list[Member]:
    """Keeps what can be kept. Raises AppError VALIDATION_ERROR for none or too many."""
    files = fields.files(_FIELD)
    batches.check_size(account, len(files), _FIELD)
    members = []
    for file in files:
        try:
            [image] = ingest_all(account, [incoming(file, _FIELD)])
            members.append(Member(image.name, image))
        except AppError as error:
            name = display_name(file.name or "")
            members.append(Member(name, None, error.code, error.message))
    return members
