"""The native API of the trash, and how much there is in it and beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.fields import Flag, PublicIdField
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from media_library.api.examples import IMAGE, TRASHED
from media_library.api.images import ImageView
from media_library.api.serializers import ImageIds, ImageSerializer
from media_library.files import links
from media_library.lifecycle import trash
from media_library.models import Image

_PATH = [path_id("image_id", "img")]
_COUNT_EXAMPLE = {"count": 3}


class TrashedSerializer(serializers.ModelSerializer[Image]):
    """Describes an image in the trash."""

    id = PublicIdField("img", read_only=True)
    mediaType = serializers.CharField(source="media_type", read_only=True)
    parentId = PublicIdField("img", source="parent_id", read_only=True, allow_null=True)
    projectId = PublicIdField("proj", source="project_id", read_only=True)
    results = serializers.IntegerField(
        source="result_count",
        read_only=True,
        help_text="How many images made from it went along, and are restored or deleted with it.",
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    deletedAt = serializers.DateTimeField(source="deleted_at", read_only=True)
    deletedForGoodAt = serializers.SerializerMethodField(
        help_text="When its files are removed, unless it's restored before."
    )
    thumbnailUrl = serializers.SerializerMethodField()

    class Meta:
        model = Image
        fields = [
            *("id", "name", "kind", "format", "mediaType", "width", "height", "bytes"),
            *("parentId", "projectId", "results", "createdAt", "deletedAt", "deletedForGoodAt"),
            "thumbnailUrl",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField())
    def get_deletedForGoodAt(self, image: Image) -> datetime | None:
        return image.trash_until

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnailUrl(self, image: Image) -> str | None:
        if not image.thumbnail_key:
            return None
        return links.content_url(image, links.TRASHED, base=self.context["base"])


class ToTrash(ImageIds):
    withResults = Flag(
        default=False,
        source="with_results",
        help_text="Take along what was made from them: it is restored or deleted with them.",
    )


class CountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many images.")


class AmountSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    bytes = serializers.IntegerField(help_text="Of the images themselves, without thumbnails.")


class StorageSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    bytes = serializers.IntegerField(help_text="Of the images themselves, without thumbnails.")
    trash = AmountSerializer()


class TrashView(ImageView):
    """What the views of the trash share."""


class Trash(TrashView):
    @endpoint(
        "List the trash",
        description=(
            "Deleted images, newest first. Those that went along with another one are counted in its "
            "`results`."
        ),
        responses={200: page_schema(TrashedSerializer)},
        example=page_example(TRASHED),
        operation_id="trash_list",
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(PageQuery)
        rows = trash.with_results(trash.of(caller(request).account))
        context = {"base": self.base}
        return Response(page_of(rows, asked, serializer=TrashedSerializer, context=context))

    @endpoint(
        "Delete several images",
        description=(
            "They go into the trash, all of them or none: 404 NOT_FOUND if one isn't there. The answer counts "
            "them, with the results that went along."
        ),
        request=ToTrash,
        responses={200: CountSerializer},
        example=_COUNT_EXAMPLE,
        body_example={"imageIds": [IMAGE["id"]], "withResults": True},
        operation_id="trash_add",
    )
    def post(self, request: Request) -> Response:
        given = self.read(ToTrash)
        moved = trash.put(
            caller(request).account, given["image_ids"], with_results=given["with_results"]
        )
        return Response({"count": moved.count})

    @endpoint(
        "Empty the trash",
        description="Deletes all of it for good. Files are removed within seconds.",
        responses={200: CountSerializer},
        example=_COUNT_EXAMPLE,
        operation_id="trash_empty",
    )
    def delete(self, request: Request) -> Response:
        return Response({"count": trash.empty(caller(request).account).count})


class RestoreFromTrash(TrashView):
    @endpoint(
        "Restore images from the trash",
        description=(
            "With the results that went along, all of them or none: 404 NOT_FOUND if one isn't in the trash. The "
            "answer lists every image that came back."
        ),
        request=ImageIds,
        responses={200: ImageSerializer(many=True)},
        example=[IMAGE],
        body_example={"imageIds": [IMAGE["id"]]},
        operation_id="trash_restore",
    )
    def post(self, request: Request) -> Response:
        given = self.read(ImageIds)
        images = trash.restore(caller(request).account, given["image_ids"])
        return Response([self.shown(image) for image in images])


class OneTrashed(TrashView):
    @endpoint(
        "Delete an image for good",
        description="An image in the trash, with the results that went along. Files are removed within seconds.",
        responses={200: CountSerializer},
        example={"count": 1},
        operation_id="trash_remove",
        parameters=_PATH,
    )
    def delete(self, request: Request, image_id: str) -> Response:
        found = decoded("img", image_id, "Image")
        return Response({"count": trash.remove(caller(request).account, [found]).count})


class StorageUse(ApiView):
    scope = "images:read"

    @endpoint(
        "Get the storage in use",
        responses={200: StorageSerializer},
        example={"images": 42, "bytes": 91204410, "trash": {"images": 3, "bytes": 8120330}},
        operation_id="storage_read",
    )
    def get(self, request: Request) -> Response:
        found = trash.storage_of(caller(request).account)
        return Response(
            {
                "images": found.images,
                "bytes": found.bytes,
                "trash": {"images": found.trash_images, "bytes": found.trash_bytes},
            }
        )
