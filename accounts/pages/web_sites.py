"""Web sites whose pages may call from the browser, and the proof that they are one's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import origin_proofs, origins
from accounts.access.origin_proofs import Proof
from accounts.access.pages import is_htmx, limit, page, signed_in
from accounts.forms import WebSiteForm
from accounts.models import WebOrigin
from config.errors import AppError
from config.web import toasts
from config.web.toasts import Toast

TEMPLATE = "accounts/web_sites.html"


@dataclass(frozen=True)
class SiteRow:
    row: WebOrigin
    proof: Proof


@page
@require_http_methods(["GET", "HEAD", "POST"])
def web_sites(request: HttpRequest) -> HttpResponse:
    form = WebSiteForm(request.POST or None)
    if request.method != "POST":
        return _shown(request, WebSiteForm())
    if form.is_valid():
        try:
            origins.add(signed_in(request)[0].account, form.cleaned_data["origin"])
        except AppError as error:
            form.add_error("origin", error.page_message)
        else:
            return _shown(request, WebSiteForm()) if is_htmx(request) else redirect("web-sites")
    return _shown(request, form, status=422)


@page
@require_POST
def verify_web_site(request: HttpRequest, origin_id: str) -> HttpResponse:
    limit(request, "processing")  # somebody else's servers are asked
    row = origin_proofs.verify(_found(request, origin_id))
    said = Toast(gettext("%(site)s is verified.") % {"site": row.origin})
    if is_htmx(request):
        return toasts.say_with(_shown(request, WebSiteForm()), said)
    toasts.say(request, said)
    return redirect("web-sites")


@page
@require_POST
def remove_web_site(request: HttpRequest, origin_id: str) -> HttpResponse:
    _found(request, origin_id).delete()
    return _shown(request, WebSiteForm()) if is_htmx(request) else redirect("web-sites")


def _found(request: HttpRequest, origin_id: str) -> WebOrigin:
    return origins.find(signed_in(request)[0].account, origin_id)


def _shown(request: HttpRequest, form: WebSiteForm, *, status: int = 200) -> HttpResponse:
    rows = WebOrigin.objects.filter(account=signed_in(request)[0].account)
    context = {
        "form": form,
        "sites": [SiteRow(row, origin_proofs.proof_of(row)) for row in rows],
        "patience": origin_proofs.PATIENCE.days,
    }
    template = f"{TEMPLATE}#body" if is_htmx(request) else TEMPLATE
    return render(request, template, context, status=status)
