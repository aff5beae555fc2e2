"""Choosing photos from the library, a page after the other without losing what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from accounts.access.pages import is_htmx
from accounts.models import Account
from config import public_ids
from listings.pages.shown import thumbnail
from media_library.models import Image, ImageKind, Project
from media_library.selectors import images_of, projects_of

PAGE_SIZE: Final = 60
_KINDS: Final = {"photos": ImageKind.ORIGINAL, "results": ImageKind.DERIVED}
_MAX_PROJECTS: Final = 200


@dataclass(frozen=True)
class Tile:
    image: Image

    @property
    def thumbnail(self) -> str:
        return thumbnail(self.image)


@dataclass(frozen=True)
class Choice:
    """One page of the photos that may be chosen, the newest first; `older` is the next one's query."""

    tiles: Sequence[Tile]
    projects: Sequence[Project]
    kind: str
    search: str
    project: str
    older: str
    is_more: bool

    @classmethod
    def of(cls, request: HttpRequest, account: Account) -> Choice:
        given = request.GET
        kind = given.get("kind", "") if given.get("kind") in _KINDS else "photos"
        search = " ".join(given.get("q", "").replace("\0", "").split())[:200]
        projects = list(projects_of(account)[:_MAX_PROJECTS])
        project = next((one for one in projects if str(one.pk) == given.get("project")), None)
        rows = images_of(account, search=search, project=project, kind=_KINDS[kind])
        after = _cursor(given.get("after", ""))
        if after is not None:
            at, pk = after
            rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
        found = list(rows.order_by("-created_at", "-id")[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE]
        told = {"kind": kind, "q": search, "project": str(project.pk) if project else ""}
        query = {name: value for name, value in told.items() if value}
        older = ""
        if len(found) > PAGE_SIZE:
            last = shown[-1]
            mark = f"{last.created_at.isoformat()} {last.public_id}"
            older = f"?{urlencode(query | {'after': mark})}"
        return cls(
            tiles=[Tile(one) for one in shown],
            projects=projects if len(projects) > 1 else [],
            kind=kind,
            search=search,
            project=told["project"],
            older=older,
            is_more=after is not None and is_htmx(request),
        )

    @property
    def kinds(self) -> list[dict[str, Any]]:
        query = {"q": self.search, "project": self.project}
        kept = {name: value for name, value in query.items() if value}
        return [
            {"name": name, "href": f"?{urlencode(kept | {'kind': name})}", "on": name == self.kind}
            for name in _KINDS
        ]


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None for what is no such mark."""
    at, _space, public_id = text.rpartition(" ")
    try:
        day, pk = parse_datetime(at), public_ids.decode("img", public_id)
    except ValueError:
        return None
    return (day, pk) if day is not None and day.tzinfo is not None else None
