"""The library: all pictures of an account, and bringing in more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import is_htmx, limit, page, signed_in
from config import public_ids
from media_library import cursors
from media_library.intake.uploads import takes_files
from media_library.models import Image
from media_library.selectors import projects_of
from processing import selectors
from processing.delivery import events, leases, sse
from processing.pages.library.filters import AGES, SORTS, STATES, LibraryView
from processing.pages.live import MAX_WATCHED, live, watched
from processing.selectors import Card
from processing.services import projects, sample_photos
from processing.services.page_uploads import accept_uploads, cut_out_images, what_hinders

PAGE_SIZE = 60
FIRST_SEEN = 24  # about what a screen shows; pictures behind are loaded when they come near
MAX_PROJECTS_SHOWN = 200
TEMPLATE = "processing/library.html"


@page
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    view = LibraryView.read(request.GET)
    cursor = request.GET.get("cursor", "")
    images = selectors.pictures_of(caller.account, view.wanted(caller.account))
    part = cursors.read(images, sort=view.sort, cursor=cursor, size=PAGE_SIZE)
    cards = selectors.cards(part.images)
    context: dict[str, Any] = {
        "cards": cards,
        "dated": _dated(cards, view, cursor),
        "view": view,
        "next_cursor": part.next,
        "is_waiting": any(card.is_open for card in cards),
    }
    if is_htmx(request) and request.headers.get("HX-Target") == "more":
        return render(request, f"{TEMPLATE}#tiles", context)
    context |= {
        "states": STATES,
        "ages": AGES,
        "sorts": SORTS,
        "is_continued": bool(cursor),
        "projects": projects_of(caller.account)[:MAX_PROJECTS_SHOWN],
        "samples": sample_photos.SAMPLES if not (cards or view.is_filtered or cursor) else (),
        "is_of_rooms": projects.is_of_rooms(caller.account.pk),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_megabytes": settings.MAX_UPLOAD_BYTES // 1_000_000,
        "max_megapixels": settings.MAX_PIXELS // 1_000_000,
    }
    # The header names the target, so that going back in the browser still gets the whole page.
    wants_grid = is_htmx(request) and request.headers.get("HX-Target") == "pictures"
    return render(request, f"{TEMPLATE}#pictures" if wants_grid else TEMPLATE, context)


@csrf_exempt  # checked by _upload: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def upload(request: HttpRequest) -> HttpResponse:
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    """A form without a script; with one, files go to the API one by one (uploads.js)."""
    limit(request, "upload")
    files = request.FILES.getlist("files")
    brought = accept_uploads(request, files, cut_out="cut_out" in request.POST)
    for problem in brought.problems:
        messages.error(request, problem)
    return redirect("library")


@page
@require_POST
def arrived(request: HttpRequest) -> HttpResponse:
    """The tiles of pictures that a script has uploaded, cut out from now on where wanted.

    Harmless when repeated: work that is asked for again is joined or found again. What isn't cut out is
    named with the reason; over the rate limit the script is told when to come again.
    """
    caller, _ = signed_in(request)
    ids = _ids(request)
    images = list(Image.live.filter(account=caller.account, pk__in=ids).order_by("-created_at"))
    left, problem = cut_out_images(request, images) if "cut_out" in request.POST else ([], "")
    context = {
        "cards": selectors.cards(images),
        "problem": problem,
        "left": [image.public_id for image in left],
    }
    return render(request, f"{TEMPLATE}#arrived", context)


@page
@require_POST
def add_samples(request: HttpRequest) -> HttpResponse:
    """Photos to try it with, the whole set or the one that was chosen, cut out to show what comes of them."""
    limit(request, "upload")
    images = sample_photos.add(signed_in(request)[0].account, request.POST.get("sample", ""))
    problem = what_hinders(request, images)
    if problem:
        messages.error(request, problem)
    return redirect("library")


@page
@require_safe
def library_live(request: HttpRequest) -> HttpResponse:
    """The watched tiles that have changed; 286 says that nothing is left to wait for."""
    caller, _ = signed_in(request)
    marks = watched(request, "img")
    images = list(Image.live.filter(account=caller.account, pk__in=marks.keys()))
    cards = selectors.cards(images)
    changed = [card for card in cards if card.watch != marks[card.image.pk]]
    gone = set(marks) - {image.pk for image in images}
    context = {"cards": changed, "gone": [public_ids.encode("img", pk) for pk in gone]}
    return live(
        request,
        template=f"{TEMPLATE}#live-tiles",
        context=context,
        has_news=bool(changed or gone),
        is_open=any(card.is_open for card in cards),
    )


@page
@require_safe
def library_events(request: HttpRequest) -> HttpResponseBase:
    """What happens from now on, as server-sent events that tell a page when to ask; 204 for an account
    that has as many streams open as it may."""
    caller, _ = signed_in(request)
    after = events.newest_of(caller.account)
    lease = leases.take(caller.account.pk)
    if lease is None:
        return HttpResponse(status=204)  # which tells an EventSource not to come back
    return sse.respond(sse.of_account(caller.account), after=after, lease=lease)


def _dated(cards: Sequence[Card], view: LibraryView, cursor: str) -> list[dict[str, Any]]:
    """Each card, with the date that begins with it: None where its neighbour has the same."""
    before = None
    if view.by_date and cursor:
        before = cursors.place_of(cursor, view.sort).value.date()
    found: list[dict[str, Any]] = []
    for card in cards:
        day = card.image.created_at.date() if view.by_date else None
        is_late = len(found) >= FIRST_SEEN
        found.append({"card": card, "day": day if day != before else None, "is_late": is_late})
        before = day
    return found


def _ids(request: HttpRequest) -> list[UUID]:
    found: list[UUID] = []
    for given in request.POST.getlist("ids")[:MAX_WATCHED]:
        try:
            found.append(public_ids.decode("img", given))
        except ValueError:
            continue
    return found
