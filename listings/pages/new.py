"""A new listing: choose photos, have it written, take over what is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access.pages import is_htmx, least, limit, page, signed_in
from accounts.http import Caller
from accounts.models import Role
from config import public_ids
from config.api.ids import decoded
from config.errors import AppError
from config.web.requests import around, page_number
from listings import pictures
from listings.forms import words
from listings.forms.generating import SUGGESTED, AcceptForm, CategoryForm, GenerateForm
from listings.forms.wording import ListingForm
from listings.generation import suggestions
from listings.models import Listing, Suggestion
from listings.pages import answering, choosing, evidence
from listings.pages.choosing import Choice, kept
from listings.pages.rows import Row
from listings.pages.shown import ids_of, listing_of, thumbnail
from listings.services import listings as service
from media_library.models import Image
from processing.models import JobState
from processing.pages.live import live, watched

CHOOSE: Final = "listings/new.html"
LIST: Final = "listings/suggestions.html"
ONE: Final = "listings/suggestion.html"
PAGE_SIZE: Final = 100


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose photos; what is posted asks for listings of them, or for one that is typed by hand. Other pages
    post what was ``selected`` there."""
    if request.method == "POST" and "selected" not in request.POST:
        return _ask(request)
    caller, _user = signed_in(request)
    brought = choosing.brought(request, caller.account)
    form = GenerateForm(initial={"each": "1"} if len(brought) > suggestions.MAX_VIEWS else {})
    return _choose(request, brought, form)


def _choose(
    request: HttpRequest, brought: Sequence[Image], form: GenerateForm, *, status: int = 200
) -> HttpResponse:
    caller, _user = signed_in(request)
    choice = Choice.of(request, caller.account, brought)
    if choice.is_more:
        return render(request, "listings/choose.html#tiles", {"choice": choice})
    context = {
        "choice": choice,
        "form": form,
        "waiting": suggestions.suggestions_of(caller.account).count(),
        "chosen": {one.public_id for one in brought},
        "section": "listings",
    }
    return render(request, CHOOSE, context, status=status)


def _ask(request: HttpRequest) -> HttpResponse:
    caller, _user = signed_in(request)
    form = GenerateForm(request.POST)
    try:
        chosen = ids_of(request, "images", "img", "Image")
        if "by_hand" in request.POST:
            limit(request, "listing-create")
            with transaction.atomic():
                made = service.create(caller, {}, image_ids=chosen)
                if "instead_of" in request.POST:
                    suggestions.dismiss(caller, ids_of(request, "instead_of", "lsug", "Suggestion"))
            return redirect("listing", listing_id=made.public_id)
        if not form.is_valid():
            return _choose(request, kept(request, caller.account), form, status=422)
        limit(request, "listing-generate")
        groups = suggestions.in_groups(chosen, form.size_of_groups)
        asked = suggestions.ask(caller, groups, form.command())
    except AppError as error:
        form.is_valid()
        form.add_error(None, error.page_message)
        return _choose(request, kept(request, caller.account), form, status=error.status)
    if len(asked) == 1:
        return redirect("suggestion", suggestion_id=asked[0].public_id)
    return redirect("suggestions")


