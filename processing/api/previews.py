"""``/images/{id}/preview``: what an edit will look like."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint, path_id
from config.api.ids import decoded
from config.api.views import ApiView
from media_library.selectors import image_for
from processing.api.edits import command_of
from processing.api.serializers import edits
from processing.services import previews

MEDIA_TYPE = "image/webp"


class PreviewView(ApiView):
    rate_group = "preview"
    scope = "jobs:write"

    @endpoint(
        "Preview an edit",
        description=(
            "A WebP of at most 768 pixels a side of what `/images/tools/edit` would make of the same "
            "edit. It isn't stored and costs nothing; `X-Result-Size` says how large the result will "
            "be. 409 NOT_CUT_OUT for a photo whose background was not removed yet with the edit's "
            "`cutting` options. Backgrounds that another server would generate can't be shown."
        ),
        request=edits.DocumentedPreviewBody,
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(
                response=OpenApiTypes.BINARY, description="The preview."
            )
        },
        parameters=[path_id("image_id", "img")],
        body_example={"edit": {"background": {"color": "white"}, "shadow": {"mode": "soft"}}},
    )
    def post(self, request: Request, image_id: str) -> HttpResponse:
        body = bodies.read(edits.PreviewBody, request.data)
        command = command_of(request, body.edit, body.preset_id)
        image = image_for(caller(request).account, decoded("img", image_id, "Image"))
        made = previews.preview(image, command.plan)
        response = HttpResponse(made.data, content_type=MEDIA_TYPE)
        response["Cache-Control"] = "private, no-store"
        response["X-Result-Size"] = f"{made.width}x{made.height}"
        return response
