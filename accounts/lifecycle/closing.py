"""Deleting an account or a person: what happens at once, within the request.

Afterwards nobody gets in any more. What may be much (jobs, rows, files) is left to a worker
(accounts.lifecycle.erasing), and to the clock, should its message be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.lifecycle import erasing, tasks
from accounts.models import Account, ApiKey, Member, Role, Session, User
from accounts.team import members
from config.errors import AppError


@transaction.atomic
def close_account(account: Account) -> None:
    """Close an account for good, with the people who are in no other one. Harmless when repeated."""
    now = timezone.now()
    rows = Account.objects.filter(pk=account.pk, closed_at=None)
    if not rows.update(closed_at=now, work_due_at=now):
        return
    for key in ApiKey.objects.filter(account=account):
        erasing.forget_in_audit_trail(key)
        key.delete()
    for user in User.objects.filter(memberships__account=account):
        if _goes_along(user):
            # The row goes with the account; until then there is no way in.
            User.objects.filter(pk=user.pk).update(is_active=False)
            Session.objects.filter(user=user).delete()
        else:
            Member.objects.filter(account=account, user=user).delete()
    transaction.on_commit(partial(tasks.send, [account.pk]), robust=True)


@dataclass(frozen=True)
class Shared:
    """An account that goes with its only owner, although ``others`` work in it."""

    account: Account
    others: Sequence[User]


def shared_by(user: User) -> list[Shared]:
    """The accounts whose only owner this person is, and which others work in."""
    found = []
    for account in owned_by(user).order_by("created_at", "pk"):
        others = User.objects.filter(memberships__account=account).exclude(pk=user.pk)
        if others:
            found.append(Shared(account, list(others.order_by("memberships__pk"))))
    return found


@transaction.atomic
def close_person(user: User, *, settled: Mapping[UUID, UUID | None] | None = None) -> None:
    """Delete a person, with the accounts that are theirs alone.

    ``settled`` says what becomes of accounts that others work in (``shared_by``), by their ids: the id of
    whoever owns it from now on, or None for one that goes; its other people are removed and keep their
    logins. Raises AppError CONFLICT where that is not said, NOT_FOUND for an heir who is not in it.
    """
    members.hold_accounts_of(user)
    if not _is_staff(user):
        for one in shared_by(user):
            _settle(one, user, settled or {})
    if (obstacle := obstacle_of(user)) is not None:
        raise AppError("CONFLICT", obstacle, status=409)
    own = list(owned_by(user))
    Member.objects.filter(user=user).exclude(account__in=own).delete()
    for account in own:
        close_account(account)
    if not own:
        erasing.remove_person(user)


def owned_by(user: User) -> QuerySet[Account]:
    """The accounts that go when this person goes: those that have no other owner."""
    owners = Member.objects.filter(role=Role.OWNER)
    return Account.objects.filter(pk__in=owners.filter(user=user).values("account")).exclude(
        pk__in=owners.exclude(user=user).values("account")
    )


def obstacle_of(user: User, *, settled: Collection[UUID] = ()) -> str | None:
    """Say why a person can't be deleted yet, if they can't; but for accounts that are ``settled`` meanwhile."""
    if _is_staff(user):
        return (
            f"{user.email} can sign in to the administration. Take away the staff and superuser "
            "rights first."
        )
    others = Member.objects.exclude(user=user).values("account")
    shared = owned_by(user).filter(pk__in=others).exclude(pk__in=settled).first()
    if shared is not None:
        message = gettext(
            "The account “%(name)s” has other members and no other owner. Make one of them an owner "
            "first, or remove them."
        )
        return message % {"name": shared.name}
    return None


def _settle(one: Shared, user: User, settled: Mapping[UUID, UUID | None]) -> None:
    if one.account.pk not in settled:
        return
    owner, heir = Caller(one.account, user, role=Role.OWNER), settled[one.account.pk]
    if heir is not None:
        members.change_role(owner, heir, Role.OWNER)
        return
    for other in one.others:
        members.remove(owner, other.pk)


def _is_staff(user: User) -> bool:
    return bool(user.is_staff or user.is_superuser)


def _goes_along(user: User) -> bool:
    """Whether a member of an account that is being closed is left with no other one."""
    if _is_staff(user):
        return False
    return not Member.objects.filter(user=user, account__closed_at=None).exists()
