"""What enhancing a photo of a room takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field

from processing.api.serializers.edits import Body, Shown, ToolBody
from processing.commands import MAX_BRACKETS, MIN_BRACKETS
from processing.engine.plans.edit import EditFormat, Export
from processing.engine.plans.room import FineTune, Level, Look, RoomPlan, SkyKind, WindowPull
from processing.engine.plans.room_versions import NEWEST, WORDS
from processing.services import room_json

# What a plan calls otherwise, or has in its export.
_IN_A_PLAN = {"lens_correction": "lens"}
_OF_A_FILE = ("format", "quality")


class EnhanceOptions(Body):
    """Makes a photo of a room or a house brighter, truer and upright."""

    look: Look | None = Field(
        "neutral",
        description=(
            "The named set of corrections: `neutral`, `warm`, `modern`, `property`, "
            "`property_usa` or `authentic`; `null` leaves light and colors as they are."
        ),
    )
    finetune: FineTune = Field(
        default_factory=FineTune,
        description="How much of each correction, where that is not as the look has it.",
    )
    straighten: bool = Field(
        True, description="Make walls that lean upright, and crop to what the photo then covers."
    )
    lens_correction: bool = Field(
        True,
        description=(
            "Take back what the lens did: its distortion and, where camera and lens are known, colored "
            "fringes and dark corners. The report says by what it was known."
        ),
    )
    version: str = Field(
        NEWEST,
        description=(
            "Which version of the looks: "
            f"{', '.join(f'`{one}`' for one in WORDS)}. Each is a set of numbers that never changes, and the "
            "job keeps the version that a word such as `latest` meant. `3.x` has `property`, "
            "`property_usa` and `authentic`, `4.x` has `neutral`, `warm`, `modern` and `authentic`, "
            "`5.x` has all."
        ),
    )
    privacy: bool = Field(
        False,
        description=(
            "Hide faces and number plates beyond recovery, in the result and all that is made of it."
        ),
    )
    upscale: bool = Field(
        False,
        description="Enlarge the result four times, as `fast` upscaling does: photos of up to a megapixel.",
    )
    sky: SkyKind | None = Field(
        None,
        description=(
            "Put another sky in the place of the photo's own: `CLEAR`, `LOW_CLOUD` (heaps) or "
            "`HIGH_CLOUD` (fibers of ice). It is drawn, differently for each photo and the same each "
            "time. Where no sky is found for certain, the photo keeps what it has."
        ),
    )
    window_pull: WindowPull = Field(
        "NONE",
        description=(
            "Pull highlights in a room's windows down as far as the file holds them: "
            "`ONLY_WINDOWS`, or `WINDOWS_WITH_SKIES`, which also replaces a blue sky behind a window, by "
            "`sky` or a clear one. What is clipped stays white."
        ),
    )
    sky_light: Level = Field(
        "LOW",
        description=(
            "How far the house follows the new sky's light where the old sky was grey: warmer, and "
            "brighter. Below a sky that was blue already it stays as it is."
        ),
    )
    threesixty: bool | None = Field(
        None,
        description=(
            "Whether the photo shows everything around (equirectangular, twice as wide as high): it "
            "is enhanced without a join at its sides and without steps at its poles, and not "
            "straightened. `null` goes by what its file tells viewers (`GPano:ProjectionType`)."
        ),
    )
    format: EditFormat = "jpg"
    quality: int | None = Field(None, description="1 to 100, for all formats but png.")

    def plan(self) -> RoomPlan:
        """All of it, what is left out as it usually is. Raises InvalidPlan."""
        return self.changed(RoomPlan(export=Export(format=self.format, quality=self.quality)))

    def changed(self, before: RoomPlan) -> RoomPlan:
        """A plan with the options that are given; what is left out stays. Raises InvalidPlan."""
        given = self.model_fields_set
        values: dict[str, Any] = {
            _IN_A_PLAN.get(name, name): getattr(self, name)
            for name in EnhanceOptions.model_fields
            if name in given.difference(_OF_A_FILE)
        }
        if given.intersection(_OF_A_FILE):
            kept = before.export
            quality = kept.quality if "format" not in given else None
            values["export"] = Export(
                format=self.format if "format" in given else kept.format,
                quality=self.quality if "quality" in given else quality,
            )
        return replace(before, **values)


class ByPreset(EnhanceOptions):
    """Options that may begin with a preset's."""

    preset_id: str | None = Field(
        None, description="A preset with `enhance`, `preset_…`. Options that are sent override it."
    )


class MergeHdrBody(ByPreset, Shown):
    """Merges exposure brackets of a room or a house."""

    image_ids: list[str] = Field(
        min_length=MIN_BRACKETS,
        max_length=MAX_BRACKETS,
        description="The exposures, `img_…`, in any order; upright, all have the same size.",
    )


class ReprocessBody(EnhanceOptions, Shown):
    """Changes what was asked for a photo the last time: what is left out keeps its value."""


class EnhanceBody(ByPreset, ToolBody):
    """Makes a photo of a room or a house brighter, truer and upright."""


# A class of its own: drf-spectacular marks that of a PATCH's body as partial, for a POST that shares it, too.
class ReprocessChange(ReprocessBody):
    """Changes what was asked for a photo the last time: what is left out keeps its value."""


def shown(plan: RoomPlan) -> dict[str, Any]:
    """A plan as these options spell it."""
    kept = room_json.stored_json(plan)
    export, lens = kept.pop("export"), kept.pop("lens")
    return {**kept, "lensCorrection": lens, **{name: export[name] for name in _OF_A_FILE}}
