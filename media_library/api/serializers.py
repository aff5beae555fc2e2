"""Pictures and projects as the API shows them, and what it takes in."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import Flag, PublicIdField, Text, filter_text
from config.api.serializers import PageQuery, StrictSerializer
from media_library import projects
from media_library.files.links import TRASHED, VARIANTS, content_url
from media_library.models import (
    MAX_TAGS,
    NAME_LENGTH,
    TAG_LENGTH,
    Doubt,
    Image,
    ImageKind,
    Project,
    ProjectKind,
    ProjectStatus,
)
from media_library.selectors import DEFAULT_SORT, SORTS

DESCRIPTION_LENGTH = 2000
MAX_AT_ONCE = 1000


class ImageSerializer(serializers.ModelSerializer[Image]):
    """Describes an image."""

    # Needs `base` in its context: the site's address, in front of the signed paths.

    id = PublicIdField("img", read_only=True)
    kind = serializers.ChoiceField(choices=ImageKind.choices, read_only=True)
    mediaType = serializers.CharField(source="media_type", read_only=True)
    hasAlpha = serializers.BooleanField(source="has_alpha", read_only=True)
    frames = serializers.IntegerField(
        read_only=True,
        min_value=1,
        help_text=(
            "More than 1 for an animation (GIF, WebP, PNG, AVIF) or a HEIC file of several images: "
            "only the first frame is processed."
        ),
    )
    parentId = PublicIdField("img", source="parent_id", read_only=True, allow_null=True)
    projectId = PublicIdField("proj", source="project_id", read_only=True)
    jobId = PublicIdField("job", source="job_id", read_only=True, allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    favorite = serializers.BooleanField(source="is_favorite", read_only=True)
    tags = serializers.SerializerMethodField()
    needsLook = serializers.SerializerMethodField(
        help_text=(
            "Why somebody should look at the newest cutout made of it: the network was `unsure`, the "
            "product is `clipped` by the photo's border, or none was found (`empty`). Null for no reason, "
            "and once `images/looked` was told."
        )
    )
    url = serializers.SerializerMethodField()
    thumbnailUrl = serializers.SerializerMethodField()

    class Meta:
        model = Image
        fields = [
            *("id", "name", "kind", "format", "mediaType", "width", "height", "bytes"),
            *("hasAlpha", "orientation", "frames", "parentId", "projectId", "jobId", "createdAt"),
            *("favorite", "tags", "needsLook", "url", "thumbnailUrl"),
        ]
        read_only_fields = fields

    def get_tags(self, image: Image) -> list[str]:
        return image.tag_names

    @extend_schema_field(serializers.ChoiceField(choices=Doubt.choices, allow_null=True))
    def get_needsLook(self, image: Image) -> str | None:
        return image.needs_look or None

    def get_url(self, image: Image) -> str:
        return content_url(image, base=self.context["base"])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnailUrl(self, image: Image) -> str | None:
        if not image.thumbnail_key:
            return None
        return content_url(image, "thumbnail", base=self.context["base"])


class ImagePage(serializers.Serializer[Any]):
    """A page of images, by its number or behind a cursor."""

    items = ImageSerializer(many=True)
    page = serializers.IntegerField(allow_null=True, help_text="Null for a list by cursor.")
    pageSize = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Null for a list by cursor.")
    nextCursor = serializers.CharField(
        allow_null=True, help_text="What to send as `cursor` for the next; null at the end."
    )


class CountsSerializer(serializers.Serializer[Project]):
    images = serializers.IntegerField(
        source="image_count", help_text="Uploaded and derived images."
    )
    originals = serializers.IntegerField(source="original_count")
    derived = serializers.IntegerField(source="derived_count")


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """Describes a project, with how much is in it."""

    id = PublicIdField("proj", read_only=True)
    type = serializers.ChoiceField(choices=ProjectKind.choices, source="kind", read_only=True)
    status = serializers.ChoiceField(choices=ProjectStatus.choices, read_only=True)
    counts = CountsSerializer(source="*", read_only=True)
    isDefault = serializers.BooleanField(source="is_default", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Project
        fields = [
            *("id", "name", "description", "type", "status", "isDefault"),
            *("counts", "createdAt", "updatedAt"),
        ]
        read_only_fields = fields


class NewProject(StrictSerializer):
    name = Text(max_length=NAME_LENGTH)
    description = Text(max_length=DESCRIPTION_LENGTH, default="", allow_blank=True)
    type = serializers.ChoiceField(
        choices=ProjectKind.choices, source="kind", default=ProjectKind.IMAGE
    )


class ProjectChange(StrictSerializer):
    name = Text(max_length=NAME_LENGTH, required=False)
    description = Text(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=ProjectStatus.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send a new `name`, `description` or `status`.")
        return attrs


class ProjectQuery(PageQuery):
    search = filter_text(NAME_LENGTH, "Part of the name or the description.")
    type = serializers.ChoiceField(
        choices=ProjectKind.choices,
        source="kind",
        required=False,
        help_text="Only projects of this type.",
    )
    status = serializers.ChoiceField(
        choices=ProjectStatus.choices, required=False, help_text="Only projects with this status."
    )
    sort = serializers.ChoiceField(
        choices=list(projects.SORTS),
        default=projects.DEFAULT_SORT,
        help_text="The sort order; by name, the default project comes first.",
    )


class ImageUpload(StrictSerializer):
    """Reads a form with pictures. The ingest reports an empty file, like all other faults."""

    file = serializers.FileField(required=False, allow_empty_file=True)
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, allow_empty=False
    )
    projectId = PublicIdField("proj", source="project_id", required=False)
    chosenAt = serializers.DateTimeField(
        source="chosen_at",
        required=False,
        help_text=(
            "When it was chosen, which becomes its `createdAt`: files that are sent one by one, several at "
            "a time, keep their order. What is later than now counts as now, what is more than a week ago "
            "as a week ago."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        form = self.initial_data
        if isinstance(form, QueryDict) and len(form.getlist("file")) > 1:
            raise serializers.ValidationError({"file": ["Use `files` to send several images."]})
        if ("file" in attrs) == ("files" in attrs):
            raise serializers.ValidationError({"file": ["Send one `file`, or several `files`."]})
        return attrs


class ImageAddress(StrictSerializer):
    url = Text(max_length=2000)
    projectId = PublicIdField("proj", source="project_id", required=False)


class ImageChange(StrictSerializer):
    name = Text(max_length=NAME_LENGTH, required=False)
    projectId = PublicIdField("proj", source="project_id", required=False)
    favorite = Flag(required=False, source="is_favorite")
    tags = serializers.ListField(
        child=Text(max_length=TAG_LENGTH), required=False, max_length=MAX_TAGS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                "Send a new `name`, `projectId`, `favorite` or `tags`."
            )
        return attrs


class ImageQuery(PageQuery):
    search = filter_text(NAME_LENGTH, "Part of the name or of a tag.")
    tag = filter_text(TAG_LENGTH, "Only images with this tag; upper and lower case are the same.")
    favorite = Flag(
        required=False, source="is_favorite", help_text="Only favorites, or only others."
    )
    project = PublicIdField(
        "proj", required=False, help_text="Only images in this project, `proj_…`."
    )
    kind = serializers.ChoiceField(
        choices=ImageKind.choices,
        required=False,
        help_text=(
            "Only uploads, results, masks or material (backgrounds and logos). The last two are listed "
            "only where they are asked for."
        ),
    )
    needsLook = Flag(
        required=False,
        source="needs_look",
        help_text="Only images whose newest cutout somebody should look at, or only others.",
    )
    sort = serializers.ChoiceField(
        choices=list(SORTS), default=DEFAULT_SORT, help_text="The sort order."
    )
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1000,
        help_text=(
            "Instead of `page`, for long lists: empty for the first, then the `nextCursor` of the "
            "answer before. Nothing is counted, and nothing shifts while images are added."
        ),
    )


class ImageIds(StrictSerializer):
    imageIds = serializers.ListField(
        child=PublicIdField("img"), source="image_ids", min_length=1, max_length=MAX_AT_ONCE
    )


class Moved(ImageIds):
    projectId = PublicIdField("proj", source="project_id")


class LookedCount(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many had a mark.")


class MovedCount(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many images.")


class ContentQuery(StrictSerializer):
    variant = serializers.ChoiceField(
        choices=[name for name in VARIANTS if name != TRASHED],
        default="file",
        help_text="Which file to get.",
    )
    download = Flag(default=False, help_text="Download the file instead of displaying it.")


class DeletionQuery(StrictSerializer):
    permanently = Flag(default=False, help_text="Skip the trash: there is no way back.")
