"""Where a seller begins: what is new, what to look at, what is being made."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access.pages import page, signed_in
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account
from media_library import cursors
from media_library.models import Image
from processing import selectors
from processing.models import Batch
from processing.pages.library.filters import LibraryView
from processing.selectors import Card, Wanted
from processing.services import sample_photos

NEWEST: Final = 12
TO_CHECK: Final = 6
_SORT: Final = "-createdAt"


@page
@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    caller, user = signed_in(request)
    account = caller.account
    newest, to_check = _cards(account)
    batch = Batch.objects.filter(account=account).order_by("-created_at", "-pk").first()
    context = {
        "name": user.name.partition(" ")[0],
        "newest": newest,
        "to_check": to_check,
        "to_check_view": LibraryView(needs_look=True),
        "batch": batch,
        "usage": _usage(account),
        "samples": () if newest else sample_photos.SAMPLES,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_megabytes": settings.MAX_UPLOAD_BYTES // 1_000_000,
    }
    return render(request, "processing/home.html", context)


def _cards(account: Account) -> tuple[list[Card], list[Card]]:
    """The newest pictures and those to look at, their work and results read together."""
    newest = _images(account, Wanted(), NEWEST)
    to_check = _images(account, Wanted(needs_look=True), TO_CHECK) if newest else []
    cards = selectors.cards([*newest, *to_check])
    return cards[: len(newest)], cards[len(newest) :]


def _images(account: Account, wanted: Wanted, most: int) -> list[Image]:
    images = selectors.pictures_of(account, wanted)
    return list(cursors.read(images, sort=_SORT, cursor="", size=most).images)


def _usage(account: Account) -> dict[str, object] | None:
    """How much of the month's cutouts is used; None where they aren't counted."""
    for line in quotas.overview(account):
        if line.operation == REMOVE_BACKGROUND:
            percent = min(100, 100 * line.used // max(1, line.limit))
            return {"line": line, "percent": percent}
    return None
