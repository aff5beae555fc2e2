"""What can be asked for: one checked command per operation, whichever door it came through.

A command says what is to be done, never to whose picture or how the answer is shown. Two doors
that ask for the same work build equal commands, with the same canonical JSON and the same hash.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from processing.engine.errors import InvalidPlan
from processing.engine.plan import CutoutPlan, parse_color

EDGES = ("none", "standard", "fine")
FORMATS = ("png", "webp", "jpg")


class RemoveBackground(BaseModel):
    """Cut the product out; on nothing, or on one colour."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    operation: Literal["remove-background"] = "remove-background"
    model: str = "fast"
    edge: Literal["none", "standard", "fine"] = "standard"
    format: Literal["png", "webp", "jpg"] = "png"
    bg_color: str | None = None  # "#rrggbb" once checked
    crop: bool = False
    keep_existing_alpha: bool = False

    @field_validator("bg_color")
    @classmethod
    def _one_spelling(cls, value: str | None) -> str | None:
        """``white``, ``fff`` and ``#FFFFFF`` are the same work."""
        if value is None:
            return None
        try:
            return "#{:02x}{:02x}{:02x}".format(*parse_color(value))
        except InvalidPlan as error:
            raise ValueError(str(error)) from error

    def plan(self, *, corrected_original: bool, max_pixels: int) -> CutoutPlan:
        return CutoutPlan(
            model=self.model,
            edge=self.edge,
            format=self.format,
            background=parse_color(self.bg_color) if self.bg_color else None,
            crop=self.crop,
            keep_existing_alpha=self.keep_existing_alpha,
            corrected_original=corrected_original,
            max_pixels=max_pixels,
        )


# The tagged union that later operations join: Field(discriminator="operation") once there are two.
Command = Annotated[RemoveBackground, Field()]
_ANY: TypeAdapter[RemoveBackground] = TypeAdapter(Command)


def from_json(data: dict[str, Any]) -> RemoveBackground:
    """The command kept on a job row. Raises pydantic.ValidationError for anything else."""
    return _ANY.validate_python(data)


def canonical_json(command: RemoveBackground) -> str:
    return json.dumps(command.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def command_hash(command: RemoveBackground) -> str:
    return hashlib.sha256(canonical_json(command).encode()).hexdigest()
