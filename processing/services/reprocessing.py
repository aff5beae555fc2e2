"""Doing a room's photo once more: what was asked for the last time, but for what is asked otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.errors import AppError
from media_library.models import Image, ImageKind
from processing import commands
from processing.commands import Command, Enhance, PreviewRoom
from processing.engine.plans.room import RoomPlan
from processing.models import Job, JobState

# Of these the plan is a room's.
_ROOMS = ("enhance", "enhance-preview", "merge-hdr")
_NOT_DONE = (JobState.FAILED, JobState.CANCELLED)


def source_of(image: Image) -> Image:
    """The photo behind a result, or itself. Raises AppError CONFLICT where it was deleted."""
    source = image.parent if image.kind == ImageKind.DERIVED else image
    if source is None or source.deleted_at is not None:
        raise AppError("CONFLICT", "The photo that this was made of was deleted.", status=409)
    return source


def last_of(source: Image) -> Command:
    """What was asked for a photo of a room the last time. Raises AppError CONFLICT where nothing was, and
    COMMAND_OUTDATED for what this release doesn't know any more."""
    asked = Job.objects.filter(source=source, command__operation__in=_ROOMS)
    newest = asked.exclude(state__in=_NOT_DONE).order_by("-created_at", "-pk").first()
    if newest is None:
        message = "Nothing was enhanced here yet: use /images/tools/enhance first."
        raise AppError("CONFLICT", message, status=409)
    return commands.from_row(newest.command)


def otherwise(last: Command, change: Callable[[RoomPlan], RoomPlan]) -> Command:
    """The same work with its plan changed, in full and without a mark. Raises InvalidPlan."""
    known: Any = last  # every command of _ROOMS has such a plan
    changed = last.model_copy(update={"plan": change(known.plan)})
    return in_full(changed, is_trial=False)


def in_full(command: Command, *, is_trial: bool) -> Command:
    """The work that a preview shows, of the whole photo; a trial's result is marked, and costs nothing."""
    if isinstance(command, PreviewRoom):
        return Enhance(plan=command.plan, watermark=is_trial)
    return command.model_copy(update={"watermark": is_trial})
