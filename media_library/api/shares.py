"""The native API of shared links. What strangers see at them are pages (media_library.pages.visitors)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config import public_ids
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.fields import Flag, PublicIdField, Text
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery, StrictSerializer
from config.api.views import ApiView
from media_library import selectors, shares
from media_library.api.examples import IMAGE
from media_library.models import NAME_LENGTH, Share
from media_library.shares import MAX_IMAGES, MAX_PASSWORD, Chosen

STATES = ("active", "expired", "revoked")
_PATH = [path_id("share_id", "share")]
_EXAMPLE: dict[str, Any] = {
    "id": "share_8Hs2vNqTbWx4mXc1dKe7Rz",
    "url": "https://packshot.example/s/kX3v…/",
    "state": "active",
    "title": "Spring jackets",
    "imageIds": [IMAGE["id"]],
    "projectId": None,
    "download": True,
    "hasPassword": True,
    "expiresAt": "2036-06-04T00:00:00Z",
    "revokedAt": None,
    "createdAt": "2026-05-04T09:30:00Z",
}


class ShareSerializer(serializers.ModelSerializer[Share]):
    """Describes a shared link."""

    id = PublicIdField("share", read_only=True)
    url = serializers.SerializerMethodField(
        help_text=(
            "What strangers open. Null where it can't be shown any more, because the site's secret key "
            "was replaced since; the link goes on working."
        )
    )
    state = serializers.SerializerMethodField()
    imageIds = serializers.SerializerMethodField(
        help_text="The images that were chosen and are there; null for a project."
    )
    projectId = PublicIdField("proj", source="project_id", read_only=True, allow_null=True)
    download = serializers.BooleanField(source="may_download", read_only=True)
    hasPassword = serializers.SerializerMethodField()
    expiresAt = serializers.DateTimeField(source="expires_at", read_only=True, allow_null=True)
    revokedAt = serializers.DateTimeField(source="revoked_at", read_only=True, allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Share
        fields = [
            *("id", "url", "state", "title", "imageIds", "projectId", "download", "hasPassword"),
            *("expiresAt", "revokedAt", "createdAt"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, share: Share) -> str | None:
        path = shares.path_of(share)
        return f"{self.context['base']}{path}" if path else None

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, share: Share) -> str:
        return shares.state_of(share)

    @extend_schema_field(serializers.ListField(child=PublicIdField("img"), allow_null=True))
    def get_imageIds(self, share: Share) -> list[str] | None:
        if share.project_id is not None:
            return None
        return [public_ids.encode("img", row.image_id) for row in share.pictures.all()]

    def get_hasPassword(self, share: Share) -> bool:
        return bool(share.password)


class _ShareOptions(StrictSerializer):
    title = Text(
        max_length=NAME_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Shown to visitors, unlike the names of images and projects.",
    )
    password = Text(
        max_length=MAX_PASSWORD,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text='Asked of visitors; "" for none.',
    )
    expiresAt = serializers.DateTimeField(source="expires_at", required=False, allow_null=True)
    download = Flag(
        source="may_download",
        required=False,
        help_text="Without it visitors see images of at most 1600 pixels, and no originals.",
    )
    imageIds = serializers.ListField(
        child=PublicIdField("img"),
        source="images",
        required=False,
        min_length=1,
        max_length=MAX_IMAGES,
        help_text="In this order.",
    )


class NewShare(_ShareOptions):
    projectId = PublicIdField("proj", source="project_id", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("images" in attrs) == ("project_id" in attrs):
            raise serializers.ValidationError({"imageIds": ["Send `imageIds`, or a `projectId`."]})
        return attrs


class ShareChange(_ShareOptions):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                "Send a new `title`, `password`, `expiresAt`, `download` or `imageIds`."
            )
        return attrs


class ShareView(ApiView):
    """What the views of links share."""

    scope = {
        **dict.fromkeys(["GET", "HEAD"], "images:read"),
        **dict.fromkeys(["POST", "PATCH", "DELETE"], "images:write"),
    }

    def share(self, public_id: str) -> Share:
        return shares.share_for(caller(self.request).account, decoded("share", public_id, "Link"))

    def shown(self, share: Share) -> dict[str, Any]:
        return dict(ShareSerializer(share, context={"base": self.base}).data)


class Shares(ShareView):
    def again(self, request: Request, object_id: UUID) -> Response:
        return Response(self.shown(shares.share_for(caller(request).account, object_id)), 201)

    @endpoint(
        "List shared links",
        description="Newest first. Links that have ended are listed for 30 days.",
        responses={200: page_schema(ShareSerializer)},
        example=page_example(_EXAMPLE),
        operation_id="shares_list",
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        asked, context = self.read_query(PageQuery), {"base": self.base}
        rows = shares.with_ids(shares.of(caller(request).account))
        return Response(page_of(rows, asked, serializer=ShareSerializer, context=context))

    @endpoint(
        "Create a shared link",
        description=(
            "A page for people without an account: of the images in `imageIds`, or of what is in a "
            "project whenever somebody looks, each image's newest result or itself. It shows copies "
            "without metadata and no names. Wrong passwords are stopped by growing waits, from the fifth "
            "on. Search engines are told to stay away."
        ),
        request=NewShare,
        responses={201: ShareSerializer},
        example=_EXAMPLE,
        body_example={
            "imageIds": [IMAGE["id"]],
            "title": "Spring jackets",
            "password": "tweed and wool",
            "expiresAt": "2036-06-04T00:00:00Z",
        },
        operation_id="shares_create",
    )
    @idempotent("share")
    def post(self, request: Request) -> Response:
        given = self.read(NewShare)
        account = caller(request).account
        project = None
        if "project_id" in given:
            project = selectors.project_for(account, given.pop("project_id"))
        chosen = Chosen(given.pop("images", ()), project)
        made = shares.create(account, chosen, share_id=new_id(request), **given)
        return Response(self.shown(made), 201)


class OneShare(ShareView):
    @endpoint(
        "Get a shared link",
        responses={200: ShareSerializer},
        example=_EXAMPLE,
        operation_id="shares_read",
        parameters=_PATH,
    )
    def get(self, request: Request, share_id: str) -> Response:
        return Response(self.shown(self.share(share_id)))

    @endpoint(
        "Update a shared link",
        description=(
            "Its address stays. Another password locks out who knew the one before. 409 CONFLICT if it "
            "was revoked."
        ),
        request=ShareChange,
        responses={200: ShareSerializer},
        example={**_EXAMPLE, "download": False},
        body_example={"download": False},
        operation_id="shares_change",
        parameters=_PATH,
    )
    def patch(self, request: Request, share_id: str) -> Response:
        given = self.read(ShareChange)
        return Response(self.shown(shares.change(self.share(share_id), **given)))

    @endpoint(
        "Revoke a shared link",
        description="Its page and the pictures on it are gone at once, and for good.",
        responses={200: None},
        operation_id="shares_revoke",
        parameters=_PATH,
    )
    def delete(self, request: Request, share_id: str) -> Response:
        shares.revoke(self.share(share_id))
        return Response(None)
