"""Batches: starting one from chosen pictures, following it, and what to do about what failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import least, limit, page, signed_in
from accounts.models import Account, Role
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.web.requests import around, page_number
from config.web.toasts import Toast, say
from media_library import doubts
from media_library.models import Image
from processing import selectors
from processing.commands import Edit
from processing.engine.plans.room import RoomPlan
from processing.models import Batch
from processing.pages import buckets as bucket_pages
from processing.pages import words
from processing.pages.looks import cards as look_cards
from processing.pages.looks import packs as pack_pages
from processing.pages.room import in_batches
from processing.services import edit_json
from processing.services.appearance import listing_set, look_pictures, looks, packs, project_looks
from processing.services.batching import batch_overview, batches, naming
from processing.services.batching.batch_overview import TILES, Tile
from processing.services.batching.batches import Look, Wanted
from processing.services.buckets import starting

_LIST: Final = "processing/batches.html"
_ONE: Final = "processing/batch.html"
_NEW: Final = "processing/batch_new.html"
_OFFERED: Final = 60  # pictures to choose from, where none were chosen before
_MOST_OFFERED: Final = 1200


@page
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    caller, _who = signed_in(request)
    before = request.GET.get("before")
    oldest = _batch(request, before) if before else None
    rows, last = batch_overview.rows(caller.account, before=oldest)
    context = {"rows": rows, "older": last.public_id if last else "", "is_first": oldest is None}
    return render(request, _LIST, context)


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request: HttpRequest) -> HttpResponse:
    """Choose pictures and looks. ``ids`` are pictures that were chosen elsewhere, in the address or a form, and
    ``set`` has the looks of a listing's set chosen."""
    if request.method == "POST" and "start" in request.POST:
        return _start(request)
    ids = request.POST.getlist("ids") or request.GET.getlist("ids")
    wanted = request.POST.getlist("looks") or None
    if listing_set.NAME in (request.POST.get("set"), request.GET.get("set")):
        wanted = [*(wanted or []), *listing_set.IDS]
    return _form(request, ids=ids, wanted=wanted)


@page
@require_safe
def one_batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    batch = _batch(request, batch_id)
    cursor = batch_overview.newest_event(batch)
    number = _page_number(request, batch)
    start = (number - 1) * TILES
    context = _shown(batch) | {
        "cursor": cursor,
        "tiles": [_told(tile) for tile in batch_overview.tiles(batch, start=start)],
        "number": number,
        "pages": _pages(batch),
        **around(number, has_more=number < _pages(batch)),
    }
    return render(request, _ONE, context)


@page
@require_safe
def batch_live(request: HttpRequest, batch_id: str) -> HttpResponse:
    """What has changed since event ``after``: the state, and the tiles of which there is news."""
    batch = _batch(request, batch_id)
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise invalid("after", _("Must be the id of an event: a whole number."))
    tiles, cursor = batch_overview.tiles_since(batch, int(after))
    if cursor == int(after) and batch.ended_at is None:
        return HttpResponse(status=204)
    told = [_told(tile) for tile in tiles]
    return render(request, f"{_ONE}#live", _shown(batch) | {"tiles": told, "cursor": cursor})


@page
@require_POST
def cancel_batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    batches.cancel(_batch(request, batch_id))
    say(request, Toast(_("Stopped. What was not done yet costs nothing.")))
    return redirect("batch", batch_id=batch_id)


@page
@require_POST
def retry_batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    limit(request, "processing")
    count = batches.retry(_batch(request, batch_id))
    text = ngettext("%(count)s picture runs again.", "%(count)s pictures run again.", count)
    say(request, Toast(text % {"count": count}))
    return redirect("batch", batch_id=batch_id)


