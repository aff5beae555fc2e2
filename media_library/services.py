"""What an owner may change on a picture."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Account
from config.errors import invalid
from media_library import doubts
from media_library.checks import free_name, renamed_with
from media_library.lifecycle import trash
from media_library.models import MAX_TAGS, TAG_LENGTH, Image, ImageKind, Project, Shows
from media_library.selectors import all_of


def change_image(
    image: Image,
    *,
    name: str | None = None,
    project: Project | None = None,
    is_favorite: bool | None = None,
    tags: Iterable[str] | None = None,
) -> None:
    """Rename a picture with what was made of it, lay it in another project of the same account, make it a favorite or none, or
    give it other tags."""
    before = image.name
    if name is not None:
        image.name = free_name(name)
        if not image.name:
            raise invalid("name", "The name must have at least one visible character.")
    if project is not None:
        image.project = project
    if is_favorite is not None:
        image.is_favorite = is_favorite
    if tags is not None:
        image.tags = "".join(f"\n{tag}" for tag in checked_tags(tags)) + "\n"
    with transaction.atomic():
        # Only while it lives: a name must not come back to a picture that is being deleted.
        is_there = Image.live.filter(pk=image.pk).update(
            name=image.name,
            project=image.project_id,
            is_favorite=image.is_favorite,
            tags=image.tags,
        )
        if is_there and image.name != before:
            _rename_results(image, before)


def _rename_results(image: Image, before: str) -> None:
    """Let what was made of a picture be called after it, in the trash, too, but for what has a name of its own."""
    made = Image.objects.filter(parent=image).exclude(kind=ImageKind.MATERIAL).exclude(name="")
    for result in made.only("name", "kind"):
        old = result.name
        result.name = renamed_with(old, before=before, after=image.name)
        if result.name != old:
            Image.objects.filter(pk=result.pk, name=old).update(name=result.name)
            _rename_results(result, old)


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: without space around them, each once. Raises AppError VALIDATION_ERROR for
    too many, and for one that is too long."""
    kept: dict[str, str] = {}
    for tag in (" ".join(free_name(given).split()) for given in tags):
        if len(tag) > TAG_LENGTH:
            raise invalid(
                "tags", gettext("A tag has at most %(most)s characters.") % {"most": TAG_LENGTH}
            )
        if tag:
            kept.setdefault(tag.casefold(), tag)
    if len(kept) > MAX_TAGS:
        raise invalid("tags", gettext("A picture has at most %(most)s tags.") % {"most": MAX_TAGS})
    return list(kept.values())


def mark_favorites(account: Account, image_ids: Collection[UUID], *, are_favorites: bool) -> int:
    """Make pictures favorites or none, all of them or none; how many.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    with transaction.atomic():
        return all_of(account, image_ids).update(is_favorite=are_favorites)


def say_what_it_shows(image: Image, shows: Shows) -> None:
    """Keep what a picture's seller says that it shows; of a room no cutout is to be looked at."""
    with transaction.atomic():
        Image.live.filter(pk=image.pk).update(shows=shows)
        if shows == Shows.ROOM:
            doubts.drop([image.pk])
    image.shows = shows


def move_images(account: Account, image_ids: Collection[UUID], project: Project) -> int:
    """Lay pictures with what was made of them in a project of the account, all or none; how many pictures.

    Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    with transaction.atomic():
        mine = all_of(account, image_ids)
        Image.live.filter(account=account, parent__in=image_ids).update(project=project)
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
