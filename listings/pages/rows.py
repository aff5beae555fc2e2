"""What waits to be decided on, a row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from listings.forms import words
from listings.models import Suggestion
from listings.pages.shown import thumbnail
from listings.writers import facts
from processing.models import JobState
from processing.pages.words import why_failed

# A category that is surer than this is not asked about.
_SURE: Final = 0.9


@dataclass(frozen=True)
class Row:
    """A suggestion in the list of what waits."""

    suggestion: Suggestion

    @property
    def is_open(self) -> bool:
        return not self.suggestion.job.ended

    @property
    def is_written(self) -> bool:
        return self.suggestion.job.state == JobState.COMPLETED

    @property
    def watch(self) -> str:
        return f"{self.suggestion.public_id}:{self.suggestion.job.state}"

    @property
    def title(self) -> str:
        return str(self.suggestion.job.report.get("title", "")) if self.is_written else ""

    @property
    def price(self) -> str:
        report = self.suggestion.job.report
        if not self.is_written:
            return ""
        return words.money(report.get("suggestedPrice"), report["currency"])

    @property
    def error(self) -> str:
        """Why nothing was written, in words without the API's."""
        job = self.suggestion.job
        if job.state == JobState.CANCELLED:
            return _("It was cancelled.")
        if job.error_code == "NOT_RECOGNISED":
            return _(
                "The photos don’t show clearly enough what it is. Say what it is, or write it yourself."
            )
        return why_failed(job)

    @property
    def needs_help(self) -> bool:
        """Whether it could be written if its seller said what it is."""
        can_be_asked = self.source_id and self.suggestion.listing is None
        return bool(can_be_asked) and self.suggestion.job.error_code == "NOT_RECOGNISED"

    @property
    def candidates(self) -> list[tuple[str, str]]:
        """What else it may be: key and name, the likeliest first; nothing where it is sure."""
        report = self.suggestion.job.report if self.is_written else {}
        if report.get("confidence", 1.0) >= _SURE:
            return []
        found = [one["category"] for one in report.get("candidates", ())]
        return [(key, words.category(key)) for key in found if key != report["category"]]

    @property
    def source_id(self) -> str:
        """The first photo, where it is still there."""
        source = self.suggestion.job.source
        return source.public_id if source and source.deleted_at is None else ""

    @property
    def warnings(self) -> list[str]:
        told = self.suggestion.job.report.get("warnings", [])
        return [facts.for_people(one) for one in told]

    @property
    def thumbnail(self) -> str:
        source = self.suggestion.job.source
        return thumbnail(source) if source and source.deleted_at is None else ""

    @property
    def name(self) -> str:
        source = self.suggestion.job.source
        return source.name if source else ""
