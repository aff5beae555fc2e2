"""What the endpoints of all dialects share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.http import Http404, HttpRequest
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiView
from media_library.intake.uploads import limit_uploads
from processing.compat.dialect import Dialect
from processing.compat.failures import ErrorFormat


class DialectView(ApiView):
    """An endpoint of ``dialect``, whose limits and errors it has.

    ``error_format`` is for an endpoint with another one than the rest of its dialect.
    """

    dialect: Dialect
    error_format: ErrorFormat | None = None
    max_files: int | None = None  # None: as many as the site takes at once
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "post"]  # a HEAD would do a GET's work

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        limit_uploads(request, max_files=self.max_files, max_bytes=self.dialect.max_file_bytes)
        return super().initialize_request(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response]:
        return (self.error_format or self.dialect.error_format).answer


class UnknownAddress(DialectView):
    """Every address below a dialect's that its vendor doesn't have."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def get(self, request: Request, **path: str) -> NoReturn:
        raise Http404

    post = get
