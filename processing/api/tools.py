"""``/images/tools/…``: what can be done to a picture, answered with the picture where it is quick."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from config.api.docs import endpoint
from config.api.views import ApiView
from media_library.files.links import content_url
from processing.api import waiting
from processing.api.examples import MODEL, TOOL_ANSWER
from processing.api.serializers.cutouts import RemoveBackgroundBody
from processing.api.serializers.jobs import ModelSerializer, PendingToolAnswer, ToolAnswer
from processing.commands import RemoveBackground
from processing.models import Job
from processing.worker.runtime import models


class RemoveBackgroundView(ApiView):
    rate_group = "processing"
    scope = "jobs:write"

    def again(self, request: Request, object_id: UUID) -> Response:
        job = waiting.repeated_job(request, object_id)
        return self._answer(job, waiting.display_of(request))

    @endpoint(
        "Remove the background",
        description=(
            "Cuts the product out of an uploaded photo. The request waits for its job up to a "
            "limit (20 s by default): 200 with the result, or 202 with a `jobId` to poll at "
            "`/jobs/{id}`. 422 NOTHING_FOUND where the photo shows no product; it isn't charged."
        ),
        request=RemoveBackgroundBody,
        responses={200: ToolAnswer, 202: PendingToolAnswer},
        example=TOOL_ANSWER,
        body_example={"imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1", "bgColor": "#ffffff"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = self.read(RemoveBackgroundBody)
        command = RemoveBackground(plan=body["plan"])
        job = waiting.run(request, command, image_id=body["image_id"])
        return self._answer(job, body["display"])

    def _answer(self, job: Job, display: str) -> Response:
        shown = waiting.picture_fields(job, display=display, base=self.base)
        return waiting.answer(
            job,
            {
                **shown,
                "correctedOriginalUrl": self._corrected_url(job),
                "immediate": job.ended,
            },
        )

    def _corrected_url(self, job: Job) -> str | None:
        source = job.picture
        return content_url(source, "corrected", base=self.base) if source.corrected_key else None


class ModelsView(ApiView):
    scope = "images:read"

    @endpoint(
        "List matting models",
        description="The values of `model`, and whether each is installed.",
        responses={200: ModelSerializer(many=True)},
        example=[MODEL],
    )
    def get(self, request: Request) -> Response:
        return Response(ModelSerializer(models(), many=True).data)
