"""Sold items: tables that came in, what they say about a price, and taking them out again."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access.pages import limit, page, signed_in
from accounts.http import Caller
from accounts.limits.operations import IMPORT_COMPARABLES
from config.api.ids import decoded
from config.errors import AppError, not_found
from config.web.requests import around, page_number
from listings.forms import words
from listings.forms.sales import ImportForm, PriceForm
from listings.models import Comparable, Listing
from listings.pages.price import priced
from listings.pricing import comparables, similar
from listings.vocabulary import texts
from media_library.intake.uploads import sent_name, takes_files
from processing.models import Job, JobState
from processing.pages.words import why_failed
from processing.services import jobs

TEMPLATE: Final = "listings/sales.html"
PAGE_SIZE: Final = 50
_IMPORTS: Final = 20


@csrf_exempt  # checked by _import: the check reads the form, and the limits must come before that
@page
@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
def sold_items(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _import(request)
    return _show(request, _import_form(request))


@csrf_protect
def _import(request: HttpRequest) -> HttpResponse:
    limit(request, "upload")
    caller, _user = signed_in(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        job = comparables.start_import(
            caller,
            file.read(),
            form.command(texts.one_line(sent_name(file))[:200] or "table"),
            seconds=0.0,
            job_id=uuid4(),
        )
    except AppError as error:
        form.add_error("file", error.page_message)
        return _show(request, form, status=error.status)
    return redirect(f"{reverse('sold-items')}?import={job.public_id}")


@page
@require_safe
def import_live(request: HttpRequest, job_id: str) -> HttpResponse:
    """Load the page again when the table has been read."""
    caller, _user = signed_in(request)
    job = _import_job(caller, job_id)
    if not job.ended:
        return HttpResponse(status=204)
    return HttpResponseClientRedirect(f"{reverse('sold-items')}?import={job.public_id}")


@page
@require_POST
def delete_import(request: HttpRequest, import_id: str) -> HttpResponse:
    caller, _user = signed_in(request)
    comparables.import_for(caller.account, decoded("cimp", import_id, "Import")).delete()
    messages.success(request, _("The table and its sold items were deleted."))
    return redirect("sold-items")


@page
@require_POST
def delete_item(request: HttpRequest, comparable_id: str) -> HttpResponse:
    caller, _user = signed_in(request)
    comparables.remove(caller.account, decoded("cmp", comparable_id, "Comparable"))
    messages.success(request, _("The sold item was deleted."))
    return redirect("sold-items")


def _import_form(request: HttpRequest) -> ImportForm:
    caller, _user = signed_in(request)
    return ImportForm(initial={"currency": caller.account.currency})


def _show(request: HttpRequest, form: ImportForm, *, status: int = 200) -> HttpResponse:
    caller, _user = signed_in(request)
    account, number = caller.account, page_number(request)
    search = " ".join(request.GET.get("q", "").replace("\0", "").split())[:200]
    start = (number - 1) * PAGE_SIZE
    rows = comparables.comparables_of(account, search=search)[start : start + PAGE_SIZE + 1]
    found = list(rows)
    price = PriceForm(request.GET) if "price" in request.GET else PriceForm()
    context = {
        "form": form,
        "items": [_item(one) for one in found[:PAGE_SIZE]],
        "imports": comparables.imports_of(account).annotate(count=Count("comparables"))[:_IMPORTS],
        "own": Listing.objects.filter(account=account, sold_at__isnull=False).count(),
        "search": search,
        **around(
            number,
            has_more=len(found) > PAGE_SIZE,
            query=urlencode({"q": search}) if search else "",
        ),
        "running": _running(request, caller),
        "price": price,
        "priced": _priced(caller, price) if price.is_bound and price.is_valid() else None,
        "section": "listings",
    }
    return render(request, TEMPLATE, context, status=status)


def _running(request: HttpRequest, caller: Caller) -> dict[str, Any] | None:
    """The import that the address names, and what became of it."""
    if "import" not in request.GET:
        return None
    job = _import_job(caller, request.GET["import"])
    return {
        "job": job,
        "is_open": not job.ended,
        "failed": why_failed(job) if job.state == JobState.FAILED else "",
        "refused": job.ended and bool(job.report.get("refused")),
        "report": job.report,
        "more": int(job.report.get("skipped", 0)) - len(job.report.get("errors", [])),
    }


def _import_job(caller: Caller, job_id: str) -> Job:
    job = jobs.job_for(caller.account, decoded("job", job_id, "Job"))
    if job.operation != IMPORT_COMPARABLES:
        raise not_found("Job")
    return job


def _item(one: Comparable) -> dict[str, Any]:
    return {
        "row": one,
        "price": words.money(one.price, one.currency),
        "condition": words.CONDITIONS.get(one.condition, ""),
        "category": words.category(one.category_key) if one.category_key else one.category,
    }


def _priced(caller: Caller, form: PriceForm) -> Any:
    given = form.cleaned_data
    item = similar.item(
        given["category"] or None,
        given["brand"],
        given["condition"],
        [given["title"], given["brand"]],
    )
    return priced(caller.account, item)
