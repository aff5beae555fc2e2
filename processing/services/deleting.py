"""Deleting pictures and projects together with the work on them that hasn't ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from media_library import projects
from media_library.lifecycle import trash
from media_library.lifecycle.trash import Moved
from media_library.models import ASIDE, Image, Project
from media_library.selectors import all_of
from processing.models import OPEN_STATES, Job
from processing.worker import transitions

KEEP: Final = "keep"
TRASH: Final = "trash"
Pictures = Literal["keep", "trash"]


def delete_pictures(account: Account, image_ids: Collection[UUID]) -> Moved:
    """Lay pictures with their results into the trash, all of them or none, and cancel their open jobs.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's: then no job is cancelled.
    """
    wanted = set(image_ids)
    with transaction.atomic():
        all_of(account, wanted)
        cancel_work_on(wanted)
        return trash.put(account, wanted, with_results=True)


def delete_project(project: Project, pictures: Pictures = KEEP) -> Moved | None:
    """Delete a project. Its pictures move to the default one, and work on them goes on; or they go into
    the trash, and it is cancelled. Raises AppError CONFLICT for the default project."""
    with transaction.atomic():
        if pictures == KEEP or project.is_default:
            projects.remove(project)
            return None
        # Masks go with what they help to cut out; material is of use elsewhere.
        pictures_in = Image.live.filter(project=project).exclude(kind__in=ASIDE)
        ids = list(pictures_in.values_list("pk", flat=True))
        moved = delete_pictures(project.account, ids)
        projects.remove(project)
        return moved


def open_work_in(project: Project) -> int:
    """Count the jobs on a project's pictures that wait or run."""
    return Job.objects.filter(source__project=project, state__in=OPEN_STATES).count()


def cancel_work_on(image_ids: Collection[UUID]) -> None:
    """Cancel the open jobs of pictures and of what was made of them."""
    ids = list(image_ids)
    rows = Job.objects.filter(state__in=OPEN_STATES).values_list("pk", flat=True)
    cancel({*rows.filter(source__in=ids), *rows.filter(source__parent__in=ids)})


def cancel(job_ids: Collection[UUID]) -> None:
    """Cancel those of some jobs that are open. Call it in a transaction."""
    # All of them before the first one's quota and batch, as every transition locks in this order: a worker
    # that completes the second would wait for those, and this for the worker.
    for job in Job.objects.select_for_update(no_key=True).filter(pk__in=job_ids).order_by("pk"):
        transitions.cancel(job)
