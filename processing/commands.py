"""What can be asked for: one checked command per kind of work, whichever door it came through.

A command says what is to be done, never to whose picture or how the answer is shown. Two doors
that ask for the same work build equal commands, with the same canonical JSON and the same hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import AppError
from processing.engine.plans.copy import CopyPlan
from processing.engine.plans.cutout import CutoutPlan, Cutting, camel, types_of
from processing.engine.plans.edit import Background, EditPlan
from processing.engine.plans.placed import PlacedPlan
from processing.engine.plans.room import RoomPlan

EditOperation = Literal[
    "edit", "generate-background", "replace-background", "upscale", "remove-text"
]
MIN_BRACKETS, MAX_BRACKETS = 2, 9
MAX_GROUPED = 2_000

Makes = Literal["derived", "mask", "material"]

# What the words of a stored command mean. Raise it when an option is renamed or gets another meaning,
# and add how a row of the version before is read: READERS[version] makes a row of the next one of it.
# A new option needs neither, as long as its default is what was done without it.
VERSION = 1
READERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
_VERSION = "version"  # in the row; rows before the first release have none, and are of version 1

_COMMANDS: dict[str, type[Command]] = {}  # by operation


@dataclass(frozen=True, slots=True)
class CuttingOut:
    """A subject that work cuts out of the photo as it came: how, and ``at`` which size and in which
    colors, where those are not the photo's own size and sRGB."""

    options: Cutting
    at: str = ""


class Command(BaseModel):
    """Any command. A subclass names its operations as the Literal type of its field `operation`; jobs
    of it can be read once it is registered, with its kind of work (processing.worker.kinds)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=True
    )

    operation: str
    # For trying out: the result carries a mark, and the work costs no quota.
    watermark: bool = False

    @classmethod
    def operations(cls) -> tuple[str, ...]:
        """The names that `operation` may have."""
        return get_args(cls.model_fields["operation"].annotation)

    @classmethod
    def load(cls, row: Mapping[str, Any]) -> Self:
        """The command that a job's row keeps. Raises pydantic.ValidationError where it is none."""
        # By way of text: strict models take a list for a tuple in JSON only.
        return cls.model_validate_json(json.dumps(row))

    @property
    def label(self) -> str:
        """What the name of the result's file ends in."""
        return "edit"

    @property
    def makes(self) -> Makes:
        """Which kind of image the result is: a picture for people, or something that serves others."""
        return "derived"

    @property
    def cut_out_by(self) -> str:
        """The model that cuts the product out, by name or alias; "" where none does."""
        return ""

    @property
    def mask(self) -> str | None:
        """The mask that the product is cut out by, which belongs to one photo."""
        return None

    def cutting_out(self, size: tuple[int, int]) -> CuttingOut | None:
        """What the work cuts out of a photo of this width and height, so that it needs to be done once;
        None where it cuts nothing out, or something that serves nobody else."""
        return None

    def stored(self) -> dict[str, Any]:
        """The command as a job's row keeps it and `load` reads it."""
        return self.model_dump(mode="json", by_alias=True)

    def work(self) -> dict[str, Any]:
        """What decides about the result's pixels, and so is hashed."""
        return self.stored()

    def image_ids(self) -> tuple[str, ...]:
        """Other pictures that the work needs."""
        return ()


class RemoveBackground(Command):
    """Cut the product out; on nothing, or on one color. Or only say, as a mask, where it is."""

    operation: Literal["remove-background"] = "remove-background"
    plan: CutoutPlan = Field(default_factory=CutoutPlan)

    @property
    def label(self) -> str:
        return _joined(self.plan.output, _color_word(self.plan.bg_color))

    @property
    def cut_out_by(self) -> str:
        return self.plan.model

    @property
    def mask(self) -> str | None:
        return self.plan.mask

    def cutting_out(self, size: tuple[int, int]) -> CuttingOut | None:
        at = self.plan.worked_on_at(*size)
        return CuttingOut(self.plan, "" if at == size else f"{at[0]}x{at[1]}")

    def image_ids(self) -> tuple[str, ...]:
        return () if self.plan.mask is None else (self.plan.mask,)

    @classmethod
    def load(cls, row: Mapping[str, Any]) -> Self:
        definition: Any = cls.model_fields["plan"].annotation
        known = {camel(option) for option in types_of(definition)}
        plan = {name: value for name, value in row.items() if name in known}
        rest = {name: value for name, value in row.items() if name not in known}
        return super().load({**rest, "plan": plan})

    def stored(self) -> dict[str, Any]:
        """With the options beside the operation, and not in a plan of their own: so rows have had
        them from the start."""
        kept = super().stored()
        plan = kept.pop("plan")
        return {**kept, **plan}


