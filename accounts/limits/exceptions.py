"""Exceptions to an account's limits, which staff make for a while, with a note why."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from accounts.models import LimitException

QUOTA, RATE = "quota:", "rate:"


def quota(account_id: UUID, operation: str) -> int | None:
    """How often a month the account may do this, where that isn't what its plan says."""
    return _newest(account_id, [f"{QUOTA}{operation}"]).get(f"{QUOTA}{operation}")


def quotas_of(account_id: UUID) -> dict[str, int]:
    """All of the account's exceptions to monthly limits, by operation."""
    found = _newest(account_id)
    return {name.removeprefix(QUOTA): n for name, n in found.items() if name.startswith(QUOTA)}


def rate(account_id: UUID, group: str) -> int | None:
    """How many requests of a group the account has in its time, where that isn't what its plan
    says."""
    return _newest(account_id, [f"{RATE}{group}"]).get(f"{RATE}{group}")


def _newest(account_id: UUID, limits: Iterable[str] | None = None) -> dict[str, int]:
    """What holds today. Of several for one limit it is the one made last."""
    rows = LimitException.objects.filter(account=account_id, until__gte=timezone.now().date())
    if limits is not None:
        rows = rows.filter(limit__in=limits)
    return dict(rows.order_by("pk").values_list("limit", "amount"))
