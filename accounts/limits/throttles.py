"""Rate limits as Django REST framework asks for them."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.limits.rate_limits import GENERAL, RateLimitResult, hit
from config.api.methods import by_method


class RateThrottle(BaseThrottle):
    """Counts a request once, against its view's ``rate_group`` (a name, or names by method).

    The result stays on Django's request, where RateLimitHeadersMiddleware finds it.
    """

    result: RateLimitResult | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        group = by_method(getattr(view, "rate_group", GENERAL), request.method, GENERAL)
        self.result = hit(request._request, group)
        request._request.rate_limit = self.result  # type: ignore[attr-defined]
        return self.result.allowed

    def wait(self) -> float | None:
        return float(max(1, self.result.reset)) if self.result else None
