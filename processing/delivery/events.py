"""Events: rows that stay, and a notification over Redis for those who wait right now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from redis.client import PubSub

from accounts.models import Account
from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client
from processing.delivery import outbox
from processing.models import ENDED_STATES, Batch, Job, JobEvent

log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0  # how long a lost notification can go unnoticed
_LOOK_SECONDS_UNNOTIFIED = 0.1


def append(job: Job, name: str, data: Mapping[str, Any] | None = None) -> JobEvent:
    """Write a job's event in the transaction that made it true, and notify those who wait after it.

    The caller's transaction holds the batch's row, where there is one (`lock_batch`), so that the
    ids of a batch's events rise in the order in which they become visible.
    """
    event = JobEvent.objects.create(
        job_id=job.pk,
        batch_id=job.batch_id,
        account_id=job.account_id,
        name=name,
        data=dict(data or {}),
    )
    outbox.put(event, job)
    channels = [stream_of_job(job.pk), stream_of_account(job.account_id)]
    if job.batch_id is not None:
        channels.append(stream_of_batch(job.batch_id))
    if name.rpartition(".")[2] in ENDED_STATES:
        channels.append(_ended(job.pk))
    _notify_after_commit(channels, event)
    return event


def append_to_batch(batch: Batch, name: str, data: Mapping[str, Any]) -> JobEvent:
    event = JobEvent.objects.create(
        batch_id=batch.pk, account_id=batch.account_id, name=name, data=dict(data)
    )
    outbox.put(event)
    _notify_after_commit([stream_of_batch(batch.pk)], event)
    return event


def newest_of(account: Account) -> int:
    """The id of the account's newest event; 0 before the first."""
    newest = JobEvent.objects.filter(account=account).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def append_to_account(account: Account, name: str, data: Mapping[str, Any]) -> JobEvent:
    event = JobEvent.objects.create(account=account, name=name, data=dict(data))
    outbox.put(event)
    return event


def lock_batch(job: Job) -> Batch | None:
    """Let the events of one batch follow each other; the batch's row, as it is until the transaction ends,
    without what it was asked for. None for a job without one."""
    # Ids are given at INSERT and seen at COMMIT. Without the lock a stream that has read event 8
    # would never look for a 7 that is committed later.
    if job.batch_id is None:
        return None
    rows = Batch.objects.select_for_update().filter(pk=job.batch_id)
    return rows.defer("command", "looks").order_by().first()


class JobWaiter:
    """Waits for a job's end: told of it at once, and looking itself in case nobody can tell."""

    def __init__(self, job_id: UUID, pubsub: PubSub | None) -> None:
        self._job_id = job_id
        self._pubsub = pubsub

    def wait(self, seconds: float) -> bool:
        """Whether the job ended within ``seconds``."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            if self._notified(left) or self._is_there():
                return True
            if not left:
                return False

    def _is_there(self) -> bool:
        return Job.objects.filter(pk=self._job_id, state__in=ENDED_STATES).exists()

    def _notified(self, at_most: float) -> bool:
        """Wait to be told of the end, which happens once it is committed; whether that was so."""
        if not connection.in_atomic_block:
            connection.close()  # many may wait here: none keeps a connection meanwhile
        if self._pubsub is None:
            time.sleep(min(at_most, _LOOK_SECONDS_UNNOTIFIED))
            return False
        try:
            return self._pubsub.get_message(timeout=min(at_most, _LOOK_SECONDS)) is not None
        except QUEUE_ERRORS:
            self._pubsub = None
            return False


@contextmanager
def listener(job_id: UUID) -> Iterator[JobWaiter]:
    """Listen for a job's end. Open it before the job is sent, so that no notification is missed."""
    pubsub = PubSub(queue_client().connection_pool, ignore_subscribe_messages=True)
    try:
        try:
            pubsub.subscribe(_ended(job_id))
        except QUEUE_ERRORS:
            log.warning("events.no_notifications", job_id=str(job_id))
            yield JobWaiter(job_id, None)
        else:
            yield JobWaiter(job_id, pubsub)
    finally:
        pubsub.close()


def stream_of_job(job_id: UUID) -> str:
    """The channel on which the id of every new event of a job is told."""
    return f"packshot:events:job:{job_id}"


def stream_of_batch(batch_id: UUID) -> str:
    return f"packshot:events:batch:{batch_id}"


def stream_of_account(account_id: UUID) -> str:
    return f"packshot:events:account:{account_id}"


def _ended(job_id: UUID) -> str:
    return f"packshot:ended:{job_id}"


def _notify_after_commit(channels: list[str], event: JobEvent) -> None:
    # After the commit, or whoever is woken looks too early. robust: an error here must not keep
    # later callbacks, such as the one that sends the job's message, from being called.
    transaction.on_commit(partial(_notify, channels, event.pk), robust=True)


def _notify(channels: list[str], event_id: int) -> None:
    try:
        with queue_client().pipeline(transaction=False) as pipe:
            for channel in channels:
                pipe.publish(channel, str(event_id))
            pipe.execute()
    except QUEUE_ERRORS:
        log.warning("events.notification_lost", event_id=event_id)
