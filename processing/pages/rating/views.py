"""The page on which a result is rated, and taking a rating back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import least, page, signed_in
from accounts.models import Role
from config.errors import AppError
from config.web.toasts import Toast, say
from media_library.files.links import content_url
from media_library.models import Image
from processing.pages.rating.form import RatingForm, initial
from processing.pages.studio.picture_view import image_of
from processing.services import ratings


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, image_id: str) -> HttpResponse:
    image = image_of(request, image_id)
    ratings.check_is_result(image)
    known = ratings.of(image)
    form = RatingForm(request.POST if request.method == "POST" else None, initial=initial(known))
    if request.method == "POST" and form.is_valid():
        try:
            ratings.rate(signed_in(request)[0], image, form.said())
        except AppError as error:
            form.add_error(
                "reason" if "reason" in (error.fields or {}) else None, error.page_message
            )
        else:
            say(request, Toast(gettext("Thank you. Your rating is kept.")))
            return redirect(_back(image))
    context = {
        "image": image,
        "form": form,
        "known": known,
        "back": _back(image),
        "url": content_url(image),
        "source_url": _thumbnail(image.parent),
    }
    status = 422 if form.errors else 200
    return render(request, "processing/rating.html", context, status=status)


@page
@require_POST
def take_back(request: HttpRequest, image_id: str) -> HttpResponse:
    image = image_of(request, image_id)
    ratings.take_back(image)
    say(request, Toast(gettext("Your rating was deleted.")))
    return redirect(_back(image))


def _back(image: Image) -> str:
    """The page of the photo with this result on the stage, or the result's own."""
    parent = image.parent
    if parent is None or parent.deleted_at is not None:
        return reverse("picture", args=[image.public_id])
    return f"{reverse('picture', args=[parent.public_id])}?result={image.public_id}"


def _thumbnail(image: Image | None) -> str:
    if image is None or image.deleted_at is not None or not image.thumbnail_key:
        return ""
    return content_url(image, "thumbnail")
