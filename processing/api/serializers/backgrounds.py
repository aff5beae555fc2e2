"""Backgrounds as the API shows them, and what it takes in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from pydantic import TypeAdapter
from rest_framework import serializers

from config import public_ids
from config.api.fields import Flag, PublicIdField, Text, filter_text
from config.api.serializers import PageQuery, StrictSerializer
from media_library.files.links import content_url
from media_library.models import NAME_LENGTH, BackgroundCategory
from processing.engine.plans.edit import Background as Plan
from processing.services.backgrounds.background_library import (
    SOURCES,
    Entry,
    plan_of,
    source_of,
    thumbnail_url,
)
from processing.services.backgrounds.builtin_backgrounds import Builtin
from processing.services.backgrounds.material import MAX_TAGS, TAG_LENGTH

_PLANS: TypeAdapter[Plan] = TypeAdapter(Plan)


def Tags(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=TAG_LENGTH, trim_whitespace=True), max_length=MAX_TAGS, **options
    )


# An edit's plan has a Background of its own.
@extend_schema_serializer(component_name="LibraryBackground")
class BackgroundSerializer(serializers.Serializer[Any]):
    """Describes a background, built in or your own."""  # needs `base`, see ImageSerializer, and `favorites`

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    category = serializers.ChoiceField(choices=BackgroundCategory.values)
    tags = serializers.ListField(child=serializers.CharField())
    source = serializers.SerializerMethodField(help_text="Where the background comes from.")  # type: ignore[assignment]
    background = serializers.SerializerMethodField(
        help_text="The `background` of an edit that uses it."
    )
    imageId = serializers.SerializerMethodField(help_text="Null for a built-in background.")
    url = serializers.SerializerMethodField(
        help_text="The image. Null for a built-in background, which is drawn when it is used."
    )
    thumbnailUrl = serializers.SerializerMethodField(help_text="Null until the thumbnail is ready.")
    favorite = serializers.SerializerMethodField(help_text="Whether you keep it at hand.")
    madeFrom = serializers.SerializerMethodField(
        help_text=(
            "For a generated background: the prompt, the provider, and the seed that reproduces it."
        )
    )
    createdAt = serializers.SerializerMethodField(help_text="Null for a built-in background.")

    @extend_schema_field(serializers.ChoiceField(choices=SOURCES))
    def get_source(self, entry: Entry) -> str:
        return source_of(entry)

    @extend_schema_field({"$ref": "#/components/schemas/Background"})
    def get_background(self, entry: Entry) -> dict[str, Any]:
        plan: dict[str, Any] = _PLANS.dump_python(
            plan_of(entry), mode="json", by_alias=True, exclude_defaults=True
        )
        if not isinstance(entry, Builtin):
            plan["image"]["imageId"] = public_ids.encode("img", entry.image_id)
        return plan

    @extend_schema_field(PublicIdField("img", allow_null=True))
    def get_imageId(self, entry: Entry) -> str | None:
        return None if isinstance(entry, Builtin) else entry.image.public_id

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, entry: Entry) -> str | None:
        return None if isinstance(entry, Builtin) else content_url(entry.image, base=self._base)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnailUrl(self, entry: Entry) -> str | None:
        return thumbnail_url(entry, base=self._base)

    def get_favorite(self, entry: Entry) -> bool:
        return entry.public_id in self.context["favorites"]

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_madeFrom(self, entry: Entry) -> dict[str, Any] | None:
        return None if isinstance(entry, Builtin) else entry.made_from or None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_createdAt(self, entry: Entry) -> str | None:
        if isinstance(entry, Builtin):
            return None
        return serializers.DateTimeField().to_representation(entry.created_at)

    @property
    def _base(self) -> str:
        return str(self.context["base"])


class BackgroundUpload(StrictSerializer):
    """Reads a form with one picture. The ingest reports an empty file, like all other faults."""

    file = serializers.FileField(allow_empty_file=True)
    name = Text(max_length=NAME_LENGTH, required=False, help_text="The file's name if omitted.")
    category = serializers.ChoiceField(
        choices=BackgroundCategory.values, default=BackgroundCategory.CUSTOM
    )
    tags = Tags(default=list, help_text="Repeat the form field for each tag.")


class BackgroundChange(StrictSerializer):
    name = Text(max_length=NAME_LENGTH, required=False)
    category = serializers.ChoiceField(choices=BackgroundCategory.values, required=False)
    tags = Tags(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send a new `name`, `category` or `tags`.")
        return attrs


class BackgroundQuery(PageQuery):
    category = serializers.ChoiceField(
        choices=BackgroundCategory.values,
        required=False,
        help_text="Only backgrounds in this category.",
    )
    tag = filter_text(TAG_LENGTH, "Only backgrounds with this tag.")
    search = filter_text(NAME_LENGTH, "Part of the name or of a tag.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=SOURCES, required=False, help_text="Only backgrounds from this source."
    )
    favorite = Flag(required=False, help_text="Only those that you keep at hand, if true.")
