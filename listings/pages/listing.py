"""One listing: its words for every marketplace, what stands against it, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import limit, page, signed_in
from config.errors import AppError
from listings import selectors
from listings.forms import words
from listings.forms.sale import SaleForm
from listings.forms.wording import (
    ListingForm,
    Meanwhile,
    SharedForm,
    VariantForm,
    meanwhile,
    with_both,
)
from listings.models import Listing, ListingState, ListingVariant
from listings.pages import listing_parts as parts
from listings.pages.shown import listing_of, moves_of, platform_of
from listings.services import listings as service

TEMPLATE: Final = "listings/listing.html"


@dataclass(frozen=True)
class Wanted:
    """A listing, and the platform whose words are shown: "" for its own."""

    listing: Listing
    platform: str

    @classmethod
    def of(cls, request: HttpRequest, listing_id: str) -> Wanted:
        platform = platform_of(request.GET.get("for", ""))
        return cls(listing_of(request, listing_id), platform)

    @property
    def url(self) -> str:
        path = reverse("listing", args=[self.listing.public_id])
        return f"{path}?for={self.platform}" if self.platform else path

    def form(self, data: Any = None, *, of: Listing | None = None) -> SharedForm:
        listing = of or self.listing
        if not self.platform:
            initial = ListingForm.values_of(listing)
            return ListingForm(data, initial=initial, currency=listing.currency)
        initial = VariantForm.values_of(_variant(listing, self.platform))
        return VariantForm(data, initial=initial, listing=listing)

    def now(self, listing: Listing) -> dict[str, Any]:
        """What the form's fields hold in the database."""
        if not self.platform:
            return ListingForm.values_of(listing)
        return VariantForm.values_of(_variant(listing, self.platform))


@page
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, listing_id: str) -> HttpResponse:
    wanted = Wanted.of(request, listing_id)
    if request.method == "POST":
        return _save(request, wanted)
    return _show(request, wanted, wanted.form())