class Edit(Command):
    """Anything else that can be done to a product photo, in one pass (`EditPlan`).

    The operation is what is counted against a plan; equal plans are equal work under any of them.
    """

    operation: EditOperation = "edit"
    plan: EditPlan

    @property
    def label(self) -> str:
        size = self.plan.layout.size
        return _joined(
            "edit", _ground_word(self.plan.background), size if size[0].isdigit() else ""
        )

    @property
    def cut_out_by(self) -> str:
        return self.plan.cutting.model if self.plan.cutting else ""

    @property
    def mask(self) -> str | None:
        return self.plan.cutting.mask if self.plan.cutting else None

    def cutting_out(self, size: tuple[int, int]) -> CuttingOut | None:
        plan = self.plan
        # What is cut out of a photo without its text, or of an enlarged one, serves nothing else.
        if plan.cutting is None or plan.text_removal is not None or plan.upscale is not None:
            return None
        space = plan.export.color_space
        return CuttingOut(plan.cutting, "" if space == "sRGB" else f"colors: {space}")

    def work(self) -> dict[str, Any]:
        kept = self.stored()
        return {"plan": kept["plan"], "watermark": kept["watermark"]}

    def image_ids(self) -> tuple[str, ...]:
        background = self.plan.background
        named = (
            self.plan.cutting.mask if self.plan.cutting else None,
            background.image.image_id if background.image else None,
            background.generated.guidance_image_id if background.generated else None,
            self.plan.overlay.image_id if self.plan.overlay else None,
            self.plan.color_reference.image_id if self.plan.color_reference else None,
        )
        return tuple(name for name in named if name is not None)


class PlaceCutout(Command):
    """Cut the product out and place it by shares, in a result of so many pixels (`PlacedPlan`)."""

    operation: Literal["place-cutout"] = "place-cutout"
    plan: PlacedPlan = Field(default_factory=PlacedPlan)

    @property
    def label(self) -> str:
        return _joined("cutout", _ground_word(self.plan.background))

    @property
    def makes(self) -> Makes:
        return "material" if self.plan.format == "zip" else "derived"  # a ZIP is no picture

    @property
    def cut_out_by(self) -> str:
        return self.plan.cutting.model

    def cutting_out(self, size: tuple[int, int]) -> CuttingOut | None:
        # How small a photo is made first may depend on its product: that serves nothing else.
        return CuttingOut(self.plan.cutting) if self.plan.cuts_out_all(*size) else None

    def image_ids(self) -> tuple[str, ...]:
        image = self.plan.background.image
        return () if image is None else (image.image_id,)


class Enhance(Command):
    """Make a photo of a room or a house brighter, truer and upright, in one pass (`RoomPlan`)."""

    operation: Literal["enhance"] = "enhance"
    plan: RoomPlan = Field(default_factory=RoomPlan)

    @property
    def label(self) -> str:
        return "enhanced"


class PreviewRoom(Command):
    """Show what an `Enhance` of the same plan would make: small, and marked as every trial is."""

    operation: Literal["enhance-preview"] = "enhance-preview"
    plan: RoomPlan = Field(default_factory=RoomPlan)
    side: int = Field(default=1280, ge=16, le=2048)
    watermark: Literal[True] = True

    @property
    def label(self) -> str:
        return "preview"

    @property
    def makes(self) -> Makes:
        return "material"


class Copy(Command):
    """Have a finished picture in another size or format (`CopyPlan`), for whoever fetches it."""

    operation: Literal["copy"] = "copy"
    plan: CopyPlan = Field(default_factory=CopyPlan)

    @property
    def label(self) -> str:
        return "copy"

    @property
    def makes(self) -> Makes:
        return "material"


