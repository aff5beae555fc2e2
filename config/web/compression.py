"""Pages, JSON and documents leave compressed, for whoever takes that."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_TEXTS: Final = (
    *("text/html", "text/css", "text/csv", "text/plain", "text/javascript"),
    *("application/json", "application/manifest+json", "application/yaml"),
    *("application/vnd.oai.openapi", "image/svg+xml"),
)


class CompressionMiddleware(GZipMiddleware):
    """Django's own, which pads against guessing by length (BREACH), for texts that are whole: streams
    of events must not wait for a compressor, and pictures and ZIPs are compressed already."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not isinstance(response, HttpResponse) or kind not in _TEXTS:
            return response
        return super().process_response(request, response)