def _save(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Save what was typed here, beside what was saved elsewhere; where both changed the same, ask."""
    form = wanted.form(request.POST)
    if not form.is_valid():
        return _show(request, wanted, form, status=422)
    try:
        found = _write(request, wanted, form)
    except AppError as error:
        _add_errors(form, error)
        return _show(request, wanted, form, status=error.status)
    if found.clashes:
        return _ask(request, wanted, form)
    if found.elsewhere:
        names = ", ".join(str(form.fields[name].label) for name in found.elsewhere)
        told = _("Saved. Changed meanwhile in another window, and kept as well: %(fields)s.")
        messages.success(request, told % {"fields": names})
    else:
        messages.success(request, _("Saved."))
    return redirect(wanted.url)


def _write(request: HttpRequest, wanted: Wanted, form: SharedForm) -> Meanwhile:
    caller, _user = signed_in(request)
    with transaction.atomic():
        locked = service.lock(wanted.listing)
        found = meanwhile(form, wanted.now(locked))
        if found.clashes or not form.typed:
            return found
        if wanted.platform:
            service.set_variant(
                caller, locked, wanted.platform, _variant_fields(form), version=locked.version
            )
        else:
            service.change(caller, locked, form.typed, version=locked.version)
    return found


def _variant_fields(form: SharedForm) -> dict[str, Any]:
    """No tags of its own means the listing's."""
    typed = form.typed
    return typed | ({"tags": typed["tags"] or None} if "tags" in typed else {})


def _ask(request: HttpRequest, wanted: Wanted, form: SharedForm) -> HttpResponse:
    """Show what was typed and what was saved meanwhile beside each other. Nothing is written."""
    fresh = listing_of(request, wanted.listing.public_id)
    now = wanted.now(fresh)
    clashes = {
        name: form[name].field.prepare_value(now[name]) or ""
        for name in meanwhile(form, now).clashes
    }
    again = Wanted(fresh, wanted.platform)
    both = again.form(with_both(form, now))
    return _show(request, again, both, clashes=clashes, status=409)


@page
@require_POST
def move(request: HttpRequest, listing_id: str) -> HttpResponse:
    """To another state; a sale has its price, day and place."""
    found = listing_of(request, listing_id)
    caller, _user = signed_in(request)
    state = request.POST.get("state", "")
    here = redirect("listing", listing_id=found.public_id)
    fields: dict[str, Any] = {}
    try:
        if state not in ListingState.values:
            raise AppError("VALIDATION_ERROR", _("Choose a state."))
        if state == ListingState.SOLD:
            sale = SaleForm(request.POST, listing=found)
            if not sale.is_valid():
                raise AppError("VALIDATION_ERROR", str(next(iter(sale.errors.values()))[0]))
            fields = sale.fields_of()
        service.change(caller, found, fields, state=state)
    except AppError as error:
        messages.error(request, error.page_message)
    else:
        told = _("Now: %(state)s.")
        messages.success(request, told % {"state": words.STATES[state]})
    return here


@page
@require_POST
def duplicate(request: HttpRequest, listing_id: str) -> HttpResponse:
    limit(request, "listing-create")
    caller, _user = signed_in(request)
    copied = service.duplicate(caller, listing_of(request, listing_id))
    messages.success(request, _("This is the copy, a draft."))
    return redirect("listing", listing_id=copied.public_id)


@page
@require_POST
def delete(request: HttpRequest, listing_id: str) -> HttpResponse:
    service.remove(listing_of(request, listing_id))
    messages.success(request, _("The listing was deleted. Its photos are still in your library."))
    return redirect("listings")


@page
@require_POST
def drop_variant(request: HttpRequest, listing_id: str) -> HttpResponse:
    wanted = Wanted.of(request, listing_id)
    caller, _user = signed_in(request)
    service.drop_variant(caller, wanted.listing, wanted.platform)
    name = words.PLATFORMS[wanted.platform]
    messages.success(request, _("%(name)s gets your own words again.") % {"name": name})
    return redirect(wanted.url)


def _show(
    request: HttpRequest,
    wanted: Wanted,
    form: SharedForm,
    *,
    clashes: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    caller, _user = signed_in(request)
    found, platform = wanted.listing, wanted.platform
    context = {
        "listing": found,
        "platform": platform,
        "platform_name": words.PLATFORMS.get(platform, ""),
        "state": words.STATES[found.state],
        "moves": moves_of(found),
        "sale": SaleForm(listing=found),
        "sold_for": words.money(found.sold_price, found.currency),
        "form": form,
        "clashes": clashes or {},
        "here": wanted.url,
        "has_variant": any(one.platform == platform for one in found.variants.all()),
        "tabs": parts.tabs(found, platform),
        "limits": parts.limits_of(platform),
        "photos": parts.photos(found),
        "report": parts.report(found, platform) if platform else None,
        "evidence": parts.evidence_of(caller.account, found),
        "history": parts.history(list(selectors.history_of(found)[: parts.HISTORY_LENGTH]), found),
        "section": "listings",
    }
    return render(request, TEMPLATE, context, status=status)


def _variant(listing: Listing, platform: str) -> ListingVariant:
    rows = {one.platform: one for one in listing.variants.all()}
    return rows.get(platform) or ListingVariant(listing=listing, platform=platform)


def _add_errors(form: SharedForm, error: AppError) -> None:
    """Show a refusal at its fields where the form has them."""
    names = {"priceMin": "price", "imageIds": NON_FIELD_ERRORS}
    told = {names.get(name, name): text for name, text in error.page_fields.items()}
    at = {name: text for name, text in told.items() if name in form.fields}
    if "SKU" in error.message and "sku" in form.fields:
        at = {"sku": [error.page_message]}
    for name, text in at.items():
        form.add_error(name, text)
    if not at:
        form.add_error(None, error.page_message)
