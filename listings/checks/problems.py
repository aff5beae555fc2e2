"""What is wrong with a listing on one platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from listings.marketplaces import Rule

Level = Literal["error", "advice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`rule` says by what rule and whose word it is; `field` is the API's name of what is at fault.

    `image_id` (of the picture in the listing) where a single picture is; `mendable` says that a
    repair of that picture takes care of it.
    """

    rule: Rule
    level: Level
    field: str
    message: str
    found: Any
    image_id: str | None = None
    mendable: bool = False


def of(rule: Rule, field: str, message: str, *, found: Any, level: Level = "error") -> Problem:
    """Advice only, where the rule's source is uncertain."""
    told: Level = "advice" if rule.source.certainty == "uncertain" else level
    return Problem(rule, told, field, message, found)
