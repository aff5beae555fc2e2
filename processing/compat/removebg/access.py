"""Who calls: an API key in ``X-Api-Key``, or as a bearer token, and how often."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.access import api_keys
from accounts.http import Caller, remember_caller
from accounts.limits import allowances, rate_limits
from accounts.limits.rate_limits import RateLimitResult
from accounts.models import User
from processing.compat.removebg.dialect import IMPROVE_GROUP, RATE_GROUP
from processing.compat.removebg.errors import Refusal
from processing.compat.removebg.parameters import MEGAPIXEL


class KeyAuthentication(BaseAuthentication):
    """A key alone: no session, no cookie opens this door."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        given = request.headers.get("X-Api-Key", "").strip()
        if not given:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            given = token.strip() if scheme.lower() == "bearer" else ""
        if not given:
            return None
        key = api_keys.find_used(given)
        if key is None:
            raise Refusal("auth_failed", "API Key invalid", status=403)
        found = Caller(key.account, key.created_by, api_key=key)
        remember_caller(request._request, found)
        return key.created_by, found


@dataclass(frozen=True)
class UntilTheMoment(RateLimitResult):
    """As the vendor tells it: by the time at which the limit starts anew."""

    @property
    def headers(self) -> dict[str, str]:
        at = int(time.time()) + self.reset
        return {**super().headers, "X-RateLimit-Reset": str(at)}


def tell_limit(request: HttpRequest) -> None:
    """Have the answer tell what is left of the limit, also where the request didn't count."""
    found = getattr(request, "rate_limit", None)
    if not isinstance(found, RateLimitResult):
        found = rate_limits.peek(request, RATE_GROUP)
    told = UntilTheMoment(found.limit, found.remaining, found.reset, found.allowed)
    request.rate_limit = told  # type: ignore[attr-defined]


def count_pixels(request: HttpRequest, pixels: int) -> None:
    """Count a photo as often as it has megapixels, begun ones whole; one of them was counted with the request. One
    that has more than may pass at all counts as all of it.

    Raises Throttled where that is more than is left.
    """
    counted = rate_limits.peek(request, RATE_GROUP)
    more = min(-(-pixels // MEGAPIXEL), counted.limit) - 1
    if more < 1:
        return
    result = rate_limits.hit(request, RATE_GROUP, cost=more)
    request.rate_limit = result  # type: ignore[attr-defined]
    if not result.allowed:
        raise Throttled(wait=max(1, result.reset))


def count_report(request: HttpRequest) -> None:
    """Raises Throttled for a report too many."""
    result = allowances.take(request, IMPROVE_GROUP)
    if not result.allowed:
        request.rate_limit = result  # type: ignore[attr-defined]
        raise Throttled(wait=max(1, result.reset))
