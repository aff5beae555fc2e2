"""An account's saved edits, and saved ways to enhance rooms."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext

from accounts.limits.operations import EDIT, ENHANCE
from accounts.models import Account
from config.errors import invalid, not_found
from media_library.projects import visible_name
from processing.commands import Edit, Enhance
from processing.engine.plans.edit import EditPlan
from processing.engine.plans.room import RoomPlan
from processing.models import Preset
from processing.services import edit_json, room_json
from processing.services.appearance import named
from processing.services.appearance.ready_looks import ReadyLook

MAX_PRESETS = 500
NAME_LENGTH = 100
Plan: TypeAlias = EditPlan | RoomPlan


def preset_for(account: Account, preset_id: UUID) -> Preset:
    """The account's preset. Raises AppError NOT_FOUND, also for somebody else's."""
    preset = Preset.objects.filter(account=account, pk=preset_id).first()
    if preset is None:
        raise not_found("Preset", on_pages="Look")
    return preset


def plan_of(preset: Preset) -> EditPlan:
    """Raises AppError VALIDATION_ERROR for one that is for rooms."""
    if preset.is_of_rooms:
        message = f"The preset '{preset.name}' is for photos of rooms, which `enhance` takes."
        raise invalid("presetId", message)
    return edit_json.plan_from(edit_json.shown(preset.plan))


def room_plan_of(preset: Preset | ReadyLook) -> RoomPlan:
    """Raises AppError VALIDATION_ERROR for one that is an edit."""
    if isinstance(preset, ReadyLook) or not preset.is_of_rooms:
        message = f"The preset '{preset.name}' is an edit, not for photos of rooms."
        raise invalid("presetId", message)
    return room_json.plan_from(preset.plan)


def command_of(preset: Preset) -> Edit | Enhance:
    """What it does to a photo."""
    if preset.is_of_rooms:
        return Enhance(plan=room_plan_of(preset))
    return Edit(plan=plan_of(preset))


def create(account: Account, *, name: str, plan: Plan, preset_id: UUID | None = None) -> Preset:
    """Raises AppError CONFLICT where the name is taken or the account has too many, VALIDATION_ERROR for
    a name that is none, and for what suits one photo only."""
    _check(plan)
    message = f"An account can have at most {MAX_PRESETS} presets."
    text = gettext("You can have at most %(most)s looks.") % {"most": MAX_PRESETS}
    named.refuse_more(Preset, account, MAX_PRESETS, (message, text))
    preset = Preset(
        id=preset_id or uuid4(),
        account=account,
        name=visible_name(name, most=NAME_LENGTH),
        operation=_operation(plan),
        plan=_stored(plan),
    )
    return _saved(preset, new=True)


def change(preset: Preset, *, name: str | None, plan: Plan | None) -> Preset:
    """Raises AppError CONFLICT and VALIDATION_ERROR as `create` does; an edit stays one, and what is for rooms too."""
    if plan is not None:
        if _operation(plan) != preset.operation:
            raise invalid(_operation(plan), f"This preset has `{preset.operation}` alone.")
        _check(plan)
    if name is not None:
        preset.name = visible_name(name, most=NAME_LENGTH)
    if plan is not None:
        preset.plan = _stored(plan)
    preset.updated_at = timezone.now()
    return _saved(preset, new=False)


def _operation(plan: Plan) -> str:
    return ENHANCE if isinstance(plan, RoomPlan) else EDIT


def _stored(plan: Plan) -> dict[str, Any]:
    if isinstance(plan, RoomPlan):
        return room_json.stored_json(plan)
    return edit_json.stored_json(plan)


def _check(plan: Plan) -> None:
    if isinstance(plan, RoomPlan):
        return
    if plan.cutting is not None and plan.cutting.mask is not None:
        message = "A mask belongs to one image, and a preset is for any. Name the mask where you use the preset."
        raise invalid("edit.cutting.mask", message)


def _saved(preset: Preset, *, new: bool) -> Preset:
    message = f"A preset named '{preset.name}' already exists."
    text = gettext("You have a look called “%(name)s” already.") % {"name": preset.name}
    return named.saved(preset, (message, text), new=new)
