"""Tools and jobs as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import PublicIdField
from config.api.serializers import PageQuery
from media_library.files.links import content_url
from processing.commands import options_of
from processing.models import Job, JobState
from processing.services import edit_json
from processing.services.appearance.ready_looks import ReadyLook, shown_reasons


class ToolAnswer(serializers.Serializer[Any]):
    """Answers a tool; `jobId` is sent with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    correctedOriginalUrl = serializers.CharField(
        allow_null=True,
        help_text="The upright original, if its orientation had to be corrected.",
    )
    immediate = serializers.BooleanField()
    projectId = serializers.CharField()


class PendingToolAnswer(ToolAnswer):
    jobId = serializers.CharField()


class EditAnswer(serializers.Serializer[Any]):
    """Answers an editing tool; `jobId` is sent with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    immediate = serializers.BooleanField()
    projectId = serializers.CharField()
    report = serializers.DictField(
        allow_null=True,
        help_text=(
            "What was done, which model or provider did it, how confident it was, and how long "
            "it took. `looks` lists which networks looked at the photo: each with its `network`, "
            "`provider` (null where it could not look), `region` (left, top, right, bottom in pixels, "
            "null for the whole photo), `reason` (`chosen`, `first`, `small-subject`, `nothing-found`, "
            "`unsure`, `in-pieces`, `still-unsure`) and `outcome` (`believed`, `outvoted`, "
            "`not-installed`, `out-of-memory`). `toneCurve` names the curve that made sRGB of a photo "
            "with high dynamic range. `hookRemoved` says whether a hanger's hook was found, where it was to be "
            "removed (`cleanUp.keepHanger` false). `pose` tells how the product is posed in its photo (`lying`, "
            "`hanging`, `standing` or `unsure`), where its shadow or its background depends on it."
        ),
    )


class PendingEditAnswer(EditAnswer):
    jobId = serializers.CharField()


class GenerateAnswer(serializers.Serializer[Any]):
    """Answers generate-background; `jobId` is sent with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    projectId = serializers.CharField()
    provider = serializers.CharField(
        allow_null=True, help_text="The provider that generated the background."
    )
    seed = serializers.IntegerField(allow_null=True)
    notUnderstood = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Words of the prompt that the scene does without: unknown ones, people and brands, and "
        "props beyond three.",
    )
    pose = serializers.ChoiceField(
        choices=["lying", "hanging", "standing", "unsure"],
        allow_null=True,
        help_text="How the product is posed in its photo, as far as the photo tells.",
    )
    view = serializers.ChoiceField(
        choices=["above", "level", "wall"],
        allow_null=True,
        help_text="How the scene is seen. Null where the provider doesn't tell.",
    )


class PendingGenerateAnswer(GenerateAnswer):
    jobId = serializers.CharField()


class NamedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()


class BackdropsSerializer(serializers.Serializer[Any]):
    providers = serializers.ListField(child=serializers.CharField())
    presets = NamedSerializer(many=True)
    styles = serializers.ListField(child=serializers.CharField())


class LookReasonSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    certainty = serializers.ChoiceField(
        choices=["documented", "secondary", "uncertain", "ours"],
        help_text="How sure it is; `ours` is our choice, which nobody asks for.",
    )
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    url = serializers.CharField(allow_null=True)


class ReadyPresetSerializer(serializers.Serializer[Any]):
    """Describes an edit that is there from the start."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    group = serializers.ChoiceField(
        choices=["marketplace", "set", "style"],
        help_text="The four of a `set` make a listing's pictures of one photo.",
    )
    edit = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField(help_text="What it follows, and who says so.")

    @extend_schema_field({"$ref": "#/components/schemas/EditPlan"})
    def get_edit(self, look: ReadyLook) -> dict[str, Any]:
        return edit_json.shown(edit_json.stored_json(look.plan))

    @extend_schema_field(LookReasonSerializer(many=True))
    def get_reasons(self, look: ReadyLook) -> list[dict[str, Any]]:
        return shown_reasons(look)


class ModelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    installed = serializers.BooleanField()
    runtime = serializers.ChoiceField(
        choices=["mnn", "onnxruntime"],
        allow_null=True,
        help_text="What runs it on this site; null while it is not installed.",
    )
    licence = serializers.CharField()
    description = serializers.CharField()


class JobErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    """Describes a job."""

    # Needs `base` in its context: the site's address, in front of the signed path.

    id = PublicIdField("job", read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    options = serializers.SerializerMethodField()
    sourceImageId = PublicIdField("img", source="source_id", read_only=True, allow_null=True)
    resultImageId = PublicIdField("img", source="result_id", read_only=True, allow_null=True)
    resultUrl = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    startedAt = serializers.DateTimeField(source="started_at", read_only=True)
    endedAt = serializers.DateTimeField(source="ended_at", read_only=True)

    class Meta:
        model = Job
        fields = [
            *("id", "operation", "state", "options", "sourceImageId", "resultImageId"),
            *("resultUrl", "error", "attempts", "report", "createdAt", "startedAt", "endedAt"),
        ]

    def get_options(self, job: Job) -> dict[str, Any]:
        return options_of(job.command)

    def get_resultUrl(self, job: Job) -> str | None:
        if job.result is None or job.result.deleted_at is not None:
            return None
        return content_url(job.result, base=self.context["base"])

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        return {"code": job.error_code, "message": job.error} if job.error_code else None


class JobQuery(PageQuery):
    state = serializers.ChoiceField(
        choices=JobState.choices, required=False, help_text="Only jobs in this state."
    )
    image = PublicIdField("img", required=False, help_text="Only jobs of this image, `img_…`.")
