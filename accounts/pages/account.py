"""Pages on one's own account: usage, API keys, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import api_keys
from accounts.access.pages import is_htmx, limit, page, signed_in
from accounts.access.scopes import ALL_SCOPES
from accounts.forms import DeletionForm, KeyForm
from accounts.lifecycle import closing, parts
from accounts.limits import operations, quotas
from accounts.models import ApiKey, Session, User
from accounts.signing import sign_in
from accounts.signing.browsers import browser_name
from config.api.ids import decoded
from config.errors import AppError, not_found

TEMPLATE = "accounts/keys.html"
DELETE_TEMPLATE = "accounts/delete.html"


@dataclass(frozen=True)
class UsageRow:
    title: str
    line: quotas.QuotaLine


@dataclass(frozen=True)
class KeyRow:
    key: ApiKey
    expired: bool
    full_access: bool


@dataclass(frozen=True)
class SessionRow:
    session: Session
    browser: str
    is_current: bool


@page
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create_key(request)
    return render(request, TEMPLATE, _context(request, form=KeyForm()))


@sensitive_variables("plain")
def _create_key(request: HttpRequest) -> HttpResponse:
    """The one POST that answers with the page itself: the secret lies nowhere to be fetched later."""
    form = KeyForm(request.POST)
    plain, status = "", 422
    if form.is_valid():
        caller, user = signed_in(request)
        _, plain = api_keys.create(
            caller.account,
            user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
        )
        form, status = KeyForm(), 201
    template = f"{TEMPLATE}#keys" if is_htmx(request) else TEMPLATE
    context = _context(request, form=form) | {"plain": plain}
    return render(request, template, context, status=status)


@page
@require_POST
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    caller, _ = signed_in(request)
    if not api_keys.revoke(caller.account, decoded("key", key_id, "API key")):
        raise not_found("API key")
    if is_htmx(request):
        return render(request, f"{TEMPLATE}#keys", _context(request, form=KeyForm()))
    return redirect("keys")


@page
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
        return render(request, f"{TEMPLATE}#sessions", _context(request, form=KeyForm()))
    messages.success(request, "The session has ended.")
    return redirect("keys")


@page
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def delete_account(request: HttpRequest) -> HttpResponse:
    """What goes with the account, and a form that asks for the password once more."""
    caller, user = signed_in(request)
    with_code = is_mfa_enabled(user)
    form = DeletionForm(request.POST or None, with_code=with_code)
    if request.method == "POST":
        limit(request, "auth")
        if form.is_valid() and _deleted(request, user, form):
            messages.success(request, "Your account was deleted. Its pictures are being removed.")
            return redirect("/")
    context = {
        "form": form,
        "account": caller.account,
        "obstacle": closing.obstacle_of(user),
        "holdings": parts.holdings(caller.account.pk),
    }
    return render(request, DELETE_TEMPLATE, context, status=422 if form.errors else 200)


def _deleted(request: HttpRequest, user: User, form: DeletionForm) -> bool:
    given = form.cleaned_data
    try:
        sign_in.confirm(request, user, password=given["password"], code=given.get("code", ""))
    except AppError as error:
        for name, found in (error.fields or {}).items():
            form.add_error(name, found[0])
        if not error.fields:
            raise
        return False
    closing.close_person(user)
    logout(request)
    return True


def _context(request: HttpRequest, *, form: KeyForm) -> dict[str, Any]:
    caller, user = signed_in(request)
    now, here = timezone.now(), _current_session(request)
    usage = quotas.overview(caller.account)
    return {
        "section": "keys",
        "form": form,
        "plan": caller.account.plan,
        "usage": [UsageRow(operations.named(line.operation).title, line) for line in usage],
        "keys": [
            KeyRow(key, expired=not key.usable(now), full_access=set(ALL_SCOPES) <= set(key.scopes))
            for key in ApiKey.objects.filter(account=caller.account)
        ],
        "sessions": [
            SessionRow(session, browser_name(session.user_agent), session.pk == here)
            for session in sign_in.sessions_of(user)
        ],
    }


def _current_session(request: HttpRequest) -> UUID | None:
    return getattr(request.session, "row_id", None)


def _elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_htmx(request) else HttpResponseRedirect(url)
