"""Looks as people choose them: an account's presets, and the ready ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext

from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError, invalid
from media_library.models import Image
from processing.commands import Edit, Enhance
from processing.engine.plans.edit import EditPlan
from processing.models import Preset
from processing.services import edit_json, jobs
from processing.services.appearance import presets, ready_looks
from processing.services.appearance.ready_looks import ReadyLook
from processing.services.batching.batches import Look

Work = TypeVar("Work", bound=Edit | Enhance)


def find(account: Account, public_id: str) -> Preset | ReadyLook:
    """A ready look or one of the account's own. Raises AppError NOT_FOUND, also for other people's."""
    if public_id.startswith(ready_looks.PREFIX):
        return ready_looks.find(public_id)
    return presets.preset_for(account, decoded("preset", public_id, "Look"))


def plan_of(look: Preset | ReadyLook) -> EditPlan:
    """Raises AppError VALIDATION_ERROR for one that is for rooms."""
    return look.plan if isinstance(look, ReadyLook) else presets.plan_of(look)


def command_of(look: Preset | ReadyLook) -> Edit | Enhance:
    return Edit(plan=look.plan) if isinstance(look, ReadyLook) else presets.command_of(look)


def chosen(account: Account, public_ids: Sequence[str], *, field: str) -> list[Look]:
    """What a batch makes of each picture, for looks by their ids, each once. Raises AppError for what can't be
    used, which names the look, and NOT_FOUND."""
    if not public_ids:
        raise invalid(field, gettext("Choose at least one look."))
    found = [find(account, one) for one in dict.fromkeys(public_ids)]
    return [
        Look(one.name, usable(account, one.name, command_of(one), field=field)) for one in found
    ]


def changed(
    account: Account, look: Preset | ReadyLook, changes: Mapping[str, Any] | None, *, field: str
) -> Edit:
    """A look's edit with changes, as work that this site can do. Raises AppError naming ``field``."""
    command = Edit(plan=edit_json.changed(plan_of(look), changes))
    return usable(account, look.name, command, field=field)


def usable(account: Account, name: str, command: Work, *, field: str) -> Work:
    """The work of a look. Raises AppError VALIDATION_ERROR, which says of which look what is missing."""
    why = problem(account, command)
    if why:
        raise invalid(
            field,
            gettext("The look “%(name)s” can’t be used. %(why)s") % {"name": name, "why": why},
        )
    return command


def problem(account: Account, command: Edit | Enhance) -> str:
    """Say in a sentence what this site or account lacks for it; "" where it can be done."""
    return problems(account, {"": command}).get("", "")


def problems(account: Account, commands: Mapping[str, Edit | Enhance]) -> dict[str, str]:
    """The same for many at once, by their keys, with one query for all pictures that they name."""
    wanted = {one for command in commands.values() for one in command.image_ids()}
    rows = Image.live.filter(account=account, pk__in=wanted) if wanted else Image.live.none()
    there = {str(pk) for pk in rows.values_list("pk", flat=True)}
    found = {}
    for key, command in commands.items():
        if isinstance(command, Enhance) or set(command.image_ids()) <= there:
            found[key] = _missing_tools(command)
        else:
            found[key] = _missing_picture(command, there)
    return {key: why for key, why in found.items() if why}


def _missing_picture(command: Edit, there: Collection[str]) -> str:
    overlay = command.plan.overlay
    if overlay is not None and overlay.image_id not in there:
        return "The picture that it lays over the result was deleted."
    reference = command.plan.color_reference
    if reference is not None and reference.image_id not in there:
        return "The picture that its colors are matched to was deleted."
    return "The picture of its background was deleted."


def _missing_tools(command: Edit | Enhance) -> str:
    try:
        jobs.check(command)
    except AppError as error:
        return next(iter(error.fields.values()))[0] if error.fields else error.message
    return ""
