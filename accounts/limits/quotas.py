"""Monthly quotas: reserve before the work, settle when it is done, release when it came to nothing.

Exactness comes from one guarded UPDATE: the database itself compares and adds, so however many
ask at once, the last unit is given once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.limits import exceptions, operations, quota_mail
from accounts.models import Account, PlanLimit, UsageEntry, UsageMonth, UsageState
from config.errors import AppError


@dataclass(frozen=True)
class QuotaLine:
    """One operation's standing this month."""

    operation: str
    limit: int
    used: int
    remaining: int
    resets_at: datetime


def month_of(moment: datetime) -> str:
    # In UTC, as `timezone.now()` is, and as the date on which the quota starts again.
    return moment.strftime("%Y-%m")


def reserve(account: Account, operation: str, *, job_id: UUID, amount: int = 1) -> None:
    """Take ``amount`` units for a job. Raises AppError QUOTA_EXCEEDED where they are not there.

    A job that holds units already is not charged again; one whose units went back (a failed job
    that is tried again) takes them anew. What is not metered needs none.
    """
    if not operations.named(operation).metered:
        return
    limit = _limit(account, operation)
    entry = UsageEntry(
        job_id=job_id,
        account=account,
        operation=operation,
        month=month_of(timezone.now()),
        amount=amount,
    )
    try:
        with transaction.atomic():
            if _needs_units(job_id):
                _take(entry, limit=limit)
                _note(entry)
    except IntegrityError:
        # Somebody reserved for the same job in the same moment, and theirs counts.
        if not UsageEntry.objects.filter(job_id=job_id).exists():
            raise


def reserve_many(account: Account, operation: str, *, job_ids: Sequence[UUID]) -> None:
    """Take a unit for each of several new jobs, or none for any. Raises AppError QUOTA_EXCEEDED."""
    if not job_ids or not operations.named(operation).metered:
        return
    limit, month = _limit(account, operation), month_of(timezone.now())
    with transaction.atomic():
        whole = UsageEntry(account=account, operation=operation, month=month, amount=len(job_ids))
        _take(whole, limit=limit)
        UsageEntry.objects.bulk_create(
            UsageEntry(job_id=job_id, account=account, operation=operation, month=month)
            for job_id in job_ids
        )


def is_held(job_id: UUID) -> bool:
    """Whether a job holds units, or has used them: then there is none to ``reserve``."""
    rows = UsageEntry.objects.filter(job_id=job_id)
    return rows.exclude(state=UsageState.RELEASED).exists()


def settle(job_id: UUID) -> None:
    """Count what was reserved as used, as the job completed. Harmless when repeated."""
    _end(job_id, UsageState.SETTLED)


def release(job_id: UUID) -> None:
    """Give back what was reserved, as the job failed or was cancelled. Harmless when repeated."""
    _end(job_id, UsageState.RELEASED)


@transaction.atomic
def give_back(job_id: UUID) -> int:
    """Give back what a completed job was charged, as staff decide; how many units, 0 where none were."""
    rows = UsageEntry.objects.filter(job_id=job_id, state=UsageState.SETTLED)
    if not rows.update(state=UsageState.RELEASED, ended_at=timezone.now()):
        return 0
    entry = UsageEntry.objects.get(job_id=job_id)
    UsageMonth.objects.filter(
        account=entry.account_id, operation=entry.operation, month=entry.month
    ).update(settled=F("settled") - entry.amount)
    return entry.amount


def overview(account: Account) -> list[QuotaLine]:
    """List every operation of the account's plan, with what is left of it this month.

    Where staff made an exception, it is the limit.
    """
    now = timezone.now()
    used = used_this_month(account)
    by_plan = PlanLimit.objects.filter(plan=account.plan_id).values_list("operation", "monthly")
    limits = dict(by_plan) | exceptions.quotas_of(account.pk)
    return [
        QuotaLine(
            operation=operation,
            limit=limit,
            used=used.get(operation, 0),
            # More may be used than the plan allows, after a plan was changed for a smaller one.
            remaining=max(0, limit - used.get(operation, 0)),
            resets_at=_next_month(now),
        )
        for operation, limit in sorted(limits.items())
    ]


