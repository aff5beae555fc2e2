"""Touching up: a brush that mends what was cut out of a picture. The strokes go to the API (processing.api.masks)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import least, limit, page, signed_in
from accounts.models import Role
from config.api.ids import decoded
from config.errors import AppError, invalid
from media_library import selectors as library
from media_library.files.links import content_url
from media_library.intake.uploads import incoming, takes_files
from media_library.models import Image
from processing import selectors
from processing.commands import Command, Edit, RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.pages.studio.originals import original
from processing.services import jobs, masks, previews

TEMPLATE = "processing/touch_up.html"


@page
@least(Role.EDITOR)
@require_safe
def touch_up(request: HttpRequest, image_id: str) -> HttpResponse:
    image = original(request, image_id)
    mask = masks.newest(image)
    context = {
        "section": "library",
        "image": image,
        "photo_url": selectors.viewable_url(image),
        "mask": mask,
        "mask_url": content_url(mask) if mask else "",
        # Nobody has to be asked where it costs nothing.
        "begins": mask is None and previews.is_cut_out(image),
        "model": settings.DEFAULT_MODEL,
    }
    return render(request, TEMPLATE, context)


@csrf_exempt  # checked by _save: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def save(request: HttpRequest, image_id: str) -> HttpResponse:
    return _save(request, image_id)


@csrf_protect
def _save(request: HttpRequest, image_id: str) -> HttpResponse:
    """Cut the picture out by a mask: one that strokes made, or a file that was made elsewhere."""
    limit(request, "processing")
    image = original(request, image_id)
    try:
        mask = _mask(request, image)
    except AppError as error:
        messages.error(request, error.page_message)
        return redirect("touch-up", image.public_id)
    caller, _ = signed_in(request)
    jobs.submit(caller, _cut_out_by(mask, image), source=image)
    messages.success(request, gettext("Saved. The new cutout is being made."))
    return redirect("picture", image.public_id)


def _cut_out_by(mask: Image, image: Image) -> Command:
    """What the picture was last made into, cut out by the mask; where nothing was, a plain cutout."""
    made = (entry.command for entry in selectors.history(image) if entry.result is not None)
    newest = next(made, None)
    parts: dict[str, Any] = {"mask": str(mask.pk), "point": None, "box": None}
    if isinstance(newest, RemoveBackground) and newest.plan.output != "mask":
        return newest.model_copy(update={"plan": replace(newest.plan, **parts)})
    if isinstance(newest, Edit) and newest.plan.cutting is not None:
        cutting = replace(newest.plan.cutting, **parts)
        return newest.model_copy(update={"plan": replace(newest.plan, cutting=cutting)})
    return RemoveBackground(plan=CutoutPlan(**parts))


def _mask(request: HttpRequest, image: Image) -> Image:
    """Raises AppError where neither was sent, and for a file that is no mask of the picture."""
    if file := request.FILES.get("file"):
        return masks.bring_in(image, incoming(file, "file"))
    named = request.POST.get("mask", "")
    if not named:
        raise invalid("mask", gettext("Choose a mask, or paint one."))
    return library.image_for(image.account, decoded("img", named, "Mask"))
