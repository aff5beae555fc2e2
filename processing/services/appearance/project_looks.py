"""A project's own look: chosen once, and made of the pictures that don't have it yet."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.http import Caller
from accounts.models import Account
from config.errors import AppError
from media_library import selectors
from media_library.models import Image, ImageKind, Project
from processing.models import Batch, Preset, ProjectLook
from processing.services.appearance import looks, ready_looks
from processing.services.appearance.ready_looks import ReadyLook
from processing.services.batching import batches
from processing.services.batching.batches import Member, Wanted


def of(project: Project) -> Preset | ReadyLook | None:
    """The project's look; None where none was chosen, or it was deleted since."""
    return among(project, [*own_looks(project.account), *ready_looks.ready_looks()])


def among(project: Project, there: Sequence[Preset | ReadyLook]) -> Preset | ReadyLook | None:
    """The same, where what looks there are is known."""
    chosen = ProjectLook.objects.filter(project=project).values_list("look", flat=True).first()
    return next((one for one in there if one.public_id == chosen), None)


def own_looks(account: Account) -> list[Preset]:
    """The account's presets by name, those for rooms last."""
    return list(Preset.objects.filter(account=account).order_by("operation", "name", "id"))


def choose(project: Project, look_id: str) -> None:
    """Give it a look, or none for "". Raises AppError NOT_FOUND for one that isn't there."""
    if not look_id:
        ProjectLook.objects.filter(project=project).delete()
        return
    found = looks.find(project.account, look_id)
    ProjectLook.objects.update_or_create(project=project, defaults={"look": found.public_id})


def apply(caller: Caller, project: Project) -> Batch:
    """Make a batch of the project's photos in its look; those that have it already cost nothing.

    Raises AppError CONFLICT where it has no look or no photos, VALIDATION_ERROR for more photos than
    a batch may have, QUOTA_EXCEEDED.
    """
    look = of(project)
    if look is None:
        raise AppError("CONFLICT", "Choose a look for this project first.", status=409)
    photos = _photos(project)
    count = photos.count()
    if not count:
        raise AppError("CONFLICT", "There are no photos in this project yet.", status=409)
    chosen = looks.chosen(caller.account, [look.public_id], field="look")
    batches.check_size(caller.account, count)  # before they are read
    members = [Member(image.name, image) for image in photos]
    return batches.submit_looks(caller, Wanted(chosen), pictures=members)


def _photos(project: Project) -> QuerySet[Image]:
    """The oldest first, as they are worked on in this order."""
    originals = selectors.standing(project).filter(kind=ImageKind.ORIGINAL)
    return originals.order_by("created_at", "id")
