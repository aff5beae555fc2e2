"""What can be asked for: one checked command per operation, whichever door it came through.

A command says what is to be done, never to whose picture or how the answer is shown. Two doors
that ask for the same work build equal commands, with the same canonical JSON and the same hash.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

from processing.engine.errors import InvalidPlan
from processing.engine.plan import EDGE_STRENGTHS, CleanUp, CutoutPlan, parse_color

EDGES = ("none", "standard", "fine")
OUTPUTS = ("cutout", "mask")
FORMATS = ("png", "webp", "jpg")


_EDGE_NAMES = {strength: name for name, strength in EDGE_STRENGTHS.items()}


class CleanUpOptions(BaseModel):
    """What is mended after matting (processing.engine.plan.CleanUp says more)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    islands: bool = True
    pinholes: bool = True
    shadow: bool = True
    keep_hanger: bool = True


class RemoveBackground(BaseModel):
    """Cut the product out; on nothing, or on one colour. Or only say, as a mask, where it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    operation: Literal["remove-background"] = "remove-background"
    model: str = "fast"
    edge: Literal["none", "standard", "fine"] | Annotated[float, Field(ge=0, le=100)] = "standard"
    output: Literal["cutout", "mask"] = "cutout"
    clean_up: CleanUpOptions = CleanUpOptions()
    format: Literal["png", "webp", "jpg"] = "png"
    bg_color: str | None = None  # "#rrggbb" once checked
    crop: bool = False
    keep_existing_alpha: bool = False

    @field_validator("edge")
    @classmethod
    def _by_name(cls, value: str | float) -> str | float:
        """``50`` and ``standard`` are the same work."""
        return _EDGE_NAMES.get(value, value) if isinstance(value, float | int) else value

    @model_validator(mode="after")
    def _mask_alone(self) -> Self:
        if self.output == "mask" and self.bg_color is not None:
            raise ValueError("A mask has no background.")
        return self

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
            output=self.output,
            clean=CleanUp(**self.clean_up.model_dump()),
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
