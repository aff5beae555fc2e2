"""Serves the OpenAPI document, which is built once per process and not for each who asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_building = Lock()


class DocumentView(SpectacularAPIView):
    """Answers YAML, or JSON where that is asked for."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        renderer: Any = type(request.accepted_renderer)
        # Building takes seconds: who comes meanwhile waits for it instead of doing the same.
        with _building:
            body, etag = _rendered(renderer)
        answer = HttpResponse(body, content_type=renderer.media_type)
        answer["Content-Disposition"] = f'inline; filename="packshot-api.{renderer.format}"'
        answer["ETag"] = etag
        # Kept, but asked for again each time: it changes with the site's version and settings.
        patch_cache_control(answer, public=True, no_cache=True)
        return get_conditional_response(request._request, etag, None, answer) or answer


def whole_document() -> dict[str, Any]:
    """The document as it is before it is written, built once."""
    with _building:
        return _document()


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@cache
def _rendered(renderer: Callable[[], BaseRenderer]) -> tuple[bytes, str]:
    """Return its bytes and their ETag."""
    body = force_bytes(renderer().render(_document(), renderer_context={}))
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
