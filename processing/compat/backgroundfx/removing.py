"""The parameters of remove-background, from a form or from a batch's ``options``, as a command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.api.bodies import refusal
from config.errors import AppError
from processing.commands import RemoveBackground
from processing.compat.backgroundfx.dialect import DIALECT
from processing.compat.fields import Fields, wrong
from processing.engine.plans.cutout import CutoutPlan
from processing.worker import runtime

# The model that ``ultra`` runs, where it is installed; all other qualities stay with the site's own choice.
FINEST_MODEL = "high"
# What part of ``edge_refinement`` each quality takes: a share of it, above a floor.
_EDGES: dict[str, tuple[float, float]] = {
    "low": (0.0, 0.5),
    "medium": (0.0, 0.75),
    "high": (0.0, 1.0),
    "ultra": (50.0, 0.5),
}
# Options of ours that the dialect has no parameter for: a mask is made beside the cutout (masks).
LEFT_OUT = frozenset(
    {
        *("keep_existing_alpha", "clean_up", "despill", "output"),
        *("format", "bg_color", "crop", "size", "box", "point", "mask"),
    }
)


class Options(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    model: Literal["rembg", "u2net", "deeplab", "custom"] = "rembg"
    quality: Literal["low", "medium", "high", "ultra"] = "high"
    return_mask: bool = False
    edge_refinement: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 50.0

    @property
    def edge(self) -> float:
        """On our scale of edges, which has the same ends; rounded, so that equal work is equal."""
        floor, share = _EDGES[self.quality]
        return round(floor + share * self.edge_refinement, 2)

    @property
    def replaced_model(self) -> str | None:
        """The model that was asked for by name, where another one does its work."""
        return self.model if self.model != "rembg" and self._named() is None else None

    def command(self) -> RemoveBackground:
        return RemoveBackground(plan=CutoutPlan(model=self._model(), edge=self.edge))

    def _model(self) -> str:
        named = None if self.model == "rembg" else self._named()
        finest = self.quality == "ultra" and _is_installed(FINEST_MODEL)
        return named or (FINEST_MODEL if finest else settings.DEFAULT_MODEL)

    def _named(self) -> str | None:
        custom: str = DIALECT.setting("BACKGROUNDFX_CUSTOM_MODEL")
        name = custom if self.model == "custom" else self.model
        return name if name and _is_installed(name) else None


def from_form(fields: Fields) -> Options:
    """Raises AppError VALIDATION_ERROR naming the parameter."""
    given = {
        "model": fields.text("model"),
        "quality": fields.text("quality"),
        "return_mask": fields.flag("return_mask"),
        "edge_refinement": fields.number("edge_refinement", 0, 100),
    }
    return _checked({name: value for name, value in given.items() if value is not None})


def of_json(text: str | None) -> Options:
    """A batch's ``options``. Raises AppError VALIDATION_ERROR."""
    try:
        given = json.loads(text or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise wrong("options", "must be JSON") from error
    if not isinstance(given, dict):
        raise wrong("options", "must be a JSON object")
    return _checked(given, prefix="options")


def _checked(given: Mapping[str, Any], prefix: str = "") -> Options:
    try:
        return Options.model_validate(given)
    except ValidationError as error:
        raise refusal(error, prefix) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON.")


def _is_installed(model: str) -> bool:
    try:
        runtime.check_model(model)
    except AppError:
        return False
    return True
