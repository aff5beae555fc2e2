"""Jobs: looking at them, and waiting for what they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import httpx

from packshot import endpoints, models
from packshot.endpoints import Endpoint
from packshot.errors import Conflict, WorkFailed
from packshot.steps import (
    Pause,
    Request,
    Retries,
    Steps,
    asked,
    read,
    request,
    sent,
)

T = TypeVar("T")
OnJob = Callable[[models.Job], None]
FIRST_LOOK, LAST_LOOK = 0.3, 3.0  # seconds between looks at work that goes on


def job(retries: Retries, job_id: str) -> Steps[models.Job]:
    """Tell how far a job is."""
    return asked(retries, endpoints.JOB, request(endpoints.JOB, job_id))


def cancel_job(retries: Retries, job_id: str) -> Steps[models.Job]:
    """Cancel a job that has not ended."""
    return asked(retries, endpoints.CANCEL_JOB, request(endpoints.CANCEL_JOB, job_id))


def wait_for_job(
    retries: Retries, job_id: str, *, on_job: OnJob | None = None
) -> Steps[models.Job]:
    """Look at a job until it has ended, and return it. Raises WorkFailed or Conflict where it has come
    to nothing."""
    pause = FIRST_LOOK
    while True:
        found = yield from job(retries, job_id)
        if on_job is not None:
            on_job(found)
        if found.ended:
            return _succeeded(found)
        yield Pause(pause)
        pause = min(pause * 1.5, LAST_LOOK)


def _succeeded(ended: models.Job) -> models.Job:
    if ended.state == "cancelled":
        raise Conflict("The job was cancelled.", status=409, code="CONFLICT", job_id=ended.id)
    if ended.state == "failed":
        failure = ended.error or models.Failure(code="INTERNAL_ERROR", message="The job failed.")
        raise WorkFailed(failure.message, status=422, code=failure.code, job_id=ended.id)
    return ended


def worked(
    retries: Retries, endpoint: Endpoint[T], step: Request, on_job: OnJob | None
) -> Steps[T]:
    """Submit work and wait for its result, however long it takes. The same request, by its key, is
    answered with what the first one has made."""
    while True:
        response = yield from sent(retries, step)
        if response.status_code != httpx.codes.ACCEPTED:
            return read(response, endpoint.answer)
        yield from wait_for_job(retries, read(response, models.Pending).job_id, on_job=on_job)
