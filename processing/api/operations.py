"""What `images/tools` can do, by name: for batches, which do it to many pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from accounts.models import Account
from config.api import bodies as api_bodies
from config.errors import AppError, invalid
from processing.api.serializers import edits
from processing.api.serializers.cutouts import RemoveBackgroundOptions
from processing.commands import Command, Edit, RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import EditPlan
from processing.engine.prompts import scene
from processing.services import background_library, edit_json

_OPTIONS: dict[str, type[BaseModel]] = {
    "generate-background": edits.GenerateBackgroundOptions,
    "replace-background": edits.ReplaceBackgroundOptions,
    "upscale": edits.UpscaleOptions,
    "remove-text": edits.RemoveTextOptions,
}
OPERATIONS = ("remove-background", "edit", *_OPTIONS)


def command_for(operation: str, options: Mapping[str, Any], account: Account) -> Command:
    """The command of a tool with these options. Raises AppError (or DRF's ValidationError)
    naming the option that is wrong, NOT_FOUND for a background that is not the account's."""
    if operation == "remove-background":
        serializer = RemoveBackgroundOptions(data=dict(options))
        serializer.is_valid(raise_exception=True)
        return RemoveBackground(plan=serializer.validated_data["plan"])
    if operation == "edit":
        return Edit(plan=edit_json.plan_from(options))
    model = _OPTIONS.get(operation)
    if model is None:
        raise invalid("operation", f"Must be one of {', '.join(OPERATIONS)}.")
    return edit_of(operation, api_bodies.read(model, dict(options)), account)


def edit_of(operation: str, options: Any, account: Account) -> Edit:
    """An edit by the options of one of the smaller tools. Raises AppError."""
    field = "prompt" if operation == "generate-background" else "color"
    try:
        if isinstance(options, edits.ReplaceBackgroundOptions):
            plan = _replacement(options, account)
        else:
            plan = options.plan()
        if isinstance(options, edits.GenerateBackgroundOptions):
            scene.parse(options.prompt, options.style_preset, options.negative_prompt)
        return Edit(operation=operation, plan=plan)  # type: ignore[arg-type]
    except InvalidPlan as error:
        name = "stylePreset" if error.message.startswith("stylePreset") else field
        raise AppError(
            "VALIDATION_ERROR", error.message, status=400, fields={name: [error.message]}
        ) from error


def _replacement(options: edits.ReplaceBackgroundOptions, account: Account) -> EditPlan:
    if options.background_id is not None:
        entry = background_library.find(account, options.background_id)
        return options.plan(background_library.plan_of(entry, options.scaling))
    if options.background_image_id is not None:
        row = edit_json.image_id(options.background_image_id, "backgroundImageId")
        options = options.model_copy(update={"background_image_id": row})
    return options.plan(None)
