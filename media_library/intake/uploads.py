"""Uploads that stop at their limits instead of filling the disk first."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from config.errors import AppError, invalid
from media_library.checks import too_large
from media_library.intake.ingest import Incoming

# What boundaries, headers and other fields of a form may add to its files.
_OVERHEAD = 1_000_000


def max_body() -> int:
    """The largest request body that can be a valid upload."""
    largest = max(
        settings.MAX_FILES_PER_UPLOAD * settings.MAX_UPLOAD_BYTES, settings.MAX_BATCH_BYTES
    )
    return int(largest + _OVERHEAD)


def body_too_large() -> AppError:
    message = f"The maximum size of an upload is {max_body() / 1_000_000:g} MB in total."
    return AppError("PAYLOAD_TOO_LARGE", message, status=413)


class LimitsHandler(FileUploadHandler):
    """Goes before the handlers that store: refuses too many files, and one that is too large."""

    def __init__(self, request: HttpRequest, max_files: int, max_bytes: int) -> None:
        super().__init__(request)
        self.files, self.max_files, self.max_bytes = 0, max_files, max_bytes

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > max_body():
            raise body_too_large()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > self.max_files:
            message = f"At most {self.max_files} files can be uploaded at once."
            raise self.stopped(invalid("files", message))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > self.max_bytes:
            raise self.stopped(too_large(self.max_bytes))
        return raw_data

    def stopped(self, error: AppError) -> AppError:
        """Let the other handlers drop what they have of the file that is coming in."""
        if self.request is not None:
            for handler in self.request.upload_handlers:
                handler.upload_interrupted()
        return error

    def file_complete(self, file_size: int) -> None:
        return None


def limit_uploads(
    request: HttpRequest, *, max_files: int | None = None, max_bytes: int | None = None
) -> None:
    """Put the limits in front of what stores files. Call it before anything reads the body.

    That is earlier than a view's parser: the CSRF check looks for its token in the form.
    """
    handler = LimitsHandler(
        request,
        settings.MAX_FILES_PER_UPLOAD if max_files is None else max_files,
        max_bytes or settings.MAX_UPLOAD_BYTES,
    )
    request.upload_handlers.insert(0, handler)


def incoming(file: UploadedFile[Any], field: str, *, max_bytes: int | None = None) -> Incoming:
    """An uploaded file as the ingest takes it: read from its temporary file whenever asked."""

    def read() -> bytes:
        most = max_bytes or settings.MAX_UPLOAD_BYTES
        if (file.size or 0) > most:
            raise too_large(most)
        file.seek(0)
        return bytes(file.read())

    return Incoming(file.name or "", read, field=field, max_bytes=max_bytes)
