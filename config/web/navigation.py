"""The site's own way round: the places that the rail and the bar on phones lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Place:
    """A page in the rail, named by its URL.

    ``also`` are beginnings of other addresses that belong to it. ``group`` parts the rail; ``on_phones``
    are in the bar at the bottom.
    """

    url_name: str
    words: str | _StrPromise
    icon: str
    group: int
    also: tuple[str, ...] = ()
    on_phones: bool = False


@dataclass(frozen=True)
class Entry:
    """A place as one page shows it."""

    place: Place
    url: str
    is_current: bool

    @property
    def icon(self) -> str:
        return f"icons/{self.place.icon}.svg"


PLACES: Final = (
    Place("home-page", _("Home"), "house", 1, on_phones=True),
    Place("library", _("Library"), "images", 1, also=("/pictures/",), on_phones=True),
    Place("projects", _("Projects"), "folder", 1),
    Place("batches", _("Batches"), "layers", 1),
    Place("looks", _("Looks"), "look", 2),
    Place("backgrounds", _("Backgrounds"), "wallpaper", 2, also=("/resources/",)),
    Place("listings", _("Listings"), "tag", 2, on_phones=True),
    Place("exports", _("Exports"), "export", 2),
    Place("shared", _("Shared"), "share", 3),
    Place("trash", _("Trash"), "trash", 3),
    Place("developers", _("Developers"), "code", 4),
    Place("usage", _("Plan & usage"), "gauge", 4),
    Place("account", _("Account"), "account", 4, also=("/accounts/",)),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """What templates call ``places``, made only where a page asks for it, and what uploads keep to."""
    return {
        "places": SimpleLazyObject(lambda: entries(request.path)),
        "upload_limit": settings.MAX_UPLOAD_BYTES,
    }


def entries(path: str) -> list[Entry]:
    """The places there are; the one that the address lies below, by its longest part, is current."""
    found = [(place, reverse(place.url_name)) for place in PLACES]
    here = max(found, key=lambda one: _depth(path, (one[1], *one[0].also)), default=None)
    is_anywhere = here is not None and _depth(path, (here[1], *here[0].also)) > 0
    return [Entry(place, url, is_anywhere and here == (place, url)) for place, url in found]


def _depth(path: str, beginnings: Iterable[str]) -> int:
    return max((len(one) for one in beginnings if path.startswith(one)), default=0)
