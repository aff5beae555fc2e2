"""Reference images of an account: kept, found, changed and deleted, as many as its plan has room for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from accounts.billing import changes
from accounts.models import Account, Plan
from config.errors import AppError, not_found
from media_library.checks import free_name
from media_library.intake.ingest import Incoming
from media_library.lifecycle import trash
from processing.models import Resource, ResourceRole
from processing.services.backgrounds import material
from processing.services.backgrounds.material import tidy_tags


@dataclass(frozen=True)
class ResourceFilter:
    """Which ones a list shows; what is None or empty leaves the choice open. ``search`` is a part of the
    name or of a tag."""

    role: str | None = None
    tag: str = ""
    search: str = ""


@dataclass(frozen=True)
class ResourceDetails:
    """What an account says of a reference image, checked. Raises AppError VALIDATION_ERROR."""

    role: str = ResourceRole.REFERENCE
    tags: Sequence[str] = ()
    name: str = ""  # the file's where it is empty

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tidy_tags(self.tags))
        object.__setattr__(self, "name", free_name(self.name))


def own(account: Account) -> QuerySet[Resource]:
    """The account's reference images that are still there, newest first."""
    return Resource.objects.filter(account=account, image__deleted_at=None).select_related("image")


def resource_for(account: Account, pk: UUID) -> Resource:
    """Raises AppError NOT_FOUND, also for other people's."""
    row = own(account).filter(pk=pk).first()
    if row is None:
        raise not_found("Resource")
    return row


def page_of(
    account: Account, wanted: ResourceFilter, *, start: int, count: int
) -> tuple[list[Resource], int]:
    """One page of what matches, and how many there are in all."""
    rows = own(account).select_related(None).defer("image")
    keys = [row.pk for row in rows if _matches(row, wanted)]
    found = own(account).in_bulk(keys[start : start + count])
    return [found[key] for key in keys[start : start + count] if key in found], len(keys)


def upload(
    account: Account,
    files: Sequence[Incoming],
    described: ResourceDetails,
    *,
    pk: UUID | None = None,
) -> list[Resource]:
    """Keep files as reference images, all of them or none; ``pk`` is for a single one.

    Raises AppError (see media_library.checks.check), PLAN_REQUIRED where the plan has none, and CONFLICT
    for more than it has room for.
    """
    check_plan(account)
    with material.kept(account, files, check=lambda: _check_room(account, len(files))) as images:
        return Resource.objects.bulk_create(
            Resource(
                id=pk or uuid4(),
                account=account,
                image=image,
                name=described.name or image.name,
                role=described.role,
                tags=list(described.tags),
            )
            for image in images
        )


def _check_room(account: Account, count: int) -> None:
    most = account.plan.resources
    if own(account).count() + count > most:
        message = f"Your plan has room for {most:,} reference images."
        raise AppError("CONFLICT", message, status=409)


def room(account: Account) -> dict[str, Any]:
    """How many the account's plan has room for, as templates take it; where it has none, which plans do."""
    most, plans = account.plan.resources, Plan.objects.filter(resources__gt=0)
    others = "" if most else ", ".join(plans.values_list("name", flat=True))
    return {"most": most, "plan_name": account.plan.name, "other_plans": others}


def check_plan(account: Account, *, reading: bool = False) -> None:
    """Raises AppError PLAN_REQUIRED where the account's plan has no reference images; for ``reading`` the
    plan before it does as well, as long as its grace lasts."""
    if account.plan.resources == 0:
        slugs = changes.readable_plans(account) if reading else set()
        if Plan.objects.filter(pk__in=slugs, resources__gt=0).exists():
            return
        message = f"Your plan, {account.plan.name}, does not include reference images."
        raise AppError("PLAN_REQUIRED", message, status=403)


def change(row: Resource, **changes: Any) -> None:
    """Give it another ``name``, ``role`` or ``tags``. Raises AppError VALIDATION_ERROR."""
    before = {"name": row.name, "role": row.role, "tags": row.tags}
    described = ResourceDetails(**{**before, **changes})
    row.name, row.role, row.tags = described.name, described.role, list(described.tags)
    row.save(update_fields=["name", "role", "tags"])


def remove(account: Account, pks: Collection[UUID]) -> None:
    """Forget reference images with their files, all of them or none. What was made with them stays.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    wanted = set(pks)
    with transaction.atomic():
        rows = own(account).filter(pk__in=wanted)
        images = dict(rows.values_list("pk", "image_id"))
        if len(images) < len(wanted):
            raise not_found("Resource")
        trash.put(account, images.values())


def _matches(row: Resource, wanted: ResourceFilter) -> bool:
    return wanted.role in (None, row.role) and material.is_called(
        row.name, row.tags, tag=wanted.tag, search=wanted.search
    )
