"""Pictures in base64, for clients that can send nothing but JSON."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.parsers import BaseParser, DataAndFiles, FormParser

from config.api.parsers import JSONParser
from media_library.checks import too_large
from processing.compat.fields import wrong

# What the other members of a body may need beside its files.
_OVERHEAD = 100_000
# Text, object and picture are in memory at once: so many bodies are read at a time.
_readers = threading.BoundedSemaphore(2)


class FilesJSONParser(BaseParser):
    """JSON bodies in which the members named by a view's ``base64_files`` are files.

    They are as large as the dialect's uploads may be, and lie on disk as those do. No subclass of
    JSONParser: REST framework gives those no more than Django holds in memory.
    """

    media_type = JSONParser.media_type

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = parser_context or {}
        view, page = context["view"], context["request"]._request
        max_bytes = view.dialect.max_file_bytes
        longest = max_json(max_bytes, len(view.base64_files))
        with _readers:
            data = stream.read(longest + 1)
            if len(data) > longest:
                raise too_large(max_bytes)
            body = JSONParser().parse(BytesIO(data), media_type, parser_context)
            for name in view.base64_files:
                if isinstance(body, dict) and isinstance(body.get(name), str) and body[name]:
                    body[name] = _on_disk(name, content_of(name, body[name]))
                    page.FILES.appendlist(name, body[name])  # Django closes them with the request
        return body


class FilesFormParser(BaseParser):
    """The same of forms whose fields are encoded like addresses, as HTTP libraries send what has no file."""

    media_type = FormParser.media_type

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        view = (parser_context or {})["view"]
        max_bytes = view.dialect.max_file_bytes
        longest = max_form(max_bytes, len(view.base64_files))
        with _readers:
            data = stream.read(longest + 1)
            if len(data) > longest:
                raise too_large(max_bytes)
            form = QueryDict(data, encoding="utf-8", mutable=True)
            files: MultiValueDict[str, TemporaryUploadedFile] = MultiValueDict()
            for name in view.base64_files:
                for text in filter(None, form.pop(name, [])):
                    files.appendlist(name, _on_disk(name, content_of(name, text)))
        return DataAndFiles(form, files)


def max_json(max_file_bytes: int, files: int) -> int:
    """Return the length of the longest body with so many files."""
    return (max_file_bytes + 2) // 3 * 4 * files + _OVERHEAD


def max_form(max_file_bytes: int, files: int) -> int:
    """Return the length of the longest form with so many files. Three of the 64 digits are written as three
    characters each, which is a tenth more where all come as often; a fifth is left for it."""
    return max_json(max_file_bytes, files) * 6 // 5


def content_of(name: str, text: str) -> bytes:
    """Decode a parameter. Line breaks and the head of a data URL may stand in it.

    Raises ParameterError for what is not base64.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    plain = "".join(text.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error) as error:
        raise wrong(name, "must be base64") from error


def _on_disk(name: str, data: bytes) -> TemporaryUploadedFile:
    file = TemporaryUploadedFile(name, "application/octet-stream", len(data), None)
    file.name = None  # so that what is stored is called by its type
    file.write(data)
    file.seek(0)
    return file
