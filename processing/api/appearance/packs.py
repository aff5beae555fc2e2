"""``/packs``: presets that are made together of each image."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api import bodies
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from processing.api.examples import PACK, READY_PACK
from processing.api.serializers.packs import (
    PackBody,
    PackChange,
    PackSerializer,
    ReadyPackSerializer,
)
from processing.models import Pack
from processing.services.appearance import packs, ready_packs

_PATH = [path_id("pack_id", "pack")]
_BODY = {
    "name": "Spring shop",
    "looks": [
        {"presetId": "preset_3Xc9LmTq7bWv2sYd5dNe6K", "market": "shop"},
        {"presetId": "look_amazon"},
    ],
}


class PackView(ApiView):
    scope = {
        "GET": "images:read",
        "POST": "jobs:write",
        "PATCH": "jobs:write",
        "DELETE": "jobs:write",
    }

    def pack(self, public_id: str) -> Pack:
        return packs.pack_for(caller(self.request).account, decoded("pack", public_id, "Pack"))


class Packs(PackView):
    def again(self, request: Request, object_id: UUID) -> Response:
        pack = packs.pack_for(caller(request).account, object_id)
        return Response(_shown(pack), status=status.HTTP_201_CREATED)

    @endpoint(
        "List packs",
        operation_id="packs_list",
        responses={200: page_schema(PackSerializer)},
        example=page_example(PACK),
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(PageQuery)
        rows = Pack.objects.filter(account=caller(request).account)
        context = {"entries": packs.entries_of(list(rows))}
        return Response(page_of(rows, wanted, serializer=PackSerializer, context=context))

    @endpoint(
        "Create a pack",
        description="A pack is a list of presets, your own or ready ones, which a batch makes of each image: send its id "
        "among `packIds`. 404 NOT_FOUND if a preset isn't yours, 409 CONFLICT if the name is taken or there are already "
        f"{packs.MAX_PACKS} packs.",
        request=PackBody,
        responses={201: PackSerializer},
        example=PACK,
        body_example=_BODY,
    )
    @idempotent("pack")
    def post(self, request: Request) -> Response:
        body = bodies.read(PackBody, request.data)
        account = caller(request).account
        pack = packs.create(account, name=body.name, wanted=body.wanted, pack_id=new_id(request))
        return Response(_shown(pack), status=status.HTTP_201_CREATED)


class ReadyPacks(ApiView):
    scope = "images:read"

    @endpoint(
        "List ready packs",
        description=(
            "A pack for each marketplace: its main picture, and the same in every other size that it advises or takes "
            "at least, with what each follows and who says so. Send its id among a batch's `packIds`, or name "
            "its presets in a pack of your own."
        ),
        responses={200: ReadyPackSerializer(many=True)},
        example=[READY_PACK],
        operation_id="packs_ready",
    )
    def get(self, request: Request) -> Response:
        return Response(ReadyPackSerializer(ready_packs.ready_packs(), many=True).data)


class OnePack(PackView):
    @endpoint("Get a pack", responses={200: PackSerializer}, example=PACK, parameters=_PATH)
    def get(self, request: Request, pack_id: str) -> Response:
        return Response(_shown(self.pack(pack_id)))

    @endpoint(
        "Update a pack",
        description="`looks` replaces the whole list. 409 CONFLICT if the name is taken.",
        request=PackChange,
        responses={200: PackSerializer},
        example=PACK,
        body_example={"name": "Summer shop"},
        parameters=_PATH,
    )
    def patch(self, request: Request, pack_id: str) -> Response:
        body = bodies.read(PackChange, request.data)
        return Response(
            _shown(packs.change(self.pack(pack_id), name=body.name, wanted=body.wanted))
        )

    @endpoint("Delete a pack", responses={200: None}, parameters=_PATH)
    def delete(self, request: Request, pack_id: str) -> Response:
        self.pack(pack_id).delete()
        return Response(None)


def _shown(pack: Pack) -> dict[str, Any]:
    return dict(PackSerializer(pack, context={"entries": packs.entries_of([pack])}).data)
