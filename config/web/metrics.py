"""Counts requests, and shows what all processes counted to Prometheus."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.http import client_ip
from config import metrics, observability
from config.failures.outages import QUEUE_ERRORS
from config.queue_names import QUEUES

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsMiddleware:
    """Counts each request by its address's pattern: what matches none is counted together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        method = request.method if request.method in _METHODS else "other"
        route = f"/{match.route}" if match is not None else "none"
        seconds = time.perf_counter() - started
        metrics.HTTP_SECONDS.observe(seconds, str(method), route, str(response.status_code))
        return response


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, from an address of ``METRICS_NETWORKS`` or with ``METRICS_TOKEN``; to others
    there is nothing here."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    token = settings.METRICS_TOKEN
    if token and constant_time_compare(given.encode(), f"Bearer {token}".encode()):
        return True
    address = ipaddress.ip_address(client_ip(request))
    return any(address in network for network in settings.METRICS_NETWORKS)


class _Numbers(Collector):
    def collect(self) -> Iterator[Metric]:
        try:
            # In full before anything is told: half of the numbers would look like all of them.
            found = [*metrics.collected(), *_gauges()]
        except QUEUE_ERRORS:
            found = []
        up = GaugeMetricFamily("packshot_queue_up", "Whether the queue's server answers.")
        up.add_metric([], 1.0 if found else 0.0)
        yield from [*found, up]


def _gauges() -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "packshot_queue_messages", "Messages of a queue.", labels=["queue", "state"]
    )
    age = GaugeMetricFamily(
        "packshot_queue_age_seconds", "How long a queue's oldest waits.", labels=["queue"]
    )
    for one in observability.queue_standings():
        for state, number in (
            ("waiting", one.waiting),
            ("taken", one.taken),
            ("later", one.for_later),
        ):
            waiting.add_metric([one.name, state], number)
        age.add_metric([one.name], one.oldest_seconds or 0.0)
    workers = GaugeMetricFamily("packshot_workers", "Workers that live.", labels=["queue"])
    lives = [queue for one in observability.worker_standings() for queue in one.queues]
    for queue in QUEUES:
        workers.add_metric([queue], lives.count(queue))
    yield from (waiting, age, workers)
