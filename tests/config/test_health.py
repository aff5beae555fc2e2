"""Is it there, can it work?"""

from __future__ import annotations

import pytest
from django.test import Client

from config import observability


def test_healthz_is_the_process_alone(client: Client) -> None:
    response = client.get("/healthz")  # no database in this test: touching it would fail
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_says_what_is_missing(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {"database": True, "queue": False, "storage": True, "worker": False},
    }


@pytest.mark.django_db
def test_readyz_when_work_can_be_done(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observability, "_queue_answers", lambda: True)
    monkeypatch.setattr(observability, "warm_workers", lambda queue: 1)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
