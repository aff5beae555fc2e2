"""Numbers for Prometheus: who may read them, and what they count."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
import structlog
from django.conf import settings as site
from django.test import Client

from config import metrics, observability
from config.setup.networks import networks
from media_library.models import Image
from processing.models import Job
from processing.worker import tasks, transitions
from tests.config.queue_server import Server
from tests.processing.conftest import photo
from tests.stand_ins import Seller

TOKEN = {"Authorization": "Bearer a-secret"}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(metrics, "_in_memory", metrics.InMemory())
    metrics.flush()
    metrics._in_memory.numbers.clear()
    server = Server()
    monkeypatch.setattr(observability, "queue_client", lambda: server)
    settings.METRICS_TOKEN = "a-secret"


@pytest.fixture
def photo_of() -> Callable[[Seller], Image]:
    return lambda seller: seller.image(photo())


def lines() -> list[str]:
    answer = Client().get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    return [line for line in answer.content.decode().splitlines() if not line.startswith("#")]


def of(name: str) -> list[str]:
    return [line for line in lines() if re.match(rf"{name}\b", line)]


def test_nothing_is_counted_for_nobody(settings: Any, client: Client) -> None:
    settings.METRICS_TOKEN = ""
    client.get("/healthz")
    metrics.flush()
    assert not metrics._in_memory.numbers
    settings.METRICS_TOKEN = "a-secret"
    client.get("/healthz")
    metrics.flush()
    assert metrics._in_memory.numbers


@pytest.mark.django_db
def test_who_may_read(settings: Any, client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "a-secret"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    assert client.get("/metrics", headers=TOKEN).status_code == 200
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_NETWORKS = networks(["127.0.0.0/8"])
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 404
    settings.TRUSTED_PROXIES = 1
    forwarded = {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}
    assert client.get("/metrics", headers=forwarded).status_code == 404


@pytest.mark.django_db
def test_requests_are_counted_by_pattern_and_never_by_address(client: Client) -> None:
    for path in ("/healthz", "/healthz", "/made/up", "/other/made/up", "/admin/desk/"):
        client.get(path)
    client.generic("EXPLODE", "/healthz")
    assert of("packshot_http_request_seconds_count") == [
        'packshot_http_request_seconds_count{method="GET",route="/admin/desk/",status="302"} 1.0',
        'packshot_http_request_seconds_count{method="GET",route="/healthz",status="200"} 2.0',
        'packshot_http_request_seconds_count{method="GET",route="none",status="404"} 2.0',
        'packshot_http_request_seconds_count{method="other",route="/healthz",status="200"} 1.0',
    ]


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_jobs_stages_and_networks_are_counted(owner: Seller, photo_of: Callable[..., Any]) -> None:
    image = photo_of(owner)
    body = {"imageId": image.public_id}
    url = "/api/v1/images/tools/remove-background"
    for _ in range(2):  # the second is found again
        assert owner.client.post(url, body, format="json").status_code == 200
    assert of("packshot_jobs_total") == [
        'packshot_jobs_total{operation="remove-background",outcome="completed"} 2.0'
    ]
    assert 'packshot_stage_seconds_count{stage="decode"} 1.0' in lines()
    assert of("packshot_inference_seconds_count") == [
        'packshot_inference_seconds_count{network="rembg/middle"} 1.0'
    ]
    bounds = of("packshot_job_seconds_bucket")
    assert len(bounds) == 13
    assert bounds[-1] == (
        'packshot_job_seconds_bucket{le="+Inf",operation="remove-background"} 2.0'
    )
    counts = [float(line.rpartition(" ")[2]) for line in bounds]
    assert counts == sorted(counts)


def test_histograms_are_cumulative() -> None:
    for seconds in (0.001, 0.005, 0.2, 99):
        metrics.HTTP_SECONDS.observe(seconds, "GET", "/x", "200")
    found = {
        line.partition('le="')[2].partition('"')[0]: line.rpartition(" ")[2]
        for line in of("packshot_http_request_seconds_bucket")
        if 'route="/x"' in line
    }
    assert (found["0.005"], found["0.1"], found["0.25"], found["30.0"], found["+Inf"]) == (
        *("2.0", "2.0", "3.0", "3.0"),
        "4.0",
    )
    [total] = [line for line in of("packshot_http_request_seconds_sum") if 'route="/x"' in line]
    assert total.endswith(" 99.206")


def test_queues_and_workers() -> None:
    assert 'packshot_queue_messages{queue="images",state="waiting"} 0.0' in lines()
    assert 'packshot_queue_age_seconds{queue="images"} 0.0' in lines()
    assert 'packshot_workers{queue="images"} 0.0' in lines()
    assert "packshot_queue_up 1.0" in lines()


def test_without_the_queue_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(observability, "queue_client", away)
    assert lines() == ["packshot_queue_up 0.0"]


@pytest.mark.usefixtures("middle_model")
def test_a_requests_id_leads_to_its_jobs_lines(
    owner: Seller, photo_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def run(job: Job) -> None:
        seen.append(structlog.contextvars.get_contextvars())

    monkeypatch.setattr("processing.worker.runner.run", run)
    image = photo_of(owner)
    answer = owner.client.post(
        "/api/v1/images/tools/remove-background",
        {"imageId": image.public_id},
        format="json",
        headers={"X-Request-Id": "asked-0123"},
    )
    job = Job.objects.get()
    assert answer.status_code == 202
    claimed = transitions.claim(job.pk)
    assert claimed is not None
    tasks._work_on(claimed)
    expected = {"job_id": str(job.pk), "account_id": str(owner.account.pk)}
    assert seen == [{**expected, "request_id": "asked-0123"}]
    assert "account_id" not in structlog.contextvars.get_contextvars()


def test_the_dashboard_asks_for_what_is_counted() -> None:
    text = (Path(site.BASE_DIR) / "docs/grafana-dashboard.json").read_text()
    json.loads(text)
    asked = set(re.findall(r"packshot_[a-z_]+", text))
    there = {line.partition("{")[0].partition(" ")[0] for line in lines()}
    names = {one.name for one in metrics._ALL} | there
    assert {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in asked} <= names
    assert len(asked) > 8


def test_a_sentry_without_its_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.exceptions import ImproperlyConfigured

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImproperlyConfigured, match="sentry-sdk is not installed"):
        observability._report_errors("https://key@sentry.example.com/1")
    told: dict[str, Any] = {}

    class Sentry:
        @staticmethod
        def init(dsn: str, **options: Any) -> None:
            told.update(options, dsn=dsn)

    monkeypatch.setattr(importlib, "import_module", lambda name: Sentry)
    observability._report_errors("https://key@sentry.example.com/1")
    assert told["dsn"] == "https://key@sentry.example.com/1"
    assert (told["send_default_pii"], told["include_local_variables"]) == (False, False)
