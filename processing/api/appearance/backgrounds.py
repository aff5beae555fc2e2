"""``/backgrounds/generate``: a background from words for the library, painted by a worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, recorded_id
from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint
from media_library.api.examples import BACKGROUND
from processing.api import waiting
from processing.api.appearance.background_library import BackgroundView
from processing.api.serializers import edits
from processing.api.serializers.backgrounds import BackgroundSerializer
from processing.models import Job
from processing.services.backgrounds import paint_background

_PROMPT = "a marble table by a bright window"
_PAINTED = {
    **BACKGROUND,
    "name": _PROMPT,
    "category": "custom",
    "tags": ["marble"],
    "source": "generated",
    "madeFrom": {
        **{"prompt": _PROMPT, "stylePreset": None, "negativePrompt": None},
        **{"provider": "studio", "seed": 20260504, "notUnderstood": []},
    },
}


class PendingBackground(serializers.Serializer[Any]):
    """Answers 202: the job's `report.backgroundId` names the background once it has completed."""

    jobId = serializers.CharField()


class PaintBackgroundView(BackgroundView):
    rate_group = "processing"
    scope = "jobs:write"

    def again(self, request: Request, object_id: UUID) -> Response:
        return self._answer(waiting.repeated_job(request, object_id))

    @endpoint(
        "Generate a background for the library",
        description=(
            "Generates a background from a prompt with `studio` or another provider of this "
            "site; `madeFrom` in the answer names it. It counts as generate-background. The "
            "request waits for its job up to a limit (20 s by default): 201 with the background, "
            "or 202 with a `jobId` to poll at `/jobs/{id}`, whose `report.backgroundId` then "
            "names the background. With `Prefer: respond-async` it doesn't wait at all."
        ),
        request=edits.PaintBackgroundBody,
        responses={201: BackgroundSerializer, 202: PendingBackground},
        example=_PAINTED,
        body_example={"prompt": _PROMPT, "tags": ["marble"]},
        operation_id="backgrounds_generate",
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        command = bodies.read(edits.PaintBackgroundBody, request.data).order()
        job = paint_background.paint(
            caller(request),
            command,
            seconds=waiting.seconds_to_wait(request),
            job_id=recorded_id(request),
        )
        return self._answer(job)

    def _answer(self, job: Job) -> Response:
        waiting.raise_for_failure(job)
        if not job.ended:
            return Response({"jobId": job.public_id}, status=202)
        return Response(self.shown(paint_background.painted_by(self.account, job)), status=201)
