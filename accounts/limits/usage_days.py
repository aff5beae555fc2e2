"""What an account used, by day and entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.limits import operations
from accounts.models import UsageEntry, UsageState

DAYS = 30
_LINES = 500


@dataclass(frozen=True)
class Day:
    """One day (UTC) and what was used on it, given back not counted."""

    day: date
    used: int
    by_operation: dict[str, int]


def days(account_id: UUID) -> list[Day]:
    """List the last days, the oldest first, also those without any use."""
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    rows = (
        UsageEntry.objects.filter(
            account=account_id, created_at__gte=datetime.combine(first, time(), UTC)
        )
        .exclude(state=UsageState.RELEASED)
        .annotate(day=TruncDate("created_at"))
        .values_list("day", "operation")
        .annotate(used=Sum("amount"))
        .order_by()
    )
    found: dict[date, dict[str, int]] = {}
    for day, operation, used in rows:
        found.setdefault(day, {})[operation] = used
    every = (first + timedelta(days=n) for n in range(DAYS))
    return [Day(day, sum(found.get(day, {}).values()), found.get(day, {})) for day in every]


def rows(account_id: UUID, first: date, last: date) -> Iterator[tuple[date, str, int]]:
    """What was used on each day from ``first`` to ``last`` (UTC) of each operation, read piece by piece."""
    entries = UsageEntry.objects.filter(
        account=account_id,
        created_at__gte=datetime.combine(first, time(), UTC),
        created_at__lt=datetime.combine(last, time(), UTC) + timedelta(days=1),
    ).exclude(state=UsageState.RELEASED)
    counted = entries.annotate(day=TruncDate("created_at")).values_list("day", "operation")
    summed = counted.annotate(used=Sum("amount")).order_by("day", "operation")
    yield from summed.iterator(chunk_size=1000)


def as_csv(account_id: UUID, first: date, last: date) -> Iterator[bytes]:
    """The same as a file for spreadsheets, some lines at a time: each piece is a way between threads."""
    yield b"day,operation,used\r\n"
    found = rows(account_id, first, last)
    while some := list(islice(found, _LINES)):
        yield "".join(f"{day},{operation},{used}\r\n" for day, operation, used in some).encode()


@dataclass(frozen=True)
class Spent:
    """One piece of work and what it took from the month's allowance."""

    entry: UsageEntry
    title: str


def newest(account_id: UUID, *, most: int = 20) -> list[Spent]:
    """List what was charged last, with what was given back."""
    rows = UsageEntry.objects.filter(account=account_id)[:most]
    return [Spent(entry, str(operations.named(entry.operation).title)) for entry in rows]
