"""Uploads that stop at their limits instead of filling the disk first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import IO, Any, Concatenate

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from config.api.views import ApiView
from config.errors import AppError, body_too_large, invalid
from config.web.requests import body_refusal
from media_library.checks import too_large
from media_library.intake.ingest import Incoming

# What boundaries, headers and other fields of a form may add to its files.
_OVERHEAD = 1_000_000


View = Callable[Concatenate[HttpRequest, ...], HttpResponse]


@dataclass(frozen=True)
class UploadLimits:
    """How many files an endpoint takes, of what size each and in total."""

    max_files: int
    max_file_bytes: int
    max_total_bytes: int | None = None

    @property
    def max_body(self) -> int:
        """The largest request body that can be a valid upload."""
        largest = self.max_files * self.max_file_bytes
        if self.max_total_bytes is not None:
            largest = min(largest, self.max_total_bytes)
        return largest + _OVERHEAD

    def apply(self, request: HttpRequest) -> None:
        """Put the limits in front of what stores files. Call it before anything reads the body.

        That is earlier than a view's parser: the CSRF check looks for its token in the form.
        """
        request.upload_handlers.insert(0, LimitsHandler(request, self))


def site_limits(max_files: int | None = None) -> UploadLimits:
    """The limits of what has none of its own."""
    if max_files is None:
        max_files = settings.MAX_FILES_PER_UPLOAD
    return UploadLimits(max_files, settings.MAX_UPLOAD_BYTES)


class UploadView(ApiView):
    """An endpoint that takes files, ``max_files`` at most: None for as many as the site takes."""

    max_files: int | None = None

    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return site_limits(cls.max_files)

    @classmethod
    def max_body(cls, content_type: str) -> int:
        """The length of a body with this media type (asked by config.web before it is read)."""
        return _max_body(cls.upload_limits(), content_type)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.upload_limits().apply(request)
        return super().initialize_request(request, *args, **kwargs)


def takes_files(view: View) -> View:
    """Let a page take files. Raises AppError where the body was refused on its way in."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = body_refusal(request)
        if refusal is not None:
            raise refusal
        site_limits().apply(request)
        return view(request, *args, **kwargs)

    def max_body(content_type: str) -> int:
        return _max_body(site_limits(), content_type)

    inner.max_body = max_body  # type: ignore[attr-defined]
    return inner


def takes_a_strangers_photo(view: View) -> View:
    """Let a page take one photo from anybody, up to ``TRYOUT_MAX_MB``."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = body_refusal(request)
        if refusal is not None:
            raise refusal
        _strangers_limits().apply(request)
        return view(request, *args, **kwargs)

    def max_body(content_type: str) -> int:
        return _max_body(_strangers_limits(), content_type)

    inner.max_body = max_body  # type: ignore[attr-defined]
    inner.takes_from_strangers = True  # type: ignore[attr-defined]
    return inner


def _strangers_limits() -> UploadLimits:
    return UploadLimits(1, min(settings.TRYOUT_MAX_BYTES, settings.MAX_UPLOAD_BYTES))


def _max_body(limits: UploadLimits, content_type: str) -> int:
    files = content_type == "multipart/form-data"
    return limits.max_body if files else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class LimitsHandler(FileUploadHandler):
    """Goes before the handlers that store: refuses too many files, and one that is too large."""

    def __init__(self, request: HttpRequest, limits: UploadLimits) -> None:
        super().__init__(request)
        self.limits, self.files = limits, 0

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > self.limits.max_body:
            raise body_too_large(self.limits.max_body)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > self.limits.max_files:
            most = self.limits.max_files
            message = (
                "Only one file can be uploaded at once."
                if most == 1
                else f"At most {most} files can be uploaded at once."
            )
            raise self.stopped(invalid("files", message))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > self.limits.max_file_bytes:
            raise self.stopped(too_large(self.limits.max_file_bytes))
        return raw_data

    def stopped(self, error: AppError) -> AppError:
        """Let the other handlers drop what they have of the file that is coming in."""
        if self.request is not None:
            for handler in self.request.upload_handlers:
                handler.upload_interrupted()
        return error

    def file_complete(self, file_size: int) -> None:
        return None


def incoming(file: UploadedFile[Any], field: str, *, max_bytes: int | None = None) -> Incoming:
    """An uploaded file as the ingest takes it: read from its temporary file whenever asked."""

    def read() -> bytes:
        most = max_bytes or settings.MAX_UPLOAD_BYTES
        if (file.size or 0) > most:
            raise too_large(most)
        file.seek(0)
        return bytes(file.read())

    return Incoming(sent_name(file), read, field=field, max_bytes=max_bytes)


def sent_name(file: UploadedFile[Any]) -> str:
    """A file's name as its sender knows it. Forms of browsers write three characters otherwise, and
    the percent sign itself as it is (WHATWG HTML, multipart/form-data encoding)."""
    name = file.name or ""
    for written, character in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        name = name.replace(written, character)
    return name
