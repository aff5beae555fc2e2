"""Batches as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer
from media_library.files.links import content_url
from media_library.models import Doubt
from processing.api.operations import OPERATIONS
from processing.api.serializers.bucket_batches import (
    BatchDestinationSerializer,
    BatchSourceSerializer,
    WrittenSerializer,
)
from processing.api.serializers.jobs import JobErrorSerializer
from processing.models import (
    Batch,
    BatchItem,
    JobState,
    ReadingState,
)
from processing.services.appearance import listing_set, ready_looks, ready_packs
from processing.services.batching import naming
from processing.services.buckets import connections
from processing.worker import batch_progress

_NEITHER = "Send operation, presetId, presetIds or packIds."
_BOTH = "Of operation, presetId and presetIds only one can be sent."
_BESIDE = "An operation can't be sent with packIds: they are presets."
_IMAGES_OR_BUCKET = "Send imageIds or fromBucketId."
_PREFIX_ALONE = "A prefix needs its bucket: fromBucketId or toBucketId."
_MAX_LOOKS = 20
_MAX_PACKS = 20
_PATTERN = (
    "What files are called in the archive, without their ending: text with `{sku}` (of the listing that the image is in, "
    "else its name), `{name}` (of the image), `{market}` (else the preset), `{look}` (the preset), `{photo}` (the "
    "image's place in the batch) and `{n}` (counts the results of a SKU in a folder). What packs make is called "
    f"`{naming.DEFAULT}`. Refused where two results would have one name."
)


class PresetIdField(serializers.CharField):
    """The id of a preset of the account, ``preset_…``, or of a ready one, ``look_…``."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.startswith(ready_looks.PREFIX):
            PublicIdField("preset").run_validation(text)
        return str(text)


