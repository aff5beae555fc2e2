"""The account's shared links: all of them, a new one, one to change or end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import least, page, signed_in
from accounts.models import Account, Role
from config import public_ids
from config.api.ids import all_decoded, decoded
from config.errors import AppError, not_found
from config.web.requests import around, page_number
from config.web.toasts import Toast, say
from media_library import projects, selectors, shares
from media_library.files import public_copies
from media_library.files.links import content_url
from media_library.models import NAME_LENGTH, Image, Share
from media_library.pages.share_forms import KEEP, NewShareForm, ShareForm
from media_library.shares import Chosen

TEMPLATE: Final = "media_library/shared.html"
PAGE_SIZE: Final = 100
_OFFERED: Final = 20
_PREVIEWS: Final = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A link in the list."""

    share: Share
    state: str
    url: str
    cover_url: str
    pictures: int

    @property
    def is_active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form is about to share."""

    chosen: Chosen
    count: int
    previews: list[str]


@page
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    listed = shares.with_covers(shares.in_force_first(shares.of(caller.account)))
    found = list(listed[start : start + PAGE_SIZE + 1])
    covers = _covers(found)
    rows = [_row(share, covers) for share in found[:PAGE_SIZE]]
    context = {
        "active": [row for row in rows if row.is_active],
        "ended": [row for row in rows if not row.is_active],
        "new_id": request.GET.get("new", ""),
        **around(number, has_more=len(found) > PAGE_SIZE),
    }
    return render(request, TEMPLATE, context)


@page
@least(Role.EDITOR)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new_share(request: HttpRequest) -> HttpResponse:
    """Ask how to share what the address or a form names, ``ids`` or a ``project``; with ``make``, do so."""
    caller, _ = signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    is_made = "make" in request.POST
    # The library's form names the project that selected pictures could be moved to.
    project = "" if "selected" in given else given.get("project", "")
    offered = _offered(caller.account, given.getlist("ids"), project)
    initial = {"title": _title(offered)}
    form = NewShareForm(request.POST if is_made else None, initial=initial)
    if is_made and offered is None:
        raise AppError("VALIDATION_ERROR", gettext("Choose what to share."), status=400)
    if offered is not None and form.is_valid():
        made = shares.create(caller.account, offered.chosen, **form.options())
        public_copies.ask_for(shares.pictures_of(made, count=shares.MAX_IMAGES), "view_key")
        say(request, Toast(gettext("The link is ready. Copy it and send it to whom you like.")))
        return redirect(f"{reverse('shared')}?new={made.public_id}")
    context = {
        "form": form,
        "offered": offered,
        "ids": [public_ids.encode("img", pk) for pk in offered.chosen.images] if offered else [],
        **({} if offered else _found_projects(request, caller.account)),
    }
    status = 422 if form.errors else 200
    return render(request, "media_library/new_share.html", context, status=status)


@page
@least(Role.EDITOR)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def change_share(request: HttpRequest, share_id: str) -> HttpResponse:
    caller, _ = signed_in(request)
    listed = shares.with_covers(shares.of(caller.account))
    share = shares.one_of(listed, decoded("share", share_id, "Link"))
    initial = {"title": share.title, "may_download": share.may_download, "lasts": KEEP}
    form = ShareForm(request.POST or None, initial=initial, has_password=bool(share.password))
    if request.method == "POST" and form.is_valid():
        shares.change(share, **form.options())
        say(request, Toast(gettext("The link was changed.")))
        return redirect("shared")
    row = _row(share, _covers([share]))
    context = {"form": form, "row": row, "base": settings.SITE_URL}
    status = 422 if form.errors else 200
    return render(request, "media_library/change_share.html", context, status=status)


@page
@require_POST
def revoke_share(request: HttpRequest, share_id: str) -> HttpResponse:
    caller, _ = signed_in(request)
    shares.revoke(shares.share_for(caller.account, decoded("share", share_id, "Link")))
    say(request, Toast(gettext("The link has ended. Nobody sees the pictures any more.")))
    return redirect("shared")


def _offered(account: Account, ids: list[str], project_id: str) -> Offered | None:
    """What is to be shared; None where nothing is named yet. Raises AppError NOT_FOUND for what isn't
    the account's."""
    if project_id:
        project = selectors.project_for(account, decoded("proj", project_id, "Project"))
        covers = projects.covers_of([project])[project.pk]
        total = selectors.images_of(account, project=project).count()
        return Offered(Chosen(project=project), total, _thumbnails(covers))
    if not ids:
        return None
    wanted = all_decoded("img", ids, "Image")[: shares.MAX_IMAGES + 1]
    mine = set(Image.live.filter(account=account, pk__in=wanted).values_list("pk", flat=True))
    if len(mine) < len(wanted):
        raise not_found("Image")
    # Who chose photos in the library means what is shown of them there: their newest results.
    shown = shares.newest_results(wanted)
    previews = Image.live.in_bulk(shown[:_PREVIEWS])
    urls = _thumbnails(previews[pk] for pk in shown[:_PREVIEWS] if pk in previews)
    return Offered(Chosen(images=shown), len(shown), urls)


def _title(offered: Offered | None) -> str:
    project = offered.chosen.project if offered else None
    return project.name if project is not None else ""


def _found_projects(request: HttpRequest, account: Account) -> dict[str, Any]:
    """The projects whose name or note has what was searched for, the first of them, and whether there are more."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:NAME_LENGTH]
    found = list(projects.find(account, search=search)[: _OFFERED + 1])
    return {"search": search, "projects": found[:_OFFERED], "has_more": len(found) > _OFFERED}


def _covers(found: Iterable[Share]) -> dict[UUID, list[Image]]:
    """The newest pictures of the projects that are shared, by their ids."""
    return projects.covers_of([one.project for one in found if one.project is not None])


def _row(share: Any, covers: dict[UUID, list[Image]]) -> Row:
    if share.project_id is not None:
        images = covers.get(share.project_id, [])
    else:
        images = [row.image for row in share.covers]
    path = shares.path_of(share)
    return Row(
        share=share,
        state=shares.state_of(share),
        url=f"{settings.SITE_URL}{path}" if path else "",
        cover_url=next(iter(_thumbnails(images)), ""),
        pictures=share.picture_count,
    )


def _thumbnails(images: Iterable[Image]) -> list[str]:
    return [content_url(one, "thumbnail") for one in images if one.thumbnail_key]
