"""Deleting one's login, and what becomes of the accounts that nobody else owns."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access.pages import least, limit, page, signed_in
from accounts.forms import DeletionForm
from accounts.lifecycle import closing, parts
from accounts.models import Role, User
from accounts.signing import google, sign_in
from config.errors import AppError

TEMPLATE = "accounts/delete.html"


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def delete_account(request: HttpRequest) -> HttpResponse:
    """What goes with the account, and a form that asks once more who it is."""
    caller, user = signed_in(request)
    by_password = user.has_usable_password()
    must_come_again = not by_password and not _came_lately(request, user)
    with_code = by_password and is_mfa_enabled(user)
    posted = request.POST if request.method == "POST" else None
    shared = closing.shared_by(user)
    form = DeletionForm(posted, with_password=by_password, with_code=with_code, shared=shared)
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
        "obstacle": closing.obstacle_of(user, settled=[one.account.pk for one in shared]),
        "account_goes": closing.owned_by(user).filter(pk=caller.account.pk).exists(),
        "is_shared": caller.account.pk in [one.account.pk for one in shared],
        "holdings": parts.holdings(caller.account.pk),
        "must_come_again": must_come_again,
        "ways": _ways(request, user) if must_come_again else [],
    }
    return render(request, TEMPLATE, context, status=422 if posted is not None else 200)


def _came_lately(request: HttpRequest, user: User) -> bool:
    """Whether somebody without a password has just said who they are, by a second factor where they have
    one: Google's way in asks for it, too."""
    if google.signed_in_lately(user):
        return True
    enough = {"mfa"} if is_mfa_enabled(user) else {"mfa", "code"}
    records = get_authentication_records(request, user)
    times = [one["at"] for one in records if one.get("reauthenticated") and one["method"] in enough]
    return bool(times) and time.time() - max(times) < google.LATELY_SECONDS


def _ways(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """How this person can say once more who they are; each leads back here."""
    back = urlencode({"next": request.path})
    found = get_adapter(request).get_reauthentication_methods(user)
    if is_mfa_enabled(user):
        found = [way for way in found if way["id"] != "reauthenticate_by_code"]
    return [way | {"url": f"{way['url']}?{back}"} for way in found]


def _deleted(request: HttpRequest, user: User, form: DeletionForm) -> bool:
    given = form.cleaned_data
    settled: dict[UUID, UUID | None] = form.settled()
    try:
        if "password" in given:
            sign_in.confirm(request, user, password=given["password"], code=given.get("code", ""))
    except AppError as error:
        for name, found in error.page_fields.items():
            form.add_error(name, found[0])
        if not error.fields:
            raise
        return False
    closing.close_person(user, settled=settled)
    logout(request)
    return True
