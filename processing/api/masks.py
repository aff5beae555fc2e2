"""``/images/{id}/mask``: what is cut out of a picture, sent as a mask or mended by strokes of a brush."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect, QueryDict
from drf_spectacular.utils import OpenApiResponse
from pydantic import Field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts.api.idempotency import idempotent, new_id, recorded_id
from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint, path_id
from config.api.ids import decoded
from config.api.parsers import JSONParser
from config.api.serializers import StrictSerializer
from config.errors import invalid, not_found
from media_library import selectors
from media_library.files.links import content_url
from media_library.intake.uploads import UploadView, incoming
from media_library.models import Image
from processing.api import waiting
from processing.api.serializers.edits import Body
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.touch_up import MAX_POINTS, MAX_STROKES, Follow, Stroke, TouchUp
from processing.models import Job
from processing.services import edit_json, jobs, masks

_PATH = [path_id("image_id", "img")]
_IMAGE, _MASK = "img_2VfUX5sCNEcTGeZ8vKoGj1", "img_7YbqHnPm3rTwKcXe5vLsD2"
_ANSWER = {
    "imageId": _IMAGE,
    "maskId": _MASK,
    "url": "https://packshot.example/content/…",
    "immediate": True,
}

_STROKES = {
    "strokes": [
        {"tool": "keep", "radius": 12.0, "points": [[20.0, 18.5], [42.0, 25.0]]},
        {"tool": "erase", "radius": 4.5, "points": [[8.0, 6.0]]},
    ]
}


class StrokesBody(Body):
    """Mends what is cut out of an image, by strokes of a brush in pixels of the upright image."""

    strokes: tuple[Stroke, ...] = Field(
        (),
        description=(
            "In their order; where strokes overlap, the later one wins. At most "
            f"{MAX_STROKES:,}, with {MAX_POINTS:,} points together. So many that cross each other all "
            "over a large image are painted on a coarser grid, with rougher rims, which bounds their "
            "cost to seconds."
        ),
    )
    follow: Follow = Field(
        "edges",
        description=(
            "`edges`: the image decides about the outer half of each stroke, so that a rough one ends "
            "where the product does. `brush`: exactly what the brush covers."
        ),
    )
    cutting: dict[str, Any] = Field(
        default_factory=dict,
        description="What to begin with, as in an edit: `mask` names a mask of this image.",
    )


class DocumentedStrokesBody(StrokesBody):
    """Mends what is cut out of an image, by strokes of a brush in pixels of the upright image."""

    cutting: Cutting = Field(  # type: ignore[assignment]
        default_factory=Cutting,
        description="What to begin with, as in an edit: `mask` names a mask of this image.",
    )


class MaskUpload(StrictSerializer):
    """Reads a form with a mask."""

    file = serializers.FileField(
        allow_empty_file=True,
        help_text="A picture of the upright image's size; white is product. Gray is translucent.",
    )
    mode = serializers.ChoiceField(
        choices=["edges", "raw"],
        default="edges",
        help_text="`edges` fits a rough mask to the image's edges, `raw` takes it as it is.",
    )


class MaskAnswer(serializers.Serializer[Any]):
    """Answers with a mask, which `mask` takes where an image is cut out; `jobId` is sent with 202 only."""

    imageId = serializers.CharField()
    maskId = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    immediate = serializers.BooleanField()


class PendingMaskAnswer(MaskAnswer):
    jobId = serializers.CharField()


class ImageMask(UploadView):
    parser_classes = [JSONParser, MultiPartParser]
    scope = {**dict.fromkeys(["GET", "HEAD"], "images:read"), "POST": "jobs:write"}
    max_files = 1

    def get_throttles(self) -> list[BaseThrottle]:
        # Somebody who paints asks after every stroke; a file is sent once.
        is_file = self.request.content_type.startswith("multipart/")
        self.rate_group = {"POST": "processing" if is_file else "strokes"}
        return super().get_throttles()

    def again(self, request: Request, object_id: UUID) -> Response:
        account = caller(request).account
        if Job.objects.filter(account=account, pk=object_id).exists():
            return self._answer(waiting.repeated_job(request, object_id))
        return self._shown(selectors.image_for(account, object_id))

    @endpoint(
        "Get an image's mask",
        description="Redirects to a signed URL of the newest mask: a grayscale PNG of the image's size.",
        responses={302: OpenApiResponse(description="Redirect to the signed URL.")},
        operation_id="masks_read",
        parameters=_PATH,
    )
    def get(self, request: Request, image_id: str) -> HttpResponseRedirect:
        mask = masks.newest(self._image(image_id))
        if mask is None:
            raise not_found("Mask")
        return HttpResponseRedirect(content_url(mask, base=self.base))

    @endpoint(
        "Make a mask",
        description=(
            "Either a grayscale picture of the image's size, or strokes of a brush that mend what is cut out. "
            "The answer's `maskId` is what `mask` takes when an image is cut out or edited. Nothing is charged, "
            "unless strokes begin with a cutout that a model has to make first. An image keeps its 50 newest masks, and the one it is cut out by."
        ),
        request={"application/json": DocumentedStrokesBody, "multipart/form-data": MaskUpload},
        responses={200: MaskAnswer, 202: PendingMaskAnswer},
        example=_ANSWER,
        body_example=_STROKES,
        operation_id="masks_create",
        parameters=_PATH,
    )
    @idempotent("mask")
    def post(self, request: Request, image_id: str) -> Response:
        if isinstance(request.data, QueryDict):
            return self._brought(self.read(MaskUpload), image_id)
        _check_count(request.data)
        body = bodies.read(StrokesBody, request.data)
        try:
            plan = TouchUp(body.strokes, body.follow)
        except InvalidPlan as error:
            raise edit_json.refused(error) from error
        return self._mended(self._image(image_id), plan, edit_json.cutting_from(body.cutting))

    def _brought(self, given: dict[str, Any], image_id: str) -> Response:
        image = self._image(image_id)
        file = incoming(given["file"], "file")
        if given["mode"] == "raw":
            return self._shown(masks.bring_in(image, file, mask_id=new_id(self.request)))
        mask = masks.bring_in(image, file)
        return self._mended(image, TouchUp(fits_mask=True), Cutting(mask=str(mask.pk)))

    def _mended(self, image: Image, plan: TouchUp, cutting: Cutting) -> Response:
        command = masks.mend(image, plan, cutting)
        jobs.check(command)
        job = jobs.submit_and_wait(
            caller(self.request),
            command,
            source=image,
            seconds=waiting.seconds_to_wait(self.request),
            job_id=recorded_id(self.request),
        )
        return self._answer(job)

    def _answer(self, job: Job) -> Response:
        waiting.raise_for_failure(job)
        mask = job.result
        shown = {
            "imageId": job.picture.public_id,
            "maskId": mask.public_id if mask else None,
            "url": content_url(mask, base=self.base) if mask else None,
            "immediate": job.ended,
        }
        return waiting.answer(job, shown)

    def _shown(self, mask: Image) -> Response:
        if mask.parent is None:
            raise not_found("Image")
        url = content_url(mask, base=self.base)
        shown = {"imageId": mask.parent.public_id, "maskId": mask.public_id, "url": url}
        return Response({**shown, "immediate": True})

    def _image(self, image_id: str) -> Image:
        return selectors.image_for(caller(self.request).account, decoded("img", image_id, "Image"))


def _check_count(body: Any) -> None:
    """Refuse too many strokes before each of them is looked at."""
    strokes = body.get("strokes") if isinstance(body, dict) else None
    if isinstance(strokes, list) and len(strokes) > MAX_STROKES:
        raise invalid("strokes", f"At most {MAX_STROKES} strokes, not {len(strokes)}.")
