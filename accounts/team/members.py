"""Who is in an account, and as what. Every change of it is made here, one at a time for each account, so
that an account which people work in always keeps an owner."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import ACCOUNT_KEY, Caller
from accounts.models import Account, Member, Role, Session, TeamAct, User
from accounts.services import (
    account_of,
    check_open,
    check_still_open,
    memberships_of,
    one_at_a_time,
)
from accounts.signing.sessions import SessionStore
from accounts.team import keys, roles, trail
from accounts.team.keys import Followed
from config.errors import AppError, invalid, not_found


def members_of(account: Account) -> QuerySet[Member]:
    return Member.objects.filter(account=account).select_related("user").order_by("pk")


@transaction.atomic
def change_role(
    caller: Caller, user_id: UUID, role: Role, *, keep_keys: bool = False
) -> tuple[Member, Followed]:
    """Give somebody another role, and say what became of the API keys that they made.

    Keys lose what the new role can't do, or are the acting owner's with ``keep_keys``. Raises AppError
    NOT_FOUND, CONFLICT for the last owner, and VALIDATION_ERROR for keeping one's own keys.
    """
    check_still_open(caller.account, lock=True)
    check_is_owner(caller)
    _check_may_keep(caller, user_id, keep_keys)
    found = member(caller.account, user_id)
    if found.role == role:
        return found, Followed()
    if found.role == Role.OWNER:
        check_keeps_owner(caller.account, found.user)
    found.role = role
    found.save(update_fields=["role"])
    trail.note(caller, TeamAct.ROLE, user=found.user, role=role)
    return found, _follow(caller, found.user, role, keep_keys)


@transaction.atomic
def remove(caller: Caller, user_id: UUID, *, keep_keys: bool = False) -> tuple[Member, Followed]:
    """Take somebody out of an account, which anybody may do to themselves. The sessions that work in
    it end, and the API keys that they made; with ``keep_keys`` these are the acting owner's.

    Raises AppError NOT_FOUND, CONFLICT for the last owner, and VALIDATION_ERROR for keeping one's own keys.
    """
    check_still_open(caller.account, lock=True)
    is_oneself = caller.user is not None and caller.user.pk == user_id
    if not is_oneself:
        check_is_owner(caller)
    _check_may_keep(caller, user_id, keep_keys)
    found = member(caller.account, user_id)
    if found.role == Role.OWNER:
        check_keeps_owner(caller.account, found.user)
    end_sessions(caller.account, found.user, but=caller.session_id if is_oneself else None)
    Member.objects.filter(pk=found.pk).delete()
    act = TeamAct.LEFT if is_oneself else TeamAct.REMOVED
    trail.note(caller, act, user=found.user)
    return found, _follow(caller, found.user, None, keep_keys)


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


def choose(user: User, account_id: UUID) -> Member:
    """Note that this is where a person works from now on: signing in leads there, too.

    Raises AppError NOT_FOUND for an account that they are not in, and ACCOUNT_BLOCKED.
    """
    rows = Member.objects.select_related("account__plan").filter(user=user, account=account_id)
    member = rows.first()
    if member is None:
        raise not_found("Account")
    check_open(member.account)
    rows.update(chosen_at=timezone.now())
    return member


def work_in(request: HttpRequest, found: Caller, account: Account) -> None:
    """Have the session that a request came by work in another account from now on."""
    here = getattr(request, "session", None)
    if isinstance(here, SessionStore) and here.row_id == found.session_id:
        here[ACCOUNT_KEY] = str(account.pk)
        return
    session = Session.objects.filter(pk=found.session_id).first() if found.session_id else None
    if session is not None:
        store = SessionStore()
        data = {**store.decode(session.session_data), ACCOUNT_KEY: str(account.pk)}
        Session.objects.filter(pk=session.pk).update(session_data=store.encode(data))


def go_elsewhere(request: HttpRequest, found: Caller) -> None:
    """Have the session that left an account work where signing in would lead to."""
    if found.user is not None:
        work_in(request, found, account_of(found.user))


def check_is_owner(caller: Caller) -> None:
    """By the row as it is now: what the request began with may have changed."""
    mine = Member.objects.filter(account=caller.account, user=caller.user, role=Role.OWNER)
    if not mine.exists():
        roles.refuse(Role.OWNER)


def member(account: Account, user_id: UUID) -> Member:
    """Find somebody of an account. Raises AppError NOT_FOUND."""
    found = members_of(account).filter(user=user_id).first()
    if found is None:
        raise not_found("Member")
    return found


def _follow(caller: Caller, user: User, role: Role | None, keep: bool) -> Followed:
    followed = keys.follow(caller.account, user, role, keeper=caller.user if keep else None)
    keys.note(caller, user, followed)
    return followed


def _check_may_keep(caller: Caller, user_id: UUID, keep: bool) -> None:
    if keep and caller.user is not None and caller.user.pk == user_id:
        message = gettext("Another owner can keep the API keys that you made, and nobody else.")
        raise invalid("keepKeys", message)
