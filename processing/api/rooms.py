"""``/images/tools/enhance`` and ``/images/tools/merge-hdr``: photos of rooms and houses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint, path_id
from config.api.ids import decoded
from media_library import selectors
from processing.api import waiting
from processing.api.edits import IMAGE, WAITS, EditingView
from processing.api.examples import ENHANCE_ANSWER, MERGE_HDR_ANSWER
from processing.api.operations import enhance_of, merge_of, preset_of, reprocessed
from processing.api.serializers.jobs import EditAnswer, PendingEditAnswer
from processing.api.serializers.rooms import (
    EnhanceBody,
    MergeHdrBody,
    ReprocessBody,
    ReprocessChange,
)
from processing.commands import MAX_BRACKETS, MIN_BRACKETS
from processing.services import reprocessing

BRACKETS = [IMAGE, "img_2VfUX5sCNEcTGeZ8vKoGj2", "img_2VfUX5sCNEcTGeZ8vKoGj3"]


class EnhanceView(EditingView):
    @endpoint(
        "Enhance a photo of a room or a house",
        description=(
            "White balance, exposure, dark corners, contrast, clarity, noise and sharpness by a "
            "named look, a lens's distortion, walls made upright, views through windows, and another sky. "
            "All of that is done by rules, without a model: "
            "`report.provider` is `room`. `report.room` tells what was found: the light's color "
            "(`cast`), the `noise`, how the camera was tilted (`roll` and `pitch`, in degrees), "
            "and in `straightened` what was done about it: `done`, `level` (nothing to do), "
            "`too-steep` (more than 20 degrees), `no-verticals` (too few upright edges agree), "
            "`not-for-360` or `not-asked`. `lens` has in `source` by what its faults were known: `database` (lensfun's, by "
            "the photo's EXIF; `camera` and `lens` as it calls them), `lines` (edges that should be "
            "straight; `distortion` is the division model's parameter), `straight` (there is no distortion, or "
            "the camera has taken it back itself), `not-known`, `not-for-360` or `not-asked`, and in `corrected` what was "
            "taken back: `distortion`, `fringes`, `falloff` (dark corners). `sky` is `null` where none was asked for, else tells whether one was `found` "
            "and `replaced`, its `share` of the photo, and why it was not: `no-sky` (none for certain), "
            "`night` or `not-for-360`. "
            "`windows`, for `windowPull`, tells how many windows were `found`, in how many of them "
            "anything was `recovered`, and behind how many the sky was replaced (`skies`). "
            "With `privacy` faces and number plates are hidden: `privacy` tells how many `faces` and "
            "`plates`, and what found them (`provider`, `platesProvider`). Of 24 megapixels, faces that "
            "are 20 pixels wide and larger are found, and plates of 160 (of 6 megapixels: 12 and 80) that "
            "have letters and digits on one line; not every one, so look at the result. The photo as it "
            "came is kept as it is. With `upscale` the result has four times the width and height, and "
            "`upscaledBy` names the network. `threesixty` tells whether it was taken for a picture of everything "
            f"around, which the result then tells viewers, too. {WAITS}"
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
        preset = preset_of(caller(request).account, body.preset_id)
        return self.answer(self.edited(body, enhance_of(body, preset)), body.display)


class MergeHdrView(EditingView):
    @endpoint(
        "Merge exposure brackets",
        description=(
            f"{MIN_BRACKETS} to {MAX_BRACKETS} exposures of one view become one picture (exposure "
            "fusion), which is then enhanced as `enhance` does. They are put in order by their EXIF "
            "data, or by their "
            "brightness, and laid on the one in the middle, `reference`; whatever moved is taken "
            "from that one. `report.hdr` tells, in the order of `imageIds`, each one's exposure in "
            "`stops` and by how many pixels it was moved (`shifts`), and the share of the picture "
            "in which something moved (`moving`). The result belongs to the first image, and "
            "costs one unit of `enhance`. 400 where sizes differ; 422 BRACKETS_DIFFER where the "
            f"images show different views. {WAITS}"
        ),
        request=MergeHdrBody,
        responses={200: EditAnswer, 202: PendingEditAnswer},
        example=MERGE_HDR_ANSWER,
        body_example={"imageIds": BRACKETS, "look": "neutral"},
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(MergeHdrBody, request.data)
        first, command = merge_of(body, caller(request).account)
        job = waiting.run(request, command, image_id=UUID(first))
        return self.answer(job, body.display)


_REPROCESS: dict[str, Any] = {
    "responses": {200: EditAnswer, 202: PendingEditAnswer},
    "example": ENHANCE_ANSWER,
    "body_example": {"look": "warm", "version": "4.x"},
    "parameters": [path_id("image_id", "img")],
}


class ReprocessView(EditingView):
    """POST and PATCH mean the same: clients of both habits find what they know."""

    @endpoint(
        "Enhance a room's photo otherwise",
        description=(
            "Does what was asked for the photo the last time, with changes: what is left out keeps its last "
            "value, `finetune` as a whole. The image is the photo, or a result of it. What comes to the "
            "same as before is found again and costs nothing. While the photo is being worked on, that goes on, "
            "and the change is queued as work of its own. 409 CONFLICT where nothing was enhanced yet. "
            f"{WAITS}"
        ),
        operation_id="images_reprocess",
        request=ReprocessBody,
        **_REPROCESS,
    )
    @idempotent("job")
    def post(self, request: Request, image_id: str) -> Response:
        body = bodies.read(ReprocessBody, request.data)
        account = caller(request).account
        image = selectors.image_for(account, decoded("img", image_id, "Image"))
        source = reprocessing.source_of(image)
        command = reprocessed(reprocessing.last_of(source), body)
        job = waiting.run(request, command, image_id=source.pk)
        return self.answer(job, body.display)

    @endpoint(
        "Change how a room's photo is enhanced",
        description=f"The same as POST; 409 CONFLICT where nothing was enhanced yet. {WAITS}",
        operation_id="images_reprocess_change",
        request=ReprocessChange,
        **_REPROCESS,
    )
    def patch(self, request: Request, image_id: str) -> Response:
        return self.post(request, image_id)
