"""Plan and usage: what is left, day by day, and what cost what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access.pages import page, signed_in
from accounts.limits import operations, quotas, usage_days
from accounts.pages import plan
from config.api.downloads import download

_HEIGHT = 100  # of the chart's tallest bar


@dataclass(frozen=True)
class UsageRow:
    """One kind of work this month; those never used come last and small."""

    title: str
    line: quotas.QuotaLine

    @property
    def is_low(self) -> bool:
        return 0 < self.line.remaining * 10 <= self.line.limit


@dataclass(frozen=True)
class Bar:
    """One day of the chart, drawn from below."""

    day: usage_days.Day
    x: int
    y: int
    height: int
    parts: list[tuple[str, int]]


@page
@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    rows = [
        UsageRow(str(operations.named(line.operation).title), line)
        for line in quotas.overview(caller.account)
    ]
    days = list(usage_days.days(caller.account.pk))
    bars = _bars(days)
    context = {
        "plan": caller.account.plan,
        **plan.shown(caller),
        "used": [row for row in rows if row.line.used],
        "unused": [row for row in rows if not row.line.used],
        "resets_at": rows[0].line.resets_at if rows else None,
        "bars": bars,
        "total": sum(day.used for day in days),
        "busy_days": [bar for bar in reversed(bars) if bar.day.used],
        "spent": usage_days.newest(caller.account.pk),
    }
    return render(request, "accounts/usage.html", context)


@page
@require_safe
def days_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All that was ever used, by day and operation."""
    caller, _ = signed_in(request)
    first, last = caller.account.created_at.date(), timezone.now().date()
    pieces = usage_days.as_csv(caller.account.pk, first, last)
    return download(request, pieces, name=f"usage-{first}-{last}.csv", media_type="text/csv")


def _bars(days: Sequence[usage_days.Day]) -> list[Bar]:
    most = max((day.used for day in days), default=0) or 1
    bars = []
    for number, day in enumerate(days):
        height = max(2, round(_HEIGHT * day.used / most)) if day.used else 0
        parts = [
            (str(operations.named(name).title), n) for name, n in sorted(day.by_operation.items())
        ]
        bars.append(Bar(day, x=number * 10, y=_HEIGHT - height, height=height, parts=parts))
    return bars
