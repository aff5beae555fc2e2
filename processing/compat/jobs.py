"""Work as the doors of other services have it done: at once, or with an error. They know no 202."""

from __future__ import annotations

from django.conf import settings

from config.errors import AppError
from media_library.models import Image
from processing.models import Job, JobState

# Failures of a job that its picture or its parameters brought about.
_CALLERS_FAULT = frozenset(
    ["BROKEN_IMAGE", "INVALID_PLAN", "PICTURE_TOO_LARGE", "TOO_MANY_PIXELS", "UNSUPPORTED_FORMAT"]
)


def result_of(job: Job) -> Image:
    """What the job made. Raises AppError for one that failed or is not done yet."""
    if job.result is not None:
        return job.result
    if job.state == JobState.FAILED:
        raise AppError(
            job.error_code, job.error, status=400 if job.error_code in _CALLERS_FAULT else 500
        )
    if job.state == JobState.CANCELLED:
        raise AppError("CANCELLED", "The job was cancelled.", status=500)
    raise AppError(
        "TIMED_OUT",
        f"Not done within {settings.COMPAT_WAIT_SECONDS:g} seconds. The work goes on as "
        f"{job.public_id}; ask again for the same to get its result.",
        status=500,
    )
