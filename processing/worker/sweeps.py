"""Finds what fell between the chairs: jobs whose worker died, jobs whose message was lost."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from config import queue_names
from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client, queued_arguments
from processing.delivery import attempts
from processing.models import OPEN_STATES, Job, JobState
from processing.worker import claims, tasks, transitions
from processing.worker.making import kept_merges

log = structlog.get_logger(__name__)
# A message is sent after its row is committed: the message of a younger row may be on its way.
MESSAGE_PATIENCE = timedelta(seconds=10)
_BATCH = 500


def run() -> None:
    """Put right all there is. Safe to run anywhere, at any time, more than once."""
    abandoned_jobs()
    lost_messages()
    attempts.send_due()
    lost_batch_messages()
    kept_merges.sweep()


def is_anything_under_way(seconds: float) -> bool:
    """Whether a job waits or runs, or a webhook is being sent or will be within so many seconds."""
    return Job.objects.filter(state__in=OPEN_STATES).exists() or attempts.is_any_near(seconds)


def abandoned_jobs() -> int:
    """Requeue jobs whose heartbeat stopped, or fail them after their last try; how many there were."""
    claims.vouch()
    found = list(Job.objects.filter(transitions.stale()).select_related("account")[:_BATCH])
    for job in found:
        if job.attempts >= settings.JOB_MAX_ATTEMPTS:
            transitions.fail_lost(job)
        elif transitions.requeue_lost(job):
            log.warning("job.requeued", job_id=str(job.pk), attempts=job.attempts)
            tasks.send(job)
    return len(found)


def lost_messages() -> int:
    """Send pending jobs whose message was lost a new one; how many did."""
    now = timezone.now()
    waiting = Job.objects.filter(
        state=JobState.PENDING, batch=None, queued_at__lt=now - MESSAGE_PATIENCE
    )
    jobs = list(waiting.order_by("queued_at")[:_BATCH])
    if not jobs:
        return 0
    try:
        # A job that ends between the two looks gets one message too many, which finds nothing to
        # claim.
        queued = _queued_job_ids()
    except QUEUE_ERRORS:
        return 0  # no queue, no messages: the next round looks again
    lost = [job for job in jobs if str(job.pk) not in queued]
    # Looked at now, so that a long queue is not read again at every round.
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(queued_at=now)
    return sum(tasks.send(job) for job in lost)


def lost_batch_messages() -> int:
    """Send as many messages as pictures of batches lack one; how many were lacking.

    One that a worker has taken counts no more: its picture runs, or has died with its worker.
    """
    patience = timezone.now() - MESSAGE_PATIENCE
    waiting = Job.objects.filter(
        state=JobState.PENDING, batch__isnull=False, queued_at__lt=patience
    )
    jobs = list(waiting.order_by("queued_at")[:_BATCH])
    if not jobs:
        return 0
    try:
        # Messages of batches name no job, so all that can be done is to count them.
        queued = queue_client().llen(queue_names.untaken(tasks.BATCHES))
        later = queue_client().hlen(queue_names.unacknowledged(queue_names.later(tasks.BATCHES)))
    except QUEUE_ERRORS:
        return 0
    return sum(tasks.send(job) for job in jobs[: max(0, len(jobs) - queued - later)])


def _queued_job_ids() -> set[str]:
    """Ids in all messages that wait, are being worked on, or wait to be tried again."""
    return queued_arguments(tasks.IMAGES, f"{tasks.IMAGES}.DQ")
