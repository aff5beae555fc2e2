"""Who is in an account, and as what. Every change of it is made here, one at a time for each account, so
that an account which people work in always keeps an owner."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import ACCOUNT_KEY, Caller
from accounts.models import Account, Member, Role, Session, User
from accounts.services import check_still_open, memberships_of, one_at_a_time
from accounts.signing.sessions import SessionStore
from accounts.team import roles
from config.errors import AppError, not_found


def members_of(account: Account) -> QuerySet[Member]:
    return Member.objects.filter(account=account).select_related("user").order_by("pk")


@transaction.atomic
def change_role(caller: Caller, user_id: UUID, role: Role) -> Member:
    """Give somebody another role. Raises AppError NOT_FOUND, and CONFLICT for the last owner."""
    check_still_open(caller.account, lock=True)
    _check_is_owner(caller)
    member = _member(caller.account, user_id)
    if member.role == role:
        return member
    if member.role == Role.OWNER:
        check_keeps_owner(caller.account, member.user)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic
def remove(caller: Caller, user_id: UUID) -> Member:
    """Take somebody out of an account, which anybody may do to themselves. The sessions that work in
    it end; keys that they made are the account's and stay.

    Raises AppError NOT_FOUND, and CONFLICT for the last owner.
    """
    check_still_open(caller.account, lock=True)
    is_oneself = caller.user is not None and caller.user.pk == user_id
    if not is_oneself:
        _check_is_owner(caller)
    member = _member(caller.account, user_id)
    if member.role == Role.OWNER:
        check_keeps_owner(caller.account, member.user)
    end_sessions(caller.account, member.user, but=caller.session_id if is_oneself else None)
    Member.objects.filter(pk=member.pk).delete()
    return member


def check_keeps_owner(account: Account, without: User) -> None:
    """Call it with the account locked. Raises AppError CONFLICT."""
    owners = Member.objects.filter(account=account, role=Role.OWNER)
    if not owners.exclude(user=without).exists():
        message = gettext("An account needs an owner: make somebody else one first.")
        raise AppError("CONFLICT", message, status=409)


def hold_accounts_of(user: User) -> None:
    """Lock all that a person is in against other changes, until the transaction ends."""
    theirs = Member.objects.filter(user=user).values("account")
    list(one_at_a_time(Account.objects.filter(pk__in=theirs)).order_by("pk"))


def end_sessions(account: Account, user: User, *, but: UUID | None = None) -> None:
    """End the sessions of a person that work in this account; those in others go on."""
    oldest = memberships_of(user)[0].account_id
    for session in Session.objects.filter(user=user).exclude(pk__in=[but] if but else []):
        store = SessionStore()
        chosen = store.decode(session.session_data).get(ACCOUNT_KEY, str(oldest))
        if chosen == str(account.pk):
            session.delete()


def choose(user: User, account_id: UUID) -> Account:
    """Note that this is where a person works from now on: signing in leads there, too.

    Raises AppError NOT_FOUND for an account that they are not in.
    """
    changed = Member.objects.filter(user=user, account=account_id).update(chosen_at=timezone.now())
    if not changed:
        raise not_found("Account")
    return Account.objects.select_related("plan").get(pk=account_id)


def _check_is_owner(caller: Caller) -> None:
    """By the row as it is now: what the request began with may have changed."""
    mine = Member.objects.filter(account=caller.account, user=caller.user, role=Role.OWNER)
    if not mine.exists():
        roles.refuse(Role.OWNER)


def _member(account: Account, user_id: UUID) -> Member:
    member = members_of(account).filter(user=user_id).first()
    if member is None:
        raise not_found("Member")
    return member
