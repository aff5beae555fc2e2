"""Projects: all of them with their covers, and one with its pictures and all that can be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import least, limit, page, signed_in
from accounts.models import Account, Role
from config.api.downloads import ZIP, download
from config.api.ids import all_decoded, decoded
from config.errors import AppError, not_found
from config.web.requests import around, page_number
from config.web.toasts import Toast, say
from media_library import projects, selectors, services
from media_library.files import archives
from media_library.files.links import content_url
from media_library.models import NAME_LENGTH, Image, Project
from processing.pages.library.deletions import told, told_of_move, told_of_pictures
from processing.pages.library.filters import LibraryView
from processing.pages.room import orders as room_orders
from processing.selectors import cards
from processing.services import deleting
from processing.services.appearance import project_looks, ready_looks
from processing.services.projects import create

PAGE_SIZE: Final = 60
_LISTED: Final = 48
_TARGETS: Final = 200
TEMPLATE: Final = "processing/project.html"


class ProjectForm(forms.Form):
    """What a project is called."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    description = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass(frozen=True, slots=True)
class Card:
    """A project in the list."""

    project: Project
    cover_urls: list[str]


@page
@require_http_methods(["GET", "HEAD", "POST"])
def all_projects(request: HttpRequest) -> HttpResponse:
    caller, _user = signed_in(request)
    form = ProjectForm(request.POST or None)
    if request.method == "POST":
        limit(request, "general")
        if form.is_valid():
            made = _made(caller.account, form)
            if made is not None:
                return redirect("project", project_id=made.public_id)
    projects.default_project(caller.account)
    search = request.GET.get("q", "").replace("\0", "").strip()[:NAME_LENGTH]
    number = page_number(request)
    start = (number - 1) * _LISTED
    found = list(projects.find(caller.account, search=search)[start : start + _LISTED + 1])
    covers = projects.covers_of(found[:_LISTED])
    context = {
        "cards": [Card(one, _thumbnails(covers[one.pk])) for one in found[:_LISTED]],
        "search": search,
        "form": form,
        **around(
            number,
            has_more=len(found) > _LISTED,
            query=urlencode({"q": search}) if search else "",
        ),
    }
    status = 422 if form.errors else 200
    return render(request, "processing/projects.html", context, status=status)


@page
@require_safe
def project(request: HttpRequest, project_id: str) -> HttpResponse:
    found = _project(request, project_id)
    form = ProjectForm(initial={"name": found.name, "description": found.description})
    return render(request, TEMPLATE, _context(request, found, form))


@page
@require_POST
def rename(request: HttpRequest, project_id: str) -> HttpResponse:
    found = _project(request, project_id)
    form = ProjectForm(request.POST)
    if form.is_valid():
        try:
            projects.change(found, **form.cleaned_data)
        except AppError as error:
            form.add_error("name", error.page_message)
        else:
            say(request, Toast(gettext("The project was saved.")))
            return redirect("project", project_id=project_id)
    found = _project(request, project_id)
    return render(request, TEMPLATE, _context(request, found, form), status=422)


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, project_id: str) -> HttpResponse:
    """Ask what shall become of the pictures, and delete the project."""
    found = _project(request, project_id)
    if request.method == "POST":
        choice = request.POST.get("pictures", "")
        if choice not in (deleting.KEEP, deleting.TRASH):
            message = gettext("Choose what shall become of the pictures.")
            raise AppError("VALIDATION_ERROR", message, status=400)
        moved = deleting.delete_project(found, choice)  # type: ignore[arg-type]
        say(request, told(gettext("The project was deleted."), moved))
        return redirect("projects")
    context = {
        "project": found,
        "open_work": deleting.open_work_in(found),
        "links": found.shares.filter(revoked_at=None).count(),
    }
    return render(request, "processing/delete_project.html", context)


