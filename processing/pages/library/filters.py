"""What the library shows of its pictures: search, filters and order, as its address says them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config import public_ids
from media_library import cursors
from media_library import selectors as media_selectors
from media_library.models import Image, Project
from processing import selectors
from processing.selectors import Wanted

LIST: Final = "list"  # in the address of a picture's page: the list that it was opened from
_LONGEST: Final = 1000
STATES: Final = (
    ("", _("Any state")),
    ("done", _("Ready")),
    ("working", _("In the works")),
    ("failed", _("Failed")),
    ("untouched", _("Original only")),
)
AGES: Final = (
    ("", _("Any time")),
    ("1", _("Since yesterday")),
    ("7", _("Last 7 days")),
    ("30", _("Last 30 days")),
    ("365", _("Last 12 months")),
)
SORTS: Final = (
    ("-createdAt", _("Newest first")),
    ("createdAt", _("Oldest first")),
    ("name", _("Name, A to Z")),
    ("-name", _("Name, Z to A")),
    ("-bytes", _("Largest first")),
)


@dataclass(frozen=True)
class LibraryView:
    """What was asked for; what the address says wrongly is as if it said nothing."""

    search: str = ""
    state: str = ""
    project: str = ""
    age: str = ""
    needs_look: bool = False
    is_favorite: bool = False
    sort: str = "-createdAt"

    @classmethod
    def read(cls, query: QueryDict) -> LibraryView:
        return cls(
            search=query.get("q", "").replace("\0", "").strip()[:200],
            state=_one_of(query.get("state", ""), STATES),
            project=query.get("project", "")[:40],
            age=_one_of(query.get("age", ""), AGES),
            needs_look=query.get("look") == "1",
            is_favorite=query.get("favorite") == "1",
            sort=_one_of(query.get("sort", ""), SORTS) or "-createdAt",
        )

    @classmethod
    def of_list(cls, request: HttpRequest) -> LibraryView:
        """The list that a picture's page was opened from, as its address says it; as the page before did where
        a form or a tool led back without saying so. All pictures where neither does."""
        told = request.GET.get(LIST)
        if told is None:
            before = urlsplit(request.headers.get("Referer", ""))
            is_ours = before.netloc == request.get_host() and before.path.startswith("/pictures/")
            told = QueryDict(before.query).get(LIST, "") if is_ours else ""
        return cls.read(QueryDict(told[:_LONGEST]))

    @property
    def in_address(self) -> str:
        """What the address of a picture's page has for the list; "" for all pictures."""
        return urlencode({LIST: self.query}) if self.query else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.filters)

    @property
    def filters(self) -> int:
        """How many filters are on, without the search."""
        return sum(
            map(bool, (self.state, self.project, self.age, self.needs_look, self.is_favorite))
        )

    @property
    def by_date(self) -> bool:
        return self.sort.endswith("createdAt")

    @property
    def takes_new(self) -> bool:
        """Whether what is uploaded now belongs to the beginning of it."""
        return not self.is_filtered and self.sort == "-createdAt"

    @property
    def query(self) -> str:
        """The address's part that asks for the same again."""
        named = {
            "q": self.search,
            "state": self.state,
            "project": self.project,
            "age": self.age,
            "look": "1" if self.needs_look else "",
            "favorite": "1" if self.is_favorite else "",
            "sort": "" if self.sort == "-createdAt" else self.sort,
        }
        return urlencode({name: value for name, value in named.items() if value})

    def neighbors(self, image: Image) -> tuple[Image | None, Image | None]:
        """The pictures before and after one in this list. Its project isn't looked up for that."""
        anywhere = replace(self, project="").wanted(image.account)
        images = selectors.pictures_of(image.account, anywhere)
        project_id = _project_id(self.project)
        if project_id is not None:
            images = images.filter(project=project_id)
        return cursors.neighbors(images, sort=self.sort, image=image)

    def wanted(self, account: Account) -> Wanted:
        """Raises AppError NOT_FOUND for a project that the account hasn't got."""
        since = timezone.now() - timedelta(days=int(self.age)) if self.age else None
        return Wanted(
            search=self.search,
            state=self.state,
            project=_project(account, self.project),
            needs_look=self.needs_look,
            is_favorite=self.is_favorite,
            since=since,
        )


def _one_of(given: str, choices: tuple[tuple[str, object], ...]) -> str:
    return given if given in {value for value, _ in choices} else ""


def _project(account: Account, public_id: str) -> Project | None:
    project_id = _project_id(public_id)
    return None if project_id is None else media_selectors.project_for(account, project_id)


def _project_id(public_id: str) -> UUID | None:
    try:
        return public_ids.decode("proj", public_id) if public_id else None
    except ValueError:
        return None
