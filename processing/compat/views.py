"""What the endpoints of all dialects share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from django.http import Http404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from media_library.intake.uploads import UploadLimits, UploadView, site_limits
from processing.compat.dialect import Dialect
from processing.compat.failures import ErrorFormat


class DialectView(UploadView):
    """An endpoint of ``dialect``, whose limits and errors it has.

    ``error_format`` is for an endpoint with another one than the rest of its dialect.
    """

    dialect: Dialect
    error_format: ErrorFormat | None = None
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "post"]  # a HEAD would do a GET's work

    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return replace(site_limits(cls.max_files), max_file_bytes=cls.dialect.max_file_bytes)

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
