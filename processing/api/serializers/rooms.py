"""What enhancing a photo of a room takes."""

from __future__ import annotations

from pydantic import Field

from processing.api.serializers.edits import Body, ToolBody
from processing.commands import Enhance
from processing.engine.plans.edit import EditFormat, Export
from processing.engine.plans.room import FineTune, Look, RoomPlan
from processing.engine.plans.room_versions import NEWEST, WORDS


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
            "Hide faces beyond recovery, in the result and all that is made of it. Number plates are "
            "not looked for, which `report.room.privacy` says."
        ),
    )
    format: EditFormat = "jpg"
    quality: int | None = Field(None, description="1 to 100, for all formats but png.")

    def command(self) -> Enhance:
        """Raises InvalidPlan."""
        export = Export(format=self.format, quality=self.quality)
        plan = RoomPlan(
            self.look,
            self.finetune,
            self.straighten,
            export,
            version=self.version,
            privacy=self.privacy,
        )
        return Enhance(plan=plan)


class EnhanceBody(EnhanceOptions, ToolBody):
    """Makes a photo of a room or a house brighter, truer and upright."""
