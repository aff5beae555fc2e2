"""Every failure of the native API in one shape: ``{success, error, code}``, plus ``fields``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.errors import AppError
from config.failures import outages

log = structlog.get_logger(__name__)

# The codes of DRF's own exceptions, by status.
_CODES = {
    status.HTTP_401_UNAUTHORIZED: "AUTHENTICATION_REQUIRED",
    status.HTTP_403_FORBIDDEN: "FORBIDDEN",
    status.HTTP_404_NOT_FOUND: "NOT_FOUND",
    status.HTTP_405_METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
}


def body(
    code: str, message: str, fields: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    answer: dict[str, Any] = {"success": False, "error": message, "code": code}
    if fields:
        answer["fields"] = fields
    return answer


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer for what a view raised; None (Django's 500) for what nobody expected."""
    outage = outages.told(exc)
    if outage is not None:
        log.error("outage", code=outage.code, exc_info=exc)
        exc = outage
    if isinstance(exc, RequestDataTooBig):
        exc = AppError("PAYLOAD_TOO_LARGE", "The request body is too large.", status=413)
    if isinstance(exc, AppError):
        set_rollback()
        return Response(
            body(exc.code, exc.message, exc.fields), status=exc.status, headers=exc.headers
        )
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    return Response(_api_exception_body(exc), status=exc.status_code, headers=_headers(exc))


def _api_exception_body(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        fields = flatten(exc.detail)
        name, messages = next(iter(fields.items()))
        message = messages[0] if name == "request" else f"{name}: {messages[0]}"
        return body("VALIDATION_ERROR", message, fields)
    if isinstance(exc, exceptions.ParseError):
        return body("VALIDATION_ERROR", str(exc.detail), {"request": [str(exc.detail)]})
    if isinstance(exc, exceptions.Throttled):
        seconds = int(getattr(exc, "wait", None) or 1)
        return body("RATE_LIMITED", f"Rate limit exceeded. Try again in {seconds} seconds.")
    return body(_CODES.get(exc.status_code, "ERROR"), str(exc.detail))


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested error detail as ``{"layout.margin": ["..."]}``; the whole body is ``request``."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            inner_name = "request" if name == "non_field_errors" else str(name)
            found |= flatten(inner, f"{prefix}.{inner_name}" if prefix else inner_name)
        return found
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            if inner:
                found |= flatten(inner, f"{prefix}[{index}]")
        return found
    messages = detail if isinstance(detail, list) else [detail]
    return {prefix or "request": [str(message) for message in messages]}
