"""The trash: what was deleted, for how long it is kept, and the ways back or out."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import is_htmx, page, signed_in
from config.api.ids import all_decoded
from config.errors import AppError
from config.web.requests import around, page_number
from config.web.toasts import Toast, say, say_with
from media_library.files import links
from media_library.lifecycle import trash
from media_library.models import Image

PAGE_SIZE: Final = 60
TEMPLATE: Final = "media_library/trash.html"


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture in the trash, with what went along."""

    image: Image
    thumbnail_url: str
    days_left: int
    results: int


@page
@require_safe
def trash_page(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    rows = trash.with_results(trash.of(caller.account))
    images = list(rows[start : start + PAGE_SIZE + 1])
    context = {
        "tiles": [_tile(image) for image in images[:PAGE_SIZE]],
        "storage": trash.storage_of(caller.account),
        "days": settings.TRASH_DAYS,
        **around(number, has_more=len(images) > PAGE_SIZE),
    }
    return render(request, TEMPLATE, context)


@page
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    chosen = _chosen(request)
    trash.restore(caller.account, chosen)
    return _restored(request, len(chosen))


@page
@require_POST
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Take back one deletion, as the note that told of it offers, and go on where it was told."""
    caller, _ = signed_in(request)
    images = trash.undo(caller.account, min(key, 10**16))
    return _restored(request, len(images), back=_page_before(request))


@page
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    return _removed(request, trash.remove(caller.account, _chosen(request)).pictures)


@page
@require_POST
def empty(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    return _removed(request, trash.empty(caller.account).pictures)


def _restored(request: HttpRequest, count: int, *, back: str = "trash") -> HttpResponse:
    if count == 0:
        raise AppError("NOT_FOUND", gettext("That is not in the trash any more."), status=404)
    text = ngettext("%(count)s picture is back.", "%(count)s pictures are back.", count)
    toast = Toast(text % {"count": count})
    if is_htmx(request):
        return say_with(HttpResponse(status=204), toast)
    say(request, toast)
    return redirect(back)


def _page_before(request: HttpRequest) -> str:
    """The page of this site from which a form was sent; the library where none is told."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return reverse("library")
    found = urlsplit(before)
    return f"{found.path}?{found.query}" if found.query else found.path


def _removed(request: HttpRequest, count: int) -> HttpResponse:
    text = ngettext(
        "%(count)s picture was deleted for good.",
        "%(count)s pictures were deleted for good.",
        count,
    )
    say(request, Toast(text % {"count": count}))
    return redirect("trash")


def _chosen(request: HttpRequest) -> set[UUID]:
    """The pictures that a form names. Raises AppError."""
    ids = request.POST.getlist("ids")
    if not ids:
        raise AppError("VALIDATION_ERROR", gettext("Choose at least one picture."), status=400)
    return set(all_decoded("img", ids, "Image"))


def _tile(image: Image) -> Tile:
    until = image.trash_until or timezone.now()
    return Tile(
        image=image,
        thumbnail_url=links.content_url(image, links.TRASHED) if image.thumbnail_key else "",
        days_left=max(1, ceil((until - timezone.now()).total_seconds() / 86_400)),
        results=image.result_count,  # type: ignore[attr-defined]
    )
