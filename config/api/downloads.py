"""Files that are sent while they are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

ZIP: Final = "application/zip"


def download(
    request: Request | HttpRequest, pieces: Iterator[bytes], *, name: str, media_type: str
) -> StreamingHttpResponse:
    """Send a file piece by piece."""
    asynchronous = isinstance(getattr(request, "_request", request), ASGIRequest)
    response = StreamingHttpResponse(
        _one_by_one(pieces) if asynchronous else pieces, content_type=media_type
    )
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make the pieces in a thread: under ASGI a synchronous iterator would be read whole first."""

    def following() -> bytes | None:
        return next(pieces, None)

    while (piece := await sync_to_async(following)()) is not None:
        if piece:
            yield piece
