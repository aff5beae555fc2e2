"""The library: all pictures of an account, and bringing in more."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import is_htmx, limit, page, signed_in
from config import public_ids
from media_library.intake.uploads import takes_files
from media_library.models import Image
from processing import selectors
from processing.pages.live import live, watched
from processing.services.page_uploads import accept_uploads

PAGE_SIZE = 24
TEMPLATE = "processing/library.html"


@page
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    search = request.GET.get("q", "").replace("\0", "").strip()[:200]
    images = selectors.pictures_of(caller.account, search=search)
    shown = Paginator(images, PAGE_SIZE).get_page(request.GET.get("page"))
    cards = selectors.cards(shown.object_list)
    context = {
        "section": "library",
        "cards": cards,
        "shown": shown,
        "search": search,
        "is_open": any(card.is_open for card in cards),
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
    limit(request, "upload")
    files = request.FILES.getlist("files")
    brought = accept_uploads(request, files, cut_out="cut_out" in request.POST)
    if is_htmx(request):
        context = {
            "cards": selectors.cards(brought.images[::-1]),  # newest first, as in the library
            "problems": brought.problems,
            "is_open": bool(brought.images),
        }
        return render(request, f"{TEMPLATE}#uploaded", context)
    for problem in brought.problems:
        messages.error(request, problem)
    return redirect("library")


@page
@require_safe
def library_live(request: HttpRequest) -> HttpResponse:
    """The watched cards that have changed; 286 tells htmx that nothing is left to wait for."""
    caller, _ = signed_in(request)
    marks = watched(request, "img")
    images = list(Image.live.filter(account=caller.account, pk__in=marks.keys()))
    cards = selectors.cards(images)
    changed = [card for card in cards if card.watch != marks[card.image.pk]]
    gone = set(marks) - {image.pk for image in images}
    context = {"cards": changed, "gone": [public_ids.encode("img", pk) for pk in gone]}
    return live(
        request,
        template=f"{TEMPLATE}#live-cards",
        context=context,
        has_news=bool(changed or gone),
        is_open=any(card.is_open for card in cards),
    )
