"""Trying it out without an account, from the front page."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import View, is_htmx, limit, refusal
from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library.files.links import content_url
from media_library.intake.uploads import takes_a_strangers_photo
from processing.models import JobState
from processing.services import tryouts

TEMPLATE = "processing/tryout.html"
_SALT = "packshot.tryout"


def _told(view: View) -> View:
    """Answer refusals for people; no cache keeps somebody's photo."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            response = view(request, *args, **kwargs)
        except AppError as error:
            response = refusal(request, error)
        add_never_cache_headers(response)
        return response

    return inner


@csrf_exempt  # checked by _begin: the check reads the form, and the limits must come before that
@_told
@require_POST
@takes_a_strangers_photo
def begin(request: HttpRequest) -> HttpResponse:
    limit(request, "tryout")
    return _begin(request)


@csrf_protect
def _begin(request: HttpRequest) -> HttpResponse:
    if not settings.TRYOUTS_PER_HOUR:
        raise not_found("Page")
    files = request.FILES.getlist("photo")
    if len(files) != 1:
        raise invalid("photo", gettext("Choose one photo."))
    job = tryouts.begin(files[0])
    return redirect("tryout", signing.dumps(str(job.account_id), salt=_SALT))


@_told
@require_safe
def tryout(request: HttpRequest, token: str) -> HttpResponse:
    """What became of it. Whoever has the address sees it, for an hour."""
    try:
        account_id = signing.loads(token, salt=_SALT, max_age=tryouts.KEPT)
    except signing.BadSignature as error:
        raise not_found("Try-out") from error
    account = Account.objects.filter(pk=account_id, closed_at=None).first()
    job = tryouts.job_of(account) if account else None
    if job is None or job.source is None:
        raise not_found("Try-out")
    context = {
        "job": job,
        "is_open": not job.ended,
        "failed": job.state != JobState.COMPLETED and job.ended,
        "before": content_url(job.source, "file", seconds=3600),
        "after": content_url(job.result, seconds=3600) if job.result else "",
        "result": job.result,
    }
    template = f"{TEMPLATE}#result" if is_htmx(request) else TEMPLATE
    return render(request, template, context)
