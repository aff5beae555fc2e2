"""The studio: one picture, its look chosen on a stage that shows it as it will be."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import limit, page, signed_in
from config.api.ids import decoded
from config.errors import AppError
from media_library.files.links import content_url
from media_library.models import Background, Image
from media_library.selectors import image_for
from processing import selectors
from processing.forms import CutoutForm
from processing.pages.studio_form import FORMATS, SHADOWS, SIZES, TEXTS, StudioForm
from processing.services import (
    background_library,
    builtin_backgrounds,
    jobs,
    masks,
    presets,
    previews,
)

TEMPLATE = "processing/studio.html"
# How many of an account's own backgrounds the page shows; the library's page has them all.
_OWN = 24


@page
@require_safe
def studio(request: HttpRequest, image_id: str) -> HttpResponse:
    image = _image(request, image_id)
    parent = image.parent
    if parent is not None and parent.deleted_at is None:
        return redirect("studio", parent.public_id)
    form = StudioForm(account=image.account)
    # The whole state may come by the address: from the crop page, that is.
    values = StudioForm.initial_values(request.GET.dict())
    context = _context(image, form, values)
    if not request.GET:
        values["mask"] = context["touched_up"]
    return render(request, TEMPLATE, context)


@page
@require_POST
def studio_save(request: HttpRequest, image_id: str) -> HttpResponse:
    """Make the picture as it is chosen; its page then shows how far that is."""
    limit(request, "processing")
    image = _image(request, image_id)
    form = StudioForm(request.POST, account=image.account)
    if not form.is_valid():
        return render(request, TEMPLATE, _context(image, form, request.POST.dict()), status=422)
    command = form.command()
    jobs.check(command)
    caller, _user = signed_in(request)
    jobs.submit(caller, command, source=image)
    return redirect("picture", image.public_id)


@page
@require_POST
def studio_preview(request: HttpRequest, image_id: str) -> HttpResponse:
    """What is chosen, as a small WebP; what is wrong with it, in words."""
    try:
        limit(request, "preview")
        image = _image(request, image_id)
        form = _valid(request, image)
        made = previews.preview(image, form.plan)
    except AppError as error:
        # Not yet is no mistake: the page asks again while the photo is being cut out.
        status = 202 if error.code == previews.NOT_CUT_OUT else error.status
        told = {"code": error.code, "message": error.page_message}
        return JsonResponse(told, status=status)
    response = HttpResponse(made.data, content_type="image/webp")
    response["X-Result-Size"] = f"{made.width} \u00d7 {made.height}"
    return response


@page
@require_POST
def studio_save_look(request: HttpRequest, image_id: str) -> HttpResponse:
    """Keep what is chosen under a name, for other pictures."""
    try:
        limit(request, "general")
        image = _image(request, image_id)
        form = _valid(request, image)
        made = presets.create(
            image.account, name=request.POST.get("name", "")[:100], plan=form.look
        )
    except AppError as error:
        return JsonResponse(
            {"code": error.code, "message": error.page_message}, status=error.status
        )
    return JsonResponse({"message": _("“%(name)s” is saved.") % {"name": made.name}})


def _valid(request: HttpRequest, image: Image) -> StudioForm:
    """Raises AppError VALIDATION_ERROR with the first sentence of what is wrong."""
    form = StudioForm(request.POST, account=image.account)
    if not form.is_valid():
        message = str(next(iter(form.errors.values()))[0])
        raise AppError("VALIDATION_ERROR", message)
    return form


def _context(image: Image, form: StudioForm, chosen: dict[str, Any]) -> dict[str, Any]:
    builtins: dict[str, list[builtin_backgrounds.Builtin]] = {}
    for one in builtin_backgrounds.builtins().values():
        builtins.setdefault(one.category, []).append(one)
    mask = masks.chosen(image)
    rows = background_library.own(image.account).select_related("image")[:_OWN]
    return {
        "section": "library",
        "image": image,
        "form": form,
        "chosen": chosen,
        "original_url": selectors.viewable_url(image),
        "builtins": builtins,
        "own": [(row, _thumbnail(row)) for row in rows],
        "sizes": SIZES,
        "shadows": SHADOWS,
        "formats": FORMATS,
        "texts": TEXTS,
        "model": CutoutForm().fields["model"].initial,
        "is_cut_out": previews.is_cut_out(image),
        "touched_up": mask.public_id if mask else "",
        "is_working": bool(selectors.open_jobs_of(image)),
        "words_are_drawn_here": previews.draws_words(),
    }


def _thumbnail(row: Background) -> str:
    return content_url(row.image, "thumbnail") if row.image.thumbnail_key else ""


def _image(request: HttpRequest, image_id: str) -> Image:
    """Raises AppError NOT_FOUND for other people's pictures as for none."""
    caller, _user = signed_in(request)
    return image_for(caller.account, decoded("img", image_id, "Image"))
