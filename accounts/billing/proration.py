"""What a change of plan in the middle of a month does to that month's limits.

A larger limit holds at once and in full; what is used counts against it. Of a smaller one there is its
share of the days that are left, on top of what is used: never less than an account has that was on the
smaller plan all month, never more than it had before. Days are counted in UTC, and today is one of them.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from accounts.limits import exceptions, operations, quotas
from accounts.models import Account, LimitException, Plan


@dataclass(frozen=True)
class Line:
    """One operation's limit before a change, for the rest of the month, and from the next month on."""

    operation: str
    used: int
    before: int
    now: int
    later: int
    is_exception: bool = False  # by staff: a change of plan leaves it alone

    @property
    def title(self) -> str:
        return str(operations.named(self.operation).title)


def lines(account: Account, plan: Plan, day: date, *, at_once: bool = True) -> list[Line]:
    """What changing to ``plan`` comes to, for each operation of either plan.

    Without ``at_once`` it is at the month's end, and leaves this month as it is.
    """
    given = {line.operation: line for line in quotas.overview(account)}
    monthly = dict(plan.limits.values_list("operation", "monthly"))
    own = LimitException.objects.filter(account=account, change=None, until__gte=day)
    excepted = {name.removeprefix(exceptions.QUOTA) for name in own.values_list("limit", flat=True)}
    # What an operation came to that the plan doesn't have is not in the overview.
    used = quotas.used_this_month(account)
    found = []
    for operation in sorted(given.keys() | monthly.keys()):
        line = given.get(operation)
        before = line.limit if line else 0
        so_far, later = used.get(operation, 0), monthly.get(operation, 0)
        is_exception = operation in excepted
        now = before if is_exception or not at_once else _prorated(before, so_far, later, day)
        found.append(Line(operation, so_far, before, now, later, is_exception))
    return found


def last_day(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _prorated(before: int, used: int, monthly: int, day: date) -> int:
    if monthly >= before:
        return monthly
    days = last_day(day).day
    share = -(-monthly * (days - day.day + 1) // days)  # rounded up
    return min(before, max(monthly, used + share))
