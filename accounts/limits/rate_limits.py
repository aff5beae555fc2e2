"""How often somebody may ask, by our plans, counted by `limits`.

Windows slide: however requests are spread, no more than the limit pass in any stretch of that
length, and what is refused doesn't count. (Counters of fixed windows let twice the limit pass
around their edges.)

Signed-in callers are counted by account (making more keys buys nothing), others by address. The
groups of BY_ADDRESS (signing in and up) are by address for everybody. When the cache is down requests
pass, with a warning in the log: quotas, which are money, do not depend on it.
"""

from __future__ import annotations

import functools
import ipaddress
import math
import re
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from accounts.http import client_ip, known_caller
from accounts.limits import exceptions
from accounts.models import Account
from config.failures.outages import QUEUE_ERRORS

UNLIMITED = 1_000_000_000
GENERAL = "general"
BY_ADDRESS = frozenset({"auth", "join", "invitation-links"})
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


def hit(request: HttpRequest, group: str, *, about: str = "", cost: int = 1) -> RateLimitResult:
    """Count a request against a group of settings.RATE_LIMITS and say whether it may pass.

    What it is ``about`` is counted by itself: nobody who asks about something else has less left. With a
    ``cost`` it counts as so many.
    """
    return _usage(request, group, cost=cost, about=about)


def peek(request: HttpRequest, group: str) -> RateLimitResult:
    """Say whether a request may pass, without counting it."""
    return _usage(request, group, cost=0)


def parse_rate(rate: str) -> tuple[int, int]:
    """``"5/15m"`` as ``(5, 900)``. Raises ValueError for what is no rate."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is not a rate. Write it like 100/h or 5/15m.")
    requests, times, unit = match.groups()
    return int(requests), int(times or 1) * _SECONDS[unit]


@dataclass(frozen=True)
class Limit:
    """How many requests are allowed to whom; None for as many as they like."""

    who: str
    requests: int | None
    seconds: int

    @property
    def untouched(self) -> RateLimitResult:
        """What whoever has no limit is told, or cannot be counted and passes."""
        if self.requests is None:
            return RateLimitResult(UNLIMITED, UNLIMITED, 0, allowed=True)
        return RateLimitResult(self.requests, self.requests, self.seconds, allowed=True)


def limit_of(request: HttpRequest, group: str) -> Limit:
    """Find what a group of settings.RATE_LIMITS allows a request's caller."""
    requests, seconds = parse_rate(settings.RATE_LIMITS[group])
    known = None if group in BY_ADDRESS else known_caller(request)
    if known is None:
        return Limit(f"address:{network_of(client_ip(request))}", requests, seconds)
    allowed = _of_account(known.account, group, requests)
    return Limit(f"account:{known.account.pk}", allowed, seconds)


def _usage(request: HttpRequest, group: str, *, cost: int, about: str = "") -> RateLimitResult:
    limit = limit_of(request, group)
    who = f"{limit.who}:{about}" if about else limit.who
    if limit.requests is None:
        return limit.untouched
    item = RateLimitItemPerSecond(limit.requests, limit.seconds, namespace=group)
    try:
        counted = cost == 0 or limiter().hit(item, who, cost=cost)
        window = limiter().get_window_stats(item, who)
    except QUEUE_ERRORS as error:
        log.warning("rate_limits_unavailable", group=group, error=str(error))
        return limit.untouched
    return RateLimitResult(
        limit=limit.requests,
        remaining=max(0, window.remaining),
        # When the oldest of the counted requests leaves the window, there is room for another.
        reset=max(0, math.ceil(window.reset_time - time.time())),
        allowed=counted if cost else window.remaining > 0,
    )


def _of_account(account: Account, group: str, requests: int) -> int | None:
    """Return how many requests an account has where Free has so many; None for no limit."""
    exception = exceptions.rate(account.pk, group)
    if exception is not None:
        return exception
    factor = settings.RATE_LIMIT_FACTORS.get(account.plan_id, 1)
    return None if factor is None else requests * factor


@functools.cache
def limiter() -> MovingWindowRateLimiter:
    """What counts: in Redis, or in this process's memory for tests."""
    url: str = settings.RATE_LIMITS_URL
    return MovingWindowRateLimiter(
        MemoryStorage() if url == "memory://" else RedisStorage(url, key_prefix="rate")
    )


def network_of(address: str) -> str:
    """Return what an address counts as: one IPv6 customer has at least a /64 of them."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
