"""What a room's form is sent for: a preview, or the photo enhanced; and saying that a photo shows a room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from accounts.access.pages import is_htmx, limit, page, signed_in
from config.errors import AppError, invalid
from media_library.models import Image, Shows
from media_library.services import say_what_it_shows
from processing.pages import batches
from processing.pages.picture import shown_results
from processing.pages.picture_view import TEMPLATE, context_of, image_of
from processing.pages.room.form import RoomForm
from processing.services import jobs, previews


@page
@require_POST
def choose(request: HttpRequest, image_id: str) -> HttpResponse:
    """Say whether a photo shows a room or a product: the studio offers what there is for that."""
    image = image_of(request, image_id)
    wanted = request.POST.get("shows", "")
    if wanted not in Shows:
        raise invalid("shows", _("Choose “Product” or “Room”."))
    say_what_it_shows(image, Shows(wanted))
    return redirect("picture", image.public_id)


@page
@require_POST
def enhance(request: HttpRequest, image_id: str) -> HttpResponse:
    """Enhance the photo as it is chosen; its page then shows how far that is."""
    limit(request, "processing")
    image = image_of(request, image_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return _refused(request, image, form)
    command = form.command()
    jobs.check(command)
    caller, _user = signed_in(request)
    jobs.submit(caller, command, source=image)
    return shown_results(request, image)


@page
@require_POST
def preview(request: HttpRequest, image_id: str) -> HttpResponse:
    """What is chosen, as a small WebP; what is wrong with it, in words."""
    try:
        limit(request, "preview")
        image = image_of(request, image_id)
        form = RoomForm(request.POST)
        if not form.is_valid():
            raise AppError("VALIDATION_ERROR", str(next(iter(form.errors.values()))[0]))
        if form.is_merged:
            told = {"code": "MERGED", "message": _("Exposures are merged once you save.")}
            return JsonResponse(told, status=202)
        made = previews.room_preview(image, form.plan)
    except AppError as error:
        told = {"code": error.code, "message": error.page_message}
        return JsonResponse(told, status=error.status, headers=dict(error.headers))
    response = HttpResponse(made.data, content_type="image/webp")
    response["X-Result-Size"] = f"{made.width} \u00d7 {made.height}"
    return response


@page
@require_POST
def apply(request: HttpRequest, image_id: str) -> HttpResponse:
    """Choose which other photos are enhanced as this one: the page of a new batch."""
    image = image_of(request, image_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return _refused(request, image, form)
    return batches.offer_rooms(request, plan=form.look, besides=image)


def _refused(request: HttpRequest, image: Image, form: RoomForm) -> HttpResponse:
    """The page with what was chosen and what is wrong with it; for a script, what is wrong alone."""
    if is_htmx(request):
        response = render(request, "processing/picture_errors.html", {"form": form}, status=422)
        return reswap(retarget(response, "#studio-errors"), "outerHTML")
    context = context_of(image, form=form, given=request.POST.dict())
    return render(request, TEMPLATE, context, status=422)
