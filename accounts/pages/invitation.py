"""What an invitation's link leads to, for whoever follows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access.pages import check_limit, limit, refusal
from accounts.forms import JoinForm
from accounts.http import known_caller
from accounts.limits.rate_limits import hit, peek
from accounts.models import Invitation, Member
from accounts.signing import sign_in
from accounts.team import invitations, members
from config.errors import AppError
from config.web import toasts
from config.web.toasts import Toast

TEMPLATE = "accounts/invitation.html"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let the person in who was invited: by a button, or by signing up."""
    try:
        found = _found(request, token)
        response = _joined(request, found, token) if request.method == "POST" else None
        response = response or _shown(request, found)
    except AppError as error:
        if error.code == "NOT_FOUND" or error.code.startswith("INVITATION_"):
            response = _over(request, error, token)
        else:
            response = refusal(request, error)
    add_never_cache_headers(response)
    return response


def _found(request: HttpRequest, token: str) -> Invitation:
    """Raises AppError for a link that doesn't work; who tries many that never did waits with all."""
    check_limit(peek(request, "invitation-links"))
    try:
        return invitations.by_token(token)
    except AppError as error:
        if error.code == "NOT_FOUND":
            hit(request, "invitation-links")
        raise


def _joined(request: HttpRequest, found: Invitation, token: str) -> HttpResponse | None:
    """None where the page asks for something first."""
    caller = known_caller(request)
    if caller is not None and caller.user is not None:
        member = invitations.accept(caller.user, token)
        members.choose(caller.user, member.account_id)
        members.work_in(request, caller, member.account)
        return _welcome(request, member)
    if invitations.is_known(found):
        return None
    # By itself, so that all of an office can join from its one address.
    limit(request, "join", about=str(found.pk))
    form = JoinForm(request.POST)
    if form.is_valid():
        try:
            member = invitations.sign_up(token, **form.cleaned_data)
        except AppError as error:
            for name, problems in error.page_fields.items():
                form.add_error(name if name in form.fields else None, problems[0])
            if not error.fields:
                raise
        else:
            sign_in.open_session(request, member.user, member.account)
            return _welcome(request, member)
    return _shown(request, found, form, status=422)


def _welcome(request: HttpRequest, member: Member) -> HttpResponse:
    text = gettext("You are in “%(account)s” now.") % {"account": member.account.name}
    toasts.say(request, Toast(text))
    return redirect("home-page")


def _shown(
    request: HttpRequest, found: Invitation, form: JoinForm | None = None, *, status: int = 200
) -> HttpResponse:
    caller = known_caller(request)
    user = caller.user if caller is not None else None
    is_another = user is not None and not invitations.is_for(found, user)
    context: dict[str, Any] = {
        "invitation": found,
        "is_another": is_another,
        "is_signed_in": user is not None,
        "is_known": invitations.is_known(found),
        "to": _masked(found.email) if is_another else found.email,
        "form": form or JoinForm(),
    }
    return render(request, TEMPLATE, context, status=403 if is_another else status)


def _over(request: HttpRequest, error: AppError, token: str) -> HttpResponse:
    """Say what became of the link, and where to go from here."""
    caller = known_caller(request)
    user = caller.user if caller is not None else None
    member = invitations.used_by(user, token) if user is not None else None
    context = {
        "how": error.code.removeprefix("INVITATION_").lower(),
        "message": error.page_message,
        "is_signed_in": user is not None,
        "member": member,
        "is_here": bool(member and caller and member.account_id == caller.account.pk),
    }
    return render(request, "accounts/invitation_over.html", context, status=error.status)


def _masked(email: str) -> str:
    """Enough of an address to know one's own again."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
