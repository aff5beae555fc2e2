"""``/images/tools/…``: what can be done to a picture, answered with the picture where it is quick."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config import public_ids
from config.api.docs import endpoint
from config.api.views import ApiView
from config.errors import AppError, not_found
from media_library import selectors
from media_library.files import storage
from media_library.files.links import content_url
from media_library.models import Image
from processing.api.examples import MODEL, TOOL_ANSWER
from processing.api.serializers.jobs import (
    DISPLAYS,
    ModelSerializer,
    PendingToolAnswer,
    RemoveBackgroundBody,
    ToolAnswer,
)
from processing.commands import Command, RemoveBackground
from processing.models import Job, JobState
from processing.services import jobs
from processing.worker.runtime import registry

# Of failed jobs; what is not here is wrong with the picture or the command (422).
_STATUSES = {"INTERNAL_ERROR": 500, "WORKER_LOST": 500, "PROVIDER_FAILED": 502}


class RemoveBackgroundView(ApiView):
    rate_group = "processing"
    scope = "jobs:write"

    def again(self, request: Request, object_id: UUID) -> Response:
        job = job_again(request, object_id)
        return tool_response(job, display=display_asked(request), base=self.base)

    @endpoint(
        "Remove the background",
        description="Cuts the product out of an uploaded picture. The work runs on the queue; the "
        "answer waits for it up to a limit (20 s by default): 200 with the result, or 202 with a "
        "`jobId` to follow at `/jobs/{id}`.",
        request=RemoveBackgroundBody,
        responses={200: ToolAnswer, 202: PendingToolAnswer},
        example=TOOL_ANSWER,
        body_example={"imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1", "bgColor": "#ffffff"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = self.read(RemoveBackgroundBody)
        image_id, display = body.pop("image_id"), body.pop("display")
        job = run(request, RemoveBackground(**body), image_id=image_id)
        return tool_response(job, display=display, base=self.base)


def run(request: Request, command: Command, *, image_id: UUID | None) -> Job:
    """The caller's command on one of their pictures, or on none, waited for unless they prefer not to.

    Raises AppError in this order: what this site can't do, what is not there, the quota's.
    """
    jobs.check(command)
    who = caller(request)
    source = selectors.image_for(who.account, image_id) if image_id else None
    return jobs.submit_and_wait(
        who, command, source=source, seconds=seconds_to_wait(request), job_id=new_id(request)
    )


def seconds_to_wait(request: Request) -> float | None:
    """None for as long as doors usually wait; 0 for who prefers not to."""
    preferred = {word.strip().lower() for word in request.headers.get("Prefer", "").split(",")}
    return 0.0 if "respond-async" in preferred else None


def job_again(request: Request, job_id: UUID) -> Job:
    """The job that an equal request has made. Raises AppError NOT_FOUND, also where its result was
    deleted since."""
    job = jobs.job_for(caller(request).account, job_id)
    if job.result is not None and job.result.deleted_at is not None:
        raise not_found("Image")
    return job


def display_asked(request: Request) -> str:
    """How a body that was checked before wants the result shown."""
    body = request.data
    return str(body.get("display", DISPLAYS[0])) if isinstance(body, dict) else DISPLAYS[0]


def tool_response(job: Job, *, display: str, base: str) -> Response:
    """The seed's answer for a job that completed, or a promise for one still open.

    Raises AppError for a job that failed or was cancelled.
    """
    refuse_ended(job)
    source, result = job.picture, job.result
    answer: dict[str, Any] = {
        "originalImageId": source.public_id,
        "processedImageId": result.public_id if result else None,
        "displayUrl": display_url(result, display=display, base=base) if result else None,
        "correctedOriginalUrl": content_url(source, "corrected", base=base)
        if source.corrected_key
        else None,
        "immediate": result is not None,
        "projectId": public_ids.encode("proj", source.project_id),
    }
    if result is None:
        return Response({**answer, "jobId": job.public_id}, status=202)
    return Response(answer)


def refuse_ended(job: Job) -> None:
    """Raises AppError for a job that failed or was cancelled."""
    if job.state == JobState.FAILED:
        status = _STATUSES.get(job.error_code, 422)
        raise AppError(job.error_code, job.error, status=status)
    if job.state == JobState.CANCELLED:
        raise AppError("CONFLICT", "The job was cancelled.", status=409)


def display_url(image: Image, *, display: str, base: str) -> str:
    if display == "url":
        return content_url(image, base=base)
    content = base64.b64encode(storage.read(image.file_key)).decode("ascii")
    return f"data:{image.media_type};base64,{content}"


class ModelsView(ApiView):
    scope = "images:read"

    @endpoint(
        "Matting models",
        description="What `model` may name, and which of them are installed.",
        responses={200: ModelSerializer(many=True)},
        example=[MODEL],
    )
    def get(self, request: Request) -> Response:
        return Response(ModelSerializer(registry().names(), many=True).data)
