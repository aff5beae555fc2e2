"""``/enterprise/resources``: reference images, which edits name as backgrounds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from accounts.models import Account
from config.api.docs import endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.parsers import JSONParser
from config.api.views import ApiView
from media_library.intake.uploads import UploadView, incoming
from processing.api.serializers.resources import (
    ResourceChange,
    ResourceQuery,
    ResourceSerializer,
    ResourceUpload,
)
from processing.models import Resource
from processing.services.backgrounds import resources
from processing.services.backgrounds.resources import ResourceDetails, ResourceFilter

RESOURCE: dict[str, Any] = {
    "id": "res_5Ta2jL7mP1qR4sU6vW8yZ9",
    "imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "name": "logo.png",
    "role": "logo",
    "tags": ["spring"],
    "url": "https://packshot.example/content/img_2VfUX5sCNEcTGeZ8vKoGj1/file?expires=…",
    "thumbnailUrl": None,
    "mimeType": "image/png",
    "bytes": 48213,
    "width": 600,
    "height": 200,
    "createdAt": "2027-03-01T09:30:00Z",
}
_PATH = [path_id("resource_id", "res")]


class ResourceView(ApiView):
    """What the views of reference images share."""

    scope: str | dict[str, str | None] | None = {
        **dict.fromkeys(["GET", "HEAD"], "images:read"),
        **dict.fromkeys(["POST", "PATCH", "DELETE"], "images:write"),
    }

    @property
    def account(self) -> Account:
        return caller(self.request).account

    def found(self, resource_id: str) -> Resource:
        return resources.resource_for(self.account, decoded("res", resource_id, "Resource"))

    def shown(self, row: Resource, status: int = 200) -> Response:
        return Response(dict(ResourceSerializer(row, context={"base": self.base}).data), status)


class Resources(UploadView, ResourceView):
    parser_classes = [JSONParser, MultiPartParser]
    max_files = 1
    rate_group = {"POST": "upload"}

    def again(self, request: Request, object_id: UUID) -> Response:
        return self.shown(resources.resource_for(self.account, object_id), 201)

    @endpoint(
        "List reference images",
        responses={200: page_schema(ResourceSerializer)},
        example=page_example(RESOURCE),
        operation_id="resources_list",
        parameters=[ResourceQuery],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ResourceQuery)
        number, size = asked.pop("page"), asked.pop("page_size")
        found, total = resources.page_of(
            self.account, ResourceFilter(**asked), start=(number - 1) * size, count=size
        )
        items = ResourceSerializer(found, many=True, context={"base": self.base}).data
        return Response({"items": items, "page": number, "pageSize": size, "total": total})

    @endpoint(
        "Upload a reference image",
        description=(
            "A background, prop, watermark, logo or any other image that your pictures are made with. "
            "How many there may be is a matter of the plan: 403 PLAN_REQUIRED where it has none, 409 "
            "CONFLICT where there is no more room. The file also becomes an image of the kind "
            "`material`."
        ),
        request={"multipart/form-data": ResourceUpload},
        responses={201: ResourceSerializer},
        example=RESOURCE,
        operation_id="resources_create",
    )
    @idempotent("resource")
    def post(self, request: Request) -> Response:
        given = self.read(ResourceUpload)
        file = incoming(given.pop("file"), "file")
        [row] = resources.upload(self.account, [file], ResourceDetails(**given), pk=new_id(request))
        return self.shown(row, 201)


class OneResource(ResourceView):
    @endpoint(
        "Get a reference image",
        responses={200: ResourceSerializer},
        example=RESOURCE,
        operation_id="resources_read",
        parameters=_PATH,
    )
    def get(self, request: Request, resource_id: str) -> Response:
        return self.shown(self.found(resource_id))

    @endpoint(
        "Update a reference image",
        request=ResourceChange,
        responses={200: ResourceSerializer},
        example=RESOURCE,
        body_example={"role": "logo", "tags": ["spring"]},
        operation_id="resources_change",
        parameters=_PATH,
    )
    def patch(self, request: Request, resource_id: str) -> Response:
        given = self.read(ResourceChange)
        row = self.found(resource_id)
        resources.change(row, **given)
        return self.shown(row)

    @endpoint(
        "Delete a reference image",
        description="Deletes its image, too. What was made with it is kept.",
        responses={200: None},
        operation_id="resources_delete",
        parameters=_PATH,
    )
    def delete(self, request: Request, resource_id: str) -> Response:
        resources.remove(self.account, [self.found(resource_id).pk])
        return Response(None)
