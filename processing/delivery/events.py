"""Events: rows that stay, and a nudge through the queue's server for those who wait right now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import redis
import structlog
from django.db import connection, transaction
from redis.client import PubSub

from config.observability import queue_client
from processing.models import ENDED_STATES, Job, JobEvent

log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0  # how long a lost nudge can go unnoticed
_LOOK_SECONDS_WITHOUT_NUDGES = 0.1


def append(job: Job, name: str, data: Mapping[str, Any] | None = None) -> None:
    """Write an event in the transaction that made it true, and nudge those who wait after it."""
    JobEvent.objects.create(
        job_id=job.pk, account_id=job.account_id, name=name, data=dict(data or {})
    )
    if name.rpartition(".")[2] in ENDED_STATES:
        transaction.on_commit(lambda: _nudge(job.pk), robust=True)


class Listener:
    """Hears of a job's end as soon as it is there, and looks itself where nobody can tell it."""

    def __init__(self, job_id: UUID, pubsub: PubSub | None) -> None:
        self._job_id = job_id
        self._pubsub = pubsub

    def wait(self, seconds: float) -> bool:
        """Whether the job ended within ``seconds``."""
        deadline = time.monotonic() + seconds
        while not Job.objects.filter(pk=self._job_id, state__in=ENDED_STATES).exists():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._pause(left)
        return True

    def _pause(self, at_most: float) -> None:
        if not connection.in_atomic_block:
            connection.close()  # many may wait here: none keeps a connection meanwhile
        if self._pubsub is not None:
            try:
                self._pubsub.get_message(timeout=min(at_most, _LOOK_SECONDS))
            except (redis.RedisError, OSError):
                self._pubsub = None
        else:
            time.sleep(min(at_most, _LOOK_SECONDS_WITHOUT_NUDGES))


@contextmanager
def listener(job_id: UUID) -> Iterator[Listener]:
    """Listen for a job's end. To be opened before the job is sent, so that no nudge is missed."""
    pubsub = PubSub(queue_client().connection_pool, ignore_subscribe_messages=True)
    try:
        try:
            pubsub.subscribe(_channel(job_id))
        except (redis.RedisError, OSError):
            log.warning("events.no_nudges", job_id=str(job_id))
            yield Listener(job_id, None)
        else:
            yield Listener(job_id, pubsub)
    finally:
        pubsub.close()


def _channel(job_id: UUID) -> str:
    return f"packshot:ended:{job_id}"


def _nudge(job_id: UUID) -> None:
    try:
        queue_client().publish(_channel(job_id), "ended")
    except (redis.RedisError, OSError):
        log.warning("events.nudge_lost", job_id=str(job_id))
