"""Reports, in the vendor's words, as ratings."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.api.bodies import read
from processing.models import RatingCategory, RatingReason, Verdict
from processing.models.ratings import NOTE_LENGTH
from processing.services.ratings import Said

Category = Literal[
    "AUTO_PRIVACY",
    "COLOUR",
    "CONTRAST",
    "DOWNLOAD",
    "DYNAMIC_RANGE",
    "EXPOSURE",
    "HDR",
    "IMAGE_QUALITY",
    "ITEM_REMOVAL",
    "LENS_CORRECTION",
    "NO_COMPLAINTS",
    "NOISE",
    "OTHER",
    "PERSPECTIVE_CORRECTION",
    "PRIVACY",
    "PROCESSING",
    "SHARPNESS",
    "SKY_REPLACEMENT",
    "WHITE_BALANCE",
    "WINDOW_PULL",
]
# What we call otherwise; all else is ours in capitals and with underscores.
_OURS: Final = {"AUTO_PRIVACY": RatingCategory.PRIVACY, "COLOUR": RatingCategory.COLOR}
_OF_COLOR: Final = {RatingCategory.COLOR, RatingCategory.WHITE_BALANCE}


class ReportIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    categories: Annotated[list[Category], Field(min_length=1, max_length=20)]
    comment: Annotated[str, Field(max_length=NOTE_LENGTH)] | None = None
    score: Annotated[int, Field(ge=0, le=5)] | None = None
    source: Literal["WEBAPP", "API"] | None = None


def read_report(data: Any) -> Said:
    """What a report says: good where there is nothing to complain of, else bad. Raises AppError
    VALIDATION_ERROR naming the field."""
    body = read(ReportIn, data)
    named = dict.fromkeys(_category(one) for one in body.categories)
    is_good = set(named) == {RatingCategory.NO_COMPLAINTS}
    reason = RatingReason.COLOR if named.keys() & _OF_COLOR else RatingReason.OTHER
    return Said(
        Verdict.GOOD if is_good else Verdict.BAD,
        reason="" if is_good else reason,
        note=body.comment or "",
        score=body.score,
        categories=tuple(one.value for one in named),
    )


def _category(word: str) -> RatingCategory:
    return _OURS.get(word) or RatingCategory(word.lower().replace("_", "-"))
