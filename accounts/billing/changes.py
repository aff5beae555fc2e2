"""Changes an account's plan: at once, at the month's end, or when it has not been paid for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.billing import proration, telling
from accounts.limits import exceptions
from accounts.models import (
    Account,
    ChangeReason,
    ChangeState,
    LimitException,
    Plan,
    PlanChange,
    PlanRequest,
    RequestState,
    User,
)
from accounts.services import one_at_a_time
from config.errors import AppError

_MOST: Final = 2**31 - 1  # what a limit's column holds
log = structlog.get_logger(__name__)


class When(StrEnum):
    """When a change takes effect."""

    NOW = "now"
    MONTH_END = "month-end"
    UNPAID = "unpaid"  # when the grace for paying is over


def moment_of(when: When, now: datetime) -> datetime:
    """When a change that is asked for now takes effect."""
    if when is When.NOW:
        return now
    if when is When.MONTH_END:
        after = proration.last_day(now.date()) + timedelta(days=1)
    else:
        after = now.date() + timedelta(days=settings.PLAN_GRACE_DAYS + 1)
    return datetime.combine(after, time(), UTC)


def change(
    account: Account,
    plan: Plan,
    *,
    when: When = When.NOW,
    by: User | None = None,
    note: str = "",
    request: PlanRequest | None = None,
) -> PlanChange:
    """Change the plan, or plan to; what was planned before is not done any more.

    Raises AppError CONFLICT (`check`), and ACCOUNT_DELETED.
    """
    with transaction.atomic():
        row = _locked(account)
        check(row, plan, when)
        cancel_planned(row)
        reason = ChangeReason.REQUEST if request is not None else ChangeReason.STAFF
        made = PlanChange(
            account=row,
            before=row.plan,
            before_name=row.plan.name,
            after=plan,
            after_name=plan.name,
            reason=ChangeReason.UNPAID if when is When.UNPAID else reason,
            note=note,
            state=ChangeState.DONE if when is When.NOW else ChangeState.PLANNED,
            at=moment_of(when, timezone.now()),
            created_by=by,
        )
        if when is When.NOW:
            _carry_out(row, made, timezone.now().date())
        else:
            made.save()
            telling.of_change(made, "planned")
        _answer_requests(made, by)
    account.plan = row.plan
    return made


def check(account: Account, plan: Plan, when: When) -> None:
    """Raises AppError CONFLICT for the plan that the account has, and where not paying would lead to a
    larger one."""
    if account.plan_id == plan.pk:
        raise AppError("CONFLICT", f"The account is on {plan.name} already.", status=409)
    if when is When.UNPAID and not _is_smaller(account.plan, plan):
        message = f"{plan.name} isn't smaller than the plan that isn't paid, {account.plan.name}."
        raise AppError("CONFLICT", message, status=409)


def cancel_planned(account: Account) -> int:
    """Not do what was planned; how many changes there were, which is one or none."""
    planned = PlanChange.objects.filter(account=account, state=ChangeState.PLANNED)
    return planned.update(state=ChangeState.CANCELLED)


def run_due() -> int:
    """Do what was planned for a moment that has come, and tell of graces that are over; how many."""
    now = timezone.now()
    due = PlanChange.objects.filter(state=ChangeState.PLANNED, at__lte=now)
    done = sum(_run(pk) for pk in due.order_by("at").values_list("pk", flat=True)[:100])
    over = PlanChange.objects.select_related("account").filter(
        grace_until__lt=now.date(), grace_told=False
    )
    for one in over[:100]:
        if PlanChange.objects.filter(pk=one.pk, grace_told=False).update(grace_told=True):
            done += 1
            # Not of one that a later change has overtaken.
            if one.account.closed_at is None and _last_done(one.account_id) == one.pk:
                telling.of_change(one, "grace-over")
    return done


@dataclass(frozen=True, slots=True)
class Standing:
    """What is planned for an account's plan; and its last change, as long as what the plan before it gave
    stays readable."""

    planned: PlanChange | None
    grace: PlanChange | None


def standing_of(account: Account) -> Standing:
    """Ask once for what pages and programs show beside the plan."""
    rows = PlanChange.objects.filter(
        account=account, state__in=(ChangeState.PLANNED, ChangeState.DONE)
    )
    found = list(rows.select_related("before").order_by("-at", "-pk"))
    planned = next((one for one in found if one.state == ChangeState.PLANNED), None)
    last = next((one for one in found if one.state == ChangeState.DONE), None)
    today = timezone.now().date()
    is_grace = last is not None and last.grace_until is not None and last.grace_until >= today
    return Standing(planned, last if is_grace else None)


def grace_of(account: Account) -> PlanChange | None:
    """The last change, as long as what the plan before it gave stays readable."""
    return standing_of(account).grace


def readable_plans(account: Account) -> set[str]:
    """The plans whose APIs and pictures the account may still read: its own, and in a grace the last."""
    grace = grace_of(account)
    return {account.plan_id, *([grace.before_id] if grace and grace.before_id else [])}


def grace_days(before: Plan, after: Plan) -> int:
    """How long what the plan before gives stays readable after a change."""
    return settings.PLAN_GRACE_DAYS if _is_smaller(before, after) else 0


def _run(pk: int) -> bool:
    with transaction.atomic():
        # The account first, as whoever changes its plan at this moment does.
        its = PlanChange.objects.filter(pk=pk).values("account")
        row = one_at_a_time(Account.objects.filter(pk__in=its)).first()
        rows = PlanChange.objects.filter(pk=pk, state=ChangeState.PLANNED)
        one = rows.select_related("after").first()
        if row is None or one is None:
            return False  # another clock was faster, or staff took it back
        if row.closed_at or one.after is None or row.plan_id == one.after_id:
            rows.update(state=ChangeState.CANCELLED)
            return False
        _carry_out(row, one, timezone.now().date())
    return True


def _carry_out(row: Account, made: PlanChange, today: date) -> None:
    """Give the locked account its plan, with this month's limits prorated, and its grace."""
    before, after = row.plan, made.after
    assert after is not None  # noqa: S101 - both callers have looked
    # What was agreed for the beginning of a month takes no part of it away.
    is_agreed = made.state == ChangeState.PLANNED and made.at.day == 1
    prorated = [] if is_agreed else proration.lines(row, after, today)
    LimitException.objects.filter(account=row, change__isnull=False).delete()
    made.state, made.at = ChangeState.DONE, timezone.now()
    if days := grace_days(before, after):
        made.grace_until = today + timedelta(days=days)
    made.save()
    note = f"The rest of the month after {made.before_name}"
    LimitException.objects.bulk_create(
        LimitException(
            account=row,
            limit=f"{exceptions.QUOTA}{line.operation}",
            amount=min(line.now, _MOST),
            until=proration.last_day(today),
            note=note,
            change=made,
        )
        for line in prorated
        if line.now != line.later and not line.is_exception
    )
    row.plan = after
    row.save(update_fields=["plan"])
    log.info("account.plan_changed", account_id=str(row.pk), plan=after.pk)
    telling.of_change(made, "changed")


def _last_done(account_id: UUID) -> int | None:
    done = PlanChange.objects.filter(account=account_id, state=ChangeState.DONE)
    return done.order_by("-at", "-pk").values_list("pk", flat=True).first()


def _is_smaller(before: Plan, after: Plan) -> bool:
    return (after.position, after.slug) < (before.position, before.slug)


def _answer_requests(made: PlanChange, by: User | None) -> None:
    """A request for what was decided just now is granted by it, whoever asked and whoever decided."""
    PlanRequest.objects.filter(
        account=made.account, plan=made.after, state=RequestState.OPEN
    ).update(state=RequestState.GRANTED, decided_by=by, decided_at=timezone.now())


def _locked(account: Account) -> Account:
    rows = Account.objects.filter(pk=account.pk, closed_at=None)
    row = one_at_a_time(rows).first()
    if row is None:
        raise AppError("ACCOUNT_DELETED", "This account was deleted.", status=403)
    return row
