"""Exports: making a file for a marketplace, all that were made, and fetching them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import is_htmx, limit, need, page, signed_in
from accounts.models import Role
from config.api.downloads import ZIP, download
from config.api.ids import decoded
from config.errors import AppError
from listings.exports import saved
from listings.exports.packing import Pack
from listings.forms import words
from listings.forms.exporting import ExportForm, format_name
from listings.models import Listing, ListingExport, ListingState

TEMPLATE: Final = "listings/exports.html"
# What a listing lacks, a quota that is used up, a picture that failed.
_TOLD: Final = (400, 403, 409)
_FOR_SALE: Final = (ListingState.READY, ListingState.LISTED)


@dataclass(frozen=True)
class Row:
    """An export in the list; where somebody asked for it, `pack` tells how far its pictures are, or
    `problem` why it can't be had."""

    kept: ListingExport
    pack: Pack | None = None
    problem: str = ""

    @property
    def is_busy(self) -> bool:
        return self.pack is not None and self.pack.pieces is None

    @property
    def words(self) -> Any:
        platform = words.PLATFORMS.get(self.kept.platform, "")
        if not self.kept.format:
            return _("ZIP of words and pictures for %(name)s") % {"name": platform}
        name = format_name(self.kept.format)
        return f"{name}, {platform}" if platform else name

    @property
    def count(self) -> int:
        return max(self.kept.count, len(self.kept.listing_ids))

    @property
    def is_zip(self) -> bool:
        return not self.kept.format


@page
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _make(request)
    initial = {"format": "ebay", "state": request.GET.get("state", "")}
    return _show(request, ExportForm(initial=initial))


def _make(request: HttpRequest) -> HttpResponse:
    caller, _user = signed_in(request)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    state = form.cleaned_data["state"]
    rows = Listing.objects.filter(
        account=caller.account, state__in=[state] if state else _FOR_SALE
    ).order_by("created_at", "pk")
    ids: list[UUID] = list(rows.values_list("pk", flat=True)[: saved.MAX_LISTINGS + 1])
    try:
        saved.keep(
            caller,
            ids,
            request=form.request(),
            zip_for=form.cleaned_data["zip_for"],
            base=base_of(request),
            day=timezone.now().date(),
        )
    except AppError as error:
        form.add_error(None, error.page_message)
        return _show(request, form, status=error.status)
    messages.success(request, _("The export is ready."))
    return redirect("exports")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def fetch(request: HttpRequest, export_id: str) -> HttpResponse:
    """The file, of the listings as they are now. A ZIP is posted for, as its pictures may have to
    be made; a script may ask how far they are."""
    caller, _user = signed_in(request)
    kept = saved.export_for(caller.account, decoded("lexp", export_id, "Export"))
    today = timezone.now().date()
    try:
        if kept.format:
            file = saved.file_of(kept, base_of(request), today)
            return _sent(request, file.pieces, name=file.name, media_type=file.media_type)
        if request.method != "POST" and not is_htmx(request):
            return redirect("exports")
        need(request, Role.EDITOR)  # its pictures may have to be made
        if request.method == "POST":
            limit(request, "processing")
        packed = saved.pack_of(caller, kept, today)
    except AppError as error:
        if error.status not in _TOLD:
            raise
        return _told(request, Row(kept, problem=error.page_message), status=error.status)
    if is_htmx(request) or packed.pieces is None:
        return _told(request, Row(kept, packed), status=202)
    return _sent(request, packed.pieces, name=packed.name, media_type=ZIP)


def _told(request: HttpRequest, row: Row, *, status: int) -> HttpResponse:
    """How it stands with an export: alone to a script, which asks again only while it is busy, else in
    the list."""
    if is_htmx(request):
        return render(request, f"{TEMPLATE}#state", {"row": row})
    return _show(request, ExportForm(), asked=row, status=status)


def _sent(request: HttpRequest, pieces: Iterator[bytes], **about: str) -> HttpResponse:
    # A stream is as much of an answer as a page's frame needs.
    return cast(HttpResponse, download(request, pieces, **about))


def base_of(request: HttpRequest) -> str:
    """The address at which the site was asked."""
    return request.build_absolute_uri("/").removesuffix("/")


@page
@require_POST
def revoke(request: HttpRequest, export_id: str) -> HttpResponse:
    caller, _user = signed_in(request)
    need(request, Role.EDITOR)
    saved.revoke_links(caller.account, decoded("lexp", export_id, "Export"))
    messages.success(request, _("The links to pictures in this export’s files no longer work."))
    return redirect("exports")


@page
@require_POST
def delete(request: HttpRequest, export_id: str) -> HttpResponse:
    caller, _user = signed_in(request)
    saved.export_for(caller.account, decoded("lexp", export_id, "Export")).delete()
    messages.success(request, _("The export was deleted."))
    return redirect("exports")


def _show(
    request: HttpRequest,
    form: ExportForm,
    *,
    asked: Row | None = None,
    status: int = 200,
) -> HttpResponse:
    caller, _user = signed_in(request)
    kept = list(saved.exports_of(caller.account)[: saved.MAX_KEPT])
    context = {
        "form": form,
        "rows": [asked if asked and asked.kept.pk == one.pk else Row(one) for one in kept],
        "section": "exports",
    }
    return render(request, TEMPLATE, context, status=status)
