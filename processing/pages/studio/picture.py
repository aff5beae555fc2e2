"""One picture: the studio's page, its results and what is done with them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access.pages import is_htmx, least, limit, page, signed_in
from accounts.models import Role
from accounts.team import roles
from config.api.ids import decoded
from config.errors import not_found
from config.web.toasts import Toast, say, say_with
from media_library import doubts
from media_library.models import Image
from media_library.services import change_image
from processing.models import Job
from processing.pages.library.deletions import told_of_pictures
from processing.pages.library.filters import LibraryView
from processing.pages.live import live, watched
from processing.pages.room import form as room_form
from processing.pages.studio.form import StudioForm
from processing.pages.studio.picture_view import (
    TEMPLATE,
    context_of,
    image_of,
    looked_at,
    results_context,
    results_of,
)
from processing.services import deleting, jobs


@page
@require_safe
def picture(request: HttpRequest, image_id: str) -> HttpResponse:
    """The picture in the studio. An address names a result to show, or the choices to begin with.

    Viewers see it with its results, and none of what there is to choose.
    """
    image, view = image_of(request, image_id), LibraryView.of_list(request)
    parent = image.parent
    if parent is not None and parent.deleted_at is None:
        told = view.in_address
        return redirect(f"{_page_of(parent)}?result={image.public_id}{told and '&'}{told}")
    if not roles.may(signed_in(request)[0], Role.EDITOR):
        wanted = request.GET.get("result", "")
        return render(request, TEMPLATE, looked_at(image, wanted=wanted, view=view))
    wanted, of_room = request.GET.get("result", ""), room_form.given_in(request.GET)
    given = of_room or _given_in(request.GET)
    context = context_of(image, wanted=wanted, given=given, view=view, is_room=of_room is not None)
    return render(request, TEMPLATE, context)


def _given_in(address: QueryDict) -> dict[str, str] | None:
    """A product's choices that an address has; None for none."""
    choices = {name: str(address[name]) for name in StudioForm.base_fields if name in address}
    return StudioForm.initial_values(choices) if choices else None


@page
@least(Role.EDITOR)
@require_safe
def studio(request: HttpRequest, image_id: str) -> HttpResponse:
    """Where the studio was before it became the picture's page."""
    given: QueryDict = request.GET
    address = _page_of(image_of(request, image_id))
    return redirect(f"{address}?{given.urlencode()}" if given else address, permanent=True)


@page
@require_safe
def picture_live(request: HttpRequest, image_id: str) -> HttpResponse:
    """The results, once one of those that are under way is another state."""
    image = image_of(request, image_id)
    marks = watched(request, "job")
    results = results_of(image)
    known = [line.entry for line in results.lines]
    entries = [one for one in known if one.is_open or one.job.pk in marks]
    changed = [entry for entry in entries if entry.watch != marks.get(entry.job.pk)]
    ended = [one for one in changed if one.job.ended and ":p" in marks.get(one.job.pk, "")]
    lines = [line for line in results.lines if line.entry in ended]
    return live(
        request,
        template=f"{TEMPLATE}#live",
        context=results_context(image, results) | {"ended": lines},
        has_news=bool(changed),
        is_open=results.is_open,
    )


@page
@require_POST
def delete_picture(request: HttpRequest, image_id: str) -> HttpResponse:
    """A result, or an original with all that was made of it."""
    image = image_of(request, image_id)
    parent = image.parent
    moved = deleting.delete_pictures(image.account, [image.pk])
    told = told_of_pictures(moved, 1)
    if parent is not None and parent.deleted_at is None:
        if is_htmx(request):
            return say_with(shown_results(request, parent), told)
        say(request, told)
        return redirect("picture", parent.public_id)
    say(request, told)
    return HttpResponseClientRedirect("/library/") if is_htmx(request) else redirect("library")


@page
@require_POST
def describe_picture(request: HttpRequest, image_id: str) -> HttpResponse:
    """Give a picture its name and tags, and make it a favorite or none."""
    image = image_of(request, image_id)
    change_image(
        image,
        name=request.POST.get("name", ""),
        tags=request.POST.get("tags", "").split(","),
        is_favorite="favorite" in request.POST,
    )
    say(request, Toast(gettext("Saved.")))
    return redirect("picture", image.public_id)


@page
@require_POST
def picture_looked(request: HttpRequest, image_id: str) -> HttpResponse:
    """Take the mark off a picture: its seller has looked at it."""
    image = image_of(request, image_id)
    doubts.seen(image.account, [image.pk])
    say(request, Toast(gettext("Marked as fine.")))
    return redirect("picture", image.public_id)


@page
@require_POST
def cancel_job(request: HttpRequest, job_id: str) -> HttpResponse:
    job = _job(request, job_id)
    jobs.cancel(job)
    return shown_results(request, job.picture)


@page
@require_POST
def retry_job(request: HttpRequest, job_id: str) -> HttpResponse:
    limit(request, "processing")
    job = _job(request, job_id)
    jobs.retry(job)
    return shown_results(request, job.picture)


def shown_results(request: HttpRequest, image: Image) -> HttpResponse:
    """The results as they are now: for a script alone, else the page with them."""
    if not is_htmx(request):
        return redirect("picture", image.public_id)
    context: dict[str, Any] = results_context(image, results_of(image))
    return render(request, f"{TEMPLATE}#results-and-note", context)


def _page_of(image: Image) -> str:
    return reverse("picture", args=[image.public_id])


def _job(request: HttpRequest, job_id: str) -> Job:
    caller, _ = signed_in(request)
    job = jobs.job_for(caller.account, decoded("job", job_id, "Job"))
    if job.source is None:
        raise not_found("Job")  # these pages are about pictures
    return job