@page
@require_POST
def rewrite(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Have a listing that is there written anew from its photos, to be compared field by field."""
    limit(request, "listing-generate")
    found = listing_of(request, listing_id)
    caller, _user = signed_in(request)
    form = GenerateForm(
        {"each": "all", "platform": "ebay", "condition": found.condition} | request.POST.dict()
    )
    if not form.is_valid():
        raise AppError("VALIDATION_ERROR", str(next(iter(form.errors.values()))[0]))
    photos = [one.original.pk for one in pictures.of(found)][: suggestions.MAX_VIEWS]
    try:
        [asked] = suggestions.ask(caller, [photos], form.command(), listing=found)
    except AppError as error:
        messages.error(request, error.page_message)
        return redirect("listing", listing_id=found.public_id)
    return redirect("suggestion", suggestion_id=asked.public_id)


@page
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """All that was asked for and not decided on."""
    caller, _user = signed_in(request)
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    found = list(suggestions.suggestions_of(caller.account)[start : start + PAGE_SIZE + 1])
    rows = [Row(one) for one in found[:PAGE_SIZE]]
    context = {
        "rows": rows,
        "is_open": any(row.is_open for row in rows),
        "written": sum(row.is_written for row in rows),
        **around(number, has_more=len(found) > PAGE_SIZE),
        "section": "listings",
    }
    return render(request, LIST, context)


@page
@require_safe
def waiting_live(request: HttpRequest) -> HttpResponse:
    """The rows that have changed since they were shown."""
    caller, _user = signed_in(request)
    marks = watched(request, "lsug")
    found = suggestions.suggestions_of(caller.account).filter(pk__in=marks)
    rows = [Row(one) for one in found]
    gone = set(marks) - {row.suggestion.pk for row in rows}
    changed = [row for row in rows if row.watch != marks[row.suggestion.pk]]
    context = {
        "rows": changed,
        "gone": [public_ids.encode("lsug", pk) for pk in gone],
    }
    return live(
        request,
        template=f"{LIST}#live-rows",
        context=context,
        has_news=bool(changed or gone),
        is_open=any(row.is_open for row in rows),
    )


@page
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """Drafts of all that are ticked, as they were written; or forget them."""
    caller, _user = signed_in(request)
    try:
        chosen = ids_of(request, "suggestions", "lsug", "Suggestion")
        if "dismiss" in request.POST:
            suggestions.dismiss(caller, chosen)
            messages.success(request, _("Dismissed."))
            return redirect("suggestions")
        made = suggestions.accept_all(caller, chosen)
    except AppError as error:
        messages.error(request, error.page_message)
        return redirect("suggestions")
    told = ngettext("%d draft made.", "%d drafts made.", len(made)) % len(made)
    messages.success(request, told)
    return redirect(f"{reverse('listings')}?state=draft")


@page
@require_POST
def ask_again(request: HttpRequest, suggestion_id: str) -> HttpResponse:
    """Have what the photos didn't show written once the seller has said what it is."""
    caller, _user = signed_in(request)
    pk = decoded("lsug", suggestion_id, "Suggestion")
    found = suggestions.suggestion_for(caller.account, pk)
    form = CategoryForm(request.POST)
    try:
        if not form.is_valid():
            raise AppError("VALIDATION_ERROR", _("Say what it is first."))
        limit(request, "listing-generate")
        asked = suggestions.ask_again(caller, found, category=form.cleaned_data["category"])
    except AppError as error:
        messages.error(request, error.page_message)
        return redirect("suggestions")
    if "alone" in request.POST:
        return redirect("suggestion", suggestion_id=asked.public_id)
    return redirect("suggestions")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def suggestion(request: HttpRequest, suggestion_id: str) -> HttpResponse:
    """One suggestion beside what there is now: accept it field by field."""
    caller, _user = signed_in(request)
    pk = decoded("lsug", suggestion_id, "Suggestion")
    found = suggestions.suggestion_for(caller.account, pk)
    if request.method == "POST":
        return _decide(request, found)
    if is_htmx(request):
        if not found.job.ended:
            return HttpResponse(status=204)
        return HttpResponseClientRedirect(reverse("suggestion", args=[found.public_id]))
    return _show(request, found)


def _decide(request: HttpRequest, found: Suggestion) -> HttpResponse:
    caller, _user = signed_in(request)
    if "dismiss" in request.POST:
        suggestions.dismiss(caller, [found.pk])
        messages.success(request, _("Dismissed."))
        return _after(caller, found.listing)
    form = _form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    said = request.POST.get("version", "")
    version = int(said) if found.listing and said.isascii() and said.isdigit() else None
    try:
        made = suggestions.accept(caller, found, form.accepted, version=version)
    except AppError as error:
        message = error.page_message
        if error.status == 409 and found.listing:
            message = _("The listing was changed meanwhile: look at it as it is now.")
        form.add_error(None, message)
        return _show(request, found, form, status=error.status)
    if found.listing is not None:
        messages.success(request, _("Taken over."))
        return redirect("listing", listing_id=made.public_id)
    messages.success(request, _("“%(title)s” is now a draft.") % {"title": made.title or "—"})
    return _after(caller, made)


def _after(caller: Caller, listing: Listing | None) -> HttpResponse:
    """On to the next that waits; else to the listing, or to all of them."""
    following = suggestions.suggestions_of(caller.account).filter(job__state=JobState.COMPLETED)
    first = following.first()
    if first is not None:
        return redirect("suggestion", suggestion_id=first.public_id)
    if listing is not None:
        return redirect("listing", listing_id=listing.public_id)
    return redirect("listings")


def _form(found: Suggestion, data: Any = None) -> AcceptForm:
    written, _ids = suggestions.suggested(found)
    if found.listing is not None and found.listing.currency != written["currency"]:
        written |= {"price": None, "price_min": None, "price_max": None}
        return AcceptForm(data, suggested=written, currency=found.listing.currency)
    return AcceptForm(data, suggested=written, currency=written["currency"])


def _show(
    request: HttpRequest,
    found: Suggestion,
    form: AcceptForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    caller, _user = signed_in(request)
    job = found.job
    context: dict[str, Any] = {
        "suggestion": found,
        "row": Row(found),
        "listing": found.listing,
        "waiting": suggestions.suggestions_of(caller.account).count() - 1,
        "section": "listings",
    }
    if job.state == JobState.COMPLETED:
        form = form or _form(found)
        _written, image_ids = suggestions.suggested(found)
        there = Image.live.filter(account=caller.account, pk__in=image_ids)
        images = {one.pk: one for one in there}
        context |= {
            "form": form,
            "fields": _fields(found, form, evidence.by_field(job.report, image_ids)),
            "photos": [
                {"number": at, "image": images[pk], "thumbnail": thumbnail(images[pk])}
                for at, pk in enumerate(image_ids, start=1)
                if pk in images
            ],
            "report": job.report,
            "answers": answering.form_of(found),
        }
    return render(request, ONE, context, status=status)


def _fields(
    found: Suggestion, form: AcceptForm, told: dict[str, list[evidence.Evidence]]
) -> list[dict[str, Any]]:
    now = ListingForm.values_of(found.listing) if found.listing else {}
    return [
        {
            "name": name,
            "field": form[name],
            "use": form[f"use_{name}"],
            "evidence": told.get(name, []),
            "now": _shown(form, name, now.get(name)),
            "is_same": bool(now) and now.get(name) == form.suggested.get(name),
        }
        for name in SUGGESTED
    ]


def _shown(form: AcceptForm, name: str, value: Any) -> str:
    if name == "condition":
        return str(words.CONDITIONS.get(str(value), ""))
    if name == "category":
        return words.category(value) if value else ""
    prepared = form.fields[name].prepare_value(value)
    return "" if prepared is None else str(prepared)
