"""What the studio's form is sent for: a preview, the picture itself, a look, or the same of other pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from accounts.access.pages import is_htmx, limit, page, signed_in
from config.errors import AppError
from media_library.models import Image
from processing.engine.render_preview import Preview
from processing.pages import batches, words
from processing.pages.room.form import RoomForm
from processing.pages.studio.form import StudioForm
from processing.pages.studio.picture import shown_results
from processing.pages.studio.picture_view import TEMPLATE, context_of, image_of
from processing.services import edit_json, jobs, previews
from processing.services.appearance import presets


@page
@require_POST
def save(request: HttpRequest, image_id: str) -> HttpResponse:
    """Make the picture as it is chosen; its page then shows how far that is."""
    limit(request, "processing")
    image = image_of(request, image_id)
    return submitted(request, image, StudioForm(request.POST, account=image.account))


@page
@require_POST
def preview(request: HttpRequest, image_id: str) -> HttpResponse:
    """What is chosen, as a small WebP; what is wrong with it, in words."""
    try:
        limit(request, "preview")
        image = image_of(request, image_id)
        form = StudioForm(request.POST, account=image.account)
        check(form)
        made = previews.preview(image, form.plan)
    except AppError as error:
        # Not yet is no mistake: the page shows it once the photo is cut out.
        return told(error, status=202 if error.code == previews.NOT_CUT_OUT else error.status)
    response = as_webp(made)
    if ignored := previews.not_understood(form.plan):
        response["X-Not-Understood"] = quote(words.not_understood(ignored))
    return response


@page
@require_POST
def save_look(request: HttpRequest, image_id: str) -> HttpResponse:
    """Keep what is chosen under a name, for other pictures."""

    def form_of(image: Image) -> StudioForm:
        return StudioForm(request.POST, account=image.account)

    return kept_look(request, image_id, form_of)


@page
@require_POST
def apply(request: HttpRequest, image_id: str) -> HttpResponse:
    """Choose which other pictures get what is chosen here: the page of a new batch, with this as its look."""
    image = image_of(request, image_id)
    form = StudioForm(request.POST, account=image.account)
    if not form.is_valid():
        return refused(request, image, form)
    look = json.dumps(edit_json.shown(edit_json.stored_json(form.look)))
    return batches.offer(request, look=look, besides=image)


def submitted(request: HttpRequest, image: Image, form: StudioForm | RoomForm) -> HttpResponse:
    """Have made what a form asks for, and show how far that is; or show what is wrong with it."""
    if not form.is_valid():
        return refused(request, image, form)
    command = form.command()
    jobs.check(command)
    caller, _user = signed_in(request)
    jobs.submit(caller, command, source=image)
    return shown_results(request, image)


def kept_look(
    request: HttpRequest, image_id: str, form_of: Callable[[Image], StudioForm | RoomForm]
) -> JsonResponse:
    """Keep a form's look under the name that is sent along; what a script is told of it."""
    try:
        limit(request, "general")
        image = image_of(request, image_id)
        form = form_of(image)
        check(form)
        made = presets.create(image.account, name=request.POST.get("name", ""), plan=form.look)
    except AppError as error:
        return told(error, status=error.status)
    return JsonResponse({"message": _("“%(name)s” is saved.") % {"name": made.name}})


def refused(request: HttpRequest, image: Image, form: StudioForm | RoomForm) -> HttpResponse:
    """The page with what was chosen and what is wrong with it; for a script, what is wrong alone."""
    if is_htmx(request):
        response = render(request, "processing/picture_errors.html", {"form": form}, status=422)
        return reswap(retarget(response, "#studio-errors"), "outerHTML")
    context = context_of(image, form=form, given=request.POST.dict())
    return render(request, TEMPLATE, context, status=422)


def check(form: StudioForm | RoomForm) -> None:
    """Raises AppError VALIDATION_ERROR with the first sentence of what is wrong."""
    if not form.is_valid():
        raise AppError("VALIDATION_ERROR", str(next(iter(form.errors.values()))[0]))


def told(error: AppError, *, status: int) -> JsonResponse:
    """What a preview's script reads instead of a picture."""
    answer = {"code": error.code, "message": error.page_message}
    return JsonResponse(answer, status=status, headers=dict(error.headers))


def as_webp(made: Preview) -> HttpResponse:
    response = HttpResponse(made.data, content_type="image/webp")
    response["X-Result-Size"] = f"{made.width} \u00d7 {made.height}"
    return response
