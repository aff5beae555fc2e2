"""Where batches read from and write to, as the API shows it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import PublicIdField
from processing.api.serializers.jobs import JobErrorSerializer
from processing.models import (
    BatchDestination,
    BatchSource,
    ItemWriting,
    ReadingState,
    WritingState,
)


class WrittenSerializer(serializers.ModelSerializer[ItemWriting]):
    state = serializers.ChoiceField(choices=WritingState.choices, read_only=True)
    key = serializers.CharField(read_only=True, help_text="Of its object in the destination.")
    error = serializers.SerializerMethodField(
        help_text="Of the last attempt; after five it has failed, until the batch is retried."
    )

    class Meta:
        model = ItemWriting
        fields = read_only_fields = ["state", "key", "error"]

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, row: ItemWriting) -> dict[str, str] | None:
        return _error(row)


class BatchSourceSerializer(serializers.ModelSerializer[BatchSource]):
    bucketId = PublicIdField("bucket", source="bucket_id", read_only=True, allow_null=True)
    bucketName = serializers.CharField(source="bucket_name", read_only=True)
    state = serializers.ChoiceField(choices=ReadingState.choices, read_only=True)
    error = serializers.SerializerMethodField()

    class Meta:
        model = BatchSource
        fields = read_only_fields = ["bucketId", "bucketName", "prefix", "state", "error"]

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, row: BatchSource) -> dict[str, str] | None:
        return _error(row)


class BatchDestinationSerializer(serializers.ModelSerializer[BatchDestination]):
    bucketId = PublicIdField("bucket", source="bucket_id", read_only=True, allow_null=True)
    bucketName = serializers.CharField(source="bucket_name", read_only=True)
    error = serializers.SerializerMethodField(help_text="Why `manifest.json` could not be written.")

    class Meta:
        model = BatchDestination
        fields = read_only_fields = ["bucketId", "bucketName", "prefix", "error"]

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, row: BatchDestination) -> dict[str, str] | None:
        return _error(row)


def _error(row: BatchSource | BatchDestination | ItemWriting) -> dict[str, str] | None:
    return {"code": row.error_code, "message": row.error} if row.error_code else None
