"""What each app gives an account of its own data, to take away; entered in its AppConfig.ready, as nothing
here may import the apps above."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.models import Account, Invitation, Session, TeamEvent, UsageMonth


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of the data: text of its own, or what is stored under a ``key``."""

    name: str
    text: bytes = b""
    key: str = ""
    made_at: datetime = field(default_factory=timezone.now)


Source = Callable[[UUID], Iterator[DataFile]]
_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Enter what an app gives. Raises ValueError where another one has its name."""
    if _SOURCES.setdefault(name, source) is not source:
        raise ValueError(f"There is another source called {name}.")


def files_of(account_id: UUID) -> Iterator[DataFile]:
    """Everything that an account has, app by app; read while it is written."""
    for source in list(_SOURCES.values()):
        yield from source(account_id)


def as_json(name: str, told: object) -> DataFile:
    """A file for people and programs."""
    text = json.dumps(told, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    return DataFile(name, text.encode())


def of_account(account_id: UUID) -> Iterator[DataFile]:
    """Who is in the account and how they came, its plan, keys without their secrets, and what was used."""
    account = Account.objects.select_related("plan").get(pk=account_id)
    yield as_json(
        "account.json",
        {
            "id": account.public_id,
            "name": account.name,
            "plan": account.plan.name,
            "currency": account.currency,
            "createdAt": account.created_at,
            "people": [_person(member) for member in account.memberships.select_related("user")],
            "keys": list(
                account.api_keys.values(
                    *("name", "scopes", "enabled", "expires_at", "last_used_at", "created_at")
                )
            ),
            "invitations": [
                _invitation(one) for one in account.invitations.select_related("invited_by")
            ],
            "changesOfMembers": [
                _team_event(one) for one in account.team_events.select_related("by", "user")
            ],
            "planChanges": list(
                account.plan_changes.values(
                    "before_name", "after_name", "state", "at", "grace_until"
                )
            ),
            "planRequests": list(
                account.plan_requests.values(
                    *("plan_name", "words", "state", "answer", "created_at", "decided_at")
                )
            ),
            "webOrigins": list(account.web_origins.values_list("origin", flat=True)),
            "sessions": list(
                Session.objects.filter(user__memberships__account=account).values(
                    "user_agent", "ip", "created_at", "last_used_at"
                )
            ),
        },
    )
    months = UsageMonth.objects.filter(account=account).order_by("month", "operation")
    yield as_json("usage.json", list(months.values("month", "operation", "settled")))


def _invitation(one: Invitation) -> dict[str, Any]:
    return {
        "email": one.email,
        "role": one.role,
        "invitedBy": one.invited_by.email if one.invited_by else None,
        "createdAt": one.created_at,
        "expiresAt": one.expires_at,
        "acceptedAt": one.accepted_at,
        "revokedAt": one.revoked_at,
    }


def _team_event(one: TeamEvent) -> dict[str, Any]:
    """One line of who did what; whoever was deleted since is null."""
    return {
        "at": one.at,
        "act": one.act,
        "by": one.by.email if one.by else None,
        "person": one.user.email if one.user else one.email or None,
        "role": one.role or None,
        "apiKeys": one.keys,
    }


def _person(member: Any) -> dict[str, Any]:
    user = member.user
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "role": member.role,
        "joinedAt": user.date_joined,
        "signsInWith": [
            {
                "provider": one.provider,
                "email": one.extra_data.get("email"),
                "since": one.date_joined,
            }
            for one in user.socialaccount_set.order_by("pk")
        ],
        "secondFactors": [
            {
                "kind": one.type,
                "name": str(one),
                "since": one.created_at,
                "lastUsed": one.last_used_at,
            }
            for one in user.authenticator_set.order_by("pk")
        ],
    }
