"""The row of photos of a listing: its order, what is added, what is taken out, what is repaired."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import is_htmx, least, limit, page, signed_in
from accounts.models import Role
from config.api.ids import decoded
from config.errors import AppError, invalid
from listings import pictures
from listings.checks import repairs
from listings.forms import words
from listings.models import Listing
from listings.pages import listing_parts as parts
from listings.pages.choosing import Choice
from listings.pages.listing import TEMPLATE, Wanted
from listings.pages.shown import ids_of, listing_of
from listings.services import listings as service


@page
@require_POST
def arrange(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Put the photos into another order, or take one out.

    The order is said of the photos that were on the page: what another window has added since stays,
    behind them.
    """
    found = listing_of(request, listing_id)
    caller, _user = signed_in(request)
    with transaction.atomic():
        locked = service.lock(found)
        there = _there(locked)
        wanted = _arranged(request, there)
        if wanted != there:
            service.change(caller, locked, {}, image_ids=wanted)
    if not is_htmx(request):
        return redirect("listing", listing_id=found.public_id)
    fresh = listing_of(request, listing_id)
    return render(request, f"{TEMPLATE}#strip", {"listing": fresh, "photos": parts.photos(fresh)})


def _there(locked: Listing) -> list[UUID]:
    """The photos that nobody else changes now, in order."""
    return [one.original.pk for one in pictures.of(locked)]


def _arranged(request: HttpRequest, there: list[UUID]) -> list[UUID]:
    given = request.POST
    if "out" in given:  # not "remove": a form's control of that name hides the form's own method
        gone = decoded("img", given["out"], "Image")
        return [pk for pk in there if pk != gone]
    if "earlier" in given:
        return _moved(there, decoded("img", given["earlier"], "Image"), -1)
    if "later" in given:
        return _moved(there, decoded("img", given["later"], "Image"), 1)
    said = [pk for pk in ids_of(request, "order", "img", "Image") if pk in there]
    return [*said, *(pk for pk in there if pk not in said)]


def _moved(there: list[UUID], one: UUID, step: int) -> list[UUID]:
    if one not in there:
        return there
    at = there.index(one)
    to = min(max(0, at + step), len(there) - 1)
    left = [pk for pk in there if pk != one]
    return [*left[:to], one, *left[to:]]


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Choose further photos from the library."""
    found = listing_of(request, listing_id)
    caller, _user = signed_in(request)
    if request.method == "POST":
        chosen = ids_of(request, "images", "img", "Image")
        with transaction.atomic():
            locked = service.lock(found)
            there = _there(locked)
            fresh = [pk for pk in chosen if pk not in there]
            if not fresh:
                raise invalid("imageIds", _("Choose at least one photo that is not there yet."))
            service.change(caller, locked, {}, image_ids=[*there, *fresh])
        messages.success(request, _("Photos added."))
        return redirect("listing", listing_id=found.public_id)
    choice = Choice.of(request, caller.account)
    context = {"listing": found, "choice": choice, "section": "listings"}
    template = "listings/choose.html"
    return render(request, f"{template}#tiles" if choice.is_more else template, context)


@page
@require_POST
def repair(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Start the edit that mends a photo for a platform, or take it back."""
    wanted = Wanted.of(request, listing_id)
    caller, _user = signed_in(request)
    image_id = decoded("img", request.POST.get("image", ""), "Image")
    try:
        if not wanted.platform:
            raise AppError("VALIDATION_ERROR", _("Choose a marketplace."))
        if "undo" in request.POST:
            repairs.undo(caller, wanted.listing, image_id, wanted.platform)
        else:
            limit(request, "processing")
            today = timezone.now().date()
            repairs.request(
                caller, wanted.listing, image_id, wanted.platform, day=today, seconds=0.0
            )
    except AppError as error:
        if is_htmx(request):
            raise
        messages.error(request, error.page_message)
    if not is_htmx(request):
        return redirect(wanted.url)
    return _checks(request, listing_of(request, listing_id), wanted)


@page
@require_safe
def checks(request: HttpRequest, listing_id: str) -> HttpResponse:
    """What a platform says, asked again while a photo is being repaired."""
    wanted = Wanted.of(request, listing_id)
    return _checks(request, wanted.listing, wanted)


def _checks(request: HttpRequest, found: Listing, wanted: Wanted) -> HttpResponse:
    context: dict[str, Any] = {
        "listing": found,
        "platform": wanted.platform,
        "platform_name": words.PLATFORMS.get(wanted.platform, ""),
        "report": parts.report(found, wanted.platform) if wanted.platform else None,
    }
    return render(request, f"{TEMPLATE}#checks", context)
