"""Projects. Every account has a default one, so that no picture is without."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library.models import (
    NAME_LENGTH,
    Image,
    ImageKind,
    Project,
    ProjectKind,
    ProjectStatus,
)

DEFAULT_NAME = "My photos"
MAX_PROJECTS = 10_000
COVERS: Final = 4
_JOINERS = "\u200c\u200d"  # unseen, but emoji and some scripts are put together with them
_BY_NAME = Lower("name")
# The API's names of orders, each made complete by the id so that pages never overlap.
SORTS: Final[dict[str, tuple[str | OrderBy, ...]]] = {
    "createdAt": ("created_at", "id"),
    "-createdAt": ("-created_at", "-id"),
    "name": ("-is_default", _BY_NAME.asc(), "id"),
    "-name": ("-is_default", _BY_NAME.desc(), "-id"),
    "updatedAt": ("updated_at", "id"),
    "-updatedAt": ("-updated_at", "-id"),
}
DEFAULT_SORT: Final = "name"


def default_project(account: Account) -> Project:
    """The account's default project, made when it is first needed.

    Two requests may ask for it at once: the database allows one, and the later takes the earlier's.
    """
    project, _ = Project.objects.get_or_create(
        account=account, is_default=True, defaults={"name": DEFAULT_NAME}
    )
    return project


def counted(account: Account) -> QuerySet[Project]:
    """The account's projects, each with ``image_count``, ``original_count``, ``derived_count``."""
    live = Q(images__deleted_at=None)
    shown = live & Q(images__kind__in=(ImageKind.ORIGINAL, ImageKind.DERIVED))
    return Project.objects.filter(account=account).annotate(
        image_count=Count("images", filter=shown),
        original_count=Count("images", filter=live & Q(images__kind=ImageKind.ORIGINAL)),
        derived_count=Count("images", filter=live & Q(images__kind=ImageKind.DERIVED)),
    )


def find(
    account: Account,
    *,
    search: str = "",
    kind: str | None = None,
    status: str | None = None,
    sort: str = DEFAULT_SORT,
) -> QuerySet[Project]:
    """The account's projects with their counts; ``search`` is a part of name or description."""
    projects = counted(account)
    if search:
        projects = projects.filter(Q(name__icontains=search) | Q(description__icontains=search))
    if kind is not None:
        projects = projects.filter(kind=kind)
    if status is not None:
        projects = projects.filter(status=status)
    return projects.order_by(*SORTS[sort])


def covers_of(projects: Iterable[Project]) -> dict[UUID, list[Image]]:
    """The newest pictures of each project that have a thumbnail, at most ``COVERS``, in two queries."""
    ids = [project.pk for project in projects]
    shown = (ImageKind.ORIGINAL, ImageKind.DERIVED)
    newest = Image.live.filter(project=OuterRef("pk"), kind__in=shown).exclude(thumbnail_key="")
    keys = newest.order_by("-created_at", "-id").values("pk")
    slots = [f"cover_{n}" for n in range(COVERS)]
    found = Project.objects.filter(pk__in=ids).annotate(
        **{slot: Subquery(keys[n : n + 1]) for n, slot in enumerate(slots)}
    )
    rows = {row["pk"]: [row[slot] for slot in slots] for row in found.values("pk", *slots)}
    images = Image.live.in_bulk([key for row in rows.values() for key in row if key])
    return {pk: [images[key] for key in row if key in images] for pk, row in rows.items()}


def counted_one(account: Account, project_id: UUID) -> Project:
    """The account's project with its counts. Raises AppError NOT_FOUND, also for other people's."""
    project = counted(account).filter(pk=project_id).first()
    if project is None:
        raise not_found("Project")
    return project


def create(
    account: Account,
    *,
    name: str,
    description: str = "",
    kind: str = ProjectKind.IMAGE,
    project_id: UUID | None = None,
) -> Project:
    """Raises AppError VALIDATION_ERROR for a name without visible characters, CONFLICT for one
    project too many."""
    if Project.objects.filter(account=account).count() >= MAX_PROJECTS:
        raise AppError(
            "CONFLICT", f"An account can have at most {MAX_PROJECTS:,} projects.", status=409
        )
    return Project.objects.create(
        id=project_id or uuid4(),
        account=account,
        name=visible_name(name),
        description=description,
        kind=kind,
    )


def change(
    project: Project,
    *,
    name: str | None = None,
    description: str | None = None,
    status: str | None = None,
) -> None:
    """Raises AppError VALIDATION_ERROR as ``create`` does, CONFLICT for archiving the default one."""
    if project.is_default and status == ProjectStatus.ARCHIVED:
        raise _stays("archived")
    if name is not None:
        project.name = visible_name(name)
    if description is not None:
        project.description = description
    if status is not None:
        project.status = status
    project.updated_at = timezone.now()
    project.save(update_fields=["name", "description", "status", "updated_at"])


def remove(project: Project) -> None:
    """Delete a project; its pictures move to the default one. Raises AppError CONFLICT for that."""
    if project.is_default:
        raise _stays("deleted")
    with transaction.atomic():
        locked = Project.objects.select_for_update().filter(pk=project.pk).first()
        if locked is None:
            return
        # Deleted pictures too: their bare rows stay, and must lie somewhere.
        Image.objects.filter(project=locked).update(project=default_project(project.account))
        locked.delete()


def visible_name(raw: str, *, most: int = NAME_LENGTH) -> str:
    """A name on one line. Raises AppError VALIDATION_ERROR where nothing of it can be seen, and for one that
    is longer than its column."""
    shown = "".join(c for c in " ".join(raw.split()) if c.isprintable() or c in _JOINERS)
    name = " ".join(shown.split())
    if not name.strip(_JOINERS):
        raise invalid("name", "The name must have at least one visible character.")
    if len(name) > most:
        raise invalid("name", f"The name can have at most {most} characters.")
    return name


def _stays(verb: str) -> AppError:
    return AppError("CONFLICT", f"The default project can't be {verb}.", status=409)
