"""Backgrounds and projects as this door needs them of the rooms that own them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from accounts.http import Caller
from accounts.models import Account
from config.errors import not_found
from media_library import selectors
from media_library.files.links import content_url
from media_library.models import Background as Row
from media_library.models import Image, Project
from processing.compat.backgroundfx.answers import moment
from processing.compat.backgroundfx.bodies import GenerateBackground, NewProject
from processing.compat.fields import naming
from processing.compat.jobs import result_of, timed_out
from processing.engine.plans.edit import Background, Blend, Generated
from processing.models import OPEN_STATES, Job
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import (
    BackgroundFilter,
    Entry,
    thumbnail_url,
)
from processing.services.backgrounds.builtin_backgrounds import Builtin
from processing.services.backgrounds.paint_background import order, paint, painted_by
from processing.services.projects import create


@dataclass(frozen=True)
class Window:
    """One page of a list."""

    page: int
    limit: int

    def cut(self, rows: QuerySet[Any]) -> list[Any]:
        start = (self.page - 1) * self.limit
        return list(rows[start : start + self.limit])

    def pages(self, total: int) -> int:
        return -(-total // self.limit)


def list_backgrounds(
    account: Account, category: str | None, window: Window, base: str
) -> dict[str, Any]:
    """The account's own, then the built-in ones."""
    start = (window.page - 1) * window.limit
    wanted = BackgroundFilter(category=category)
    found, total = background_library.page_of(account, wanted, start=start, count=window.limit)
    return {
        "items": [shown(entry, base) for entry in found],
        "total": total,
        "page": window.page,
        "pages": window.pages(total),
    }


def background_plan(account: Account, background_id: str, blend: Blend) -> Background:
    """What lies behind the subject. Raises AppError NOT_FOUND."""
    plan = background_library.plan_of(background_library.find(account, background_id))
    return replace(plan, blend=blend)


def generate(caller: Caller, wanted: GenerateBackground) -> Row:
    """A background painted from words, which is the account's from now on.

    Raises AppError QUOTA_EXCEEDED, VALIDATION_ERROR, what the work failed with, and TIMED_OUT for
    work that is not done while the door waits.
    """
    size = (wanted.width, wanted.height)
    with naming("prompt"):
        command = order(Generated(wanted.prompt, style=wanted.style), size)
    job = paint(caller, command, seconds=settings.COMPAT_WAIT_SECONDS)
    if not job.ended:
        raise timed_out(": the background will appear in the list.")
    result_of(job)
    return painted_by(caller.account, job)


def shown(entry: Entry, base: str) -> dict[str, Any]:
    """A built-in one is drawn where it is used: its thumbnail is all the picture there is of it."""
    thumbnail = thumbnail_url(entry, base=base)
    url = None if isinstance(entry, Builtin) else content_url(entry.image, base=base)
    return {
        "id": entry.public_id,
        "url": url or thumbnail,
        "thumbnail": thumbnail or url,
        "category": entry.category,
        "tags": list(entry.tags),
    }


def projects(account: Account, search: str, window: Window) -> dict[str, Any]:
    rows = selectors.projects_of(account).order_by("-created_at", "-pk")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(description__icontains=search))
    return {"items": _projects(window.cut(rows)), "total": rows.count()}


def create_project(account: Account, wanted: NewProject) -> dict[str, Any]:
    """Raises AppError VALIDATION_ERROR, CONFLICT for one project too many."""
    project = create(account, name=wanted.name, kind=wanted.type, description=wanted.description)
    return _projects([project])[0]


def picture(account: Account, image_id: str) -> Image:
    """By its bare UUID. Raises AppError NOT_FOUND."""
    return selectors.image_for(account, row_id(image_id, "Image"))


def row_id(text: str, what: str) -> UUID:
    """Raises AppError NOT_FOUND, as for an id that nobody has, for what is no UUID at all."""
    try:
        return UUID(text)
    except ValueError as error:
        raise not_found(what) from error


def _projects(rows: list[Project]) -> list[dict[str, Any]]:
    counted = Image.live.filter(project__in=rows).order_by().values("project")
    counts = {row["project"]: row["n"] for row in counted.annotate(n=Count("pk"))}
    open_jobs = Job.objects.filter(source__project__in=rows, state__in=OPEN_STATES)
    busy = set(open_jobs.values_list("source__project", flat=True))
    return [
        {
            "id": str(row.pk),
            "name": row.name,
            "type": row.kind,
            "status": _status(counts.get(row.pk, 0), busy=row.pk in busy),
            "files_count": counts.get(row.pk, 0),
            "created_at": moment(row.created_at),
        }
        for row in rows
    ]


def _status(files: int, *, busy: bool) -> str:
    if busy:
        return "processing"
    return "completed" if files else "draft"
