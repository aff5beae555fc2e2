"""Invitations into an account: a link to one e-mail address, which works once and for seven days.

Whoever follows the link has shown that the address is theirs, so signing up by it asks for no other mail.
Where the site sends no mail the owner is given the link, to pass it on.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.models import Account, Invitation, Member, Role, TeamAct, User, normalised_email
from accounts.services import check_still_open, register
from accounts.signing.sessions import key_hash
from accounts.team import invitation_mail, members, trail
from config.errors import AppError, not_found

LIFETIME: Final = timedelta(days=7)
MOST: Final = 50  # open at once


def open_ones(account: Account) -> QuerySet[Invitation]:
    """Those that were neither accepted nor revoked; they may have expired."""
    rows = Invitation.objects.filter(account=account, accepted_at=None, revoked_at=None)
    return rows.select_related("invited_by")


def open_one(account: Account, invitation_id: UUID) -> Invitation:
    found = open_ones(account).filter(pk=invitation_id).first()
    if found is None:
        raise not_found("Invitation")
    return found


@transaction.atomic
def invite(
    caller: Caller, *, email: str, role: Role, invitation_id: UUID | None = None
) -> tuple[Invitation, str]:
    """A new invitation, and its link where no mail is sent.

    Raises AppError FORBIDDEN, and CONFLICT for whoever is in the account or invited already.
    """
    account, email = caller.account, normalised_email(email)
    check_still_open(account, lock=True)
    members.check_is_owner(caller)
    if _people_with(email).filter(memberships__account=account).exists():
        raise _conflict(gettext("This person is in the account already."))
    known = open_ones(account)
    known.filter(email=email, expires_at__lte=timezone.now()).update(revoked_at=timezone.now())
    if known.filter(email=email).exists():
        raise _conflict(gettext("This address is invited already: send the invitation again."))
    if known.count() >= MOST:
        message = gettext("At most %(most)d invitations can be open: take some back first.")
        raise _conflict(message % {"most": MOST})
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        id=invitation_id or uuid4(),
        account=account,
        email=email,
        role=role,
        digest=key_hash(token),
        invited_by=caller.user,
        expires_at=timezone.now() + LIFETIME,
    )
    trail.note(caller, TeamAct.INVITED, email=email, role=role)
    return invitation, _sent(invitation, token)


@transaction.atomic
def resend(caller: Caller, invitation_id: UUID) -> tuple[Invitation, str]:
    """The same invitation with a new link and its time anew; the link before works no more."""
    check_still_open(caller.account, lock=True)
    members.check_is_owner(caller)
    invitation = open_one(caller.account, invitation_id)
    token = secrets.token_urlsafe(32)
    invitation.digest, invitation.expires_at = key_hash(token), timezone.now() + LIFETIME
    invitation.save(update_fields=["digest", "expires_at"])
    trail.note(caller, TeamAct.RESENT, email=invitation.email, role=invitation.role)
    return invitation, _sent(invitation, token)


@transaction.atomic
def revoke(caller: Caller, invitation_id: UUID) -> None:
    check_still_open(caller.account, lock=True)
    members.check_is_owner(caller)
    invitation = open_one(caller.account, invitation_id)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    trail.note(caller, TeamAct.REVOKED, email=invitation.email)


def by_token(token: str) -> Invitation:
    """The invitation behind a link that still works. Raises AppError for any other, and says why."""
    rows = Invitation.objects.select_related("account__plan", "invited_by")
    found = rows.filter(digest=key_hash(token), account__closed_at=None).first()
    if found is None:
        message = gettext("There is no such invitation. The link in the newest mail is the one.")
        raise AppError("NOT_FOUND", message, status=404)
    if found.accepted_at is not None:
        raise _gone("USED", gettext("This invitation was used already: it works once."))
    if found.revoked_at is not None:
        raise _gone("REVOKED", gettext("This invitation was taken back."))
    if found.has_expired():
        message = gettext("This invitation has expired. Ask for another one.")
        raise _gone("EXPIRED", message)
    return found


def used_by(user: User, token: str) -> Member | None:
    """Find what a link that was used has made of this person; None where it was somebody else's."""
    rows = Invitation.objects.filter(digest=key_hash(token), accepted_at__isnull=False)
    found = rows.filter(account__closed_at=None).first()
    if found is None or not is_for(found, user):
        return None
    members_there = Member.objects.select_related("account")
    return members_there.filter(account=found.account, user=user).first()


def is_for(invitation: Invitation, user: User) -> bool:
    return _people_with(invitation.email).filter(pk=user.pk).exists()


def is_known(invitation: Invitation) -> bool:
    """Whether somebody has the address it went to."""
    return _people_with(invitation.email).exists()


@transaction.atomic
def accept(user: User, token: str) -> Member:
    """Let a person in. Raises AppError for a link that doesn't work, or is somebody else's."""
    check_still_open(by_token(token).account, lock=True)
    invitation = by_token(token)  # as it is now that nobody else changes it
    if not is_for(invitation, user):
        message = gettext("This invitation is for another e-mail address than yours.")
        raise AppError("FORBIDDEN", message, status=403)
    account = invitation.account
    if Member.objects.filter(account=account, user=user).exists():
        raise _conflict(gettext("You are in this account already."))
    member = Member.objects.create(account=account, user=user, role=invitation.role)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if settings.MAIL_IS_SENT:  # else nobody has shown that the address is theirs
        addresses = EmailAddress.objects.filter(user=user, email__iexact=invitation.email)
        addresses.update(verified=True)
    trail.note(Caller(account, user), TeamAct.JOINED, user=user, role=member.role)
    return member


@transaction.atomic
def sign_up(token: str, *, name: str, password: str) -> Member:
    """Make a login for the address that the link went to, and let them in.

    Raises AppError as ``accept`` does, and VALIDATION_ERROR by field.
    """
    user = register(
        by_token(token).email,
        password=password,
        name=name,
        verified=settings.MAIL_IS_SENT,
        with_account=False,
    )
    return accept(user, token)


def forget(user: User) -> None:
    """Forget what was once sent to a person who is deleted."""
    Invitation.objects.filter(email=user.email).delete()


def _people_with(email: str) -> QuerySet[User]:
    addresses = EmailAddress.objects.filter(email__iexact=email).values("user")
    return User.objects.filter(pk__in=addresses) | User.objects.filter(email=email)


def _sent(invitation: Invitation, token: str) -> str:
    url = f"{settings.SITE_URL}{reverse('invitation', args=[token])}"
    if not settings.MAIL_IS_SENT:
        return url
    send = partial(invitation_mail.send_later, invitation.pk, url)
    transaction.on_commit(send, robust=True)
    return ""


def _conflict(message: str) -> AppError:
    return AppError("CONFLICT", message, status=409)


def _gone(how: str, message: str) -> AppError:
    return AppError(f"INVITATION_{how}", message, status=410)
