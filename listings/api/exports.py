"""``/listings/export`` and ``/listings/archive``, files for marketplaces, and what was exported."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.downloads import ZIP, download
from config.api.fields import PublicIdField
from config.api.ids import decoded
from config.api.openapi.hooks import NO_ENVELOPE
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from listings import selectors
from listings.api import examples
from listings.api.export_bodies import ArchiveBody, ExportBody, request_of
from listings.api.listings import ListingView
from listings.exports import all_formats, saved
from listings.exports.format import JSON
from listings.exports.packing import MAX_IN_ARCHIVE, pack
from listings.models import Listing, ListingExport, ListingState

# What is exported where nobody names listings or a state.
_FOR_SALE = (ListingState.READY, ListingState.LISTED)


class PendingArchive(serializers.Serializer[Any]):
    ready = serializers.IntegerField(help_text="The number of pictures that are ready.")
    total = serializers.IntegerField()
    batchIds = serializers.ListField(
        child=serializers.CharField(), help_text="Started by this request; follow them at `/batch`."
    )


class ExportView(ListingView):
    scope = {"POST": scopes.LISTINGS_READ}

    def chosen(self, body: dict[str, Any]) -> QuerySet[Listing]:
        """Choose the listings named, in the order of their making. Raises AppError NOT_FOUND."""
        account = caller(self.request).account
        rows = selectors.whole(Listing.objects.filter(account=account)).order_by("created_at", "pk")
        ids: list[UUID] | None = body.get("listing_ids")
        if ids is not None:
            selectors.check_chosen(account, ids)
            return rows.filter(pk__in=ids)
        states = (body["state"],) if "state" in body else _FOR_SALE
        return rows.filter(state__in=states)


def _formats_in_words() -> str:
    formats = all_formats().values()
    ours = [f"`{one.name}` ({one.about})" for one in formats if one.platform is not None]
    plain = [f"`{one.name}`" for one in formats if one.platform is None]
    return f"{', '.join(ours)} or any program ({', '.join(plain)})"


def _files() -> dict[tuple[int, str], OpenApiResponse]:
    """Describe the file that each media type of the formats stands for."""
    table = OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
    # A file, so without the envelope of other answers.
    records = OpenApiResponse(
        {"type": "array", "items": {"type": "object"}, NO_ENVELOPE: True}, description="The file."
    )
    types = dict.fromkeys(one.media_type.partition(";")[0] for one in all_formats().values())
    return {(200, name): records if name == JSON else table for name in types}


class ExportListings(ExportView):
    @endpoint(
        "Export listings",
        description=(
            f"Creates a file for {_formats_in_words()}, with that platform's texts and pictures. "
            "Links lead to copies of the pictures without metadata, as JPEG or PNG. They are "
            "signed and hold for `linkDays`, so import the file within that time; the header "
            "`X-Export-Id` names the export, whose links can be revoked before. 409 CONFLICT if a "
            "marketplace could not fetch them from this site: see `pictureLinks`. In `csv`, which people open, cells that a spreadsheet would run as a formula "
            "start with an apostrophe. A Shopify file has no column for a currency: its prices are "
            "in the one that its name says, and the shop must have. 400 names listings that lack required data; 404 NOT_FOUND if a listing "
            "is not yours, 409 CONFLICT if there are none."
        ),
        request=ExportBody,
        responses=_files(),
        body_example={
            "format": "ebay",
            "listingIds": [examples.LISTING_ID],
            "ebay": {"category": "15709"},
        },
        operation_id="listings_export",
    )
    def post(self, request: Request) -> StreamingHttpResponse:
        body = self.read(ExportBody)
        today = timezone.now().date()
        file, kept = saved.send(
            caller(request), self.chosen(body), request_of(body), base=self.base, day=today
        )
        response = download(request, file.pieces, name=file.name, media_type=file.media_type)
        response["X-Export-Id"] = kept.public_id
        return response


class ListingExportSerializer(serializers.ModelSerializer[ListingExport]):
    id = PublicIdField("lexp", read_only=True)
    format = serializers.CharField(help_text="Empty for a ZIP of texts and pictures.")
    platform = serializers.CharField(help_text="Empty unless it was chosen.")
    listings = serializers.IntegerField(source="count")
    linksUntil = serializers.DateTimeField(
        source="links_until",
        allow_null=True,
        help_text="When the last of its links to pictures ends; null if there are none, or none "
        "any more.",
    )
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ListingExport
        fields = ["id", "format", "platform", "listings", "linksUntil", "createdAt"]


class Exports(ApiView):
    scope = dict.fromkeys(["GET", "HEAD"], scopes.LISTINGS_READ)

    @endpoint(
        "List exports",
        description=(
            f"Made on the pages or by the API, newest first: the last {saved.MAX_KEPT}, and those "
            "whose links to pictures still hold."
        ),
        responses={200: page_schema(ListingExportSerializer)},
        example=page_example(examples.EXPORT),
        operation_id="listings_exports_list",
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        rows = saved.exports_of(caller(request).account)
        return Response(
            page_of(rows, self.read_query(PageQuery), serializer=ListingExportSerializer)
        )


class ExportLinks(ApiView):
    scope = {"DELETE": scopes.LISTINGS_WRITE}

    @endpoint(
        "Revoke an export's picture links",
        description=(
            "Ends all links to pictures in the files of this export, wherever they are by now. "
            "Pictures that a marketplace has copied stay there. Revoking twice is no error."
        ),
        responses={200: ListingExportSerializer},
        example=examples.EXPORT | {"linksUntil": None},
        operation_id="listings_exports_revoke",
        parameters=[path_id("export_id", "lexp")],
    )
    def delete(self, request: Request, export_id: str) -> Response:
        account = caller(request).account
        kept = saved.revoke_links(account, decoded("lexp", export_id, "Export"))
        return Response(ListingExportSerializer(kept).data)


class ArchiveListings(ExportView):
    rate_group = "processing"
    scope = {"POST": scopes.LISTINGS_WRITE}

    @endpoint(
        "Export listings as a ZIP",
        description=(
            "For platforms without bulk import: a folder for each listing with `listing.txt` and "
            "its pictures as JPEGs in the platform's size, without metadata. Missing pictures "
            "are made first, each for one unit of `edit`: the answer is 202 until all are ready; "
            f"then send the same request again. At most {MAX_IN_ARCHIVE} listings. 404 "
            "NOT_FOUND if a listing is not yours, 409 CONFLICT if there are none or too many, or "
            "if a picture failed."
        ),
        request=ArchiveBody,
        responses={
            (200, "application/zip"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The archive."
            ),
            (202, "application/json"): PendingArchive,
        },
        body_example={"platform": "poshmark", "listingIds": [examples.LISTING_ID]},
        operation_id="listings_archive",
    )
    def post(self, request: Request) -> StreamingHttpResponse | Response:
        body = self.read(ArchiveBody)
        packed = pack(caller(request), self.chosen(body), body["platform"], timezone.now().date())
        if packed.pieces is None:
            answer = {
                "ready": packed.ready,
                "total": packed.total,
                "batchIds": [batch.public_id for batch in packed.batches],
            }
            return Response(answer, status=202)
        return download(request, packed.pieces, name=packed.name, media_type=ZIP)
