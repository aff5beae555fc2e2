"""What a room's form is sent for: a preview, or the photo enhanced; and saying that a photo shows a room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.pages import limit, page
from config.errors import AppError, invalid
from media_library.models import Shows
from media_library.services import say_what_it_shows
from processing.pages import batches
from processing.pages.room.form import RoomForm
from processing.pages.studio import actions as studio
from processing.pages.studio.picture_view import image_of
from processing.services import previews


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
    return studio.submitted(request, image, RoomForm(request.POST))


@page
@require_POST
def preview(request: HttpRequest, image_id: str) -> HttpResponse:
    """What is chosen, as a small WebP; what is wrong with it, in words."""
    try:
        limit(request, "preview")
        image = image_of(request, image_id)
        form = RoomForm(request.POST)
        studio.check(form)
        made = previews.room_preview(image, form.command())
    except AppError as error:
        return studio.told(error, status=error.status)
    return studio.as_webp(made)


@page
@require_POST
def save_look(request: HttpRequest, image_id: str) -> HttpResponse:
    """Keep what is chosen under a name, for other rooms."""
    return studio.kept_look(request, image_id, lambda _image: RoomForm(request.POST))


@page
@require_POST
def apply(request: HttpRequest, image_id: str) -> HttpResponse:
    """Choose which other photos are enhanced as this one: the page of a new batch."""
    image = image_of(request, image_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return studio.refused(request, image, form)
    return batches.offer_rooms(request, plan=form.look, besides=image)
