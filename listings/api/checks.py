"""``/listings/{id}/check`` and the repairs that it offers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.http import caller
from config.api.docs import endpoint, path_id
from config.api.ids import decoded
from config.api.serializers import StrictSerializer
from listings.api import check_examples as examples
from listings.api.listings import PATH, ListingView
from listings.checks import Report, check, repairs
from listings.models import Platform
from media_library.files.links import content_url
from processing.api import waiting
from processing.models import Job, JobState

_IMAGE_PATH = [*PATH, path_id("image_id", "img")]


class CheckBody(StrictSerializer):
    platforms = serializers.ListField(
        child=serializers.ChoiceField(choices=Platform.choices),
        required=False,
        allow_empty=False,
        help_text="All platforms if omitted.",
    )


class SourceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    url = serializers.CharField(allow_null=True)
    read = serializers.DateField(
        allow_null=True, help_text="When the rules were last verified; null if never."
    )
    certainty = serializers.ChoiceField(choices=["documented", "secondary", "uncertain"])


class MendSerializer(serializers.Serializer[Any]):
    imageId = serializers.CharField()
    platform = serializers.ChoiceField(choices=Platform.choices)


class ProblemSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField(source="rule.name")
    level = serializers.ChoiceField(choices=["error", "advice"])
    field = serializers.CharField()
    message = serializers.CharField()
    found = serializers.JSONField()
    limit = serializers.JSONField(source="rule.value")
    source = SourceSerializer(source="rule.source")  # type: ignore[assignment]
    imageId = serializers.CharField(source="image_id", allow_null=True)
    repair = serializers.SerializerMethodField(
        help_text=(
            "POST to `/listings/{id}/images/{imageId}/repair` to fix it; null if it can't be "
            "fixed automatically."
        )
    )

    @extend_schema_field(MendSerializer(allow_null=True))
    def get_repair(self, problem: Any) -> dict[str, str] | None:
        if not (problem.mendable and problem.image_id):
            return None
        return {"imageId": problem.image_id, "platform": self.context["platform"]}


class ReasonSerializer(serializers.Serializer[Any]):
    points = serializers.IntegerField(help_text="A negative number.")
    message = serializers.CharField()


class UncheckedSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(source="value")
    source = SourceSerializer()  # type: ignore[assignment]


class ReportSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    ok = serializers.BooleanField(help_text="`true` if no problem is an error.")
    score = serializers.IntegerField(
        help_text="0 to 100: 100 plus the (negative) points of all reasons."
    )
    reasons = ReasonSerializer(many=True)
    problems = serializers.SerializerMethodField()
    unchecked = UncheckedSerializer(
        many=True, help_text="Requirements that only a person can check."
    )

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, report: Report) -> list[dict[str, Any]]:
        context = {"platform": report.platform}
        return list(ProblemSerializer(report.problems, many=True, context=context).data)


class RepairBody(StrictSerializer):
    platform = serializers.ChoiceField(
        choices=Platform.choices, help_text="The platform that shows the repaired picture."
    )


class RepairAnswer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    jobId = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)


class CheckListing(ListingView):
    scope = {"POST": scopes.LISTINGS_READ}

    @endpoint(
        "Check a listing",
        description=(
            "Reports which platform rules the listing breaks, the source of each rule, and a "
            "score from 0 to 100 with its reasons. If a picture is at fault, `repair` fixes it "
            "in one request. Upcoming rules are included."
        ),
        request=CheckBody,
        responses={200: ReportSerializer(many=True)},
        example=[examples.REPORT],
        body_example={"platforms": ["amazon"]},
        operation_id="listings_check",
        parameters=PATH,
    )
    def post(self, request: Request, listing_id: str) -> Response:
        wanted = self.read(CheckBody).get("platforms", Platform.values)
        listing, today = self.listing(listing_id), timezone.now().date()
        reports = [check(listing, platform, today) for platform in dict.fromkeys(wanted)]
        return Response(ReportSerializer(reports, many=True).data)


class RepairPicture(ListingView):
    rate_group = {"POST": "processing"}
    scope = {"POST": scopes.LISTINGS_WRITE, "DELETE": scopes.LISTINGS_WRITE}

    @endpoint(
        "Repair an image",
        description=(
            "Fixes with a single edit what the check found wrong with the picture for the "
            "platform: a white, square cover filled by the product, a smaller file, another "
            "format, four times the pixels. It costs one unit of `edit`. The result replaces the "
            "picture on that platform only. The request waits for its job up to a limit (20 s by "
            "default): 200 with the result, or 202 with a `jobId`; the result is used in either "
            "case. Repeating the request returns the existing repair. 409 CONFLICT if an edit "
            "can't fix it, 422 BROKEN_IMAGE and the like if the job failed; the picture then "
            "stays. 422 NOTHING_FOUND where a cover to be cut out shows no product."
        ),
        request=RepairBody,
        responses={200: RepairAnswer, 202: RepairAnswer},
        example=examples.REPAIR,
        body_example={"platform": "amazon"},
        operation_id="listings_repair",
        parameters=_IMAGE_PATH,
    )
    def post(self, request: Request, listing_id: str, image_id: str) -> Response:
        platform = self.read(RepairBody)["platform"]
        listing, picture = self.listing(listing_id), decoded("img", image_id, "Image")
        job = repairs.request(
            caller(request), listing, picture, platform, day=timezone.now().date()
        )
        waiting.raise_for_failure(job)
        return Response(self._answer(job, platform), status=200 if job.ended else 202)

    @endpoint(
        "Undo a repair",
        description="The platform gets the original picture again.",
        request=None,
        responses={200: None},
        operation_id="listings_undo_repair",
        parameters=[*_IMAGE_PATH, RepairBody],
    )
    def delete(self, request: Request, listing_id: str, image_id: str) -> Response:
        platform = self.read_query(RepairBody)["platform"]
        repairs.undo(
            caller(request), self.listing(listing_id), decoded("img", image_id, "Image"), platform
        )
        return Response(None)

    def _answer(self, job: Job, platform: str) -> dict[str, Any]:
        return {
            "platform": platform,
            "originalImageId": job.picture.public_id,
            "processedImageId": job.result.public_id if job.result else None,
            "displayUrl": content_url(job.result, base=self.base) if job.result else None,
            "jobId": job.public_id,
            "state": job.state,
        }
