"""Buckets as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer
from processing.models import Bucket
from processing.services.buckets import connections, s3

_ENDPOINT = (
    "Where the bucket's server speaks S3, http or https, on port 80, 443, 8080, 8443 or 9000. Omitted, it is "
    "Amazon's for the region. The bucket is asked for in the path, as `https://endpoint/bucket/key`."
)


def _name(**options: Any) -> Text:
    return Text(max_length=100, help_text="What you call it.", **options)


def _endpoint(**options: Any) -> Text:
    return Text(
        source="endpoint_url", max_length=500, required=False, help_text=_ENDPOINT, **options
    )


def _region(**options: Any) -> Text:
    return Text(max_length=60, required=False, **options)


def _secret(**options: Any) -> Text:
    return Text(
        source="secret",
        max_length=200,
        trim_whitespace=False,
        help_text="Kept encrypted, and never shown.",
        **options,
    )


class BucketBody(StrictSerializer):
    name = _name()
    endpointUrl = _endpoint()
    region = _region(help_text=f"`{connections.DEFAULT_REGION}` if omitted.")
    bucket = Text(max_length=255, help_text="The bucket's name on its server.")
    accessKeyId = Text(source="access_key_id", max_length=200)
    secretKey = _secret()


class BucketChange(StrictSerializer):
    name = _name(required=False)
    endpointUrl = _endpoint()
    region = _region()
    bucket = Text(max_length=255, required=False)
    accessKeyId = Text(source="access_key_id", max_length=200, required=False)
    secretKey = _secret(required=False)


class BucketSerializer(serializers.ModelSerializer[Bucket]):
    id = PublicIdField("bucket", read_only=True)
    endpointUrl = serializers.CharField(source="endpoint_url", read_only=True)
    accessKeyId = serializers.CharField(source="access_key_id", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Bucket
        fields = [
            *("id", "name", "endpointUrl", "region", "bucket", "accessKeyId"),
            *("createdAt", "updatedAt"),
        ]
        read_only_fields = ["name", "region", "bucket"]


class BucketCheckBody(StrictSerializer):
    prefix = Text(
        max_length=connections.MAX_PREFIX,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="Where to look and to write.",
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    code = serializers.ChoiceField(
        choices=[s3.DENIED, s3.NOT_FOUND, s3.UNREACHABLE], allow_null=True
    )
    error = serializers.CharField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        told = {"code": instance.code or None, "error": instance.error or None}
        return {"ok": instance.ok, **told}


class CheckedSerializer(serializers.Serializer[Any]):
    read = OutcomeSerializer(help_text="Whether objects can be listed, as a batch's source needs.")
    write = OutcomeSerializer(help_text="Whether objects can be written, as results need.")
    left = serializers.BooleanField(
        help_text=f"Whether `{connections.TEST_OBJECT}` could not be removed again."
    )
