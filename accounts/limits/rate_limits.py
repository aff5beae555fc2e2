"""How often somebody may ask: django-ratelimit's counters, our plans.

Signed-in callers are counted by account (making more keys buys nothing), others by address. The
group ``auth`` (login and register) is by address for everybody. When the cache is down requests
pass, with a warning in the log: quotas, which are money, do not depend on it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from accounts.http import client_ip, known_caller

UNLIMITED = 1_000_000_000
GENERAL = "general"
BY_ADDRESS = frozenset({"auth"})
_RATE = re.compile(r"(\d+)/(\d*)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RateLimitResult:
    """``reset`` is in seconds from now."""

    limit: int
    remaining: int
    reset: int
    allowed: bool

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


def hit(request: HttpRequest, group: str) -> RateLimitResult:
    """Count a request against a group of settings.RATE_LIMITS and say whether it may pass."""
    return _usage(request, group, count=True)


def peek(request: HttpRequest, group: str) -> RateLimitResult:
    """Say whether a request may pass, without counting it."""
    return _usage(request, group, count=False)


def parse_rate(rate: str) -> tuple[int, int]:
    """``"5/15m"`` as ``(5, 900)``. Raises ValueError for what is no rate."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is not a rate. Write it like 100/h or 5/15m.")
    requests, times, unit = match.groups()
    return int(requests), int(times or 1) * _SECONDS[unit]


def _usage(request: HttpRequest, group: str, *, count: bool) -> RateLimitResult:
    requests, seconds = parse_rate(settings.RATE_LIMITS[group])
    known = None if group in BY_ADDRESS else known_caller(request)
    who = f"address:{network_of(client_ip(request))}"
    if known is not None:
        who = f"account:{known.account.pk}"
        factor = settings.RATE_LIMIT_FACTORS.get(known.account.plan_id, 1)
        if factor is None:
            return RateLimitResult(UNLIMITED, UNLIMITED, 0, allowed=True)
        requests *= factor
    found = _counted(request, group, who=who, rate=(requests, seconds), count=count)
    if found is None:
        return RateLimitResult(requests, requests, seconds, allowed=True)
    return RateLimitResult(
        limit=requests,
        remaining=max(0, requests - found["count"]),
        reset=found["time_left"],
        allowed=not found["should_limit"],
    )


def _counted(
    request: HttpRequest, group: str, *, who: str, rate: tuple[int, int], count: bool
) -> dict[str, Any] | None:
    """Ask the counter; None when it cannot be reached."""
    try:
        usage: dict[str, Any] | None = get_usage(
            request, group=group, key=lambda *_: who, rate=rate, increment=count
        )
    except (RedisError, OSError) as error:
        log.warning("rate_limits_unavailable", group=group, error=str(error))
        return None
    if usage is not None and usage["time_left"] < 0:  # the counter vanished between two commands
        log.warning("rate_limits_unavailable", group=group, error="no count")
        return None
    return usage


def network_of(address: str) -> str:
    """Return what an address counts as: one IPv6 customer has at least a /64 of them."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