@page
@require_POST
def batch_looked(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Take the marks off the photos of a batch: its seller has looked at them."""
    batch = _batch(request, batch_id)
    to_look_at = batch_overview.to_look_at(batch).values_list("pk", flat=True)
    count = doubts.seen(batch.account, list(to_look_at))
    text = ngettext("%(count)s picture is fine.", "%(count)s pictures are fine.", count)
    say(request, Toast(text % {"count": count}))
    return redirect("batch", batch_id=batch_id)


def offer(request: HttpRequest, *, look: str, besides: Image) -> HttpResponse:
    """The form of a new batch with a look that was made of one picture, for others: an edit as the API
    spells it, in JSON."""
    return _form(request, ids=[], wanted=[], look=look, besides=besides)


def offer_rooms(request: HttpRequest, *, plan: RoomPlan, besides: Image) -> HttpResponse:
    """The same with what was chosen for a photo of a room."""
    return _form(request, ids=[], room=in_batches.chosen_of(plan), besides=besides)


def _start(request: HttpRequest) -> HttpResponse:
    caller, _who = signed_in(request)
    ids, wanted = request.POST.getlist("ids"), request.POST.getlist("looks")
    try:
        limit(request, "processing")
        is_from_bucket = bool(request.POST.get("from_bucket"))
        if is_from_bucket and ids:
            raise invalid("ids", _("Choose pictures or a bucket to read from, not both."))
        if not (ids or is_from_bucket):
            raise invalid("ids", _("Choose at least one picture."))
        made = _made(request, caller.account)
        if ids:
            batches.check_size(caller.account, len(ids), looks=len(made.looks))
        images = [decoded("img", one, "Image") for one in ids]
        members = batches.members(caller.account, images)
        to = bucket_pages.chosen(request, caller.account)
        batch = starting.submit(caller, made, to, pictures=members)
    except AppError as error:
        return _form(request, ids=ids, wanted=wanted, error=error)
    return redirect("batch", batch_id=batch.public_id)


def _made(request: HttpRequest, account: Account) -> Wanted:
    """What is made of each picture. Raises AppError for what can't be, and for nothing."""
    if in_batches.is_asked(request):
        return Wanted([in_batches.look(request, account)])
    made, wanted = _made_here(request, account), request.POST.getlist("looks")
    pack_ids = list(dict.fromkeys(request.POST.getlist("packs")))
    made += packs.chosen(account, pack_ids, field="packs")
    if wanted or not made:
        made = looks.chosen(account, wanted, field="looks") + made
    names = [packs.find(account, one).name for one in pack_ids]
    return Wanted(made, names, name_pattern=request.POST.get("name_pattern", "").strip())


def _made_here(request: HttpRequest, account: Account) -> list[Look]:
    """The look that the studio has sent along, if it is still chosen. Raises AppError for what is none."""
    look = request.POST.get("look", "")
    if not look or "made_here" not in request.POST:
        return []
    try:
        spelled = json.loads(look)
    except ValueError as error:
        raise invalid("look", _("The look can’t be read. Choose it anew in the studio.")) from error
    if not isinstance(spelled, dict):
        raise invalid("look", _("The look can’t be read. Choose it anew in the studio."))
    name = _("From the studio")
    command = Edit(plan=edit_json.plan_from(spelled))
    return [Look(name, looks.usable(account, name, command, field="look"))]


def _form(
    request: HttpRequest,
    *,
    ids: list[str],
    wanted: list[str] | None = None,
    error: AppError | None = None,
    look: str = "",
    room: Mapping[str, str] | None = None,
    besides: Image | None = None,
) -> HttpResponse:
    """The pictures chosen, or the newest to choose from, and the looks; ``room`` is what is chosen for rooms."""
    caller, _who = signed_in(request)
    chosen = _chosen(caller.account, ids) if error is None or error.status != 404 else []
    count = _offered_count(request)
    newest = selectors.pictures_of(caller.account).exclude(pk__in=[besides.pk] if besides else [])
    found = list(newest[: count + 1])
    ticked = {image.pk for image in chosen}
    # More of the library is shown beside what was ticked in a part of it.
    is_part = "more" in request.POST or (error is not None and "offered" in request.POST)
    rest = [image for image in found[:count] if image.pk not in ticked]
    offered = (chosen + rest if is_part else chosen) or rest
    seen = [image.pk for image in ([besides] if besides else chosen or offered)]
    photo = look_pictures.photo_of(caller.account, seen)
    own = project_looks.own_looks(caller.account)
    of_rooms = [one for one in own if one.is_of_rooms]
    products = [one for one in own if not one.is_of_rooms]
    cards = look_cards.all_cards(caller.account, photo, products)
    default = [card.id for card in cards if card.is_default]
    context = {
        "cards": selectors.cards(offered),
        "look": look or request.POST.get("look", ""),
        "made_here": bool(look) or "made_here" in request.POST,
        "offered": count if is_part or not chosen else 0,
        "more": count + _OFFERED if len(found) > count and (is_part or not chosen) else 0,
        "chosen": {image.public_id for image in chosen},
        "looks": cards,
        "photo": look_cards.photo_url(caller.account, photo),
        "shown_on": photo,
        "is_one_of_these": photo is not None and photo.pk in seen,
        "due": [card for card in cards if card.picture.is_due],
        "wanted": default if wanted is None else wanted,
        "set_ids": listing_set.IDS,
        "usual_pattern": naming.DEFAULT,
        "name_pattern": request.POST.get("name_pattern", ""),
        "own_packs": pack_pages.own_cards(caller.account, own),
        "ready_packs": pack_pages.ready_cards(),
        "wanted_packs": request.POST.getlist("packs") or request.GET.getlist("packs"),
        "most": caller.account.plan.batch_size,
        "error": error.page_message if error else "",
        **bucket_pages.offered(request, caller.account),
        **in_batches.offered(request, caller.account, chosen, of_rooms, given=room),
    }
    return render(request, _NEW, context, status=error.status if error else 200)


def _offered_count(request: HttpRequest) -> int:
    """How many of the newest pictures there are to choose from."""
    given = request.POST.get("more") or request.POST.get("offered") or ""
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 4 else 0
    return min(max(number, _OFFERED), _MOST_OFFERED)


def _chosen(account: Account, ids: list[str]) -> list[Image]:
    """Pictures of the account by their ids, in this order. Raises AppError NOT_FOUND where one is not."""
    wanted = list(dict.fromkeys(decoded("img", one, "Image") for one in ids))
    members = batches.members(account, wanted) if wanted else []
    return [one.image for one in members if one.image is not None]


def _shown(batch: Batch) -> dict[str, Any]:
    progress = batch_overview.progress_of(batch)
    left = progress.seconds_left
    failed = batch_overview.failed_tiles(batch) if progress.counts.failed else []
    destination = getattr(batch, "destination", None)
    unwritten = batch_overview.unwritten(batch) if destination is not None else 0
    return {
        "batch": batch,
        "title": batch_overview.title_of(batch),
        "progress": progress,
        "counts": progress.counts,
        "left": words.time_left(left) if left is not None else "",
        "failed": [_told(tile) for tile in failed],
        "to_look_at": batch_overview.to_look_at(batch).count() if progress.counts.completed else 0,
        "can_retry": unwritten > 0
        or any(tile.item.key or (tile.item.job and tile.item.image) for tile in failed),
        "unwritten": unwritten,
        "source": getattr(batch, "source", None),
        "destination": destination,
        "is_open": batch.ended_at is None,
        "events_url": reverse("api-batch-events", args=[batch.public_id]),
        "zip_url": reverse("api-batch-zip", args=[batch.public_id]),
    }


class _Told(Tile):
    """A tile whose failure is told in words for sellers."""

    @property
    def error(self) -> str:
        if self.item.job is not None:
            return words.why_failed(self.item.job)
        return words.failure(self.error_code, super().error)


def _told(tile: Tile) -> Tile:
    return _Told(tile.item, tile.has_several_looks)


def _pages(batch: Batch) -> int:
    return max(1, -(-batch.total // TILES))


def _page_number(request: HttpRequest, batch: Batch) -> int:
    return min(page_number(request), _pages(batch))


def _batch(request: HttpRequest, batch_id: str) -> Batch:
    """Raises AppError NOT_FOUND for other people's batches as for none."""
    caller, _who = signed_in(request)
    return batches.batch_for(caller.account, decoded("batch", batch_id, "Batch"))
