"""Reference images: logos, watermarks, props and pictures to match, which looks and edits name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import limit, page, signed_in
from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.web.toasts import Toast, say
from media_library.checks import display_name
from media_library.files.links import content_url
from media_library.intake.uploads import incoming, takes_files
from processing.models import Preset, Resource, ResourceRole
from processing.services.appearance import presets
from processing.services.backgrounds import resources
from processing.services.backgrounds.resources import ResourceDetails, ResourceFilter

_LIST: Final = "processing/resources.html"
_SHOWN: Final = 300
ROLES: Final = {
    ResourceRole.LOGO: gettext_lazy("Logo"),
    ResourceRole.WATERMARK: gettext_lazy("Watermark"),
    ResourceRole.LOOK: gettext_lazy("Look reference"),
    ResourceRole.BACKGROUND: gettext_lazy("Background"),
    ResourceRole.PROP: gettext_lazy("Prop"),
    ResourceRole.REFERENCE: gettext_lazy("Other"),
}


@dataclass(frozen=True)
class Card:
    """A reference image on the page. ``looks`` are the names of the looks that use it."""

    row: Resource
    looks: list[str]

    @property
    def url(self) -> str:
        image = self.row.image
        return content_url(image, "thumbnail") if image.thumbnail_key else ""

    @property
    def role(self) -> Any:
        return ROLES[ResourceRole(self.row.role)]


@dataclass(frozen=True)
class Refused:
    """A file that was not kept, and why."""

    name: str
    why: str


@page
@require_safe
def resource_list(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(
    request: HttpRequest, *, refused: Sequence[Refused] = (), kept: int = 0, status: int = 200
) -> HttpResponse:
    """The list, with what was typed into a form that was sent (``request.POST``) and refused."""
    caller, _who = signed_in(request)
    role = request.GET.get("role", "")
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    wanted = ResourceFilter(role=role if role in ResourceRole.values else None, search=search)
    rows, total = resources.page_of(caller.account, wanted, start=0, count=_SHOWN)
    looks = _looks_by_image(caller.account) if rows else {}
    context = {
        "cards": [Card(row, looks.get(str(row.image_id), [])) for row in rows],
        "total": total,
        "search": search,
        "role": role,
        "roles": list(ROLES.items()),
        "section": "backgrounds",
        "refused": refused,
        "kept": kept,
        "typed_role": request.POST.get("role", role),
        "typed_tags": request.POST.get("tags", ""),
        "used": resources.own(caller.account).count() if caller.account.plan.resources else 0,
        **resources.room(caller.account),
    }
    return render(request, _LIST, context, status=status)


@csrf_exempt  # checked by _upload: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def upload_resources(request: HttpRequest) -> HttpResponse:
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    """Keep files of one role, and name those that can't be kept."""
    limit(request, "upload")
    caller, _who = signed_in(request)
    files = [incoming(sent, "files") for sent in request.FILES.getlist("files")]
    if not files:
        raise invalid("files", _("Choose at least one file."))
    resources.check_plan(caller.account)
    refused: list[Refused] = []
    try:
        described = _described(request, name="")
    except AppError as error:
        whys = [why for texts in error.page_fields.values() for why in texts]
        refused = [Refused("", why) for why in whys or [error.page_message]]
        return _show(request, refused=refused, status=422)
    for file in files:
        try:
            resources.upload(caller.account, [file], described)
        except AppError as error:
            refused.append(Refused(display_name(file.name), error.page_message))
    kept = len(files) - len(refused)
    if refused:
        return _show(request, refused=refused, kept=kept, status=422)
    text = ngettext("%(count)s reference image saved.", "%(count)s reference images saved.", kept)
    say(request, Toast(text % {"count": kept}))
    return redirect("resources")


@page
@require_POST
def change_resource(request: HttpRequest, resource_id: str) -> HttpResponse:
    row = _row(request, resource_id)
    told = _described(request, name=request.POST.get("name", ""))
    resources.change(row, name=told.name or row.name, role=told.role, tags=told.tags)
    say(request, Toast(_("Saved.")))
    return redirect(f"{reverse('resources')}#{resource_id}")


@page
@require_POST
def delete_resource(request: HttpRequest, resource_id: str) -> HttpResponse:
    row = _row(request, resource_id)
    resources.remove(row.account, [row.pk])
    text = _("“%(name)s” was deleted. Pictures made with it stay.")
    say(request, Toast(text % {"name": row.name}))
    return redirect("resources")


def _described(request: HttpRequest, *, name: str) -> ResourceDetails:
    """Raises AppError VALIDATION_ERROR."""
    role = request.POST.get("role", ResourceRole.REFERENCE)
    if role not in ResourceRole.values:
        raise invalid("role", _("Choose what it is used for."))
    tags = [one for one in request.POST.get("tags", "").split(",") if one.strip()]
    return ResourceDetails(role=role, tags=tags, name=name)


def _looks_by_image(account: Account) -> dict[str, list[str]]:
    """The names of the account's looks by the ids of the pictures that they name."""
    found = defaultdict(list)
    for preset in Preset.objects.filter(account=account).order_by("name", "id"):
        for image_id in presets.command_of(preset).image_ids():
            found[image_id].append(preset.name)
    return found


def _row(request: HttpRequest, resource_id: str) -> Resource:
    """Raises AppError NOT_FOUND for other people's as for none."""
    caller, _who = signed_in(request)
    pk: UUID = decoded("res", resource_id, "Resource")
    try:
        return resources.resource_for(caller.account, pk)
    except AppError as error:
        raise AppError(error.code, _("Reference image not found."), status=404) from error
