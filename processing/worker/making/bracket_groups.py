"""Grouping photos into exposures of one view: the kind of work that a GroupBrackets asks for."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import GROUP_BRACKETS, Operation
from processing.commands import GroupBrackets
from processing.engine import bracket_groups
from processing.engine.room.hdr.grouping import groups
from processing.models import Job
from processing.worker import runner
from processing.worker.kinds import Kind, ReportOnly, by_name


def work(job: Job, command: GroupBrackets) -> ReportOnly:
    """Look at one photo after the other; the report has `groups`, lists of the ids that the command has, and by
    id the `stops` of light that each was given, where its file tells."""
    seen = [
        bracket_groups.look(runner.picture(job, name), max_pixels=settings.MAX_PIXELS)
        for name in command.images
    ]
    found = [[command.images[place] for place in group] for group in groups(seen)]
    named = zip(command.images, seen, strict=True)
    stops = {name: round(one.stops, 2) for name, one in named if one.stops is not None}
    return ReportOnly({"groups": found, "stops": stops})


KIND = Kind(
    operations=by_name(
        Operation(
            GROUP_BRACKETS,
            title=_("Bracket groups"),
            running=_("Grouping brackets"),
            done=_("Brackets grouped"),
            metered=False,
        )
    ),
    work=work,
)
