"""``/account/export``: an account's own data as one ZIP, for people; keys don't reach it."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from accounts.models import Role
from config.api.docs import endpoint
from config.api.downloads import ZIP, download
from config.api.fields import PublicIdField
from config.api.views import ApiView
from config.errors import AppError, not_found
from media_library.lifecycle import own_data
from media_library.models import DataExport, DataExportState

_EXAMPLE = {
    "id": "data_9CnVXzMHrQ8fHdq9UzWx7a",
    "state": "ready",
    "bytes": 1904223,
    "createdAt": "2027-03-14T09:26:53.589793Z",
    "expiresAt": "2027-03-15T09:26:57.412050Z",
}


class DataExportSerializer(serializers.ModelSerializer[DataExport]):
    """Describes an export of the account's data."""

    id = PublicIdField("data", read_only=True)
    state = serializers.ChoiceField(
        choices=DataExportState.choices,
        read_only=True,
        help_text="`ready` can be downloaded; of a `gone` one the file was removed.",
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    expiresAt = serializers.DateTimeField(source="expires_at", read_only=True, allow_null=True)

    class Meta:
        model = DataExport
        fields = ["id", "state", "bytes", "createdAt", "expiresAt"]
        read_only_fields = fields


class AccountExport(ApiView):
    role = Role.OWNER

    @endpoint(
        "Get the export of the account's data",
        description="The one that was requested last. 404 NOT_FOUND if there is none.",
        responses={200: DataExportSerializer},
        example=_EXAMPLE,
        operation_id="account_export_read",
    )
    def get(self, request: Request) -> Response:
        found = own_data.newest_of(caller(request).account)
        if found is None:
            raise not_found("Export")
        return Response(DataExportSerializer(found).data)

    @endpoint(
        "Export the account's data",
        description=(
            "Gathers pictures, listings, looks, jobs, usage and facts of the account in one ZIP, which can be "
            f"downloaded for a day. Only owners can do this, not API keys. {own_data.A_DAY} times a day (429 "
            "RATE_LIMITED), one at a time (409 CONFLICT)."
        ),
        request=None,
        responses={202: DataExportSerializer},
        example=_EXAMPLE | {"state": "waiting", "bytes": 0, "expiresAt": None},
        operation_id="account_export_create",
    )
    def post(self, request: Request) -> Response:
        asking = caller(request)
        if asking.user is None:
            raise AppError("FORBIDDEN", "Sign in first.", status=403)
        export = own_data.ask(asking.account, asking.user)
        return Response(DataExportSerializer(export).data, status=202)


class AccountExportContent(ApiView):
    role = Role.OWNER

    @endpoint(
        "Download the export of the account's data",
        description="404 NOT_FOUND unless the last one is `ready`.",
        responses={
            (200, ZIP): OpenApiResponse(response=OpenApiTypes.BINARY, description="The archive.")
        },
        operation_id="account_export_download",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        account = caller(request).account
        newest = own_data.newest_of(account)
        export = own_data.export_for(account, newest.pk if newest else account.pk)
        pieces = own_data.pieces_of(export)
        return download(request, pieces, name=own_data.file_name(export), media_type=ZIP)
