"""How often the clock looks: often while somebody may be waited for, else rarely."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from processing.management.commands.clock import pause_after_a_round
from processing.models import Job, WebhookDelivery, WebhookEndpoint
from processing.worker import transitions
from tests.stand_ins import Seller

OFTEN, RARELY = 3.0, 10.0


def test_without_work_it_looks_rarely(db: None) -> None:
    assert pause_after_a_round() == RARELY


def test_while_a_job_is_open_it_looks_often(submit: Callable[..., Job]) -> None:
    job = submit()
    assert pause_after_a_round() == OFTEN
    assert transitions.claim(job.pk) is not None
    assert pause_after_a_round() == OFTEN
    transitions.cancel(job)
    assert pause_after_a_round() == RARELY


@pytest.mark.parametrize(
    ("due_in", "claimed", "pause"),
    [(9, False, OFTEN), (12, False, RARELY), (30, True, OFTEN)],
    ids=["due soon", "due later", "being sent"],
)
def test_while_a_webhook_is_near_it_looks_often(
    owner: Seller, due_in: int, claimed: bool, pause: float
) -> None:
    endpoint = WebhookEndpoint.objects.create(
        account=owner.account, url="https://receiver.example", events=[]
    )
    now = timezone.now()
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        event="job.completed",
        payload={},
        due_at=now + timedelta(seconds=due_in),
        claimed_at=now if claimed else None,
    )
    assert pause_after_a_round() == pause


@pytest.mark.parametrize(("stale", "pause"), [(6.0, 4.0), (3.0, OFTEN)])
def test_it_looks_before_a_worker_may_be_believed_dead(
    db: None, settings: Any, stale: float, pause: float
) -> None:
    settings.JOB_STALE_SECONDS = stale
    assert pause_after_a_round() == pause
