"""The rate-limit headers of the API."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from accounts.limits.rate_limits import GENERAL, RateLimitResult, peek

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RateLimitHeadersMiddleware:
    """X-RateLimit-Limit, -Remaining and -Reset (seconds) on every answer under /api/."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(("/api/", "/compat/")):
            found = getattr(request, "rate_limit", None)
            # Refusals before the throttle (401, an unknown address) did not count.
            result = found if isinstance(found, RateLimitResult) else peek(request, GENERAL)
            for name, value in result.headers.items():
                response[name] = value
        return response