@page
@require_POST
def choose_look(request: HttpRequest, project_id: str) -> HttpResponse:
    """Give the project a look of its own, or none."""
    found = _project(request, project_id)
    project_looks.choose(found, request.POST.get("look", ""))
    say(request, Toast(gettext("The project was saved.")))
    return redirect("project", project_id=project_id)


@page
@require_POST
def apply_look(request: HttpRequest, project_id: str) -> HttpResponse:
    """Make every photo of the project in its look."""
    limit(request, "processing")
    found = _project(request, project_id)
    caller, _user = signed_in(request)
    batch = project_looks.apply(caller, found)
    return redirect("batch", batch_id=batch.public_id)


@page
@require_POST
def move_pictures(request: HttpRequest, project_id: str) -> HttpResponse:
    found = _project(request, project_id)
    ids = _chosen(request)
    target = _project(request, request.POST.get("target", ""))
    services.move_images(found.account, ids, target)
    say(request, told_of_move(len(ids), target))
    return redirect("project", project_id=project_id)


@page
@require_POST
def delete_pictures(request: HttpRequest, project_id: str) -> HttpResponse:
    found = _project(request, project_id)
    moved = deleting.delete_pictures(found.account, _chosen(request))
    say(request, told_of_pictures(moved, moved.pictures))
    return redirect("project", project_id=project_id)


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def download_zip(request: HttpRequest, project_id: str) -> HttpResponseBase:
    """All pictures of a project, or those that a form names: each one's newest result, or itself."""
    found = _project(request, project_id)
    pictures = selectors.standing(found)
    if request.method == "POST":
        wanted = _chosen(request)
        pictures = pictures.filter(pk__in=wanted)
        if pictures.count() < len(set(wanted)):
            raise not_found("Image")
    return _streamed(request, found, selectors.finished(pictures))


def _streamed(request: HttpRequest, found: Project, images: list[Image]) -> StreamingHttpResponse:
    if not images:
        raise AppError("CONFLICT", gettext("There are no pictures in it yet."), status=409)
    pieces = archives.stream(archives.entries_of(images))
    return download(
        request, pieces, name=archives.zip_name(found.name, timezone.now().date()), media_type=ZIP
    )


def _made(account: Account, form: ProjectForm) -> Project | None:
    """The new project; None where its name is none, which the form then says."""
    try:
        return create(account, **form.cleaned_data)
    except AppError as error:
        if error.code != "VALIDATION_ERROR":
            raise
        form.add_error("name", error.page_message)
        return None


def _context(request: HttpRequest, found: Project, form: ProjectForm) -> dict[str, Any]:
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    images = list(selectors.standing(found)[start : start + PAGE_SIZE + 1])
    caller, _user = signed_in(request)
    others = projects.find(caller.account).exclude(pk=found.pk)
    own, ready = project_looks.own_looks(caller.account), ready_looks.ready_looks()
    return {
        "look": project_looks.among(found, [*own, *ready]),
        "own_looks": own,
        "ready_looks": ready,
        "project": found,
        "order": room_orders.of(caller.account, found),
        "form": form,
        "cards": cards(images[:PAGE_SIZE]),
        "view": LibraryView(project=found.public_id),
        "targets": list(others[:_TARGETS]),
        **around(number, has_more=len(images) > PAGE_SIZE),
    }


def _project(request: HttpRequest, project_id: str) -> Project:
    """Raises AppError NOT_FOUND for other people's projects as for none."""
    caller, _user = signed_in(request)
    return projects.counted_one(caller.account, decoded("proj", project_id, "Project"))


def _chosen(request: HttpRequest) -> list[UUID]:
    """The pictures that a form names. Raises AppError."""
    ids = request.POST.getlist("ids")
    if not ids:
        raise AppError("VALIDATION_ERROR", gettext("Choose at least one picture."), status=400)
    return all_decoded("img", ids, "Image")


def _thumbnails(images: list[Image]) -> list[str]:
    return [content_url(one, "thumbnail") for one in images if one.thumbnail_key]
