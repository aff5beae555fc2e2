"""People of the account: who is in it as what, invitations, and what was done about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import least, limit, page, signed_in
from accounts.forms import InvitationForm
from accounts.models import Member, Role
from accounts.team import invitations, keys, members, roles, trail
from accounts.team.keys import Followed
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.web import toasts
from config.web.toasts import Toast

TEMPLATE = "accounts/members.html"
_SHOWN = 50  # of what was done


@dataclass(frozen=True)
class PersonRow:
    """``keys`` is how many API keys they made; ``writing_keys`` how many of these a viewer couldn't have."""

    member: Member
    keys: int
    writing_keys: int


@page
@least(Role.VIEWER)
@require_http_methods(["GET", "HEAD"])
def people(request: HttpRequest) -> HttpResponse:
    return _show(request, InvitationForm())


@page
@least(Role.OWNER)
@require_POST
@sensitive_variables("link")
def invite(request: HttpRequest) -> HttpResponse:
    """Where no mail is sent the answer is the page itself: the link lies nowhere to be fetched later."""
    limit(request, "invite")
    caller, _ = signed_in(request)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    given = form.cleaned_data
    try:
        made, link = invitations.invite(caller, email=given["email"], role=Role(given["role"]))
    except AppError as error:
        if error.code != "CONFLICT":
            raise
        form.add_error("email", error.page_message)
        return _show(request, form, status=error.status)
    return _sent(request, made.email, link)


@page
@least(Role.OWNER)
@require_POST
@sensitive_variables("link")
def resend(request: HttpRequest, invitation_id: str) -> HttpResponse:
    limit(request, "invite")
    pk = decoded("inv", invitation_id, "Invitation")
    again, link = invitations.resend(signed_in(request)[0], pk)
    return _sent(request, again.email, link)


@page
@least(Role.OWNER)
@require_POST
def revoke(request: HttpRequest, invitation_id: str) -> HttpResponse:
    invitations.revoke(signed_in(request)[0], decoded("inv", invitation_id, "Invitation"))
    return _done(request, gettext("The invitation was taken back."))


@page
@least(Role.OWNER)
@require_POST
def change_role(request: HttpRequest, user_id: str) -> HttpResponse:
    caller, _ = signed_in(request)
    member = members.member(caller.account, _person(user_id))
    wanted = request.POST.get("role", "")
    if wanted not in Role.values:
        raise invalid("role", gettext("Choose a role."))
    changed, followed = members.change_role(
        caller, member.user_id, Role(wanted), keep_keys=_keeps_keys(request)
    )
    told = {"name": changed.user.name or changed.user.email, "role": changed.get_role_display()}
    text = gettext("%(name)s has the role “%(role)s” now.") % told
    toasts.say(request, Toast(" ".join([text, *_words(followed)])))
    # Who is no owner any more may still see the page, without its forms.
    return redirect("members")


@page
@least(Role.VIEWER)
@require_POST
def remove(request: HttpRequest, user_id: str) -> HttpResponse:
    """Remove somebody, or oneself: the session then goes on in another account."""
    caller, user = signed_in(request)
    removed, followed = members.remove(caller, _person(user_id), keep_keys=_keeps_keys(request))
    if removed.user_id != user.pk:
        name = removed.user.name or removed.user.email
        text = gettext("%(name)s was removed.") % {"name": name}
        return _done(request, " ".join([text, *_words(followed)]))
    members.go_elsewhere(request, caller)
    text = gettext("You have left “%(account)s”.") % {"account": caller.account.name}
    toasts.say(request, Toast(text))
    return redirect("home-page")


@page
@least(Role.VIEWER)
@require_POST
def choose(request: HttpRequest, account_id: str) -> HttpResponse:
    caller, user = signed_in(request)
    member = members.choose(user, decoded("acct", account_id, "Account"))
    members.work_in(request, caller, member.account)
    return redirect("home-page")


def _sent(request: HttpRequest, email: str, link: str) -> HttpResponse:
    if link:
        return _show(request, InvitationForm(), link=link, sent_to=email, status=201)
    return _done(request, gettext("The invitation is on its way to %(email)s.") % {"email": email})


def _done(request: HttpRequest, text: str) -> HttpResponse:
    toasts.say(request, Toast(text))
    return redirect("members")


def _show(
    request: HttpRequest,
    form: InvitationForm,
    *,
    link: str = "",
    sent_to: str = "",
    status: int = 200,
) -> HttpResponse:
    caller, user = signed_in(request)
    is_owner = roles.may(caller, Role.OWNER)
    people = members.members_of(caller.account).annotate(seen=Max("user__sessions__last_used_at"))
    owners = people.filter(role=Role.OWNER)
    context: dict[str, Any] = {
        "account": caller.account,
        "people": [_row(member) for member in people],
        "me": user,
        "is_owner": is_owner,
        "is_last_owner": is_owner and owners.count() == 1,
        "roles": Role.choices,
        "form": form,
        "link": link,
        "sent_to": sent_to,
        "mail_is_sent": settings.MAIL_IS_SENT,
    }
    if is_owner:
        context["invitations"] = invitations.open_ones(caller.account)
        context["events"] = trail.of(caller.account)[:_SHOWN]
    return render(request, TEMPLATE, context, status=status)


def _row(member: Member) -> PersonRow:
    made = keys.of(member.account, member.user)
    return PersonRow(member, len(made), len(keys.beyond(made, Role.VIEWER)))


def _keeps_keys(request: HttpRequest) -> bool:
    return request.POST.get("keep_keys") == "yes"


def _words(followed: Followed) -> list[str]:
    """What became of somebody's API keys, as sentences for a toast."""
    ended = ngettext(
        "An API key that they made works no more.",
        "%(count)d API keys that they made work no more.",
        followed.ended,
    )
    reduced = ngettext(
        "An API key that they made only reads now.",
        "%(count)d API keys that they made only read now.",
        followed.reduced,
    )
    kept = ngettext(
        "An API key that they made is yours now.",
        "%(count)d API keys that they made are yours now.",
        followed.kept,
    )
    counted = ((ended, followed.ended), (reduced, followed.reduced), (kept, followed.kept))
    return [words % {"count": count} for words, count in counted if count]


def _person(user_id: str) -> UUID:
    return decoded("usr", user_id, "Member")
