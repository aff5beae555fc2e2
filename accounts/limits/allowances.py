"""So many requests a day, say: a number that starts anew at once, counted by django-ratelimit.

Its windows are fixed ones. That is what an allowance is; a rate, which must hold in any stretch of
time, is in rate_limits.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from accounts.limits.rate_limits import RateLimitResult, limit_of
from config.failures.outages import QUEUE_ERRORS

log = structlog.get_logger(__name__)


def take(request: HttpRequest, group: str) -> RateLimitResult:
    """Count a request against a group of the setting RATE_LIMITS and say whether it may pass."""
    limit = limit_of(request, group)
    if limit.requests is None:
        return limit.untouched
    rate = (limit.requests, limit.seconds)
    try:
        usage = get_usage(request, group=group, key=lambda *_: limit.who, rate=rate, increment=True)
    except QUEUE_ERRORS as error:
        log.warning("allowance_unavailable", group=group, error=str(error))
        usage = None
    # With a time of less than nothing the counter vanished between two commands.
    if usage is None or usage["time_left"] < 0:
        return limit.untouched
    return RateLimitResult(
        limit=limit.requests,
        remaining=max(0, limit.requests - usage["count"]),
        reset=usage["time_left"],
        allowed=not usage["should_limit"],
    )