class PackIdField(serializers.CharField):
    """The id of a pack of the account, ``pack_…``, or of a ready one, ``market_…``."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.startswith(ready_packs.PREFIX):
            PublicIdField("pack").run_validation(text)
        return str(text)


def _prefix(source: str, help_text: str) -> Text:
    return Text(
        source=source,
        required=False,
        max_length=connections.MAX_PREFIX,
        allow_blank=True,
        trim_whitespace=False,
        help_text=help_text,
    )


class _What(StrictSerializer):
    operation = serializers.ChoiceField(choices=OPERATIONS, required=False)
    presetId = PresetIdField(max_length=80, source="preset_id", required=False)
    presetIds = serializers.ListField(
        child=PresetIdField(max_length=80),
        source="preset_ids",
        required=False,
        min_length=1,
        max_length=_MAX_LOOKS,
        help_text="Several presets, your own or ready ones: each makes a result of each image. "
        f"A listing's set is {', '.join(f'`{one}`' for one in listing_set.IDS)}.",
    )

    packIds = serializers.ListField(
        child=PackIdField(max_length=80),
        source="pack_ids",
        required=False,
        min_length=1,
        max_length=_MAX_PACKS,
        help_text="Packs, your own or ready ones such as `market_amazon`, alone or beside presets: each of their "
        "presets makes a result of each image, and what two packs have for one market is made once.",
    )

    namePattern = Text(
        source="name_pattern",
        required=False,
        max_length=naming.MAX_PATTERN,
        help_text=_PATTERN,
    )

    toBucketId = PublicIdField(
        "bucket",
        source="to_bucket_id",
        required=False,
        help_text="A bucket that results are written to as they are made, and `manifest.json` at the end. What has the "
        "same name there is replaced. The batch has ended when all is written.",
    )
    toPrefix = _prefix("to_prefix", "The folder there, such as `ready/`.")

    def validate_presetIds(self, ids: list[Any]) -> list[Any]:
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("Each preset can be listed only once.")
        return ids

    def validate_packIds(self, ids: list[Any]) -> list[Any]:
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("Each pack can be listed only once.")
        return ids

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = sum(name in attrs for name in ("operation", "preset_id", "preset_ids"))
        if given > 1:
            raise serializers.ValidationError(_BOTH)
        if "pack_ids" in attrs and "operation" in attrs:
            raise serializers.ValidationError(_BESIDE)
        if not given and "pack_ids" not in attrs:
            raise serializers.ValidationError(_NEITHER)
        if "to_prefix" in attrs and "to_bucket_id" not in attrs:
            raise serializers.ValidationError(_PREFIX_ALONE)
        return attrs


class BatchBody(_What):
    imageIds = serializers.ListField(
        child=PublicIdField("img"),
        source="image_ids",
        required=False,
        max_length=10_000,
        help_text="Required without `fromBucketId`.",
    )
    fromBucketId = PublicIdField(
        "bucket",
        source="from_bucket_id",
        required=False,
        help_text="A bucket that a worker reads the images from, instead of `imageIds`: they become images of the "
        "library.",
    )
    fromPrefix = _prefix("from_prefix", "Only objects whose keys begin so, such as `photos/`.")
    options = serializers.DictField(
        required=False, help_text="The tool's options, or changes to each preset."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("image_ids" in attrs) == ("from_bucket_id" in attrs):
            raise serializers.ValidationError(_IMAGES_OR_BUCKET)
        if "from_prefix" in attrs and "from_bucket_id" not in attrs:
            raise serializers.ValidationError(_PREFIX_ALONE)
        return super().validate(attrs)


class BatchForm(_What):
    files = serializers.ListField(child=serializers.FileField(), required=False)
    options = Text(required=False, max_length=100_000, help_text="JSON.")


class BatchCreated(serializers.Serializer[Any]):
    batchId = serializers.CharField()
    totalImages = serializers.IntegerField(help_text="0 where a bucket has still to be listed.")


class BatchItemSerializer(serializers.ModelSerializer[BatchItem]):
    look = serializers.CharField(
        read_only=True, help_text="The name of its preset; empty for a tool."
    )
    market = serializers.CharField(
        read_only=True, help_text="What a pack makes it for; empty where it is of no pack."
    )
    imageId = PublicIdField("img", source="image_id", read_only=True, allow_null=True)
    jobId = PublicIdField("job", source="job_id", read_only=True, allow_null=True)
    state = serializers.SerializerMethodField()
    resultImageId = serializers.SerializerMethodField()
    resultUrl = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    key = serializers.CharField(read_only=True, help_text="Its object in the source; else empty.")
    written = serializers.SerializerMethodField(
        help_text="What became of writing the result; null before it is made, and without a destination."
    )
    needsLook = serializers.SerializerMethodField(
        help_text="As of the image: `unsure`, `clipped`, `empty`, or null."
    )

    class Meta:
        model = BatchItem
        fields = read_only_fields = [
            *("position", "name", "look", "market", "imageId", "jobId", "needsLook"),
            *("state", "resultImageId", "resultUrl", "error", "key", "written"),
        ]

    @extend_schema_field(serializers.ChoiceField(choices=Doubt.choices, allow_null=True))
    def get_needsLook(self, item: BatchItem) -> str | None:
        return (item.image.needs_look or None) if item.image else None

    def get_state(self, item: BatchItem) -> str:
        return item.state

    @extend_schema_field(WrittenSerializer(allow_null=True))
    def get_written(self, item: BatchItem) -> dict[str, Any] | None:
        written = getattr(item, "writing", None)
        return dict(WrittenSerializer(written).data) if written is not None else None

    def get_resultImageId(self, item: BatchItem) -> str | None:
        return item.job.result.public_id if item.job and item.job.result else None

    def get_resultUrl(self, item: BatchItem) -> str | None:
        result = item.job.result if item.job else None
        if result is None or result.deleted_at is not None:
            return None
        return content_url(result, base=self.context["base"])

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, item: BatchItem) -> dict[str, str] | None:
        code = item.job.error_code if item.job else item.error_code
        message = item.job.error if item.job else item.error
        return {"code": code, "message": message} if code else None


class CountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    processing = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class ManifestCounts(CountsSerializer):
    progress = serializers.IntegerField(help_text="0 to 100.")


class BatchSerializer(serializers.ModelSerializer[Batch]):
    batchId = PublicIdField("batch", source="id", read_only=True)
    looks = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="The names of the presets it applies to each image.",
    )
    packs = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="The names of the packs among whose presets they are.",
    )
    namePattern = serializers.CharField(
        source="name_pattern",
        read_only=True,
        help_text="What files are called; empty for the usual.",
    )
    totalImages = serializers.IntegerField(
        source="total", read_only=True, help_text="Its items: one for each image and preset."
    )
    state = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The bucket that its images are read from, or null."
    )
    destination = serializers.SerializerMethodField(
        help_text="The bucket that its results are written to, or null."
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    endedAt = serializers.DateTimeField(source="ended_at", read_only=True, allow_null=True)

    class Meta:
        model = Batch
        fields = [
            *("batchId", "operation", "looks", "packs", "namePattern", "totalImages"),
            *("state", "source", "destination", "createdAt", "endedAt"),
        ]

    @extend_schema_field(BatchSourceSerializer(allow_null=True))
    def get_source(self, batch: Batch) -> dict[str, Any] | None:
        found = getattr(batch, "source", None)
        return dict(BatchSourceSerializer(found).data) if found is not None else None

    @extend_schema_field(BatchDestinationSerializer(allow_null=True))
    def get_destination(self, batch: Batch) -> dict[str, Any] | None:
        found = getattr(batch, "destination", None)
        return dict(BatchDestinationSerializer(found).data) if found is not None else None

    def get_state(self, batch: Batch) -> str:
        """listing, processing, completed, cancelled, or failed where its bucket could not be listed"""
        if batch.cancelled_at is not None:
            return "cancelled"
        source = getattr(batch, "source", None)
        reading = source.state if source is not None else None
        if reading == ReadingState.LISTING:
            return "listing"
        if reading == ReadingState.FAILED and not batch.total:
            return "failed"
        return "processing" if batch.ended_at is None else "completed"


class BatchStatus(BatchSerializer):
    counts = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "counts", "progress", "items"]

    def get_counts(self, batch: Batch) -> dict[str, int]:
        counts = batch_progress.counts_of(batch).shown()
        return {name: count for name, count in counts.items() if name != "progress"}

    def get_progress(self, batch: Batch) -> int:
        return batch_progress.counts_of(batch).progress

    @extend_schema_field(BatchItemSerializer(many=True))
    def get_items(self, batch: Batch) -> list[dict[str, Any]]:
        items = batch.items.select_related("image", "job__result", "writing").order_by("position")
        return [dict(BatchItemSerializer(item, context=self.context).data) for item in items]


class ManifestItemSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    source = serializers.CharField(help_text="The name of the image.")  # type: ignore[assignment]
    look = serializers.CharField(allow_null=True)
    market = serializers.CharField(allow_null=True)
    imageId = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=JobState.choices)
    file = serializers.CharField(allow_null=True, help_text="The path in the archive.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True, help_text="Of the file, in hexadecimal.")
    code = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    key = serializers.CharField(allow_null=True, help_text="Of its object in the source.")
    writeError = serializers.CharField(
        allow_null=True, help_text="Why the result could not be written to the destination."
    )


class ManifestSerializer(serializers.Serializer[Any]):
    batchId = serializers.CharField()
    operation = serializers.CharField()
    packs = serializers.ListField(child=serializers.CharField())
    namePattern = serializers.CharField(allow_null=True)
    counts = ManifestCounts()
    items = ManifestItemSerializer(many=True)


class BatchRetried(serializers.Serializer[Any]):
    retried = serializers.IntegerField()
    batch = BatchStatus()
