"""An account's saved edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library.projects import visible_name
from processing.engine.plans.edit import EditPlan
from processing.models import Preset
from processing.services import edit_json

MAX_PRESETS = 500
NAME_LENGTH = 100


def preset_for(account: Account, preset_id: UUID) -> Preset:
    """The account's preset. Raises AppError NOT_FOUND, also for somebody else's."""
    preset = Preset.objects.filter(account=account, pk=preset_id).first()
    if preset is None:
        raise not_found("Preset", on_pages="Look")
    return preset


def plan_of(preset: Preset) -> EditPlan:
    return edit_json.plan_from(edit_json.shown(preset.plan))


def create(account: Account, *, name: str, plan: EditPlan, preset_id: UUID | None = None) -> Preset:
    """Raises AppError CONFLICT where the name is taken or the account has too many, VALIDATION_ERROR for
    a name that is none, and for what suits one photo only."""
    _check(plan)
    if Preset.objects.filter(account=account).count() >= MAX_PRESETS:
        raise AppError(
            "CONFLICT",
            f"An account can have at most {MAX_PRESETS} presets.",
            status=409,
            page_message=gettext("You can have at most %(most)s looks.") % {"most": MAX_PRESETS},
        )
    preset = Preset(
        id=preset_id or uuid4(),
        account=account,
        name=visible_name(name, most=NAME_LENGTH),
        plan=edit_json.stored_json(plan),
    )
    return _saved(preset, new=True)


def change(preset: Preset, *, name: str | None, plan: EditPlan | None) -> Preset:
    """Raises AppError CONFLICT and VALIDATION_ERROR as `create` does."""
    if plan is not None:
        _check(plan)
    if name is not None:
        preset.name = visible_name(name, most=NAME_LENGTH)
    if plan is not None:
        preset.plan = edit_json.stored_json(plan)
    preset.updated_at = timezone.now()
    return _saved(preset, new=False)


def with_changes(preset: Preset, changes: Mapping[str, Any] | None) -> EditPlan:
    """The preset's edit, with what `changes` says in place of it."""
    return edit_json.plan_from(edit_json.merged(edit_json.shown(preset.plan), changes or {}))


def _check(plan: EditPlan) -> None:
    if plan.cutting is not None and plan.cutting.mask is not None:
        message = "A mask belongs to one image, and a preset is for any. Name the mask where you use the preset."
        raise invalid("edit.cutting.mask", message)


def _saved(preset: Preset, *, new: bool) -> Preset:
    try:
        with transaction.atomic():
            preset.save(force_insert=new)
    except IntegrityError as error:
        text = gettext("You have a look called “%(name)s” already.") % {"name": preset.name}
        message = f"A preset named '{preset.name}' already exists."
        raise AppError("CONFLICT", message, status=409, page_message=text) from error
    return preset
