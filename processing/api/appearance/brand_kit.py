"""``/brand-kit``: the account's logo, colors and default look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import endpoint
from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer
from config.api.views import ApiView
from media_library.files.links import content_url
from processing.models import BrandKit
from processing.services.appearance import brand_kit
from processing.services.appearance.brand_kit import KEPT, MAX_COLORS

_EXAMPLE: dict[str, Any] = {
    "logoImageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "logoUrl": "https://packshot.example/content/img_2VfUX5sCNEcTGeZ8vKoGj1/file?expires=…",
    "colors": ["#0d6670", "#f8f3e7"],
    "defaultPresetId": "preset_3Xc9LmTq7bWv2sYd5dNe6K",
}


class BrandKitSerializer(serializers.ModelSerializer[BrandKit]):
    """Describes what an account's pictures have in common."""

    logoImageId = serializers.SerializerMethodField()
    logoUrl = serializers.SerializerMethodField()
    colors = serializers.ListField(child=serializers.CharField(), read_only=True)
    defaultPresetId = PublicIdField(
        "preset", source="default_look_id", read_only=True, allow_null=True
    )

    class Meta:
        model = BrandKit
        fields = ["logoImageId", "logoUrl", "colors", "defaultPresetId"]

    @extend_schema_field(PublicIdField("img", allow_null=True))
    def get_logoImageId(self, kit: BrandKit) -> str | None:
        logo = brand_kit.logo_of(kit)
        return logo.public_id if logo else None

    def get_logoUrl(self, kit: BrandKit) -> str | None:
        logo = brand_kit.logo_of(kit)
        return content_url(logo, base=self.context["base"]) if logo else None


class BrandKitChange(StrictSerializer):
    """Changes the fields sent; omitted fields stay unchanged."""

    logoImageId = PublicIdField("img", source="logo", required=False, allow_null=True)
    colors = serializers.ListField(
        child=Text(max_length=40),
        required=False,
        max_length=MAX_COLORS,
        help_text="`#rrggbb`, `#rgb` or CSS names.",
    )
    defaultPresetId = PublicIdField(
        "preset",
        source="default_look",
        required=False,
        allow_null=True,
        help_text="The preset that is chosen where nobody chooses another.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send logoImageId, colors or defaultPresetId.")
        return attrs


class BrandKitView(ApiView):
    scope = {"GET": "images:read", "PATCH": "jobs:write"}

    @endpoint("Get the brand kit", responses={200: BrandKitSerializer}, example=_EXAMPLE)
    def get(self, request: Request) -> Response:
        return self._answer(brand_kit.of(caller(request).account))

    @endpoint(
        "Update the brand kit",
        description="`null` removes the logo or the default look.",
        request=BrandKitChange,
        responses={200: BrandKitSerializer},
        example=_EXAMPLE,
        body_example={"colors": ["#0d6670", "ivory"]},
    )
    def patch(self, request: Request) -> Response:
        given = self.read(BrandKitChange)
        kit = brand_kit.change(
            caller(request).account,
            colors=given.get("colors"),
            logo=given.get("logo", KEPT),
            default_look=given.get("default_look", KEPT),
        )
        return self._answer(kit)

    def _answer(self, kit: BrandKit) -> Response:
        return Response(dict(BrandKitSerializer(kit, context={"base": self.base}).data))
