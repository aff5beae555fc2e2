"""Accounts and their members, plans and their limits, keys, sessions and usage."""

from accounts.models.access import ApiKey, RefreshToken, Session
from accounts.models.accounts import Account, FormerAccount, LimitException, Member, Role
from accounts.models.billing import (
    ChangeReason,
    ChangeState,
    PlanChange,
    PlanRequest,
    RequestState,
)
from accounts.models.people import User, UserManager, normalised_email
from accounts.models.plans import Plan, PlanLimit
from accounts.models.teams import Invitation, TeamAct, TeamEvent
from accounts.models.usage import IdempotencyRecord, QuotaNotice, UsageEntry, UsageMonth, UsageState
from accounts.models.web_origins import ProofMethod, WebOrigin

__all__ = [
    "Account",
    "ApiKey",
    "ChangeReason",
    "ChangeState",
    "FormerAccount",
    "IdempotencyRecord",
    "Invitation",
    "LimitException",
    "Member",
    "Plan",
    "PlanChange",
    "PlanLimit",
    "PlanRequest",
    "ProofMethod",
    "QuotaNotice",
    "RefreshToken",
    "RequestState",
    "Role",
    "Session",
    "TeamAct",
    "TeamEvent",
    "UsageEntry",
    "UsageMonth",
    "UsageState",
    "User",
    "UserManager",
    "WebOrigin",
    "normalised_email",
]
