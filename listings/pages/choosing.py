"""Choosing photos from the library, a page after the other without losing what is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
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
from config.api.ids import all_decoded, decoded
from listings.generation.suggestions import MAX_AT_ONCE
from listings.pages.shown import thumbnail
from media_library.models import Image, ImageKind, Project
from media_library.selectors import all_of, finished, images_of, projects_of
from processing.services.batching import batch_overview, batches

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
    """One page of the photos that may be chosen, the newest first; `older` is the next one's query.

    What was brought from another page stands before them.
    """

    tiles: Sequence[Tile]
    projects: Sequence[Project]
    kind: str
    search: str
    project: str
    older: str
    is_more: bool

    @classmethod
    def of(cls, request: HttpRequest, account: Account, brought: Sequence[Image] = ()) -> Choice:
        given = request.GET
        kind = given.get("kind", "") if given.get("kind") in _KINDS else "photos"
        search = " ".join(given.get("q", "").replace("\0", "").split())[:200]
        projects = list(projects_of(account)[:_MAX_PROJECTS])
        project = next((one for one in projects if str(one.pk) == given.get("project")), None)
        rows = images_of(account, search=search, project=project, kind=_KINDS[kind])
        rows = rows.exclude(pk__in=[one.pk for one in brought])
        after = _cursor(given.get("after", ""))
        if after is not None:
            at, pk = after
            rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
        found = list(rows.order_by("-created_at", "-id")[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE]
        told = {"kind": kind, "q": search, "project": str(project.pk) if project else ""}
        query: dict[str, Any] = {name: value for name, value in told.items() if value}
        if brought:
            query["ids"] = [one.public_id for one in brought]
        is_more = after is not None and is_htmx(request)
        older = ""
        if len(found) > PAGE_SIZE:
            last = shown[-1]
            mark = f"{last.created_at.isoformat()} {last.public_id}"
            older = f"?{urlencode(query | {'after': mark}, doseq=True)}"
        return cls(
            tiles=[Tile(one) for one in (*(() if is_more else brought), *shown)],
            projects=projects if len(projects) > 1 else [],
            kind=kind,
            search=search,
            project=told["project"],
            older=older,
            is_more=is_more,
        )

    @property
    def kinds(self) -> list[dict[str, Any]]:
        query = {"q": self.search, "project": self.project}
        kept = {name: value for name, value in query.items() if value}
        return [
            {"name": name, "href": f"?{urlencode(kept | {'kind': name})}", "on": name == self.kind}
            for name in _KINDS
        ]


def brought(request: HttpRequest, account: Account) -> list[Image]:
    """Photos that another page sends here, in its order: what was made last of pictures selected there, what a
    batch made, or those that an address names. Raises AppError NOT_FOUND for other people's."""
    given = request.POST if request.method == "POST" else request.GET
    if named := given.get("batch", ""):
        batch = batches.batch_for(account, decoded("batch", named, "Batch"))
        return batch_overview.results_of(batch, most=MAX_AT_ONCE)
    ids = list(dict.fromkeys(all_decoded("img", given.getlist("ids"), "Image")))[:MAX_AT_ONCE]
    images = all_of(account, ids).in_bulk()
    there = [images[pk] for pk in ids]
    if request.method != "POST":
        return there
    made = {one.parent_id or one.pk: one for one in finished(all_of(account, ids))}
    return list(dict.fromkeys(made.get(one.pk, one) for one in there))


def kept(request: HttpRequest, account: Account) -> list[Image]:
    """Those that were chosen on a page that is shown again, as far as they are there."""
    public = request.POST.getlist("images")
    mine = {one.public_id: one for one in Image.live.filter(account=account, pk__in=_known(public))}
    return [mine[one] for one in dict.fromkeys(public) if one in mine]


def _known(public: Sequence[str]) -> Iterator[UUID]:
    for one in public:
        with suppress(ValueError):
            yield public_ids.decode("img", one)


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None for what is no such mark."""
    at, _space, public_id = text.rpartition(" ")
    try:
        day, pk = parse_datetime(at), public_ids.decode("img", public_id)
    except ValueError:
        return None
    return (day, pk) if day is not None and day.tzinfo is not None else None
