"""Blocking an account as a whole: keys, sessions, sign-in and running jobs, until it is unblocked.

accounts.services.check_open refuses whoever calls for it; here is what happens besides.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.lifecycle import tasks
from accounts.models import Account, User
from accounts.team import members
from config.errors import AppError


@transaction.atomic
def block(account: Account, *, reason: str = "") -> None:
    """Keep an account's people and keys out; a worker cancels its open jobs. ``reason`` is shown
    to them. Raises AppError CONFLICT for an account of staff."""
    if (obstacle := obstacle_of(account)) is not None:
        raise AppError("CONFLICT", obstacle, status=409)
    now = timezone.now()
    rows = Account.objects.filter(pk=account.pk, closed_at=None)
    rows.filter(blocked_at=None).update(blocked_at=now)
    if rows.update(blocked_reason=reason, work_due_at=now):
        for user in User.objects.filter(memberships__account=account):
            members.end_sessions(account, user)
        transaction.on_commit(partial(tasks.send, [account.pk]), robust=True)


def unblock(account: Account) -> None:
    """Let everybody in again, with the keys they had. Cancelled jobs stay cancelled."""
    Account.objects.filter(pk=account.pk).update(blocked_at=None, blocked_reason="")


def obstacle_of(account: Account) -> str | None:
    """Say why an account can't be blocked, if it can't."""
    staff = User.objects.filter(memberships__account=account).filter(
        Q(is_staff=True) | Q(is_superuser=True)
    )
    found = staff.first()
    if found is None:
        return None
    return f"{found.email} can sign in to the administration. Take away these rights first."
