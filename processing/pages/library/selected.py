"""What is done to pictures that were selected in the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.access.pages import is_htmx, least, limit, need, page, signed_in
from accounts.models import Role
from config.api.downloads import ZIP, download
from config.api.ids import all_decoded, decoded
from config.errors import AppError, invalid, not_found
from config.web import toasts
from config.web.toasts import Toast
from media_library import doubts, projects, services
from media_library.files.archives import entries_of, zip_name
from media_library.models import Image
from media_library.selectors import project_for
from processing import selectors
from processing.models import Job
from processing.pages.library.deletions import told_of_move, told_of_pictures
from processing.services import deleting, merging
from processing.services.batching import archives

MAX_SELECTED: Final = 1000
# Each is opened: more take longer than somebody waits.
_MOST_LOOKED_AT: Final = 60
# What is said where the pictures were selected, and not by a page of its own: what can't be, and no quota.
_SAID: Final = (400, 402, 409)


@page
@least(Role.VIEWER)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing to all pictures that were selected, or to none of them."""
    action = _ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise invalid("action", gettext("Choose what to do."))
    if action is not _zip:
        need(request, Role.EDITOR)
    return action(request, _ids(request))


def _delete(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    caller, _ = signed_in(request)
    moved = deleting.delete_pictures(caller.account, ids)
    return _done(request, "deleted", told_of_pictures(moved, len(ids)))


def _move(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    caller, _ = signed_in(request)
    name = request.POST.get("new_project", "").strip()
    with transaction.atomic():
        if name:
            project = projects.create(caller.account, name=name)
        else:
            wanted = decoded("proj", request.POST.get("project", ""), "Project")
            project = project_for(caller.account, wanted)
        services.move_images(caller.account, ids, project)
    return _done(request, "moved", told_of_move(len(ids), project))


def _looked(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    caller, _ = signed_in(request)
    doubts.seen(caller.account, ids)
    text = ngettext("%(count)s picture is fine.", "%(count)s pictures are fine.", len(ids))
    return _done(request, "looked", Toast(text % {"count": len(ids)}))


def _favorites(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    """Make them favorites; where all are, make them none."""
    caller, _ = signed_in(request)
    mine = Image.live.filter(account=caller.account, pk__in=ids)
    are_favorites = mine.filter(is_favorite=False).exists()
    services.mark_favorites(caller.account, ids, are_favorites=are_favorites)
    if are_favorites:
        text = ngettext(
            "%(count)s picture is a favorite now.",
            "%(count)s pictures are favorites now.",
            len(ids),
        )
        return _done(request, "favorite", Toast(text % {"count": len(ids)}))
    text = ngettext(
        "%(count)s picture is no favorite any more.",
        "%(count)s pictures are no favorites any more.",
        len(ids),
    )
    return _done(request, "no-favorite", Toast(text % {"count": len(ids)}))


def _zip(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    """The newest of each picture: its result, or itself where there is none."""
    caller, _ = signed_in(request)
    images = list(Image.live.filter(account=caller.account, pk__in=ids))
    if len(images) < len(ids):
        raise not_found("Image")
    shown = [card.shown for card in selectors.cards(images)]
    files = entries_of(shown, reserved=[archives.MANIFEST])
    listing = json.dumps({"files": [file.name for file in files]}, ensure_ascii=False)
    pieces = archives.stream(files, listing.encode())
    name = zip_name(gettext("pictures"), timezone.now().date())
    answer = download(request, pieces, name=name, media_type=ZIP)
    return cast("HttpResponse", answer)  # streamed, which decorators of pages take as well


@page
@require_POST
def look_for_exposures(request: HttpRequest) -> HttpResponse:
    """Offer to merge those of some photos that are exposures of one view; 204 where there are none, 202 with the
    ``job`` to ask for where looking takes longer."""
    limit(request, "general")
    caller, _ = signed_in(request)
    asked = request.POST.get("job", "")
    if asked:
        job: Job | None = merging.look_of(caller.account, decoded("job", asked, "Job"))
    else:
        job = merging.look(caller, _ids(request)[:_MOST_LOOKED_AT])
    if job is not None and not job.ended:
        return JsonResponse({"job": job.public_id}, status=202)
    offers = [] if job is None else merging.exposures_of(job)
    if not offers:
        return HttpResponse(status=204)
    shown = [selectors.cards(images) for images in offers]
    return render(request, "processing/exposures.html", {"offers": shown})


def _merge(request: HttpRequest, ids: list[UUID]) -> HttpResponse:
    """Merge exposures of one view; the result belongs to the first that came."""
    limit(request, "processing")
    caller, _ = signed_in(request)
    try:
        job = merging.merge(caller, ids)
    except AppError as error:
        if error.status not in _SAID or is_htmx(request):
            raise
        toasts.say(request, Toast(error.page_message, level="error"))
        return redirect("library")
    where = reverse("picture", args=[job.picture.public_id])
    return HttpResponseClientRedirect(where) if is_htmx(request) else redirect(where)


_ACTIONS: Final[dict[str, Callable[[HttpRequest, list[UUID]], HttpResponse]]] = {
    "delete": _delete,
    "move": _move,
    "looked": _looked,
    "favorite": _favorites,
    "merge": _merge,
    "zip": _zip,
}


def _ids(request: HttpRequest) -> list[UUID]:
    """Raises AppError VALIDATION_ERROR for none or too many, NOT_FOUND for what is no id."""
    given = list(dict.fromkeys(request.POST.getlist("ids")))
    if not given:
        raise invalid("ids", gettext("Select at least one picture."))
    if len(given) > MAX_SELECTED:
        text = gettext("At most %(most)s pictures can be changed at once.")
        raise invalid("ids", text % {"most": MAX_SELECTED})
    return all_decoded("img", given, "Image")


def _done(request: HttpRequest, event: str, toast: Toast) -> HttpResponse:
    """A script takes the event and the toast; a form goes back to where it was."""
    if is_htmx(request):
        response = trigger_client_event(
            HttpResponse(status=204), "packshot:selected", {"done": event}
        )
        return toasts.say_with(response, toast)
    toasts.say(request, toast)
    return redirect("library")
