"""What a request carries through the site: its id, in every response and log line, and why its body was refused."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from config.errors import AppError

_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", "unknown"))


def body_refusal(request: HttpRequest) -> AppError | None:
    """Why the body was not taken (config.web.bodies): what the request shows of it is empty."""
    found = getattr(request, "body_refusal", None)
    return found if isinstance(found, AppError) else None


class RequestIdMiddleware:
    """Takes the caller's ``X-Request-Id`` where it is a sane one, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        request.request_id = identifier  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=identifier):
            response = self.get_response(request)
        response["X-Request-Id"] = identifier
        return response
