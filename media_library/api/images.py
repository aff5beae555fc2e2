"""The native API of pictures and projects."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect, QueryDict
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id, numbered
from accounts.http import caller
from config.api.docs import endpoint, page_example, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.parsers import JSONParser
from config.api.views import ApiView
from config.errors import not_found
from media_library import cursors, doubts, selectors, services
from media_library.api.examples import IMAGE
from media_library.api.serializers import (
    ContentQuery,
    DeletionQuery,
    ImageAddress,
    ImageChange,
    ImageIds,
    ImagePage,
    ImageQuery,
    ImageSerializer,
    ImageUpload,
    LookedCount,
    Moved,
    MovedCount,
)
from media_library.files.links import PUBLIC, VARIANTS, content_url
from media_library.intake import ingest
from media_library.intake.uploads import UploadView, incoming
from media_library.models import Image, Project

_SCOPES: dict[str, str | None] = {
    **dict.fromkeys(["GET", "HEAD"], "images:read"),
    **dict.fromkeys(["POST", "PATCH", "DELETE"], "images:write"),
}
_PATH = [path_id("image_id", "img")]


class ImageView(ApiView):
    """What the views of pictures share."""

    scope = _SCOPES

    def shown(self, image: Image) -> dict[str, Any]:
        return dict(ImageSerializer(image, context={"base": self.base}).data)

    def image(self, public_id: str) -> Image:
        return selectors.image_for(caller(self.request).account, decoded("img", public_id, "Image"))

    def project(self, given: dict[str, Any], name: str = "project_id") -> Project | None:
        """The project that the request names, if it names one."""
        if name not in given:
            return None
        return selectors.project_for(caller(self.request).account, given[name])


class Images(UploadView, ImageView):
    parser_classes = [JSONParser, MultiPartParser]
    rate_group = {"POST": "upload"}

    def again(self, request: Request, object_id: UUID) -> Response:
        account, form = caller(request).account, request.data
        if not (isinstance(form, QueryDict) and "files" in form):
            return Response(self.shown(selectors.image_for(account, object_id)), 201)
        ids = numbered(object_id, len(form.getlist("files")))
        return Response([self.shown(selectors.image_for(account, one)) for one in ids], 201)

    @endpoint(
        "List images",
        description="Page by page, with how many there are, or by `cursor`.",
        responses={200: ImagePage},
        example=page_example(IMAGE) | {"nextCursor": None},
        operation_id="images_list",
        parameters=[ImageQuery],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ImageQuery)
        images = selectors.images_of(
            caller(request).account,
            search=asked["search"],
            project=self.project(asked, "project"),
            kind=asked.get("kind"),
            needs_look=asked.get("needs_look"),
            is_favorite=asked.get("is_favorite"),
            tag=asked["tag"],
            sort=asked["sort"],
        )
        context = {"base": self.base}
        if "cursor" not in asked:
            found = page_of(images, asked, serializer=ImageSerializer, context=context)
            return Response(found | {"nextCursor": None})
        size = asked["page_size"]
        part = cursors.read(images, sort=asked["sort"], cursor=asked["cursor"], size=size)
        items = ImageSerializer(part.images, many=True, context=context).data
        return Response(
            {
                "items": items,
                "page": None,
                "pageSize": size,
                "total": None,
                "nextCursor": part.next or None,
            }
        )

    @endpoint(
        "Upload images",
        description=(
            "One `file`, several `files`, or the `url` of an image on the public internet. "
            "JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP and GIF are recognized by "
            "their content; of an animation the first frame is processed. The answer is the image, or a list if `files` was used. Either "
            "all of several files are stored or none."
        ),
        request={"multipart/form-data": ImageUpload, "application/json": ImageAddress},
        responses={
            201: PolymorphicProxySerializer(
                component_name="ImageOrImages",
                serializers=[ImageSerializer, ImageSerializer(many=True)],
                resource_type_field_name=None,
                many=False,
            )
        },
        example=IMAGE,
        body_example={"url": "https://shop.example/photos/jacket.jpg"},
        operation_id="images_create",
    )
    @idempotent("image")
    def post(self, request: Request) -> Response:
        if isinstance(request.data, QueryDict):
            return self._upload(self.read(ImageUpload))
        given = self.read(ImageAddress)
        account, project = caller(request).account, self.project(given)
        image = ingest.ingest_url(account, given["url"], project=project, image_id=new_id(request))
        return Response(self.shown(image), 201)

    def _upload(self, given: dict[str, Any]) -> Response:
        account, project = caller(self.request).account, self.project(given)
        image_id = new_id(self.request)
        if "file" in given:
            file = incoming(given["file"], "file")
            file = replace(file, id=image_id, chosen_at=given.get("chosen_at"))
            [image] = ingest.ingest_all(account, [file], project=project)
            return Response(self.shown(image), 201)
        ids = numbered(image_id, len(given["files"]))
        files = [
            replace(incoming(file, f"files[{n}]"), id=ids[n], chosen_at=_chosen(given, n))
            for n, file in enumerate(given["files"])
        ]
        images = ingest.ingest_all(account, files, project=project)
        return Response([self.shown(image) for image in images], 201)


def _chosen(given: dict[str, Any], number: int) -> datetime | None:
    """When one of several files was chosen: each a moment after the one before."""
    first: datetime | None = given.get("chosen_at")
    return None if first is None else max(first, ingest.oldest()) + timedelta(milliseconds=number)


class OneImage(ImageView):
    @endpoint(
        "Get an image",
        responses={200: ImageSerializer},
        example=IMAGE,
        operation_id="images_read",
        parameters=_PATH,
    )
    def get(self, request: Request, image_id: str) -> Response:
        return Response(self.shown(self.image(image_id)))

    @endpoint(
        "Change an image",
        request=ImageChange,
        responses={200: ImageSerializer},
        example=IMAGE,
        description="Rename it, move it into another project, make it a favorite, or give it tags.",
        body_example={"name": "Blue jacket, front.jpg", "tags": ["spring", "to sell"]},
        operation_id="images_change",
        parameters=_PATH,
    )
    def patch(self, request: Request, image_id: str) -> Response:
        given = self.read(ImageChange)
        image = self.image(image_id)
        services.change_image(
            image,
            name=given.get("name"),
            project=self.project(given),
            is_favorite=given.get("is_favorite"),
            tags=given.get("tags"),
        )
        return Response(self.shown(image))

    @endpoint(
        "Delete an image",
        description=(
            "It goes into the trash (`/trash`), from where it can be restored for some days (30, unless "
            "the site is set up otherwise); then its files are removed. `permanently` removes them "
            "within seconds. Results made from it are kept."
        ),
        responses={200: None},
        operation_id="images_delete",
        parameters=[*_PATH, DeletionQuery],
    )
    def delete(self, request: Request, image_id: str) -> Response:
        asked = self.read_query(DeletionQuery)
        image = self.image(image_id)
        services.delete_image(image, permanently=asked["permanently"])
        return Response(None)


class LookedAt(ImageView):
    @endpoint(
        "Mark images as looked at",
        description=(
            "Takes the `needsLook` mark off, of all images or none: 404 NOT_FOUND if one isn't there. "
            "Looks made of the same cutout aren't marked again; another cutout is, if there is something to "
            "look at."
        ),
        request=ImageIds,
        responses={200: LookedCount},
        example={"count": 2},
        body_example={"imageIds": [IMAGE["id"]]},
        operation_id="images_looked",
    )
    def post(self, request: Request) -> Response:
        given = self.read(ImageIds)
        return Response({"count": doubts.seen(caller(request).account, given["image_ids"])})


class MoveImages(ImageView):
    @endpoint(
        "Move images",
        description=(
            "Into another project, with what was made from them. All or none: 404 NOT_FOUND if one, or the "
            "project, isn't there."
        ),
        request=Moved,
        responses={200: MovedCount},
        example={"count": 2},
        body_example={"imageIds": [IMAGE["id"]], "projectId": IMAGE["projectId"]},
        operation_id="images_move",
    )
    def post(self, request: Request) -> Response:
        given = self.read(Moved)
        account = caller(request).account
        project = selectors.project_for(account, given["project_id"])
        return Response({"count": services.move_images(account, given["image_ids"], project)})


class ImageContent(ImageView):
    @endpoint(
        "Get an image's file",
        description=(
            "Redirects to a signed URL that serves the file for a limited time without "
            "further authentication. `corrected` and `thumbnail` are 404 until they are "
            "ready. `public` is a copy for others: without metadata, in sRGB, a JPEG or PNG of at "
            "most 3000 pixels, made when its link is first used."
        ),
        responses={302: OpenApiResponse(description="Redirect to the signed URL.")},
        operation_id="images_content",
        parameters=[*_PATH, ContentQuery],
    )
    def get(self, request: Request, image_id: str) -> HttpResponseRedirect:
        asked = self.read_query(ContentQuery)
        image = self.image(image_id)
        if asked["variant"] != PUBLIC and not getattr(image, VARIANTS[asked["variant"]]):
            raise not_found("File")
        url = content_url(image, asked["variant"], base=self.base, download=asked["download"])
        return HttpResponseRedirect(url)
