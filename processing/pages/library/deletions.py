"""What is said of pictures that were deleted or moved: where they are, and how to have them back."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from config.web.toasts import Toast
from media_library.lifecycle.trash import Moved
from media_library.models import Project


def told_of_pictures(moved: Moved, count: int) -> Toast:
    """Say where ``count`` pictures are, with whatever was made of them."""
    if settings.TRASH_DAYS == 0:
        text = ngettext(
            "%(count)s picture was deleted for good.",
            "%(count)s pictures were deleted for good.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s picture is in the trash.", "%(count)s pictures are in the trash.", count
        )
    return told(text % {"count": count}, moved)


def told(text: str, moved: Moved | None) -> Toast:
    """A toast that takes the deletion back, where there is something that comes back."""
    if moved is None or moved.count == 0 or settings.TRASH_DAYS == 0:
        return Toast(text)
    return Toast(
        text,
        action=gettext("Undo"),
        url=reverse("trash-undo", args=[moved.key]),
        link=gettext("Trash"),
        link_url=reverse("trash"),
    )


def told_of_move(count: int, project: Project) -> Toast:
    """Say in which project ``count`` pictures are."""
    text = ngettext(
        "%(count)s picture is in “%(project)s” now.",
        "%(count)s pictures are in “%(project)s” now.",
        count,
    )
    return Toast(text % {"count": count, "project": project.name})
