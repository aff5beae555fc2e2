"""Numbers about the site's work, counted by all of its processes together.

Each process adds to one hash on the queue's server, so web and workers count on the same counters, on
whichever machine they are, and a process that ends takes nothing with it. `/metrics` reads the hash
(config.web.metrics). Labels come from lists that the code bounds, never from what callers write. Where
the server is away a number goes uncounted. Where nobody may read them nothing is counted at all.
"""

from __future__ import annotations

import bisect
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.conf import settings
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client
from config.queue_names import METRICS

log = structlog.get_logger(__name__)
_FLUSH_SECONDS = 1.0  # at most so long a busy process keeps what it counted to itself
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WORK = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)


@dataclass(frozen=True)
class Counter:
    name: str
    help: str
    labels: tuple[str, ...]

    def count(self, *values: str) -> None:
        _add({_field(self.name, "", values): 1.0})


@dataclass(frozen=True)
class Histogram:
    """Counts how long something took, by upper bounds in seconds."""

    name: str
    help: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]

    def observe(self, seconds: float, *values: str) -> None:
        at = bisect.bisect_left(self.bounds, seconds)
        bound = str(self.bounds[at]) if at < len(self.bounds) else "+Inf"
        _add({_field(self.name, bound, values): 1.0, _field(self.name, "sum", values): seconds})


JOBS = Counter("packshot_jobs", "Jobs that ended.", ("operation", "outcome"))
JOB_SECONDS = Histogram(
    "packshot_job_seconds",
    "From when somebody asked for a job until it was done.",
    ("operation",),
    _WORK,
)
STAGE_SECONDS = Histogram(
    "packshot_stage_seconds", "What a stage of a job took.", ("stage",), _WORK
)
INFERENCE_SECONDS = Histogram(
    "packshot_inference_seconds", "What networks took to find a subject.", ("network",), _WORK
)
WEBHOOKS = Counter("packshot_webhook_attempts", "Attempts to deliver webhooks.", ("outcome",))
HTTP_SECONDS = Histogram(
    "packshot_http_request_seconds",
    "What requests took, by the address's pattern.",
    ("method", "route", "status"),
    _QUICK,
)
_ALL: tuple[Counter | Histogram, ...] = (
    *(JOBS, JOB_SECONDS, STAGE_SECONDS, INFERENCE_SECONDS, WEBHOOKS, HTTP_SECONDS),
)


def flush() -> None:
    """Bring what this process counted to the others' counts."""
    with _lock:
        counted = dict(_counted)
        _counted.clear()
        _last[0] = time.monotonic()
    if not counted:
        return
    try:
        _store().add(counted)
    except QUEUE_ERRORS as error:
        log.debug("metrics.not_counted", error=str(error))


def collected() -> Iterator[Metric]:
    """All that was counted, in the client library's terms. Raises redis.RedisError, OSError."""
    flush()
    found: dict[str, dict[tuple[str, ...], dict[str, float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for field, value in _store().all().items():
        name, kind, *values = json.loads(field)
        found[name][tuple(values)][kind] = value
    for one in _ALL:
        series = found.get(one.name, {})
        yield _counter(one, series) if isinstance(one, Counter) else _histogram(one, series)


def _counter(
    one: Counter, series: Mapping[tuple[str, ...], Mapping[str, float]]
) -> CounterMetricFamily:
    family = CounterMetricFamily(one.name, one.help, labels=one.labels)
    for values, numbers in sorted(series.items()):
        if len(values) == len(one.labels):  # another release may have had others
            family.add_metric(values, numbers.get("", 0.0))
    return family


def _histogram(
    one: Histogram, series: Mapping[tuple[str, ...], Mapping[str, float]]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(one.name, one.help, labels=one.labels)
    for values, numbers in sorted(series.items()):
        if len(values) != len(one.labels):
            continue
        total, buckets = 0.0, []
        for bound in (*map(str, one.bounds), "+Inf"):
            total += numbers.get(bound, 0.0)
            buckets.append((bound, total))
        family.add_metric(values, buckets, numbers.get("sum", 0.0))
    return family


_lock = threading.Lock()
_counted: defaultdict[str, float] = defaultdict(float)
_last = [0.0]


def _add(numbers: Mapping[str, float]) -> None:
    if not (settings.METRICS_TOKEN or settings.METRICS_NETWORKS):
        return  # nobody may read them
    with _lock:
        for field, number in numbers.items():
            _counted[field] += number
        is_due = time.monotonic() - _last[0] >= _FLUSH_SECONDS
    if is_due:
        flush()


def _field(name: str, kind: str, values: tuple[str, ...]) -> str:
    return json.dumps([name, kind, *values])


class _Store(Protocol):
    def add(self, numbers: Mapping[str, float]) -> None: ...

    def all(self) -> dict[str, float]: ...


class _InRedis:
    def add(self, numbers: Mapping[str, float]) -> None:
        with queue_client().pipeline(transaction=False) as pipe:
            for field, number in numbers.items():
                pipe.hincrbyfloat(METRICS, field, number)
            pipe.execute()

    def all(self) -> dict[str, float]:
        found: Any = queue_client().hgetall(METRICS)
        return {field.decode(): float(value) for field, value in found.items()}


class InMemory:
    """For tests, as the rate limits have it."""

    def __init__(self) -> None:
        self.numbers: defaultdict[str, float] = defaultdict(float)

    def add(self, numbers: Mapping[str, float]) -> None:
        for field, number in numbers.items():
            self.numbers[field] += number

    def all(self) -> dict[str, float]:
        return dict(self.numbers)


_in_memory, _in_redis = InMemory(), _InRedis()


def _store() -> _Store:
    return _in_memory if settings.RATE_LIMITS_URL == "memory://" else _in_redis
