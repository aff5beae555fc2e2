"""Deleting an account or a person: what happens at once, within the request.

Afterwards nobody gets in any more. What may be much (jobs, rows, files) is left to a worker
(accounts.lifecycle.erasing), and to the clock, should its message be lost.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

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


@transaction.atomic
def close_person(user: User) -> None:
    """Delete a person, with the accounts that are theirs alone. Raises AppError CONFLICT."""
    members.hold_accounts_of(user)
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


def obstacle_of(user: User) -> str | None:
    """Say why a person can't be deleted yet, if they can't."""
    if user.is_staff or user.is_superuser:
        return (
            f"{user.email} can sign in to the administration. Take away the staff and superuser "
            "rights first."
        )
    others = Member.objects.exclude(user=user).values("account")
    shared = owned_by(user).filter(pk__in=others).first()
    if shared is not None:
        message = gettext(
            "The account “%(name)s” has other members and no other owner. Make one of them an owner "
            "first, or remove them."
        )
        return message % {"name": shared.name}
    return None


def _goes_along(user: User) -> bool:
    """Whether a member of an account that is being closed is left with no other one."""
    if user.is_staff or user.is_superuser:
        return False
    return not Member.objects.filter(user=user, account__closed_at=None).exists()
