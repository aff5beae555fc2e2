"""``/images/tools/…``: what can be done to a picture, answered with the picture where it is quick."""

from __future__ import annotations

import base64
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config import public_ids
from config.api.docs import endpoint
from config.api.views import ApiView
from config.errors import AppError
from media_library import selectors, storage
from media_library.links import content_url
from media_library.models import Image
from processing import services
from processing.api.examples import MODEL, TOOL_ANSWER
from processing.api.serializers import (
    ModelSerializer,
    PendingToolAnswer,
    RemoveBackgroundBody,
    ToolAnswer,
)
from processing.commands import RemoveBackground
from processing.models import Job, JobState
from processing.runtime import registry


class RemoveBackgroundView(ApiView):
    rate_group = "processing"
    scope = "jobs:write"

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
    def post(self, request: Request) -> Response:
        body = self.read(RemoveBackgroundBody)
        image_id, display = body.pop("image_id"), body.pop("display")
        services.check_model(body["model"])
        command = RemoveBackground(**body)
        who = caller(request)
        source = selectors.image_for(who.account, image_id)
        job = services.submit_and_wait(who, command, source=source)
        base = request.build_absolute_uri("/")[:-1]
        return tool_response(job, display=display, base=base)


def tool_response(job: Job, *, display: str, base: str) -> Response:
    """The seed's answer for a job that completed, or a promise for one still open.

    Raises AppError for a job that failed or was cancelled.
    """
    if job.state == JobState.FAILED:
        status = 500 if job.error_code in ("INTERNAL_ERROR", "WORKER_LOST") else 422
        raise AppError(job.error_code, job.error, status=status)
    if job.state == JobState.CANCELLED:
        raise AppError("CONFLICT", "The job was cancelled.", status=409)
    source, result = job.source, job.result
    answer: dict[str, Any] = {
        "originalImageId": source.public_id,
        "processedImageId": result.public_id if result else None,
        "displayUrl": _display_url(result, display=display, base=base) if result else None,
        "correctedOriginalUrl": content_url(source, "corrected", base=base)
        if source.corrected_key
        else None,
        "immediate": result is not None,
        "projectId": public_ids.encode("proj", source.project_id),
    }
    if result is None:
        return Response({**answer, "jobId": job.public_id}, status=202)
    return Response(answer)


def _display_url(image: Image, *, display: str, base: str) -> str:
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
