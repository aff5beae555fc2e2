"""``/images/tools/enhance``: photos of rooms and houses."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from config.api import bodies
from config.api.docs import endpoint
from processing.api.edits import IMAGE, WAITS, EditingView
from processing.api.examples import ENHANCE_ANSWER
from processing.api.operations import enhance_of
from processing.api.serializers.jobs import EditAnswer, PendingEditAnswer
from processing.api.serializers.rooms import EnhanceBody


class EnhanceView(EditingView):
    @endpoint(
        "Enhance a photo of a room or a house",
        description=(
            "White balance, exposure, dark corners, contrast, clarity, noise and sharpness by a "
            "named look, and walls made upright. All of it is done by rules, without a model: "
            "`report.provider` is `room`. `report.room` tells what was found: the light's color "
            "(`cast`), the `noise`, how the camera was tilted (`roll` and `pitch`, in degrees), "
            "and in `straightened` what was done about it: `done`, `level` (nothing to do), "
            "`too-steep` (more than 20 degrees), `no-verticals` (too few upright edges agree) or "
            f"`not-asked`. {WAITS}"
        ),
        request=EnhanceBody,
        responses={200: EditAnswer, 202: PendingEditAnswer},
        example=ENHANCE_ANSWER,
        body_example={
            "imageId": IMAGE,
            "look": "warm",
            "finetune": {"saturationLevel": "LOW", "sharpenLevel": "NONE"},
        },
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(EnhanceBody, request.data)
        return self.answer(self.edited(body, enhance_of(body)), body.display)
