"""The queue's side of jobs. Messages carry an id and nothing else; running twice does no harm."""

from __future__ import annotations

from uuid import UUID

import dramatiq
import redis
import structlog
from dramatiq.errors import BrokerError

from processing import runner, transitions
from processing.models import Job

log = structlog.get_logger(__name__)
IMAGES = "images"
_running: dict[UUID, Job] = {}


@dramatiq.actor(queue_name=IMAGES, max_retries=2, min_backoff=1_000, max_backoff=5_000)
def run_job(job_id: str) -> None:
    job = transitions.claim(UUID(job_id))
    if job is None:
        return  # ended, running elsewhere, or given up: a message too many is nothing
    _running[job.pk] = job
    with structlog.contextvars.bound_contextvars(job_id=job_id):
        try:
            runner.run(job)
        except Exception:
            # The one place where any error ends: logged whole, told in one sentence.
            log.exception("job.crashed")
            again = transitions.stumbled(job)
            if again:
                raise  # Dramatiq sends the message again, a little later
        finally:
            _running.pop(job.pk, None)


def give_back_unfinished() -> None:
    """The worker stops and its patience is over: what it still works on is for another."""
    for job in list(_running.values()):
        if transitions.give_back(job, reason="The worker was stopped.", counts=False):
            send(job)


def send(job: Job) -> bool:
    """Put a job's message on the queue. Where that fails the sweep sends it again."""
    try:
        run_job.send(str(job.pk))
    except (redis.RedisError, BrokerError, OSError) as error:
        log.warning("job.not_queued", job_id=str(job.pk), error=str(error))
        return False
    return True
