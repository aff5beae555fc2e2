"""What a request carries through the site: its id, in every response and log line, why its body was refused,
and which page of a list it asks for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from config.errors import AppError

_MAX_PAGE = 100_000
_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", "unknown"))


def body_refusal(request: HttpRequest) -> AppError | None:
    """Why the body was not taken (config.web.bodies): what the request shows of it is empty."""
    found = getattr(request, "body_refusal", None)
    return found if isinstance(found, AppError) else None


def page_number(request: HttpRequest) -> int:
    """The number of a page that is asked for, from 1 on; 1 for what is none."""
    raw = request.GET.get("page", "1")
    is_number = raw.isascii() and raw.isdigit() and len(raw) <= len(str(_MAX_PAGE))
    return min(max(1, int(raw)), _MAX_PAGE) if is_number else 1


def around(number: int, *, has_more: bool, query: str = "") -> dict[str, str]:
    """The addresses of the pages before and behind one, "" for none, as components/pager.html takes them."""
    before = f"?{query}&" if query else "?"
    return {
        "newer": f"{before}page={number - 1}" if number > 1 else "",
        "older": f"{before}page={number + 1}" if has_more else "",
    }


class RequestIdMiddleware:
    """Takes the caller's ``X-Request-Id`` where it is a sane one, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        request.request_id = identifier  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=identifier):
            try:
                response = self.get_response(request)
            finally:
                # Bound once the caller is known (accounts.http.remember_caller).
                structlog.contextvars.unbind_contextvars("account_id")
        response["X-Request-Id"] = identifier
        return response
