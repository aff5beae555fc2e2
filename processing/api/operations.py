"""What `images/tools` can do, by name: for batches, which do it to many pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from config.api import bodies as api_bodies
from config.errors import AppError, invalid
from processing import editing
from processing.api import bodies
from processing.api.serializers import RemoveBackgroundOptions
from processing.commands import Command, Edit, RemoveBackground
from processing.engine import scene
from processing.engine.errors import InvalidPlan

_OPTIONS: dict[str, type[BaseModel]] = {
    "generate-background": bodies.GenerateBackgroundOptions,
    "replace-background": bodies.ReplaceBackgroundOptions,
    "upscale": bodies.UpscaleOptions,
    "remove-text": bodies.RemoveTextOptions,
}
OPERATIONS = ("remove-background", "edit", *_OPTIONS)


def command_for(operation: str, options: Mapping[str, Any]) -> Command:
    """The command of a tool with these options. Raises AppError (or DRF's ValidationError)
    naming the option that is wrong."""
    if operation == "remove-background":
        serializer = RemoveBackgroundOptions(data=dict(options))
        serializer.is_valid(raise_exception=True)
        return RemoveBackground(**serializer.validated_data)
    if operation == "edit":
        return Edit(plan=editing.plan_from(options))
    model = _OPTIONS.get(operation)
    if model is None:
        raise invalid("operation", f"Must be one of {', '.join(OPERATIONS)}.")
    return edit_of(operation, api_bodies.read(model, dict(options)))


def edit_of(operation: str, options: Any) -> Edit:
    """An edit by the options of one of the smaller tools."""
    field = "prompt" if operation == "generate-background" else "color"
    if isinstance(options, bodies.ReplaceBackgroundOptions) and options.background_image_id:
        row = editing.image_id(options.background_image_id, "backgroundImageId")
        options = options.model_copy(update={"background_image_id": row})
    try:
        plan = options.plan()
        if isinstance(options, bodies.GenerateBackgroundOptions):
            scene.parse(options.prompt, options.style_preset, options.negative_prompt)
        return Edit(operation=operation, plan=plan)  # type: ignore[arg-type]
    except InvalidPlan as error:
        name = "stylePreset" if error.message.startswith("stylePreset") else field
        raise AppError(
            "VALIDATION_ERROR", error.message, status=400, fields={name: [error.message]}
        ) from error
