"""What an account may see. Nothing here ever answers with somebody else's rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from accounts.models import Account
from config.errors import not_found
from media_library.models import ASIDE, Image, ImageKind, Project

# The API's names of orders, each made complete by the id so that pages never overlap.
SORTS: Final[dict[str, tuple[str | OrderBy, ...]]] = {
    "createdAt": ("created_at", "id"),
    "-createdAt": ("-created_at", "-id"),
    "name": (Lower("name").asc(), "id"),
    "-name": (Lower("name").desc(), "-id"),
    "bytes": ("bytes", "id"),
    "-bytes": ("-bytes", "-id"),
}
DEFAULT_SORT: Final = "-createdAt"
_GONE: Final = Q(parent=None) | Q(parent__deleted_at__isnull=False)
# What people see: originals, and results whose original is gone.
ALONE: Final = Q(kind=ImageKind.ORIGINAL) | Q(_GONE, kind=ImageKind.DERIVED)


def image_for(account: Account, image_id: UUID) -> Image:
    """The account's picture. Raises AppError NOT_FOUND, also for other people's and deleted ones."""
    found = Image.live.filter(account=account, pk=image_id).first()
    if found is None:
        raise not_found("Image")
    return found


def all_of(account: Account, image_ids: Collection[UUID]) -> QuerySet[Image]:
    """The account's pictures with these ids, every one. Raises AppError NOT_FOUND where one isn't there or
    is somebody else's."""
    wanted = set(image_ids)
    mine = Image.live.filter(account=account, pk__in=wanted)
    if mine.count() < len(wanted):
        raise not_found("Image")
    return mine


def masks_of(image: Image) -> QuerySet[Image]:
    """The masks of a picture, the newest first."""
    masks = Image.live.filter(account=image.account_id, parent=image, kind=ImageKind.MASK)
    return masks.order_by("-created_at", "-id")


def project_for(account: Account, project_id: UUID) -> Project:
    """The account's project. Raises AppError NOT_FOUND, also for other people's."""
    found = Project.objects.filter(account=account, pk=project_id).first()
    if found is None:
        raise not_found("Project")
    return found


def images_of(
    account: Account,
    *,
    search: str = "",
    project: Project | None = None,
    kind: str | None = None,
    needs_look: bool | None = None,
    is_favorite: bool | None = None,
    tag: str = "",
    sort: str = DEFAULT_SORT,
) -> QuerySet[Image]:
    """The account's pictures; ``search`` is a part of their names or tags. Masks and materials only where their
    kind is asked for."""
    images = Image.live.filter(account=account)
    if search:
        images = images.filter(Q(name__icontains=search) | Q(tags__icontains=search))
    if tag:
        images = images.filter(tags__icontains=f"\n{tag}\n")
    if is_favorite is not None:
        images = images.filter(is_favorite=is_favorite)
    if project is not None:
        images = images.filter(project=project)
    images = images.exclude(kind__in=ASIDE) if kind is None else images.filter(kind=kind)
    if needs_look is not None:
        images = images.exclude(needs_look="") if needs_look else images.filter(needs_look="")
    return images.order_by(*SORTS[sort])


def projects_of(account: Account) -> QuerySet[Project]:
    """The account's projects, the default one first."""
    return Project.objects.filter(account=account)


def standing(project: Project) -> QuerySet[Image]:
    """What people see in a project, newest first: its originals, and results whose original is gone."""
    return Image.live.filter(ALONE, project=project).order_by("-created_at", "-id")


def finished(images: QuerySet[Image]) -> list[Image]:
    """For each picture its newest result, or itself where there is none, in two queries."""
    results = Image.live.filter(parent=OuterRef("pk"), kind=ImageKind.DERIVED)
    results = results.order_by("-created_at", "-id")
    rows = list(images.annotate(newest=Subquery(results.values("pk")[:1])))
    newest = Image.live.in_bulk([row.newest for row in rows if row.newest])
    return [newest.get(row.newest, row) for row in rows]
