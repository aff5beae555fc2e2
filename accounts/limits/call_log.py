"""The last calls of each account's programs, for their developers: what was asked, and what came back.

A bounded list in Redis, one round trip a call: no table grows, nothing waits for a database's lock.
Only addresses without their query are kept, and neither bodies nor keys. Where Redis is away, a call
goes unlogged, as it goes uncounted by the rate limits.
"""

from __future__ import annotations

import functools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.http import Caller
from config.failures.outages import QUEUE_ERRORS
from config.queue_names import CALLS
from config.web.requests import request_id

KEPT = 100
_DAYS = 30
_READ_AT_ONCE = 100  # lists of a search
_PATHS = ("/api/v1/", "/compat/")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `code` is the error's in the answer, `key` the part of the API key that is no secret."""

    at: float  # seconds since 1970
    method: str
    path: str
    status: int
    milliseconds: int
    request_id: str
    key: str
    code: str

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


class CallLogMiddleware:
    """Notes each call of a program whose account is known. Our own pages' calls are none of theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        caller = getattr(request, "caller", None)
        if isinstance(caller, Caller) and request.path.startswith(_PATHS) and _by_program(request):
            seconds = time.perf_counter() - started
            note(caller.account.pk, _call(request, response, caller, seconds))
        return response


def note(account_id: UUID, call: Call) -> None:
    """Put a call on top of its account's list."""
    try:
        _store().push(_name(account_id), json.dumps(asdict(call)))
    except QUEUE_ERRORS as error:
        log.warning("call_not_logged", error=str(error))


def last_calls(account_id: UUID) -> list[Call]:
    """List what is kept, newest first; nothing while Redis is away."""
    try:
        return [Call(**json.loads(one)) for one in _store().all(_name(account_id))]
    except QUEUE_ERRORS as error:
        log.warning("call_log_unavailable", error=str(error))
        return []


def accounts_of(wanted: str) -> list[UUID]:
    """Find whose program made the call with this request id. Reads all lists: for staff who search."""
    try:
        return [
            UUID(name.rpartition(":")[2])
            for name, lines in _store().each()
            if any(json.loads(line)["request_id"] == wanted for line in lines)
        ]
    except QUEUE_ERRORS as error:
        log.warning("call_log_unavailable", error=str(error))
        return []


def forget(account_id: UUID) -> None:
    """Remove the list of an account that goes; where Redis is away, it expires by itself."""
    try:
        _store().remove(_name(account_id))
    except QUEUE_ERRORS as error:
        log.warning("call_log_unavailable", error=str(error))


def _call(request: HttpRequest, response: HttpResponseBase, caller: Caller, seconds: float) -> Call:
    told = getattr(response, "data", None)
    code = told.get("code") if isinstance(told, dict) and response.status_code >= 400 else ""
    return Call(
        at=round(time.time() - seconds, 3),
        method=str(request.method),
        path=request.path[:200],
        status=response.status_code,
        milliseconds=round(seconds * 1000),
        request_id=request_id(request),
        key=caller.api_key.shown if caller.api_key else "",
        code=code if isinstance(code, str) else "",
    )


def _by_program(request: HttpRequest) -> bool:
    has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    return not has_cookie or any(name in request.headers for name in ("Authorization", "x-api-key"))


def _name(account_id: UUID) -> str:
    return f"{CALLS}:{account_id}"


class _Store(Protocol):
    def push(self, name: str, line: str) -> None: ...

    def all(self, name: str) -> list[Any]: ...

    def remove(self, name: str) -> None: ...

    def each(self) -> Iterator[tuple[str, list[Any]]]: ...


class _InRedis:
    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)

    def push(self, name: str, line: str) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.lpush(name, line)
            pipe.ltrim(name, 0, KEPT - 1)
            pipe.expire(name, _DAYS * 86400)
            pipe.execute()

    def all(self, name: str) -> list[Any]:
        found: Any = self._redis.lrange(name, 0, KEPT - 1)
        return list(found)

    def remove(self, name: str) -> None:
        self._redis.delete(name)

    def each(self) -> Iterator[tuple[str, list[Any]]]:
        names = self._redis.scan_iter(match=f"{CALLS}:*", count=_READ_AT_ONCE)
        while some := list(islice(names, _READ_AT_ONCE)):
            with self._redis.pipeline(transaction=False) as pipe:
                for name in some:
                    pipe.lrange(name, 0, KEPT - 1)
                yield from zip((name.decode() for name in some), pipe.execute(), strict=True)


class _InMemory:
    """For tests, as the rate limits have it."""

    def __init__(self) -> None:
        self._lists: dict[str, list[str]] = defaultdict(list)

    def push(self, name: str, line: str) -> None:
        self._lists[name] = [line, *self._lists[name]][:KEPT]

    def all(self, name: str) -> list[Any]:
        return list(self._lists[name])

    def remove(self, name: str) -> None:
        self._lists.pop(name, None)

    def each(self) -> Iterator[tuple[str, list[Any]]]:
        yield from list(self._lists.items())


@functools.cache
def _store() -> _Store:
    return _InMemory() if settings.RATE_LIMITS_URL == "memory://" else _InRedis(settings.REDIS_URL)
