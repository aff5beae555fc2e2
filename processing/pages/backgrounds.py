"""Backgrounds: everybody's, the account's own, and new ones from words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling

from accounts.access.pages import limit, page, signed_in
from accounts.limits import quotas
from accounts.limits.operations import GENERATE_BACKGROUND
from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.web.toasts import Toast, say
from media_library.checks import display_name, with_ending
from media_library.intake.uploads import incoming, takes_files
from media_library.models import Background, BackgroundCategory
from processing.engine.backdrops import variety
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Generated
from processing.models import Job
from processing.pages import words
from processing.services import edit_json
from processing.services.backgrounds import background_library, favorites, paint_background
from processing.services.backgrounds.background_library import (
    BackgroundDetails,
    BackgroundFilter,
    Entry,
)

_LIST: Final = "processing/backgrounds.html"
VARIANTS: Final = 4
_SHOWN: Final = 300
_SIZE: Final = (1920, 1440)
_SEEDS: Final = 1_000_000


@dataclass(frozen=True)
class Card:
    """A background on the page."""

    entry: Entry
    url: str | None
    is_favorite: bool

    @property
    def is_own(self) -> bool:
        return isinstance(self.entry, Background)


@dataclass(frozen=True)
class Variant:
    """One of the pictures that words were made into."""

    job: Job
    card: Card | None

    @property
    def error(self) -> str:
        return words.why_failed(self.job)


@page
@require_safe
def background_list(request: HttpRequest) -> HttpResponse:
    caller, _who = signed_in(request)
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    shown = request.GET.get("show", "")
    liked = favorites.of(caller.account)
    wanted = _filter(shown, search, liked)
    entries, total = background_library.page_of(caller.account, wanted, start=0, count=_SHOWN)
    jobs = _variants_asked(request, caller.account)
    context = {
        "cards": _cards(entries, liked),
        "total": total,
        "search": search,
        "show": shown,
        "filters": _filters(),
        "left": _left(caller.account),
        "variant_count": VARIANTS,
        "kept_words": request.GET.get("words", "")[:500],
    } | _variant_context(caller.account, jobs, liked)
    return render(request, _LIST, context)


@page
@require_safe
def variants_live(request: HttpRequest) -> HttpResponse:
    """The variants as they are; 286 tells htmx that all have ended."""
    caller, _who = signed_in(request)
    jobs = _variants_asked(request, caller.account)
    context = _variant_context(caller.account, jobs, favorites.of(caller.account))
    response = render(request, f"{_LIST}#variants", context)
    if not context["is_painting"]:
        response.status_code = HttpResponseStopPolling.status_code
    return response


@page
@require_POST
def paint_variants(request: HttpRequest) -> HttpResponse:
    """Make several pictures of the same words: all of them, or none where the quota is too small."""
    limit(request, "processing")
    caller, _who = signed_in(request)
    given = " ".join(request.POST.get("words", "").replace("\0", "").split())
    try:
        # Seeds that follow each other are as many moods, the first as the words say.
        first = VARIANTS * (variety.PLAIN + secrets.randbelow(_SEEDS))
        commands = [
            paint_background.order(Generated(prompt=given, seed=first + number), _SIZE)
            for number in range(VARIANTS)
        ]
    except InvalidPlan as error:
        raise edit_json.refused(error) from error
    with transaction.atomic():
        jobs = [paint_background.paint(caller, command, seconds=0) for command in commands]
    query = urlencode({"variants": [job.public_id for job in jobs], "words": given}, doseq=True)
    return redirect(f"{reverse('backgrounds')}?{query}#variants")


@page
@require_POST
def choose_variants(request: HttpRequest) -> HttpResponse:
    """Keep the variants that were chosen, and delete the others of the same words."""
    caller, _who = signed_in(request)
    jobs = _jobs(caller.account, request.POST.getlist("variants"))
    kept = set(request.POST.getlist("keep"))
    if not kept:
        raise invalid("keep", _("Choose at least one to keep."))
    rows = _painted(caller.account, jobs)
    if not kept <= {row.public_id for row in rows.values()}:
        raise AppError("NOT_FOUND", _("Background not found."), status=404)
    with transaction.atomic():
        for row in rows.values():
            if row.public_id not in kept:
                background_library.remove(row)
    say(request, Toast(_("Kept. You find it among your backgrounds.")))
    return redirect(f"{reverse('backgrounds')}?show=own")


@csrf_exempt  # checked by _upload: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def upload_background(request: HttpRequest) -> HttpResponse:
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    limit(request, "upload")
    caller, _who = signed_in(request)
    files = request.FILES.getlist("files")
    if not files:
        raise invalid("files", _("Choose at least one file."))
    kept = 0
    for sent in files:
        file = incoming(sent, "files")
        name = with_ending(display_name(file.name), extension="").rstrip(".") or "Background"
        try:
            background_library.upload(caller.account, file, BackgroundDetails(name))
            kept += 1
        except AppError as error:
            say(request, Toast(f"{file.name}: {error.page_message}", level="error"))
    if kept:
        say(request, Toast(_("Saved among your backgrounds.")))
    return redirect(f"{reverse('backgrounds')}?show=own")


@page
@require_POST
def favor_background(request: HttpRequest, background_id: str) -> HttpResponse:
    """Keep it at hand, or no longer."""
    caller, _who = signed_in(request)
    liked = background_id in favorites.of(caller.account)
    (favorites.drop if liked else favorites.add)(caller.account, background_id)
    if request.headers.get("HX-Request"):
        entry = background_library.find(caller.account, background_id)
        [card] = _cards([entry], [] if liked else [background_id])
        return render(request, f"{_LIST}#favor", {"card": card})
    return redirect(f"{reverse('backgrounds')}#{background_id}")


@page
@require_POST
def rename_background(request: HttpRequest, background_id: str) -> HttpResponse:
    caller, _who = signed_in(request)
    row = background_library.find_own(caller.account, background_id)
    background_library.change(row, name=request.POST.get("name", ""))
    say(request, Toast(_("It is called “%(name)s” now.") % {"name": row.name}))
    return redirect(f"{reverse('backgrounds')}?show=own#{background_id}")


@page
@require_POST
def delete_background(request: HttpRequest, background_id: str) -> HttpResponse:
    caller, _who = signed_in(request)
    row = background_library.find_own(caller.account, background_id)
    name = row.name
    background_library.remove(row)
    say(request, Toast(_("“%(name)s” was deleted. Pictures made with it stay.") % {"name": name}))
    return redirect(f"{reverse('backgrounds')}?show=own")


def _filter(shown: str, search: str, liked: Sequence[str]) -> BackgroundFilter:
    if shown == "favorites":
        return BackgroundFilter(search=search, among=frozenset(liked))
    if shown == "own":
        return BackgroundFilter(search=search, source=background_library.OWN)
    category = shown if shown in BackgroundCategory.values else None
    return BackgroundFilter(search=search, category=category)


def _filters() -> list[tuple[str, str]]:
    """What can be shown, by its name in the address."""
    return [
        ("", _("All")),
        ("favorites", _("Favorites")),
        ("own", _("Yours")),
        ("solid", _("Colors")),
        ("gradient", _("Gradients")),
        ("pattern", _("Surfaces")),
        ("nature", _("Nature")),
        ("abstract", _("Abstract")),
    ]


def _cards(entries: Sequence[Entry], liked: Sequence[str]) -> list[Card]:
    at_hand = set(liked)
    return [
        Card(one, background_library.thumbnail_url(one, base=""), one.public_id in at_hand)
        for one in entries
    ]


def _left(account: Account) -> int | None:
    """How many backgrounds may still be made this month; None for no limit."""
    lines = quotas.overview(account)
    return next((one.remaining for one in lines if one.operation == GENERATE_BACKGROUND), None)


def _variants_asked(request: HttpRequest, account: Account) -> list[Job]:
    return _jobs(account, request.GET.getlist("variants"))


def _jobs(account: Account, public_ids: Sequence[str]) -> list[Job]:
    """Work of the account on new backgrounds. Raises AppError NOT_FOUND where one is not."""
    ids = [decoded("job", one, "Job") for one in public_ids[:VARIANTS]]
    found = Job.objects.filter(
        account=account, source=None, operation=GENERATE_BACKGROUND, pk__in=ids
    )
    rows = {job.pk: job for job in found.select_related("result")}
    if set(rows) != set(ids):
        raise AppError("NOT_FOUND", _("Background not found."), status=404)
    return [rows[pk] for pk in ids]


def _painted(account: Account, jobs: Sequence[Job]) -> dict[UUID, Background]:
    """What they made and is still there, by the picture's id."""
    results = [job.result_id for job in jobs if job.result_id]
    found = background_library.own(account).filter(image__in=results)
    return {row.image_id: row for row in found}


def _ignored(jobs: Sequence[Job]) -> list[str]:
    """The words that changed nothing, of what has been made so far: they are the same of all."""
    told = (job.report.get("background", {}).get("notUnderstood", []) for job in jobs)
    return next((list(one) for one in told if one), [])


def _variant_context(
    account: Account, jobs: Sequence[Job], liked: Sequence[str]
) -> dict[str, object]:
    rows = _painted(account, jobs) if jobs else {}
    variants = []
    for job in jobs:
        row = rows.get(job.result_id) if job.result_id else None
        variants.append(Variant(job, _cards([row], liked)[0] if row is not None else None))
    waiting = any(
        not one.job.ended or (one.card is not None and not one.card.url) for one in variants
    )
    shown = [one for one in variants if one.card is not None or not one.job.result_id]
    return {
        "variants": shown,
        "variants_live": reverse("background-variants-live")
        + "?"
        + urlencode({"variants": [job.public_id for job in jobs]}, doseq=True),
        "is_painting": waiting,
        "ignored": words.not_understood(_ignored(jobs)),
    }
