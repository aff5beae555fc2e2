"""Pages on pictures and the work on them: the front page, the library, one picture."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling, reswap, retarget

from accounts.access.pages import is_htmx, limit, page, signed_in
from config import public_ids
from config.api.ids import decoded
from config.errors import not_found
from media_library.files.links import content_url
from media_library.intake.uploads import takes_files
from media_library.models import Image
from media_library.selectors import image_for
from media_library.services import delete_image
from processing import selectors
from processing.forms import CutoutForm
from processing.models import Job
from processing.services import jobs
from processing.services.page_uploads import accept_uploads

PAGE_SIZE = 24
MAX_WATCHED = 100
LIBRARY, PICTURE = "processing/library.html", "processing/picture.html"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("library")
    return render(request, "processing/landing.html")


@page
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    search = request.GET.get("q", "").replace("\0", "").strip()[:200]
    images = selectors.pictures_of(caller.account, search=search)
    shown = Paginator(images, PAGE_SIZE).get_page(request.GET.get("page"))
    cards = selectors.cards(shown.object_list)
    context = {
        "section": "library",
        "cards": cards,
        "shown": shown,
        "search": search,
        "is_open": any(card.is_open for card in cards),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_megabytes": settings.MAX_UPLOAD_BYTES // 1_000_000,
        "max_megapixels": settings.MAX_PIXELS // 1_000_000,
    }
    # The header names the target, so that going back in the browser still gets the whole page.
    wants_grid = is_htmx(request) and request.headers.get("HX-Target") == "pictures"
    return render(request, f"{LIBRARY}#pictures" if wants_grid else LIBRARY, context)


@csrf_exempt  # checked by _upload: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def upload(request: HttpRequest) -> HttpResponse:
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    limit(request, "upload")
    files = request.FILES.getlist("files")
    brought = accept_uploads(request, files, cut_out="cut_out" in request.POST)
    if is_htmx(request):
        context = {
            "cards": selectors.cards(brought.images[::-1]),  # newest first, as in the library
            "problems": brought.problems,
            "is_open": bool(brought.images),
        }
        return render(request, f"{LIBRARY}#uploaded", context)
    for problem in brought.problems:
        messages.error(request, problem)
    return redirect("library")


@page
@require_safe
def library_live(request: HttpRequest) -> HttpResponse:
    """The watched cards that have changed; 286 tells htmx that nothing is left to wait for."""
    caller, _ = signed_in(request)
    watched = _watched(request, "img")
    images = list(Image.live.filter(account=caller.account, pk__in=watched.keys()))
    cards = selectors.cards(images)
    changed = [card for card in cards if card.watch != watched[card.image.pk]]
    gone = set(watched) - {image.pk for image in images}
    context = {"cards": changed, "gone": [public_ids.encode("img", pk) for pk in gone]}
    return _live(
        request,
        template=f"{LIBRARY}#live-cards",
        context=context,
        has_news=bool(changed or gone),
        is_open=any(card.is_open for card in cards),
    )


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
    return render(request, f"{PICTURE}#viewer" if wants_viewer else PICTURE, context)


@page
@require_POST
def cut_out(request: HttpRequest, image_id: str) -> HttpResponse:
    limit(request, "processing")
    image = _image(request, image_id)
    form = CutoutForm(request.POST, has_alpha=image.has_alpha)
    if not form.is_valid():
        context = _picture_context(image, form=form)
        if not is_htmx(request):
            return render(request, PICTURE, context, status=422)
        response = render(request, f"{PICTURE}#options", context, status=422)
        return reswap(retarget(response, "#options"), "outerHTML")
    command = form.command()
    jobs.check(command)
    caller, _ = signed_in(request)
    jobs.submit(caller, command, source=image)
    return _history(request, image)


@page
@require_safe
def picture_live(request: HttpRequest, image_id: str) -> HttpResponse:
    """The history and, when work has ended, the newest result."""
    image = _image(request, image_id)
    watched = _watched(request, "job")
    context = _picture_context(image)
    entries = [one for one in context["entries"] if one.is_open or one.job.pk in watched]
    changed = [entry for entry in entries if entry.watch != watched.get(entry.job.pk)]
    ended = [entry for entry in changed if entry.job.ended and ":p" in watched[entry.job.pk]]
    has_result = any(entry.result for entry in ended)
    return _live(
        request,
        template=f"{PICTURE}#live-history",
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
    for job in selectors.open_jobs_of(image):
        jobs.cancel(job)
    for result in selectors.results_of(image):
        delete_image(result)
    delete_image(image)
    if parent is not None and parent.deleted_at is None:
        return _history(request, parent, with_viewer=True)
    messages.success(request, "The picture was deleted.")
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
    return render(request, f"{PICTURE}#history-and-viewer", context)


def _live(
    request: HttpRequest, *, template: str, context: dict[str, Any], has_news: bool, is_open: bool
) -> HttpResponse:
    if is_open and not has_news:
        return HttpResponse(status=204)
    response = render(request, template, context) if has_news else HttpResponse()
    if not is_open:
        response.status_code = HttpResponseStopPolling.status_code
    return response


def _watched(request: HttpRequest, prefix: str) -> dict[UUID, str]:
    """The marks of what the page shows, by id; what is no mark is left out."""
    found = {}
    for mark in request.GET.getlist("watch")[:MAX_WATCHED]:
        try:
            found[public_ids.decode(prefix, mark.partition(":")[0])] = mark
        except ValueError:
            continue
    return found


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
