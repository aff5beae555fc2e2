"""What `images/tools` can do, by name: for batches, which do it to many pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from accounts.models import Account
from config import public_ids
from config.api import bodies
from config.errors import AppError, invalid
from processing.api.serializers import edits
from processing.api.serializers.cutouts import RemoveBackgroundOptions
from processing.api.serializers.edits import EditOptions
from processing.api.serializers.rooms import EnhanceOptions, MergeHdrBody, ReprocessBody
from processing.commands import Command, Edit, Enhance, MergeHdr, RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.models import Preset
from processing.services import edit_json, jobs, reprocessing
from processing.services.appearance import looks, presets, ready_looks
from processing.services.appearance.ready_looks import ReadyLook

Options = Mapping[str, Any]
# Where an edit has what the smaller tools have beside each other.
_IN_AN_EDIT = {"model": "edit.cutting.model", "provider": "edit.background.generated.provider"}


def command_for(operation: str, options: Options, account: Account) -> Command:
    """The command of a tool with these options. Raises AppError (or DRF's ValidationError)
    naming the option that is wrong, NOT_FOUND for a background that is not the account's."""
    tool = _TOOLS.get(operation)
    if tool is None:
        raise invalid("operation", f"Must be one of {', '.join(OPERATIONS)}.")
    return tool(options, account)


def check(command: Command) -> None:
    """Refuse what this site can't do. Raises AppError naming the option."""
    try:
        jobs.check(command)
    except AppError as error:
        if not (isinstance(command, Edit) and command.operation == "edit" and error.fields):
            raise
        [(name, messages)] = error.fields.items()
        raise invalid(_IN_AN_EDIT.get(name, name), messages[0]) from error


def edit_of(options: EditOptions, account: Account) -> Edit:
    """An edit by the options of one of the smaller tools. Raises AppError naming the option."""
    try:
        return Edit(operation=options.operation, plan=options.plan(account))
    except InvalidPlan as error:
        raise edit_json.refused(error, options.names) from error


def enhance_of(options: EnhanceOptions, preset: Preset | ReadyLook | None = None) -> Enhance:
    """A room's enhancement by its options, which a preset may begin with. Raises AppError naming the option."""
    before = None if preset is None else presets.room_plan_of(preset)
    try:
        return Enhance(plan=options.plan() if before is None else options.changed(before))
    except InvalidPlan as error:
        raise edit_json.refused(error, {}) from error


def merge_of(body: MergeHdrBody, account: Account) -> tuple[str, MergeHdr]:
    """The first of a body's images and how the others are merged with it. Raises AppError naming the
    option."""
    first, *others = (edit_json.image_id(one, "imageIds") for one in body.image_ids)
    if len({first, *others}) < 1 + len(others):
        raise invalid("imageIds", "Each image can be named only once.")
    command = enhance_of(body, preset_of(account, body.preset_id))
    return first, MergeHdr(brackets=tuple(others), plan=command.plan)


def preset_of(account: Account, preset_id: str | None) -> Preset | ReadyLook | None:
    """The preset that a body names, if it names one, the account's own or a ready one. Raises AppError
    VALIDATION_ERROR for what is no id, NOT_FOUND for what is neither."""
    if preset_id is None:
        return None
    if preset_id.startswith(ready_looks.PREFIX):
        return ready_looks.find(preset_id)
    try:
        found = public_ids.decode("preset", preset_id)
    except ValueError as error:
        message = "Not a valid preset_ id, nor that of a ready preset, which begins with look_."
        raise invalid("presetId", message) from error
    return presets.preset_for(account, found)


def by_preset(
    account: Account, preset: Preset | ReadyLook, changes: Options | None, *, field: str
) -> Edit | Enhance:
    """A preset's work with changes, as this site can do it. Raises AppError naming ``field``, or what is wrong."""
    if not preset.is_of_rooms:
        return looks.changed(account, preset, changes, field=field)
    command = enhance_of(bodies.read(EnhanceOptions, dict(changes or {})), preset)
    return looks.usable(account, preset.name, command, field=field)


def reprocessed(last: Command, body: ReprocessBody) -> Command:
    """What was asked for a room the last time, changed. Raises AppError naming the option."""
    try:
        return reprocessing.otherwise(last, body.changed)
    except InvalidPlan as error:
        raise edit_json.refused(error, {}) from error


def _remove_background(options: Options, _: Account) -> Command:
    serializer = RemoveBackgroundOptions(data=dict(options))
    serializer.is_valid(raise_exception=True)
    return RemoveBackground(plan=serializer.validated_data["plan"])


def _edit(options: Options, _: Account) -> Command:
    return Edit(plan=edit_json.plan_from(options))


def _enhance(options: Options, _: Account) -> Command:
    return enhance_of(bodies.read(EnhanceOptions, dict(options)))


def _smaller(model: type[EditOptions], options: Options, account: Account) -> Command:
    return edit_of(bodies.read(model, dict(options)), account)


_SMALLER: tuple[type[EditOptions], ...] = (
    edits.GenerateBackgroundOptions,
    edits.ReplaceBackgroundOptions,
    edits.UpscaleOptions,
    edits.RemoveTextOptions,
)
_TOOLS: dict[str, Callable[[Options, Account], Command]] = {
    "remove-background": _remove_background,
    "edit": _edit,
    "enhance": _enhance,
    **{model.operation: partial(_smaller, model) for model in _SMALLER},
}
OPERATIONS = tuple(_TOOLS)