class MergeHdr(Command):
    """Merge exposure brackets of a room, the source and `brackets`, in any order, and enhance the picture
    that they come to in the same pass (`RoomPlan`)."""

    operation: Literal["merge-hdr"] = "merge-hdr"
    brackets: tuple[str, ...] = Field(min_length=MIN_BRACKETS - 1, max_length=MAX_BRACKETS - 1)
    plan: RoomPlan = Field(default_factory=RoomPlan)

    @property
    def label(self) -> str:
        return "hdr"

    @property
    def makes(self) -> Makes:
        return "material" if self.watermark else "derived"  # a trial's is to be looked at

    def image_ids(self) -> tuple[str, ...]:
        return self.brackets


class GroupBrackets(Command):
    """Tell which of many photos are exposures of one view. It begins without a source, and makes nothing."""

    operation: Literal["group-brackets"] = "group-brackets"
    images: tuple[str, ...] = Field(min_length=1, max_length=MAX_GROUPED)

    def image_ids(self) -> tuple[str, ...]:
        return self.images


def register(command: type[Command]) -> None:
    """Let jobs of this command be read. Raises ValueError where another has one of its operations."""
    for name in command.operations():
        if _COMMANDS.setdefault(name, command) is not command:
            raise ValueError(f"There is another command for {name}.")


def to_row(command: Command) -> dict[str, Any]:
    """The command as a row keeps it, with the version of what its words mean."""
    return {_VERSION: VERSION, **command.stored()}


def from_row(row: Mapping[str, Any]) -> Command:
    """Read the command that a row keeps, also one of an older release.

    Raises AppError COMMAND_OUTDATED for what this release doesn't know: it would do other work than
    was asked for.
    """
    words = dict(row)
    version = words.pop(_VERSION, 1)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise _outdated(f"version {version} of jobs")
    for older in range(version, VERSION):
        words = READERS[older](words)
    command = _COMMANDS.get(words.get("operation", ""))
    if command is None:
        raise _outdated(f"the operation '{words.get('operation', '')}'")
    try:
        return command.load(words)
    except ValidationError as error:
        names = [".".join(map(str, one["loc"])) or "edit" for one in error.errors()]
        raise _outdated(f"its value of {' and '.join(dict.fromkeys(names))}") from error


def words_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, without the version."""
    return {name: value for name, value in row.items() if name != _VERSION}


def options_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the caller chose, of a command as a job's row keeps it."""
    own = Command.model_fields
    return {name: value for name, value in words_of(row).items() if name not in own}


def _ground_word(background: Background) -> str:
    """What lies behind a product, as a word of a file's name; "" for nothing."""
    if background.generated is not None:
        return "scene"
    if background.image is not None:
        return "background"
    if background.gradient is not None:
        return "gradient"
    return "blurred" if background.keeps_original else _color_word(background.color)


def _color_word(color: str | None) -> str:
    """A color as a word of a file's name; how far it is transparent is left out."""
    digits = (color or "").removeprefix("#")[:6]
    return {"ffffff": "white", "000000": "black"}.get(digits, digits)


def _joined(*words: str) -> str:
    return "-".join(filter(None, words))


def _outdated(what: str) -> AppError:
    message = (
        "The job was submitted to another version of Packshot, and this one doesn't know "
        f"{what}. Submit it again."
    )
    return AppError("COMMAND_OUTDATED", message, status=409)


def canonical_json(command: Command, contents: Mapping[str, str] | None = None) -> str:
    """One spelling of equal work. `contents` has the hashes of the pictures in `image_ids`, which
    stand for them: the same picture under another id is the same work."""
    work = _replaced(command.work(), contents or {})
    return json.dumps(work, sort_keys=True, separators=(",", ":"))


def command_hash(command: Command, contents: Mapping[str, str] | None = None) -> str:
    return hashlib.sha256(canonical_json(command, contents).encode()).hexdigest()


def _replaced(value: Any, contents: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(inner, contents) for name, inner in value.items()}
    return contents.get(value, value) if isinstance(value, str) else value
