"""``/images/{id}/rating``: what an account says of a result."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import endpoint, path_id
from config.api.fields import Flag, Text, Whole
from config.api.serializers import StrictSerializer
from media_library.api.examples import IMAGE
from media_library.api.images import ImageView
from processing.models import Rating, RatingCategory, RatingReason, Verdict
from processing.models.ratings import MAX_SCORE, NOTE_LENGTH
from processing.services import ratings
from processing.services.ratings import Said

_PATH = [path_id("image_id", "img")]
_BODY = {
    "verdict": "bad",
    "reason": "edges",
    "note": "The fringe of the scarf is cut off.",
    "score": 2,
    "categories": ["sharpness"],
    "showToSupport": True,
}
_EXAMPLE: dict[str, Any] = {
    "imageId": IMAGE["id"],
    **_BODY,
    "createdAt": "2026-07-14T09:30:00Z",
    "updatedAt": "2026-07-14T09:30:00Z",
}


class RatingBody(StrictSerializer):
    verdict = serializers.ChoiceField(choices=Verdict.values)
    reason = serializers.ChoiceField(
        choices=RatingReason.values,
        required=False,
        allow_null=True,
        default=None,
        help_text="What is wrong: needed for `bad`, and null for `good`.",
    )
    note = Text(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")
    score = Whole(
        min_value=0,
        max_value=MAX_SCORE,
        required=False,
        allow_null=True,
        default=None,
        help_text="0 to 5, the more the better; null for none.",
    )
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=RatingCategory.values),
        required=False,
        default=list,
        max_length=len(RatingCategory.values),
        help_text="What it is about, finer than the reason. `note` is the comment that goes with it.",
    )
    showToSupport = Flag(
        source="may_show",
        default=False,
        help_text=(
            "Whether staff of the site may see the result and the photo it was made of, as long as the "
            "rating says so. They see no picture otherwise, only the facts of the work."
        ),
    )


class RatingSerializer(serializers.ModelSerializer[Rating]):
    imageId = serializers.CharField(source="image.public_id", read_only=True)
    reason = serializers.ChoiceField(choices=RatingReason.values, allow_null=True)
    categories = serializers.ListField(child=serializers.ChoiceField(choices=RatingCategory.values))
    showToSupport = serializers.BooleanField(source="may_show")
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Rating
        fields = (
            *("imageId", "verdict", "reason", "note", "score", "categories"),
            *("showToSupport", "createdAt", "updatedAt"),
        )

    def to_representation(self, instance: Rating) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"reason": instance.reason or None}


class ImageRating(ImageView):
    scope = {"GET": "images:read", "PUT": "images:write", "DELETE": "images:write"}

    @endpoint(
        "Get a result's rating",
        description="404 NOT_FOUND if it has none.",
        responses={200: RatingSerializer},
        example=_EXAMPLE,
        operation_id="images_rating_read",
        parameters=_PATH,
    )
    def get(self, request: Request, image_id: str) -> Response:
        return _shown(ratings.rating_of(self.image(image_id)))

    @endpoint(
        "Rate a result",
        description=(
            "Says that a result is good, or what is wrong with it. Each result has one rating: another "
            "replaces it. Ratings cost nothing. Photos as they were uploaded can't be rated (409 CONFLICT)."
        ),
        request=RatingBody,
        responses={200: RatingSerializer},
        example=_EXAMPLE,
        body_example=_BODY,
        operation_id="images_rating_change",
        parameters=_PATH,
    )
    def put(self, request: Request, image_id: str) -> Response:
        given = self.read(RatingBody)
        categories = tuple(dict.fromkeys(given["categories"]))
        said = Said(**given | {"reason": given["reason"] or "", "categories": categories})
        return _shown(ratings.rate(caller(request), self.image(image_id), said))

    @endpoint(
        "Take a rating back",
        description="404 NOT_FOUND if there is none.",
        responses={200: None},
        operation_id="images_rating_delete",
        parameters=_PATH,
    )
    def delete(self, request: Request, image_id: str) -> Response:
        ratings.take_back(self.image(image_id))
        return Response(None)


def _shown(rating: Rating) -> Response:
    return Response(dict(RatingSerializer(rating).data))
