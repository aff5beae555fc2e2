"""Notes who did what about the people of an account, in the transaction that does it."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.http import Caller
from accounts.models import Account, TeamAct, TeamEvent, User


def note(
    caller: Caller,
    act: TeamAct,
    *,
    user: User | None = None,
    email: str = "",
    role: str = "",
    keys: int | None = None,
) -> None:
    TeamEvent.objects.create(
        account=caller.account,
        by=caller.user,
        act=act,
        user=user,
        email=email,
        role=role,
        keys=keys,
    )


def of(account: Account) -> QuerySet[TeamEvent]:
    """Its lines, the newest first."""
    return TeamEvent.objects.filter(account=account).select_related("by", "user")


def forget(user: User) -> None:
    """Name a person no longer who is deleted; that something was done stays."""
    TeamEvent.objects.filter(email=user.email).update(email="")