def used_this_month(account: Account) -> dict[str, int]:
    """How often each operation was used, jobs in progress included."""
    rows = UsageMonth.objects.filter(account=account, month=month_of(timezone.now()))
    return {row.operation: row.reserved + row.settled for row in rows}


def _limit(account: Account, operation: str) -> int:
    exception = exceptions.quota(account.pk, operation)
    if exception is not None:
        return exception
    found = PlanLimit.objects.filter(plan=account.plan_id, operation=operation).first()
    if found is None:
        sentence = gettext("Your plan does not include {}.")
        raise _exceeded("Your plan does not include {}.", operation, on_pages=sentence)
    return found.monthly


def _exceeded(sentence: str, operation: str, *, on_pages: str) -> AppError:
    """Name the operation for programs as the API spells it, and on pages in words of the reader."""
    return AppError(
        "QUOTA_EXCEEDED",
        sentence.format(operation),
        status=403,
        page_message=on_pages.format(operations.named(operation).in_sentence),
    )


def _needs_units(job_id: UUID) -> bool:
    entry = UsageEntry.objects.select_for_update().filter(job_id=job_id).first()
    return entry is None or entry.state == UsageState.RELEASED


def _take(entry: UsageEntry, *, limit: int) -> None:
    row = {"account": entry.account, "operation": entry.operation, "month": entry.month}
    # settled + reserved + amount <= limit, on the row as it is when the UPDATE comes to it: a sum
    # that was read here first could be out of date by then.
    room = UsageMonth.objects.filter(**row, reserved__lte=limit - entry.amount - F("settled"))
    taken = room.update(reserved=F("reserved") + entry.amount)
    if not taken:  # the month's first, perhaps
        # Of two that insert it at once one is ignored, and both go on to the UPDATE.
        UsageMonth.objects.bulk_create([UsageMonth(**row)], ignore_conflicts=True)
        taken = room.update(reserved=F("reserved") + entry.amount)
    if taken:
        quota_mail.note(entry, limit)
    else:
        day = date_format(_next_month(timezone.now()), "DATE_FORMAT")
        sentence = gettext("Monthly limit reached for {}. It starts again on %s.") % day
        raise _exceeded("Monthly limit reached for {}.", entry.operation, on_pages=sentence)


def _note(entry: UsageEntry) -> None:
    released = UsageEntry.objects.filter(job_id=entry.job_id, state=UsageState.RELEASED)
    if not released.update(
        month=entry.month,
        amount=entry.amount,
        state=UsageState.RESERVED,
        created_at=entry.created_at,
        ended_at=None,
    ):
        # Never an UPDATE: a second row for the job must break the unique constraint instead.
        entry.save(force_insert=True)


@transaction.atomic(savepoint=False)
def _end(job_id: UUID, state: UsageState) -> None:
    """End an entry. Only the one call that changes its state moves the month's numbers."""
    changed = UsageEntry.objects.filter(job_id=job_id, state=UsageState.RESERVED).update(
        state=state, ended_at=timezone.now()
    )
    if not changed:
        return
    entry = UsageEntry.objects.get(job_id=job_id)
    settled = entry.amount if state == UsageState.SETTLED else 0
    # The month that the units came from, which may be over by now.
    UsageMonth.objects.filter(
        account=entry.account_id, operation=entry.operation, month=entry.month
    ).update(reserved=F("reserved") - entry.amount, settled=F("settled") + settled)


def _next_month(moment: datetime) -> datetime:
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if first.month == 12:
        return first.replace(year=first.year + 1, month=1)
    return first.replace(month=first.month + 1)
