"""``/batch/{id}/download``: all results at once."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from config.api.docs import endpoint, path_id
from config.api.downloads import ZIP, download
from processing.api.batches import BatchView
from processing.services.batching import archives


class DownloadBatch(BatchView):
    @endpoint(
        "Download a batch",
        description=(
            "A ZIP of all results so far, with a `manifest.json` that lists what happened to "
            "each image. It is named after the project that all of them lie in, else after its looks or its "
            "work, and the day. 409 CONFLICT if there are no results yet."
        ),
        responses={
            (200, ZIP): OpenApiResponse(response=OpenApiTypes.BINARY, description="The archive.")
        },
        parameters=[path_id("batch_id", "batch")],
    )
    def get(self, request: Request, batch_id: str) -> StreamingHttpResponse:
        batch = self.batch(batch_id)
        files = archives.entries(batch)
        pieces = archives.stream(files, archives.manifest(batch, files))
        return download(request, pieces, name=archives.name_of(batch), media_type=ZIP)
