"""What a generated listing rests on: which photo shows what, and what the seller should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account
from config import public_ids
from listings.forms import words
from processing.models import Job

# Evidence by the writers' names of what it is for.
_FIELDS: Final = {"colour": "colors", "color": "colors", "material": "materials"}


@dataclass(frozen=True)
class Evidence:
    """One fact: what it says, who says so, on which photo (1 the first), how sure."""

    value: str
    source: Any
    photo: int | None
    percent: int | None
    is_suggested: bool = False  # too often wrong to have been written

    @property
    def words(self) -> str:
        told = f"{self.value}: {self.source}"
        if self.photo is not None:
            told += ", " + _("photo %(number)d") % {"number": self.photo}
        if self.is_suggested:
            told += ", " + _("not sure enough to be written")
        return told if self.percent is None else f"{told}, {self.percent} %"


def job_of(account: Account, generated_by: Mapping[str, Any]) -> Job | None:
    """The job that wrote a listing, None where nobody knows any more."""
    try:
        job_id = public_ids.decode("job", str(generated_by.get("jobId", "")))
    except ValueError:
        return None
    return Job.objects.filter(account=account, pk=job_id).first()


def by_field(report: Mapping[str, Any], image_ids: Sequence[UUID]) -> dict[str, list[Evidence]]:
    """A report's evidence by the listing's fields; photos are numbered as they are shown."""
    numbers = {public_ids.encode("img", pk): at for at, pk in enumerate(image_ids, start=1)}
    found: dict[str, list[Evidence]] = {}
    facts, suggested = report.get("evidence", []), report.get("suggestedFacts", [])
    for place, one in enumerate([*facts, *suggested]):
        field = _FIELDS.get(one["field"], one["field"])
        said = one["source"] == "hint"
        value = _value(field, str(one["value"]))
        found.setdefault(field, []).append(
            Evidence(
                value=value,
                source=words.SOURCES.get(one["source"], one["source"]),
                photo=None if said else numbers.get(one["imageId"]),
                percent=None if said else round(100 * one["confidence"]),
                is_suggested=place >= len(facts),
            )
        )
    return found


def _value(field: str, value: str) -> str:
    if field == "category":
        return words.category(value)
    return str(words.CONDITIONS.get(value, value)) if field == "condition" else value
