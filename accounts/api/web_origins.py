"""``/origins``: web sites whose pages may call from the browser, and the proof that they are the account's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import origin_proofs, origins, scopes
from accounts.api.examples import ORIGIN
from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from accounts.models import WebOrigin
from config.api.docs import endpoint, page_example, page_schema, path_id
from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer
from config.api.views import ApiView

_PATH = [path_id("origin_id", "origin")]


class DnsRecordSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    value = serializers.CharField()


class ProofFileSerializer(serializers.Serializer[Any]):
    url = serializers.CharField()
    content = serializers.CharField()


class WebOriginSerializer(serializers.Serializer[Any]):
    """Describes a web site whose pages may call from the browser."""

    id = PublicIdField("origin", source="uid", read_only=True)
    origin = serializers.CharField()
    verified = serializers.SerializerMethodField()
    verifiedAt = serializers.DateTimeField(source="verified_at", allow_null=True)
    method = serializers.SerializerMethodField(help_text="How it was proven last.")
    checkedAt = serializers.DateTimeField(
        source="checked_at", allow_null=True, help_text="When somebody last looked for the proof."
    )
    missingSince = serializers.DateTimeField(
        source="missing_since",
        allow_null=True,
        help_text="Since when the proof of a verified site was not found any more.",
    )
    dns = serializers.SerializerMethodField(
        help_text="The DNS record that proves it. Null for an address without a name."
    )
    file = serializers.SerializerMethodField(help_text="The file that proves it as well.")

    def get_verified(self, row: WebOrigin) -> bool:
        return row.verified_at is not None

    @extend_schema_field(serializers.ChoiceField(choices=["dns", "file"], allow_null=True))
    def get_method(self, row: WebOrigin) -> str | None:
        return row.method or None

    @extend_schema_field(DnsRecordSerializer(allow_null=True))
    def get_dns(self, row: WebOrigin) -> dict[str, str] | None:
        proof = origin_proofs.proof_of(row)
        if not proof.record:
            return None
        return {"name": proof.record, "type": "TXT", "value": proof.text}

    @extend_schema_field(ProofFileSerializer)
    def get_file(self, row: WebOrigin) -> dict[str, str]:
        proof = origin_proofs.proof_of(row)
        return {"url": proof.url, "content": proof.text}


class NewWebOrigin(StrictSerializer):
    origin = Text(max_length=200, help_text="Such as `https://shop.example`, or a bare domain.")


class OriginView(ApiView):
    """What the views of web sites share. Only people change them."""

    scope: str | dict[str, str | None] | None = dict.fromkeys(["GET", "HEAD"], scopes.ACCOUNT_READ)

    def found(self, request: Request, origin_id: str) -> WebOrigin:
        return origins.find(caller(request).account, origin_id)


class OriginsView(OriginView):
    def again(self, request: Request, object_id: UUID) -> Response:
        return _shown(origins.origin_for(caller(request).account, object_id), status=201)

    @endpoint(
        "List web sites",
        description=(
            "Web sites whose pages may call the compatible APIs from the browser, those named as "
            f"`webOrigins` of the account; at most {origins.MAX_ORIGINS}."
        ),
        responses={200: page_schema(WebOriginSerializer)},
        example=page_example(ORIGIN),
        operation_id="origins_list",
    )
    def get(self, request: Request) -> Response:
        rows = list(WebOrigin.objects.filter(account=caller(request).account))
        items = WebOriginSerializer(rows, many=True).data
        page = {"page": 1, "pageSize": origins.MAX_ORIGINS, "total": len(rows)}
        return Response({"items": items, **page})

    @endpoint(
        "Add a web site",
        description=(
            "Its pages may call at once where that is enough. Some APIs ask for a verified web site: "
            "put the DNS record or the file where the answer says, and verify it."
        ),
        request=NewWebOrigin,
        responses={201: WebOriginSerializer},
        example=ORIGIN,
        body_example={"origin": "https://shop.example"},
        operation_id="origins_create",
    )
    @idempotent("origin")
    def post(self, request: Request) -> Response:
        text = self.read(NewWebOrigin)["origin"]
        row = origins.add(caller(request).account, text, uid=new_id(request))
        return _shown(row, status=201)


class OneOriginView(OriginView):
    @endpoint(
        "Get a web site",
        responses={200: WebOriginSerializer},
        example=ORIGIN,
        parameters=_PATH,
        operation_id="origins_read",
    )
    def get(self, request: Request, origin_id: str) -> Response:
        return _shown(self.found(request, origin_id))

    @endpoint(
        "Remove a web site",
        description="Its pages can't call any more from this moment on.",
        responses={200: None},
        parameters=_PATH,
        operation_id="origins_delete",
    )
    def delete(self, request: Request, origin_id: str) -> Response:
        self.found(request, origin_id).delete()
        return Response(None)


class VerificationView(OriginView):
    rate_group = "processing"  # somebody else's servers are asked

    @endpoint(
        "Verify a web site",
        description=(
            "Looks for the DNS record, then for the file. 409 NOT_VERIFIED where neither is there. "
            "Verified web sites are looked at again every day; one whose proof is missing for "
            f"{origin_proofs.PATIENCE.days} days is not verified any more."
        ),
        request=None,
        responses={200: WebOriginSerializer},
        example=ORIGIN,
        parameters=_PATH,
        operation_id="origins_verify",
    )
    def post(self, request: Request, origin_id: str) -> Response:
        return _shown(origin_proofs.verify(self.found(request, origin_id)))


def _shown(row: WebOrigin, *, status: int = 200) -> Response:
    return Response(dict(WebOriginSerializer(row).data), status=status)
