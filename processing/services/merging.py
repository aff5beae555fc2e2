"""Merging exposures of a room that were selected by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.limits.operations import GROUP_BRACKETS
from accounts.models import Account
from config.errors import invalid, not_found
from media_library.models import Image, ImageKind
from media_library.selectors import images_of
from processing.commands import MAX_BRACKETS, MIN_BRACKETS, GroupBrackets, MergeHdr
from processing.engine.plans.edit import Export
from processing.engine.plans.room import RoomPlan
from processing.models import Job, JobState
from processing.services import jobs

# Exposures of one view differ by this many stops of light at least.
_DIFFERENT: Final = 0.3


def look(caller: Caller, image_ids: Collection[UUID]) -> Job | None:
    """Have a worker look which of the account's photos are exposures of one view, by what they show and by their
    EXIF; it costs nothing. None where no two of them have one size; the job may still be open."""
    images = images_of(caller.account).filter(pk__in=image_ids, kind=ImageKind.ORIGINAL)
    found = list(images.order_by("created_at", "id"))
    sizes = Counter((image.width, image.height) for image in found)
    alike = {str(one.pk): one for one in found if sizes[one.width, one.height] >= MIN_BRACKETS}
    if not alike:
        return None
    return jobs.submit_and_wait(caller, GroupBrackets(images=tuple(alike)), source=None)


def look_of(account: Account, job_id: UUID) -> Job:
    """Wait on for such a look. Raises AppError NOT_FOUND for other work and for other people's."""
    job = jobs.job_for(account, job_id)
    if job.operation != GROUP_BRACKETS:
        raise not_found("Job", on_pages="Work")
    return jobs.wait_for(job, settings.DOOR_WAIT_SECONDS)


def exposures_of(job: Job) -> list[list[Image]]:
    """What such a look came to: each group in the order in which its photos were taken; [] for one that failed.
    Without groups of which a photo was deleted meanwhile."""
    if job.state != JobState.COMPLETED:
        return []
    stops = job.report["stops"]
    groups = [group for group in job.report["groups"] if _are_exposures(group, stops)]
    wanted = [name for group in groups for name in group]
    there = {str(one.pk): one for one in images_of(job.account).filter(pk__in=wanted)}
    return [[there[name] for name in group] for group in groups if set(group) <= set(there)]


def _are_exposures(group: Sequence[str], stops: dict[str, float]) -> bool:
    """Whether their files tell that all of them were given another amount of light."""
    if not MIN_BRACKETS <= len(group) <= MAX_BRACKETS or any(name not in stops for name in group):
        return False
    told = sorted(stops[name] for name in group)
    return all(after - before >= _DIFFERENT for before, after in pairwise(told))


def merge(caller: Caller, image_ids: Collection[UUID]) -> Job:
    """Merge these photos to one picture, enhanced in the usual way; it belongs to the one that came first.

    Raises AppError VALIDATION_ERROR for too few or too many, for other sizes and for results; NOT_FOUND where one
    isn't there or is somebody else's; QUOTA_EXCEEDED.
    """
    if not MIN_BRACKETS <= len(image_ids) <= MAX_BRACKETS:
        text = gettext("Select %(least)s to %(most)s exposures of one view.")
        raise invalid("ids", text % {"least": MIN_BRACKETS, "most": MAX_BRACKETS})
    images = list(images_of(caller.account).filter(pk__in=image_ids).order_by("created_at", "id"))
    if len(images) < len(image_ids):
        raise not_found("Image")
    if any(image.kind != ImageKind.ORIGINAL for image in images):
        raise invalid("ids", gettext("Only photos as they came can be merged."))
    if len({(image.width, image.height) for image in images}) > 1:
        raise invalid(
            "ids", gettext("These photos have different sizes. Exposures of one view have one.")
        )
    first, *others = images
    plan = RoomPlan(export=Export(format="jpg"))
    command = MergeHdr(brackets=tuple(str(image.pk) for image in others), plan=plan)
    jobs.check(command)
    return jobs.submit(caller, command, source=first)
