"""For whoever writes programs: a quick start, API keys, the last calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import api_keys
from accounts.access.pages import is_htmx, least, page, signed_in
from accounts.access.scopes import ALL_SCOPES, READING_SCOPES
from accounts.forms import KeyForm
from accounts.http import Caller
from accounts.limits import call_log
from accounts.models import ApiKey, Role
from accounts.pages.quick_starts import quick_starts
from accounts.team import roles
from config.api.ids import decoded

TEMPLATE = "accounts/developers.html"
PLACEHOLDER = "YOUR_API_KEY"


@dataclass(frozen=True)
class KeyRow:
    key: ApiKey
    expired: bool
    full_access: bool
    may_revoke: bool
    maker: str


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def developers(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create_key(request)
    return render(request, TEMPLATE, _context(request, form=_form(signed_in(request)[0])))


@sensitive_variables("plain")
def _create_key(request: HttpRequest) -> HttpResponse:
    """The one POST that answers with the page itself: the secret lies nowhere to be fetched later."""
    caller, _ = signed_in(request)
    form = _form(caller, request.POST)
    plain, status = "", 422
    if form.is_valid():
        _, plain = api_keys.give(
            caller,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
        )
        form, status = _form(caller), 201
    template = f"{TEMPLATE}#body" if is_htmx(request) else TEMPLATE
    return render(request, template, _context(request, form=form, plain=plain), status=status)


@page
@least(Role.VIEWER)
@require_POST
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    caller, _ = signed_in(request)
    api_keys.revoke(caller, decoded("key", key_id, "API key"))
    if is_htmx(request):
        return render(
            request, f"{TEMPLATE}#body", _context(request, form=_form(signed_in(request)[0]))
        )
    return redirect("developers")


@page
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The last calls of one's programs, with the ids by which the log knows them."""
    caller, _ = signed_in(request)
    only_failed = "failed" in request.GET
    found = call_log.last_calls(caller.account.pk)
    shown = [call for call in found if call.status >= 400] if only_failed else found
    context = {"calls": shown, "only_failed": only_failed, "kept": call_log.KEPT}
    return render(request, "accounts/calls.html", context)


@page
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Where keys once were."""
    return redirect("developers", permanent=True)


def _context(request: HttpRequest, *, form: KeyForm, plain: str = "") -> dict[str, Any]:
    caller, user = signed_in(request)
    now = timezone.now()
    return {
        "form": form,
        "plain": plain,
        "site_url": settings.SITE_URL,
        "starts": quick_starts(key=plain or PLACEHOLDER, email=user.email),
        "keys": [
            KeyRow(
                key,
                expired=not key.usable(now),
                full_access=set(ALL_SCOPES) <= set(key.scopes),
                may_revoke=key.created_by == user or roles.may(caller, Role.OWNER),
                maker="" if key.created_by == user else key.created_by.name or key.created_by.email,
            )
            for key in ApiKey.objects.filter(account=caller.account).select_related("created_by")
        ],
    }


def _form(caller: Caller, data: Any = None) -> KeyForm:
    """With the permissions that this person's keys may have."""
    may_write = roles.may(caller, Role.EDITOR)
    return KeyForm(data, scopes=ALL_SCOPES if may_write else READING_SCOPES)
