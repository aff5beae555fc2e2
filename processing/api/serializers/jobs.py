"""Tools and jobs as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import Flag, PublicIdField, Text
from config.api.serializers import PageQuery, StrictSerializer
from media_library.files.links import content_url
from processing.commands import EDGES, FORMATS, OUTPUTS, SIZES
from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import CleanUp
from processing.models import Job, JobState, Preset
from processing.services import edit_json

DISPLAYS = ("data", "url")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": list(EDGES)},
            {"type": "number", "minimum": 0, "maximum": 100},
        ]
    }
)
class EdgeField(serializers.Field[str | float, Any, Any, Any]):
    """``none``, ``standard``, ``fine``, or a number on the same scale: 0, 50, 100."""

    default_error_messages = {"invalid": "Must be none, standard, fine, or a number 0 to 100."}

    def to_internal_value(self, data: Any) -> str | float:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if not (data in EDGES if isinstance(data, str) else is_number and 0 <= data <= 100):
            self.fail("invalid")
        return float(data) if is_number else str(data)

    def to_representation(self, value: Any) -> Any:
        return value


class CleanUpBody(StrictSerializer):
    islands = Flag(default=True, help_text="Remove small pieces apart from the product.")
    pinholes = Flag(default=True, help_text="Fill tiny holes within it.")
    shadow = Flag(default=True, help_text="Don't take its shadow on the ground for a part of it.")
    keepHanger = Flag(
        source="keep_hanger",
        default=True,
        help_text="False removes the hook of a hanger above a garment, by a rule of shape.",
    )


class RemoveBackgroundOptions(StrictSerializer):
    model = Text(
        max_length=64,
        default="fast",
        help_text="`fast`, `high`, or the name of any installed model (see `/models`).",
    )
    edge = EdgeField(
        default="standard",
        help_text="How closely the edge follows the picture: by name, or 0 to 100 (standard: 50).",
    )
    output = serializers.ChoiceField(
        choices=OUTPUTS,
        default="cutout",
        help_text="`mask` answers the matte itself, as a grey picture.",
    )
    cleanUp = CleanUpBody(source="clean_up", required=False)
    format = serializers.ChoiceField(choices=FORMATS, default="png")
    bgColor = Text(
        source="bg_color",
        max_length=32,
        required=False,
        allow_null=True,
        help_text="Puts the product on one colour: hex (`#fff`, `ffffff`) or a CSS name.",
    )
    crop = Flag(default=False, help_text="Trim the result to the product.")
    size = serializers.ChoiceField(
        choices=SIZES,
        default="original",
        help_text="The largest result: preview 0.25, medium 1.5, hd 4, full 36 megapixels.",
    )
    despill = Flag(default=False, help_text="Take the light of a green screen off the product.")
    keepExistingAlpha = Flag(
        source="keep_existing_alpha",
        default=False,
        help_text="Use the file's own transparency as the cutout, where it has any.",
    )

    def validate_cleanUp(self, value: dict[str, Any]) -> CleanUp:
        return CleanUp(**value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["output"] == "mask" and attrs.get("bg_color") is not None:
            raise serializers.ValidationError({"bgColor": ["A mask has no background."]})
        return attrs

    def validate_bgColor(self, value: str | None) -> str | None:
        if value is not None:
            try:
                parse_color(value)
            except InvalidPlan as error:
                raise serializers.ValidationError(str(error)) from error
        return value


class RemoveBackgroundBody(RemoveBackgroundOptions):
    imageId = PublicIdField("img", source="image_id")
    display = serializers.ChoiceField(
        choices=DISPLAYS,
        default="data",
        help_text="`displayUrl` as a data URL, or as a signed link that expires.",
    )


class ToolAnswer(serializers.Serializer[Any]):
    """Documents the answer of a tool; ``jobId`` comes with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    correctedOriginalUrl = serializers.CharField(
        allow_null=True,
        help_text="The original turned upright, where its orientation had to be corrected.",
    )
    immediate = serializers.BooleanField()
    projectId = serializers.CharField()


class PendingToolAnswer(ToolAnswer):
    jobId = serializers.CharField()


class EditAnswer(serializers.Serializer[Any]):
    """Documents the answer of an editing tool; ``jobId`` comes with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    immediate = serializers.BooleanField()
    projectId = serializers.CharField()
    report = serializers.DictField(
        allow_null=True, help_text="What was done by whom, how sure it was, and how long it took."
    )


class PendingEditAnswer(EditAnswer):
    jobId = serializers.CharField()


class GenerateAnswer(serializers.Serializer[Any]):
    """Documents generate-background's answer; ``jobId`` comes with 202 only."""

    originalImageId = serializers.CharField()
    processedImageId = serializers.CharField(allow_null=True)
    displayUrl = serializers.CharField(allow_null=True)
    projectId = serializers.CharField()
    provider = serializers.CharField(allow_null=True, help_text="Who made the background.")
    seed = serializers.IntegerField(allow_null=True)
    notUnderstood = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Words of the prompt that changed nothing.",
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


@extend_schema_field({"$ref": "#/components/schemas/EditPlan"})
class PlanField(serializers.Field[Any, Any, Any, Any]):
    """A kept plan, as the API takes it."""

    def to_representation(self, value: Any) -> Any:
        return edit_json.shown(value)


class PresetSerializer(serializers.ModelSerializer[Preset]):
    id = PublicIdField("preset", read_only=True)
    uuid = serializers.UUIDField(
        source="pk", read_only=True, help_text="A template's id in other dialects."
    )
    edit = PlanField(source="plan", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Preset
        fields = ["id", "uuid", "name", "edit", "createdAt", "updatedAt"]


class ModelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    installed = serializers.BooleanField()
    licence = serializers.CharField()
    description = serializers.CharField()


class JobErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    """Needs ``base`` in its context: the site's address, in front of the signed path."""

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
        internal = ("operation", "watermark")
        return {name: value for name, value in job.command.items() if name not in internal}

    def get_resultUrl(self, job: Job) -> str | None:
        if job.result is None or job.result.deleted_at is not None:
            return None
        return content_url(job.result, base=self.context["base"])

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        return {"code": job.error_code, "message": job.error} if job.error_code else None


class JobQuery(PageQuery):
    state = serializers.ChoiceField(choices=JobState.choices, required=False)
    image = PublicIdField("img", required=False)
