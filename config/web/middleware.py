"""Tells of a refused body where no endpoint of the API does so itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from config.api import handlers
from config.web.requests import body_refusal


class RefusedBodyMiddleware:
    """Answers for pages before the CSRF check does, which misses its token in the empty form.

    Endpoints of the API ask who calls first, and pages that take files answer as pages do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        refusal = body_refusal(request)
        if refusal is None or hasattr(view, "cls") or hasattr(view, "max_body"):
            return None
        return handlers.answer(request, refusal)
