"""``/listings/{id}/variants/{platform}``: what one platform gets instead of the listing's words."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import endpoint
from config.errors import not_found
from listings.api import examples
from listings.api.bodies import VariantBody
from listings.api.listings import PATH, ListingView
from listings.api.serializers import VariantSerializer
from listings.models import Platform
from listings.services import listings

_PATH = [
    *PATH,
    OpenApiParameter("platform", str, "path", enum=Platform.values, description="The platform."),
]


class OneVariant(ListingView):
    @endpoint(
        "Set a platform's variant",
        description=(
            "Title, description, price, tags, category and attributes for one platform. Omitted "
            "fields stay unchanged; blank or null ones fall back to the listing's values."
        ),
        request=VariantBody,
        responses={200: VariantSerializer},
        example=examples.VARIANT,
        body_example={"description": examples.VARIANT["description"], "price": 4800},
        operation_id="listings_set_variant",
        parameters=_PATH,
    )
    def put(self, request: Request, listing_id: str, platform: str) -> Response:
        fields = self.read(VariantBody)
        listing = self.listing(listing_id)
        variant = listings.set_variant(caller(request), listing, _known(platform), fields)
        return Response(VariantSerializer(variant).data)

    @endpoint(
        "Remove a platform's variant",
        responses={200: None},
        operation_id="listings_drop_variant",
        parameters=_PATH,
    )
    def delete(self, request: Request, listing_id: str, platform: str) -> Response:
        listings.drop_variant(caller(request), self.listing(listing_id), _known(platform))
        return Response(None)


def _known(platform: str) -> str:
    if platform not in Platform.values:
        raise not_found("Platform")
    return platform
