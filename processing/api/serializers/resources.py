"""Reference images as the API shows them, and what it takes in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import PublicIdField, Text, filter_text
from config.api.serializers import PageQuery, StrictSerializer
from media_library.files.links import content_url
from media_library.models import NAME_LENGTH
from processing.api.serializers.backgrounds import Tags
from processing.models import Resource, ResourceRole
from processing.services.backgrounds.material import TAG_LENGTH


class ResourceSerializer(serializers.Serializer[Any]):
    """Describes a reference image."""  # needs `base`, see ImageSerializer

    id = serializers.CharField(source="public_id")
    imageId = PublicIdField(
        "img",
        source="image_id",
        read_only=True,
        help_text="The image by which edits name it.",
    )
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ResourceRole.values, help_text="What you use it for.")
    tags = serializers.ListField(child=serializers.CharField())
    url = serializers.SerializerMethodField()
    thumbnailUrl = serializers.SerializerMethodField(help_text="Null until the thumbnail is ready.")
    mimeType = serializers.CharField(source="image.media_type")
    bytes = serializers.IntegerField(source="image.bytes")
    width = serializers.IntegerField(source="image.width")
    height = serializers.IntegerField(source="image.height")
    createdAt = serializers.DateTimeField(source="created_at")

    def get_url(self, row: Resource) -> str:
        return content_url(row.image, base=self.context["base"])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnailUrl(self, row: Resource) -> str | None:
        if not row.image.thumbnail_key:
            return None
        return content_url(row.image, "thumbnail", base=self.context["base"])


class ResourceUpload(StrictSerializer):
    """Reads a form with one picture. The ingest reports an empty file, like all other faults."""

    file = serializers.FileField(allow_empty_file=True)
    name = Text(max_length=NAME_LENGTH, required=False, help_text="The file's name if omitted.")
    role = serializers.ChoiceField(choices=ResourceRole.values, default=ResourceRole.REFERENCE)
    tags = Tags(default=list, help_text="Repeat the form field for each tag.")


class ResourceChange(StrictSerializer):
    name = Text(max_length=NAME_LENGTH, required=False)
    role = serializers.ChoiceField(choices=ResourceRole.values, required=False)
    tags = Tags(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send a new `name`, `role` or `tags`.")
        return attrs


class ResourceQuery(PageQuery):
    role = serializers.ChoiceField(
        choices=ResourceRole.values, required=False, help_text="Only those with this role."
    )
    tag = filter_text(TAG_LENGTH, "Only those with this tag.")
    search = filter_text(NAME_LENGTH, "Part of the name or of a tag.")
