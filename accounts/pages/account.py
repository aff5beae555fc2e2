"""One's own account: profile, language, currency, sessions, the way out."""

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
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import services
from accounts.access.pages import is_htmx, least, limit, page, signed_in
from accounts.forms import DeletionForm, ProfileForm
from accounts.lifecycle import closing, parts
from accounts.models import Role, Session, User
from accounts.signing import google, sign_in
from accounts.signing.browsers import browser_name
from accounts.signing.languages import language_of
from accounts.team import roles
from config.api.ids import decoded
from config.errors import AppError, not_found

TEMPLATE = "accounts/account.html"
DELETE_TEMPLATE = "accounts/delete.html"


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


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def delete_account(request: HttpRequest) -> HttpResponse:
    """What goes with the account, and a form that asks for the password once more."""
    caller, user = signed_in(request)
    # Who has just come from Google has passed the second factor on the way, too.
    by_password = user.has_usable_password()
    must_come_again = not by_password and not google.signed_in_lately(user)
    with_code = by_password and is_mfa_enabled(user)
    posted = request.POST if request.method == "POST" else None
    form = DeletionForm(posted, with_password=by_password, with_code=with_code)
    if request.method == "POST" and not must_come_again:
        limit(request, "auth")
        if form.is_valid() and _deleted(request, user, form):
            messages.success(
                request, gettext("Your account was deleted. Its pictures are being removed.")
            )
            return redirect("/")
    context = {
        "form": form,
        "account": caller.account,
        "obstacle": closing.obstacle_of(user),
        "account_goes": closing.owned_by(user).filter(pk=caller.account.pk).exists(),
        "holdings": parts.holdings(caller.account.pk),
        "must_come_again": must_come_again,
        "next_url": request.path,
    }
    return render(request, DELETE_TEMPLATE, context, status=422 if posted is not None else 200)


def _deleted(request: HttpRequest, user: User, form: DeletionForm) -> bool:
    given = form.cleaned_data
    try:
        if "password" in given:
            sign_in.confirm(request, user, password=given["password"], code=given.get("code", ""))
    except AppError as error:
        for name, found in error.page_fields.items():
            form.add_error(name, found[0])
        if not error.fields:
            raise
        return False
    closing.close_person(user)
    logout(request)
    return True


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
