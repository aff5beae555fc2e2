"""How many event streams an account has open: leases in Redis that expire by themselves.

A web process that is killed gives nothing back, so each lease holds for a while only and its stream
renews it. Where Redis is away, streams open uncounted, as requests do (accounts.limits.rate_limits).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from django.conf import settings

from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client

log = structlog.get_logger(__name__)
# Three heartbeats of a stream, each of which renews its lease: a late one costs nothing.
SECONDS = 45
# A sorted set of leases by the second of their end. The server's clock counts, not ours.
# As a script it is one step: two streams that open at once can't both take the last place. A
# renewal is never refused, as its lease is in the set already.
_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
# Nobody waits for a lease to be renewed or to end: a Redis that hangs holds up no events.
_LATER = ThreadPoolExecutor(1, thread_name_prefix="leases")


@dataclass(frozen=True)
class Lease:
    """One open stream of an account."""

    account_id: UUID
    id: str

    def renew(self) -> None:
        _LATER.submit(_take, self)

    def end(self) -> None:
        _LATER.submit(self._forget)

    def _forget(self) -> None:
        try:
            queue_client().zrem(_key(self), self.id)
        except QUEUE_ERRORS:
            log.warning("streams.lease_not_ended", account=str(self.account_id))


def per_account() -> int:
    return int(settings.EVENT_STREAMS_PER_ACCOUNT)


def take(account_id: UUID) -> Lease | None:
    """A lease, or None for an account that has as many as it may."""
    lease = Lease(account_id, uuid4().hex)
    return lease if _take(lease) else None


def _take(lease: Lease) -> bool:
    try:
        script = queue_client().register_script(_TAKE)
        return bool(script(keys=[_key(lease)], args=[lease.id, per_account(), SECONDS]))
    except QUEUE_ERRORS as error:
        log.warning("streams.not_counted", account=str(lease.account_id), error=str(error))
        return True


def _key(lease: Lease) -> str:
    return f"packshot:streams:{lease.account_id}"
