"""What a view raised, as a dialect tells it: the facts are the same for all, the shape is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.api.errors import flatten
from config.errors import AppError
from config.failures import outages
from config.web.requests import request_id
from processing.compat.fields import ParameterError

log = structlog.get_logger(__name__)

_MAX_LETTERS = 500
_CODES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}


@dataclass(frozen=True)
class Failure:
    """`fields` has what is wrong with which parameter, where it is about parameters."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ErrorFormat:
    """How a dialect's errors look: their body, and which statuses and codes differ from ours."""

    dialect: str
    shape: Callable[[Failure], dict[str, Any]]
    codes: Mapping[int, str] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    def answer(self, exc: Exception, context: Mapping[str, Any]) -> Response:
        """To be a view's exception handler.

        A mistake of ours is logged and announced as Django does it, but told in their shape.
        """
        outage = outages.told(exc)
        if outage is not None:
            log.error("outage", dialect=self.dialect, code=outage.code, exc_info=exc)
        failure = self._failure(outage or exc)
        if failure is None:
            request: HttpRequest = context["request"]._request
            got_request_exception.send(sender=None, request=request)
            log.error("compat.failed", dialect=self.dialect, path=request.path, exc_info=exc)
            quoted = f"An unexpected error occurred. Quote request {request_id(request)}."
            failure = Failure(500, "INTERNAL_ERROR", quoted)
        set_rollback()
        return Response(self.shape(failure), status=failure.status, headers=failure.headers)

    def _failure(self, exc: Exception) -> Failure | None:
        if isinstance(exc, AppError):
            status = self.statuses.get(exc.code, exc.status)
            return Failure(status, exc.code, _message(exc), exc.headers, exc.fields or {})
        if isinstance(exc, RequestDataTooBig):
            return Failure(413, "PAYLOAD_TOO_LARGE", "The request body is too large.")
        if isinstance(exc, TooManyFilesSent):
            return Failure(400, self._code(400), "Too many files were sent at once.")
        if isinstance(exc, SuspiciousOperation):  # for instance a form of a thousand fields
            return Failure(400, self._code(400), "The request is malformed.")
        if isinstance(exc, Http404):
            exc = exceptions.NotFound()
        elif isinstance(exc, PermissionDenied):
            exc = exceptions.PermissionDenied()
        return self._api_failure(exc) if isinstance(exc, exceptions.APIException) else None

    def _api_failure(self, exc: exceptions.APIException) -> Failure:
        status, message, headers, fields = exc.status_code, str(exc.detail), {}, {}
        if isinstance(exc, exceptions.ValidationError):
            fields = flatten(exc.detail)
            name, messages = next(iter(fields.items()))
            message = f"{name}: {messages[0]}"
        if isinstance(exc, exceptions.Throttled):
            seconds = int(getattr(exc, "wait", None) or 1)
            headers["Retry-After"] = str(seconds)
            message = f"Request was throttled. Expected available in {seconds} seconds."
        if auth_header := getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = auth_header
        code = self._code(status)
        if isinstance(exc, exceptions.ParseError):
            status = self.statuses.get(code, status)
        return Failure(status, code, message[:_MAX_LETTERS], headers, fields)

    def _code(self, status: int) -> str:
        return self.codes.get(status) or _CODES.get(status, "ERROR")


def _message(error: AppError) -> str:
    """Beginning with the name of the parameter that it is about, if it is about one."""
    message = error.message[:_MAX_LETTERS]
    if not error.fields or isinstance(error, ParameterError):
        return message
    name, messages = next(iter(error.fields.items()))
    # A sentence on one field, such as `invalid` makes, doesn't name it; one on a whole body does.
    return f"{name}: {message}" if error.message == messages[0] else message
