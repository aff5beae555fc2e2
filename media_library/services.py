"""What an owner may change on a picture."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import Account
from config.errors import invalid, not_found
from media_library import trash
from media_library.checks import display_name
from media_library.models import Image, Project


def change_image(image: Image, *, name: str | None = None, project: Project | None = None) -> None:
    """Rename a picture, or lay it in another project of the same account."""
    if name is not None:
        image.name = display_name(name)
        if not image.name:
            raise invalid("name", "The name must have at least one visible character.")
    if project is not None:
        image.project = project
    # Only while it lives: a name must not come back to a picture that is being deleted.
    Image.live.filter(pk=image.pk).update(name=image.name, project=image.project_id)


def move_images(account: Account, image_ids: Collection[UUID], project: Project) -> int:
    """Lay pictures with what was made of them in a project of the account, all or none; how many pictures.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    wanted = set(image_ids)
    with transaction.atomic():
        mine = Image.live.filter(account=account, pk__in=wanted)
        if mine.count() < len(wanted):
            raise not_found("Image")
        Image.live.filter(account=account, parent__in=wanted).update(project=project)
        return mine.update(project=project)


def delete_image(image: Image, *, permanently: bool = False) -> None:
    """Lay a picture into the trash, or past it. Where it is one of the library's backgrounds, it is none
    from then on, until it comes back. Harmless when repeated."""
    with transaction.atomic():
        if not Image.live.filter(pk=image.pk).exists():
            return
        trash.put(image.account, [image.pk])
        if permanently and settings.TRASH_DAYS > 0:  # else it has gone for good already
            trash.remove(image.account, [image.pk])
