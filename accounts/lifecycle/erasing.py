"""The part of deleting that a worker does: work, rows and files, in portions, then the account.

Every step may be repeated, so whatever dies when, the next message goes on where it broke off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.lifecycle import parts
from accounts.limits import call_log
from accounts.limits.quotas import month_of
from accounts.models import (
    Account,
    FormerAccount,
    IdempotencyRecord,
    UsageEntry,
    UsageMonth,
    User,
)
from accounts.team import invitations, trail

GONE = "(deleted)"
# Longer than a worker takes for one message: until then nobody else is asked.
_PATIENCE = timedelta(minutes=1)

log = structlog.get_logger(__name__)


def erase(account_id: UUID, *, seconds: float | None = None) -> bool:
    """Remove what a closed account has, for at most so long; whether nothing is left of it."""
    deadline = None if seconds is None else time.monotonic() + seconds
    waiting = Account.objects.filter(pk=account_id, closed_at__isnull=False)
    if not waiting.update(work_due_at=timezone.now() + _PATIENCE):
        return True
    for step in _steps(account_id):
        while step():
            if deadline is not None and time.monotonic() > deadline:
                return False
    return _finish(account_id)


def stop(account_id: UUID) -> None:
    """Cancel what a blocked account has waiting or in progress."""
    for part in parts.in_order():
        while part.stop(account_id):
            pass
    Account.objects.filter(pk=account_id, closed_at=None).update(work_due_at=None)


def remove_person(user: User) -> None:
    """Remove a person who is in no account any more.

    Whoever once acted as staff keeps an empty row: the audit trail needs somebody to name.
    """
    forget_in_audit_trail(user)
    trail.forget(user)
    invitations.forget(user)
    if not LogEntry.objects.filter(user=user).exists():
        user.delete()
        return
    allauths = ("emailaddress_set", "authenticator_set", "socialaccount_set")
    for related in (user.sessions, user.api_keys, *(getattr(user, name) for name in allauths)):
        related.all().delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email, user.name = f"deleted-{user.pk}@invalid", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.last_login = None
    user.save()


def _steps(account_id: UUID) -> Iterator[Callable[[], bool]]:
    known = parts.in_order()
    for part in known:
        yield partial(part.stop, account_id)
    for part in known:
        yield partial(part.remove, account_id)
    for model in (UsageEntry, IdempotencyRecord):
        yield partial(parts.delete_some, model._base_manager.filter(account=account_id))


@transaction.atomic
def _finish(account_id: UUID) -> bool:
    # From here on nobody adds a row to the account; what a request that began before the closing
    # has added until now goes as well, with its files.
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        return True  # another worker was faster
    if any(step() for step in _steps(account_id)):
        return False
    if account.tryout_until is None:
        _keep_usage(account)
    people = list(User.objects.filter(memberships__account=account))
    forget_in_audit_trail(account)
    account.delete()
    call_log.forget(account_id)
    for user in people:
        remove_person(user)
    log.info("account.erased")
    return True


def _keep_usage(account: Account) -> None:
    """Keep one line of numbers, with nothing that leads back to anybody."""
    used = (
        UsageMonth.objects.filter(account=account, settled__gt=0)
        .order_by("operation")
        .values_list("operation")
        .annotate(Sum("settled"))
    )
    FormerAccount.objects.create(
        plan=account.plan_id,
        opened=month_of(account.created_at),
        closed=month_of(account.closed_at or timezone.now()),
        usage=dict(used),
    )


def forget_in_audit_trail(row: models.Model) -> None:
    """Take names and addresses out of what staff did to a row; that they did it stays."""
    kind = ContentType.objects.get_for_model(row)  # not of its type: pages give a lazy one
    LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).update(
        object_repr=GONE, change_message=""
    )
