"""Work as other services' APIs have it done: at once, or with an error. They know no 202."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.conf import settings

from accounts.http import Caller
from config.errors import AppError
from config.failures import outages
from media_library.models import Image
from processing.commands import Command
from processing.models import OPEN_STATES, Batch, Job, JobState
from processing.services import jobs

# Failures of a job that its picture or its parameters brought about.
_CALLERS_FAULT = frozenset(
    [
        *("BROKEN_IMAGE", "INVALID_PLAN", "NOTHING_FOUND", "PICTURE_TOO_LARGE", "TOO_COSTLY"),
        *("TOO_MANY_PIXELS", "UNSUPPORTED_FORMAT"),
    ]
)


def submit(
    caller: Caller,
    command: Command,
    source: Image,
    *,
    uploaded: Sequence[Image] = (),
    counts_anyway: bool = False,
) -> Job:
    """Have the work done. The job may still be open when the time to wait is over.

    Pictures that were ``uploaded`` for it get their rows with it.
    """
    return jobs.submit_and_wait(
        caller,
        command,
        source=source,
        seconds=settings.COMPAT_WAIT_SECONDS,
        uploaded=uploaded,
        counts_anyway=counts_anyway,
    )


def wait_for_all(batch: Batch) -> None:
    """Wait until a batch's work is done, or the time to wait is over."""
    deadline = time.monotonic() + settings.COMPAT_WAIT_SECONDS
    for job in batch.jobs.filter(state__in=OPEN_STATES).order_by("created_at", "pk"):
        left = deadline - time.monotonic()
        if left <= 0:
            return
        jobs.wait_for(job, left)


def result_of(job: Job) -> Image:
    """What the job made. Raises AppError for one that failed or is not done yet."""
    if job.result is not None:
        return job.result
    if job.state == JobState.FAILED:
        raise _failure(job)
    if job.state == JobState.CANCELLED:
        raise AppError("CANCELLED", "The job was cancelled.", status=500)
    raise timed_out(f" as {job.public_id}; send the same request again to get its result.")


def done(job: Job) -> Job:
    """The same of work that makes no picture: the job, whose report has it. Raises as ``result_of``."""
    if job.state != JobState.COMPLETED:
        result_of(job)  # which there is none of
    return job


def _failure(job: Job) -> AppError:
    if job.error_code == outages.CODE:
        return outages.of_failed_work(job.error)
    status = 400 if job.error_code in _CALLERS_FAULT else 500
    return AppError(job.error_code, job.error, status=status)


def timed_out(how_it_goes_on: str) -> AppError:
    waited = f"Not finished within {settings.COMPAT_WAIT_SECONDS:g} seconds."
    return AppError("TIMED_OUT", f"{waited} Processing continues{how_it_goes_on}", status=500)
