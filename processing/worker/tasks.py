"""The queue's side of jobs. Messages carry an id or nothing; running twice does no harm.

Single pictures, for which somebody waits, go through `images`: a message names its job. Batches go
through `batches`: a message only says that there is one more to do, and `fair_share` chooses whose.
"""

from __future__ import annotations

import time
from uuid import UUID

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker

from config import queue_names
from config.failures import outages
from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client
from processing.engine import memory
from processing.models import Batch, Job
from processing.worker import fair_share, opened, runner, transitions

log = structlog.get_logger(__name__)
IMAGES, BATCHES = "images", "batches"
# How long a batch's picture lets single ones go before it, and how often it looks.
_POLITE_SECONDS, _LOOK_SECONDS = 5.0, 0.02
# When an account has all the jobs running that its plan allows: look again after this.
_AT_CAP_MS = 250
# Up to here the next picture uses the memory of the one before: giving it back and taking it anew
# takes a tenth of a small picture's computing beside its network.
_LARGE_PIXELS = 4_000_000
# Jobs in progress: what is left here when the process has to stop goes back to the queue.
_running: dict[UUID, Job] = {}


@dramatiq.actor(queue_name=IMAGES, max_retries=2, min_backoff=1_000, max_backoff=5_000)
def run_job(job_id: str) -> None:
    if fair_share.at_cap(UUID(job_id)):
        run_job.send_with_options(args=(job_id,), delay=_AT_CAP_MS)
        return
    job = transitions.claim(UUID(job_id))
    if job is not None:  # else it ended or runs elsewhere: a message too many is nothing
        _work_on(job)


@dramatiq.actor(queue_name=BATCHES, max_retries=2, min_backoff=1_000, max_backoff=5_000)
def run_one_of_a_batch() -> None:
    _let_others_go_first()
    job = fair_share.claim_next()
    if job is not None:
        _work_on(job)
    # All accounts with work are at their cap. This message came for one of their pictures, so
    # without another one nobody would come back for it.
    elif fair_share.is_work_left():
        run_one_of_a_batch.send_with_options(delay=_AT_CAP_MS)


def release_unfinished() -> None:
    """Give back what this worker still works on, as it stops and its patience is over."""
    for job in list(_running.values()):
        if transitions.release(job, reason="The worker was stopped.", counts=False):
            send(job)


def require_queue() -> None:
    """Refuse new work while nothing could be told of it, before anything is written.

    Raises AppError SERVICE_UNAVAILABLE. What is written already waits for the sweep.
    """
    if not isinstance(dramatiq.get_broker(), RedisBroker):
        return  # a queue in this process's own memory
    try:
        queue_client().ping()
    except QUEUE_ERRORS as error:
        log.warning("queue.away", error=str(error))
        raise outages.queue_is_away() from error


def send(job: Job) -> bool:
    """Put a job's message on the queue. Where that fails the sweep sends it again."""
    return _sent(1, job) > 0


def send_batch(batch: Batch, count: int) -> int:
    """A message for each new picture of a batch; how many were sent."""
    first = batch.jobs.first()
    return _sent(count, first) if first is not None else 0


def _sent(count: int, job: Job) -> int:
    sent = 0
    try:
        for sent in range(count):  # noqa: B007 - how far it came is the answer
            if job.batch_id is None:
                run_job.send(str(job.pk))
            else:
                run_one_of_a_batch.send()
    except QUEUE_ERRORS as error:
        log.warning("job.not_queued", job_id=str(job.pk), error=str(error))
        return sent
    return count


def _work_on(job: Job) -> None:
    _running[job.pk] = job
    # From who asked to what is done: a request's id leads to its job's lines, on whichever machine.
    with structlog.contextvars.bound_contextvars(
        job_id=str(job.pk), account_id=str(job.account_id), request_id=job.request_id
    ):
        try:
            runner.run(job)
        except Exception as error:
            # The one place where any error ends: logged whole, told in one sentence.
            log.exception("job.crashed")
            again = transitions.retry_or_fail(job, error)
            if again:
                raise  # Dramatiq sends the message again, a little later
        finally:
            _running.pop(job.pk, None)
            # What is held for the next look stays, and it needs as much memory again.
            if _is_large(job) and opened.photo() is None:
                memory.give_back()


def _is_large(job: Job) -> bool:
    """Whether what a job leaves behind should not wait for the next beat (see heartbeat)."""
    return job.source is not None and job.source.width * job.source.height > _LARGE_PIXELS


def _let_others_go_first() -> None:
    """Wait while single pictures wait or run, but not for ever: a batch must get on, too."""
    patience = time.monotonic() + _POLITE_SECONDS
    while time.monotonic() < patience and _somebody_waits():
        time.sleep(_LOOK_SECONDS)


def _somebody_waits() -> bool:
    try:
        queued = queue_client().llen(queue_names.untaken(IMAGES))
    except QUEUE_ERRORS:
        return False
    return bool(queued) or fair_share.is_single_running()
