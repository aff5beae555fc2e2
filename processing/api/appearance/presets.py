"""``/presets``: saved edits, and saved ways to enhance rooms."""

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
from config.errors import invalid
from processing.api.examples import PRESET, READY_PRESET
from processing.api.serializers.jobs import ReadyPresetSerializer
from processing.api.serializers.presets import PresetBody, PresetChange, PresetSerializer
from processing.api.serializers.rooms import EnhanceOptions
from processing.engine.errors import InvalidPlan
from processing.models import Preset
from processing.services import edit_json
from processing.services.appearance import presets, ready_looks

_PATH = [path_id("preset_id", "preset")]
_BODY = {name: PRESET[name] for name in ("name", "edit")}


class PresetView(ApiView):
    scope = {
        "GET": "images:read",
        "POST": "jobs:write",
        "PATCH": "jobs:write",
        "DELETE": "jobs:write",
    }

    def preset(self, public_id: str) -> Preset:
        preset_id = decoded("preset", public_id, "Preset")
        return presets.preset_for(caller(self.request).account, preset_id)


class Presets(PresetView):
    def again(self, request: Request, object_id: UUID) -> Response:
        preset = presets.preset_for(caller(request).account, object_id)
        return Response(_shown(preset), status=status.HTTP_201_CREATED)

    @endpoint(
        "List presets",
        operation_id="presets_list",
        responses={200: page_schema(PresetSerializer)},
        example=page_example(PRESET),
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(PageQuery)
        rows = Preset.objects.filter(account=caller(request).account)
        return Response(page_of(rows, wanted, serializer=PresetSerializer))

    @endpoint(
        "Create a preset",
        description="A preset is a named edit, or with `enhance` a named way to enhance rooms, whose `version` "
        "is kept. The UUID in its id serves as a template id in compatible APIs. 409 CONFLICT if the name is taken or there are already "
        f"{presets.MAX_PRESETS} presets.",
        request=PresetBody,
        responses={201: PresetSerializer},
        example=PRESET,
        body_example=_BODY,
    )
    @idempotent("preset")
    def post(self, request: Request) -> Response:
        body = bodies.read(PresetBody, request.data)
        preset = presets.create(
            caller(request).account,
            name=body.name,
            plan=_plan(body.edit, body.enhance),
            preset_id=new_id(request),
        )
        return Response(_shown(preset), status=status.HTTP_201_CREATED)


class ReadyPresets(ApiView):
    scope = "images:read"

    @endpoint(
        "List ready presets",
        description=(
            "Edits that are there from the start, one for each marketplace, with what each follows "
            "and who says so. Send an `edit` to `images/tools/edit` or a batch, or keep it as a preset "
            "of your own."
        ),
        responses={200: ReadyPresetSerializer(many=True)},
        example=[READY_PRESET],
        operation_id="presets_ready",
    )
    def get(self, request: Request) -> Response:
        return Response(ReadyPresetSerializer(ready_looks.ready_looks(), many=True).data)


class OnePreset(PresetView):
    @endpoint("Get a preset", responses={200: PresetSerializer}, example=PRESET, parameters=_PATH)
    def get(self, request: Request, preset_id: str) -> Response:
        return Response(_shown(self.preset(preset_id)))

    @endpoint(
        "Update a preset",
        description="An edit stays one, and a preset for rooms too. 409 CONFLICT if the name is taken.",
        request=PresetChange,
        responses={200: PresetSerializer},
        example=PRESET,
        body_example={"name": "Catalog, warm"},
        parameters=_PATH,
    )
    def patch(self, request: Request, preset_id: str) -> Response:
        body = bodies.read(PresetChange, request.data)
        is_given = body.edit is not None or body.enhance is not None
        plan = _plan(body.edit, body.enhance) if is_given else None
        preset = presets.change(self.preset(preset_id), name=body.name, plan=plan)
        return Response(_shown(preset))

    @endpoint("Delete a preset", responses={200: None}, parameters=_PATH)
    def delete(self, request: Request, preset_id: str) -> Response:
        self.preset(preset_id).delete()
        return Response(None)


def _plan(edit: dict[str, Any] | None, enhance: EnhanceOptions | None) -> presets.Plan:
    """What one of the two comes to. Raises AppError naming what is wrong."""
    if enhance is None:
        return edit_json.plan_from(edit or {})
    try:
        return enhance.plan()
    except InvalidPlan as error:
        raise invalid(
            f"enhance.{error.field}" if error.field else "enhance", error.message
        ) from error


def _shown(preset: Preset) -> dict[str, Any]:
    return dict(PresetSerializer(preset).data)
