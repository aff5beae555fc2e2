"""One picture: the work on it, its results and its history."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from accounts.access.pages import is_htmx, limit, page, signed_in
from config.api.ids import decoded
from config.errors import not_found
from config.web.toasts import say, say_with
from media_library.files.links import content_url
from media_library.models import Image
from media_library.selectors import image_for
from processing import selectors
from processing.forms import CutoutForm
from processing.models import Job
from processing.pages.deletions import told_of_pictures
from processing.pages.live import live, watched
from processing.services import deleting, jobs

TEMPLATE = "processing/picture.html"


@page
@require_safe
def picture(request: HttpRequest, image_id: str) -> HttpResponse:
    image = _image(request, image_id)
    parent = image.parent
    if parent is not None and parent.deleted_at is None:
        return redirect(f"{_page_of(parent)}?result={image.public_id}")
    form = CutoutForm(has_alpha=image.has_alpha)
    context = _picture_context(image, form=form, wanted=request.GET.get("result", ""))
    wants_viewer = is_htmx(request) and request.headers.get("HX-Target") == "viewer"
    return render(request, f"{TEMPLATE}#viewer" if wants_viewer else TEMPLATE, context)


@page
@require_POST
def cut_out(request: HttpRequest, image_id: str) -> HttpResponse:
    limit(request, "processing")
    image = _image(request, image_id)
    form = CutoutForm(request.POST, has_alpha=image.has_alpha)
    if not form.is_valid():
        context = _picture_context(image, form=form)
        if not is_htmx(request):
            return render(request, TEMPLATE, context, status=422)
        response = render(request, f"{TEMPLATE}#options", context, status=422)
        return reswap(retarget(response, "#options"), "outerHTML")
    command = form.command()
    jobs.check(command)
    caller, _ = signed_in(request)
    jobs.submit(caller, command, source=image)
    if request.POST.get("next") == "studio":
        return redirect("studio", image.public_id)
    return _history(request, image)


@page
@require_safe
def picture_live(request: HttpRequest, image_id: str) -> HttpResponse:
    """The history and, when work has ended, the newest result."""
    image = _image(request, image_id)
    marks = watched(request, "job")
    context = _picture_context(image)
    entries = [one for one in context["entries"] if one.is_open or one.job.pk in marks]
    changed = [entry for entry in entries if entry.watch != marks.get(entry.job.pk)]
    ended = [entry for entry in changed if entry.job.ended and ":p" in marks[entry.job.pk]]
    has_result = any(entry.result for entry in ended)
    return live(
        request,
        template=f"{TEMPLATE}#live-history",
        context=context | {"ended": ended, "with_viewer": has_result},
        has_news=bool(changed),
        is_open=context["is_open"],
    )


@page
@require_POST
def delete_picture(request: HttpRequest, image_id: str) -> HttpResponse:
    """A result, or an original with all that was made of it."""
    image = _image(request, image_id)
    parent = image.parent
    moved = deleting.delete_pictures(image.account, [image.pk])
    told = told_of_pictures(moved, 1)
    if parent is not None and parent.deleted_at is None:
        response = _history(request, parent, with_viewer=True)
        return say_with(response, told) if is_htmx(request) else response
    say(request, told)
    return HttpResponseClientRedirect("/library/") if is_htmx(request) else redirect("library")


@page
@require_POST
def cancel_job(request: HttpRequest, job_id: str) -> HttpResponse:
    job = _job(request, job_id)
    jobs.cancel(job)
    return _history(request, job.picture)


@page
@require_POST
def retry_job(request: HttpRequest, job_id: str) -> HttpResponse:
    limit(request, "processing")
    job = _job(request, job_id)
    jobs.retry(job)
    return _history(request, job.picture)


def _picture_context(
    image: Image, *, form: CutoutForm | None = None, wanted: str = ""
) -> dict[str, Any]:
    """``wanted`` is the public id of the result to show; the newest where it names none."""
    entries = selectors.history(image)
    results = list(selectors.results_of(image)[: selectors.HISTORY_LENGTH])
    found = next((one for one in results if one.public_id == wanted), None)
    result = found or next(iter(results), None)
    return {
        "section": "library",
        "image": image,
        "original_url": selectors.viewable_url(image),
        "original_download_url": content_url(image, "original", download=True),
        "result": result,
        "result_url": content_url(result) if result else "",
        "result_download_url": content_url(result, download=True) if result else "",
        "same_frame": result is not None
        and (result.width, result.height) == (image.width, image.height),
        "entries": entries,
        "is_open": any(entry.is_open or entry.preview_is_due for entry in entries),
        "is_working": any(entry.is_open for entry in entries),
        "form": form,
    }


def _history(request: HttpRequest, image: Image, *, with_viewer: bool = False) -> HttpResponse:
    if not is_htmx(request):
        return redirect(_page_of(image))
    context = _picture_context(image) | {"with_viewer": with_viewer}
    return render(request, f"{TEMPLATE}#history-and-viewer", context)


def _page_of(image: Image) -> str:
    return f"/pictures/{image.public_id}/"


def _image(request: HttpRequest, image_id: str) -> Image:
    """Raises AppError NOT_FOUND for other people's pictures as for none."""
    caller, _ = signed_in(request)
    return image_for(caller.account, decoded("img", image_id, "Image"))


def _job(request: HttpRequest, job_id: str) -> Job:
    caller, _ = signed_in(request)
    job = jobs.job_for(caller.account, decoded("job", job_id, "Job"))
    if job.source is None:
        raise not_found("Job")  # these pages are about pictures
    return job
