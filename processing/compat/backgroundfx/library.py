"""Backgrounds and projects as this door needs them of the rooms that own them."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import Count, Q, QuerySet

from accounts import quotas
from accounts.models import Account
from accounts.operations import GENERATE_BACKGROUND
from config import public_ids
from config.errors import AppError, invalid, not_found
from media_library import ingest, selectors
from media_library.links import content_url
from media_library.models import Background as Row
from media_library.models import Image, Project
from processing import runtime
from processing.compat.backgroundfx.answers import moment
from processing.compat.backgroundfx.bodies import BlendMode, GenerateBackground, NewProject
from processing.delivery import events
from processing.engine import codecs
from processing.engine.backdrop_api import BackdropRequest
from processing.engine.edit_plan import Background, BackgroundImage
from processing.engine.errors import EngineError, InvalidPlan
from processing.models import OPEN_STATES, Job

# A backdrop of 2 megapixels keeps a core busy for a second: one at a time, however many ask.
_studio = threading.BoundedSemaphore(1)


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


def backgrounds(
    account: Account, category: str | None, window: Window, base: str
) -> dict[str, Any]:
    rows = Row.objects.filter(account=account, image__deleted_at=None).select_related("image")
    if category is not None:
        rows = rows.filter(category=category)
    total = rows.count()
    return {
        "items": [_background(row, base) for row in window.cut(rows)],
        "total": total,
        "page": window.page,
        "pages": window.pages(total),
    }


def background_plan(account: Account, background_id: str, blend: BlendMode) -> Background:
    """What lies behind the subject. Raises AppError NOT_FOUND."""
    try:
        pk = public_ids.decode("bg", background_id)
    except ValueError as error:
        raise not_found("Background") from error
    row = Row.objects.filter(account=account, pk=pk, image__deleted_at=None).first()
    if row is None:
        raise not_found("Background")
    plan = Background(image=BackgroundImage(str(row.image_id)))
    if blend == "normal":
        return plan
    try:
        return replace(plan, blend=blend)  # type: ignore[call-arg]
    except TypeError as error:
        raise invalid("blend_mode", f"blend_mode: {blend} is not available here") from error


def generate(account: Account, wanted: GenerateBackground, base: str) -> dict[str, Any]:
    """A background made from words, which is the account's from now on, at the price of a unit.

    Raises AppError QUOTA_EXCEEDED, PROVIDER_FAILED, VALIDATION_ERROR.
    """
    unit = uuid4()
    quotas.reserve(account, GENERATE_BACKGROUND, job_id=unit)
    try:
        row = _generated(account, wanted)
    except (AppError, DatabaseError, OSError):
        quotas.release(unit)
        raise
    quotas.settle(unit)
    return _background(row, base)


def projects(account: Account, search: str, window: Window) -> dict[str, Any]:
    rows = selectors.projects_of(account).order_by("-created_at", "-pk")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(description__icontains=search))
    return {"items": _projects(window.cut(rows)), "total": rows.count()}


def create_project(account: Account, wanted: NewProject) -> dict[str, Any]:
    name = wanted.name.strip()
    if not name:
        raise invalid("name", "name has no visible characters")
    with transaction.atomic():
        project = Project.objects.create(
            account=account, name=name, kind=wanted.type, description=wanted.description
        )
        told = {"projectId": project.public_id, "name": project.name, "type": project.kind}
        events.append_to_account(account, "project.created", told)
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


def _generated(account: Account, wanted: GenerateBackground) -> Row:
    request = BackdropRequest(
        prompt=wanted.prompt,
        style=wanted.style,
        negative_prompt=None,
        seed=secrets.randbelow(2**32),
        size=(wanted.width, wanted.height),
    )
    try:
        with _studio:
            made = runtime.provider(None).generate(request)
            data = codecs.encode(made.rgb, None, format="jpg")
    except InvalidPlan as error:
        raise invalid("prompt", f"prompt: {error.message}") from error
    except EngineError as error:
        raise AppError(error.code, error.message, status=502) from error
    image = ingest.ingest(account, data, name=f"{wanted.prompt[:60]}.jpg")
    return Row.objects.create(
        account=account,
        image=image,
        name=wanted.prompt[:200],
        made_from={
            "prompt": wanted.prompt,
            "style": wanted.style,
            "provider": made.provider,
            "seed": made.seed,
        },
    )


def _background(row: Row, base: str) -> dict[str, Any]:
    thumbnail = "thumbnail" if row.image.thumbnail_key else "file"
    return {
        "id": row.public_id,
        "url": content_url(row.image, base=base),
        "thumbnail": content_url(row.image, thumbnail, base=base),
        "category": row.category,
        "tags": row.tags,
    }


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
