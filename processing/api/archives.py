"""``/batch/{id}/download``: all results at once. And how any endpoint sends a file in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from config.api.docs import endpoint, path_id
from processing.api.batches import BatchView
from processing.services import archives

ZIP = "application/zip"


class DownloadBatch(BatchView):
    @endpoint(
        "Download a batch",
        description="A ZIP of all results that there are, with a `manifest.json` that says what "
        "became of every picture. 409 CONFLICT where there is none yet.",
        responses={
            (200, "application/zip"): OpenApiResponse(
                response=OpenApiTypes.BINARY, description="The archive."
            )
        },
        parameters=[path_id("batch_id", "batch")],
    )
    def get(self, request: Request, batch_id: str) -> StreamingHttpResponse:
        batch = self.batch(batch_id)
        files = archives.entries(batch)
        pieces = archives.stream(files, archives.manifest(batch, files))
        return download(request, pieces, name=f"{batch.public_id}.zip", media_type=ZIP)


def download(
    request: Request, pieces: Iterator[bytes], *, name: str, media_type: str
) -> StreamingHttpResponse:
    """A file sent while it is made. The name is one of ours: plain ASCII without quotes."""
    asynchronous = isinstance(request._request, ASGIRequest)
    response = StreamingHttpResponse(
        _one_by_one(pieces) if asynchronous else pieces, content_type=media_type
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes | None:
        return next(pieces, None)

    while (piece := await sync_to_async(following)()) is not None:
        if piece:
            yield piece
