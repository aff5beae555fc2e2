"""How an endpoint submits work, waits for it and answers: with the result, or with 202 and a job.

It is here for every endpoint whose work runs on the queue, those of listings as well.
"""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import recorded_id
from accounts.http import caller
from config import public_ids
from config.errors import AppError, not_found
from config.failures import outages
from media_library import selectors
from media_library.files import storage
from media_library.files.links import content_url
from media_library.models import Image
from processing.api import operations
from processing.api.serializers.cutouts import DISPLAYS
from processing.commands import Command
from processing.models import Job, JobState
from processing.services import jobs

# Of failed jobs; what is not here is wrong with the picture or the command (422).
_STATUSES = {"INTERNAL_ERROR": 500, "WORKER_LOST": 500, "PROVIDER_FAILED": 502}


def run(request: Request, command: Command, *, image_id: UUID | None) -> Job:
    """Run the caller's command on one of their pictures, or on none, and wait for it.

    Raises AppError in this order: what this site can't do, what is not there, the quota's.
    """
    operations.check(command)
    who = caller(request)
    source = selectors.image_for(who.account, image_id) if image_id else None
    return jobs.submit_and_wait(
        who, command, source=source, seconds=seconds_to_wait(request), job_id=recorded_id(request)
    )


def seconds_to_wait(request: Request) -> float | None:
    """Read ``Prefer``: None to wait as long as endpoints usually do, 0 not to wait at all."""
    preferred = {word.strip().lower() for word in request.headers.get("Prefer", "").split(",")}
    return 0.0 if "respond-async" in preferred else None


def repeated_job(request: Request, job_id: UUID) -> Job:
    """Find the job that an equal request has made.

    Raises AppError NOT_FOUND, also where its result was deleted since.
    """
    job = jobs.job_for(caller(request).account, job_id)
    if job.result is not None and job.result.deleted_at is not None:
        raise not_found("Image")
    return job


def raise_for_failure(job: Job) -> None:
    """Raise AppError for a job that failed or was cancelled."""
    if job.state == JobState.FAILED:
        if job.error_code == outages.CODE:
            raise outages.of_failed_work(job.error)
        raise AppError(job.error_code, job.error, status=_STATUSES.get(job.error_code, 422))
    if job.state == JobState.CANCELLED:
        raise AppError("CONFLICT", "The job was cancelled.", status=409)


def answer(job: Job, shown: dict[str, Any]) -> Response:
    """Show a job that completed; for one still open, say with 202 where to follow it."""
    if job.ended:
        return Response(shown)
    return Response({**shown, "jobId": job.public_id}, status=202)


def picture_fields(job: Job, *, display: str, base: str) -> dict[str, Any]:
    """Show what every tool answers of its picture and the result, which is null while it's made.

    Raises AppError for a job that failed or was cancelled.
    """
    raise_for_failure(job)
    source, result = job.picture, job.result
    return {
        "originalImageId": source.public_id,
        "processedImageId": result.public_id if result else None,
        "displayUrl": _display_url(result, display=display, base=base) if result else None,
        "projectId": public_ids.encode("proj", source.project_id),
    }


def display_of(request: Request) -> str:
    """Read how a body that was checked before asks for the result to be shown."""
    body = request.data
    return str(body.get("display", DISPLAYS[0])) if isinstance(body, dict) else DISPLAYS[0]


def _display_url(image: Image, *, display: str, base: str) -> str:
    if display == "url":
        return content_url(image, base=base)
    content = base64.b64encode(storage.read(image.file_key)).decode("ascii")
    return f"data:{image.media_type};base64,{content}"
