"""``/batch/{id}/download`` and ``/manifest``: all results at once, and what there is to know of them."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.docs import endpoint, path_id
from config.api.downloads import ZIP, download
from processing.api.batches import BatchView
from processing.api.examples import MANIFEST
from processing.api.serializers.batches import ManifestSerializer
from processing.services.batching import archives


class DownloadBatch(BatchView):
    @endpoint(
        "Download a batch",
        description=(
            "A ZIP of all results so far, with a `manifest.json` that lists what happened to "
            "each image, as `/batch/{id}/manifest` does. Results of several presets lie in a folder for each, those of "
            "packs in one for each market, under names by the batch's `namePattern`. It is named after the project that all of them lie in, else after its looks or its "
            "work, and the day. 409 CONFLICT if there are no results yet."
        ),
        responses={
            (200, ZIP): OpenApiResponse(response=OpenApiTypes.BINARY, description="The archive.")
        },
        parameters=[path_id("batch_id", "batch")],
    )
    def get(self, request: Request, batch_id: str) -> StreamingHttpResponse:
        batch = self.batch(batch_id)
        pieces = archives.pieces_of(batch)
        return download(request, pieces, name=archives.name_of(batch), media_type=ZIP)


class BatchManifest(BatchView):
    @endpoint(
        "Get the manifest of a batch",
        description=(
            "What became of each image, as `manifest.json` in the archive tells it: the result's path there, its size in "
            "pixels and bytes, its SHA-256, and what it was made for."
        ),
        responses={200: ManifestSerializer},
        example=MANIFEST,
        parameters=[path_id("batch_id", "batch")],
    )
    def get(self, request: Request, batch_id: str) -> Response:
        return Response(archives.manifest(self.batch(batch_id)))
