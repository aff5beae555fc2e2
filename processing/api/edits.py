"""``/images/tools/…``, all that is an edit: one plan each, one way of running and answering."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint
from config.api.views import ApiView
from processing.api import waiting
from processing.api.examples import EDIT_ANSWER, GENERATE_ANSWER
from processing.api.operations import edit_of, preset_of
from processing.api.serializers import edits
from processing.api.serializers.jobs import (
    BackdropsSerializer,
    EditAnswer,
    GenerateAnswer,
    PendingEditAnswer,
    PendingGenerateAnswer,
)
from processing.commands import Command, Edit
from processing.engine.prompts import scene
from processing.models import Job
from processing.services import edit_json
from processing.services.appearance import looks
from processing.worker.runtime import providers

WAITS = (
    "The request waits for its job up to a limit (20 s by default): 200 with the result, or "
    "202 with a `jobId` to poll at `/jobs/{id}`. With `Prefer: respond-async` it doesn't "
    "wait at all."
)
_NOTHING = (
    "422 NOTHING_FOUND where the photo shows no product that could be cut out; it isn't charged."
)
_ANSWERS: dict[int, Any] = {200: EditAnswer, 202: PendingEditAnswer}
IMAGE = "img_2VfUX5sCNEcTGeZ8vKoGj1"


def command_of(request: Request, edit: dict[str, Any] | None, preset_id: str | None) -> Edit:
    """The command of a body with an edit, a preset, or a preset with changes. Raises AppError."""
    account = caller(request).account
    preset = preset_of(account, preset_id)
    if preset is None:
        return Edit(plan=edit_json.plan_from(edit or {}))
    return looks.changed(account, preset, edit, field="presetId")


class EditingView(ApiView):
    """What the editing tools share."""

    rate_group = "processing"
    scope = "jobs:write"

    def again(self, request: Request, object_id: UUID) -> Response:
        job = waiting.repeated_job(request, object_id)
        return self.answer(job, waiting.display_of(request))

    def edited(self, body: edits.ToolBody, command: Command) -> Job:
        image_id = UUID(edit_json.image_id(body.image_id, "imageId"))
        return waiting.run(self.request, command, image_id=image_id)

    def done(self, body: edits.EditToolBody) -> Job:
        """The work of one of the smaller tools."""
        return self.edited(body, edit_of(body, caller(self.request).account))

    def answer(self, job: Job, display: str) -> Response:
        shown = waiting.picture_fields(job, display=display, base=self.base)
        report = job.report if job.ended else None
        return waiting.answer(job, {**shown, "immediate": job.ended, "report": report})


class EditView(EditingView):
    @endpoint(
        "Edit an image",
        description=(
            "Background removal, layout, background, shadow, light, outline, text removal, "
            "upscaling and export in one request; or a preset, or a preset with changes. "
            f"{WAITS} {_NOTHING} An edit whose `cutting` is `null` looks for none."
        ),
        request=edits.DocumentedEditBody,
        responses=_ANSWERS,
        example=EDIT_ANSWER,
        body_example={
            "imageId": IMAGE,
            "edit": {
                "layout": {"size": "2000x2000", "padding": "10%"},
                "background": {"color": "white"},
                "shadow": {"mode": "soft"},
                "export": {"format": "jpg"},
            },
        },
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(edits.EditBody, request.data)
        command = command_of(request, body.edit, body.preset_id)
        return self.answer(self.edited(body, command), body.display)


class GenerateBackgroundView(EditingView):
    @endpoint(
        "Generate a background",
        description=(
            "Places the product in a scene generated from a prompt, with matching shadow and "
            "light. `provider` in the answer names what generated it, and `notUnderstood` lists "
            "the words that the scene does without. `pose` tells how the product is posed in its photo, and `view` how "
            f"the scene is seen. {WAITS} {_NOTHING}"
        ),
        request=edits.GenerateBackgroundBody,
        responses={200: GenerateAnswer, 202: PendingGenerateAnswer},
        example=GENERATE_ANSWER,
        body_example={"imageId": IMAGE, "prompt": "on a marble table, warm window light"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(edits.GenerateBackgroundBody, request.data)
        return self.answer(self.done(body), body.display)

    def answer(self, job: Job, display: str) -> Response:
        shown = waiting.picture_fields(job, display=display, base=self.base)
        made = job.report.get("background", {})
        facts = {name: made.get(name) for name in ("provider", "seed", "notUnderstood", "view")}
        facts["pose"] = job.report.get("pose")
        return waiting.answer(job, {**shown, **facts})


class ReplaceBackgroundView(EditingView):
    @endpoint(
        "Replace the background",
        description=(
            "With a color, another image, both, or a background from the library. `blendMode` "
            "mixes the product's colors with what lies behind it, as image editors do: "
            f"`multiply` darkens, `screen` brightens, `overlay` does both. {WAITS} {_NOTHING}"
        ),
        request=edits.ReplaceBackgroundBody,
        responses=_ANSWERS,
        example=EDIT_ANSWER,
        body_example={"imageId": IMAGE, "backgroundId": "bg_builtin_linen", "shadow": "soft"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(edits.ReplaceBackgroundBody, request.data)
        return self.answer(self.done(body), body.display)


class UpscaleView(EditingView):
    @endpoint(
        "Upscale an image",
        description=(
            "Enlarges the image four times with a neural network. The maximum is one megapixel "
            f"with `fast` and a quarter of a megapixel with `slow`. {WAITS}"
        ),
        request=edits.UpscaleBody,
        responses=_ANSWERS,
        example=EDIT_ANSWER,
        body_example={"imageId": IMAGE},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(edits.UpscaleBody, request.data)
        return self.answer(self.done(body), body.display)


class RemoveTextView(EditingView):
    @endpoint(
        "Remove text",
        description=(
            "Removes text laid over the photo (`artificial`), text within the scene (`natural`), "
            f"or both. `report.textsRemoved` is the number of lines removed. {WAITS}"
        ),
        request=edits.RemoveTextBody,
        responses=_ANSWERS,
        example=EDIT_ANSWER,
        body_example={"imageId": IMAGE, "mode": "artificial"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(edits.RemoveTextBody, request.data)
        return self.answer(self.done(body), body.display)


class BackdropsView(ApiView):
    scope = "images:read"

    @endpoint(
        "List background providers and styles",
        description=(
            "The providers of generated backgrounds on this site, and the values of `stylePreset`."
        ),
        responses={200: BackdropsSerializer},
        example={
            "providers": ["studio"],
            "presets": [{"name": "marble", "description": "A white marble table."}],
            "styles": ["realistic", "artistic", "abstract", "gradient"],
        },
    )
    def get(self, request: Request) -> Response:
        named = [{"name": name, "description": words} for name, words in scene.presets().items()]
        return Response(
            {"providers": list(providers()), "presets": named, "styles": list(scene.STYLES)}
        )
