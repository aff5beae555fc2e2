"""One's own account: profile, language, currency, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import services
from accounts.access.pages import is_htmx, least, page, signed_in
from accounts.forms import ProfileForm
from accounts.models import Role, Session
from accounts.signing import sign_in
from accounts.signing.browsers import browser_name
from accounts.signing.languages import language_of
from accounts.team import roles
from config.api.ids import decoded
from config.errors import not_found

TEMPLATE = "accounts/account.html"


@dataclass(frozen=True)
class SessionRow:
    session: Session
    browser: str
    is_current: bool


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and how the site speaks and counts."""
    caller, user = signed_in(request)
    form = ProfileForm(
        request.POST or None,
        with_currency=roles.may(caller, Role.EDITOR),
        initial={
            "name": user.name,
            "language": user.language,
            "currency": caller.account.currency,
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.change_person(user, name=given["name"], language=given["language"])
        if "currency" in given:
            services.change_currency(caller.account, given["currency"])
        with translation.override(language_of(request)):  # the one that was chosen just now
            messages.success(request, gettext("Saved."))
        return redirect("account")
    return render(
        request, TEMPLATE, _context(request, form=form), status=422 if form.errors else 200
    )


@page
@least(Role.VIEWER)
@require_POST
def end_session(request: HttpRequest, session_id: str) -> HttpResponse:
    _, user = signed_in(request)
    pk = decoded("sess", session_id, "Session")
    if not sign_in.sessions_of(user).filter(pk=pk).exists():
        raise not_found("Session")
    sign_in.end_session(pk)
    if _current_session(request) == pk:
        logout(request)
        return _elsewhere(request, "/")
    if is_htmx(request):
        return render(request, f"{TEMPLATE}#sessions", _context(request, form=ProfileForm()))
    messages.success(request, gettext("The session has ended."))
    return redirect("account")


@page
@least(Role.VIEWER)
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    _, user = signed_in(request)
    sign_in.end_others(user, _current_session(request))
    if is_htmx(request):
        return render(request, f"{TEMPLATE}#sessions", _context(request, form=ProfileForm()))
    messages.success(request, gettext("You are signed out everywhere else."))
    return redirect("account")


def _context(request: HttpRequest, *, form: ProfileForm) -> dict[str, Any]:
    caller, user = signed_in(request)
    here = _current_session(request)
    return {
        "form": form,
        "account": caller.account,
        "role": caller.role,
        "two_factor": is_mfa_enabled(user),
        "sessions": [
            SessionRow(session, browser_name(session.user_agent), session.pk == here)
            for session in sign_in.sessions_of(user)[:50]
        ],
    }


def _current_session(request: HttpRequest) -> UUID | None:
    return getattr(request.session, "row_id", None)


def _elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    return (
        HttpResponseClientRedirect(address) if is_htmx(request) else HttpResponseRedirect(address)
    )
