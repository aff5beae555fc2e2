"""Where files lie: Django's default storage (a folder, S3, or memory in tests).

Keys are made of UUIDs, never of names that users gave. Every key is used once, so that a file may
always be removed by whoever wrote it: nobody else's can lie there.
"""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage


def original_key(account_id: UUID, image_id: UUID, extension: str) -> str:
    return f"{account_id}/{image_id}/original.{extension}"


def rendition_key(account_id: UUID, image_id: UUID, *, kind: str, extension: str) -> str:
    return f"{account_id}/{image_id}/{kind}-{secrets.token_hex(4)}.{extension}"


def media_type_of(key: str) -> str:
    """A rendition's media type, which its key's extension tells."""
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def save(key: str, data: bytes) -> None:
    """Store the bytes. The key is new, so Django has no reason to choose another."""
    default_storage.save(key, ContentFile(data))


def save_file(key: str, file: IO[bytes]) -> None:
    """Store an open file, without having it in memory."""
    default_storage.save(key, File(file))


def removed_unless_kept(keys: Iterable[str]) -> ExitStack:
    """A ``with`` that removes the files on leaving, unless ``pop_all`` was called on it.

    It holds for every way out, return and exception alike: no file is left without a row.
    """
    undo = ExitStack()
    undo.callback(delete, list(keys))
    return undo


def open_file(key: str) -> IO[Any]:
    """The stored file, seekable. Raises FileNotFoundError."""
    return default_storage.open(key, "rb")


def read(key: str) -> bytes:
    """The whole stored file. Raises FileNotFoundError."""
    with open_file(key) as file:
        return bytes(file.read())


def delete(keys: Iterable[str]) -> None:
    """Remove files; those that are not there any more are no mistake."""
    for key in keys:
        default_storage.delete(key)


def presigned_url(
    key: str, *, seconds: int, disposition: str, media_type: str, method: str = "GET"
) -> str | None:
    """An address at which the storage itself serves the file; None where it has no such thing."""
    if not getattr(default_storage, "querystring_auth", False):
        return None
    storage: Any = default_storage
    parameters = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
    operation = {"http_method": method} if method != "GET" else {}
    return str(storage.url(key, parameters=parameters, expire=seconds, **operation))
