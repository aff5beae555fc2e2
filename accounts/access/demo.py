"""Accounts to try things with: every credential at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string

from accounts.access import api_keys
from accounts.models import Account, Plan, User
from accounts.services import account_of, register
from accounts.signing.sign_in import new_token
from config.errors import invalid


@dataclass(frozen=True)
class DemoAccount:
    email: str
    password: str
    plan: str
    session_token: str
    api_key: str
    account: Account
    user: User


def create_demo(plan: str | None = None) -> DemoAccount:
    """Create an account: verified e-mail, random password, signed in, with a key of every scope.

    Without a plan it gets that of demo accounts, the setting DEMO_ACCOUNT_PLAN.

    Raises AppError VALIDATION_ERROR for a plan that is not there.
    """
    plan = plan or settings.DEMO_ACCOUNT_PLAN
    if not Plan.objects.filter(slug=plan).exists():
        raise invalid("plan", f"There is no plan {plan!r}.")
    email = f"demo-{get_random_string(8).lower()}@example.com"
    password = get_random_string(16)
    with transaction.atomic():
        user = register(email, password=password, name="Demo seller", verified=True)
        account = account_of(user)
        account.plan_id = plan
        account.save(update_fields=["plan"])
        _, plain = api_keys.create(account, user, name="Demo key")
        token = new_token(user)
    return DemoAccount(email, password, plan, token, plain, account, user)
