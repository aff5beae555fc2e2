"""Who is asked about plans: a provider shows what they cost, and starts and takes back changes.

The one there is, `manual`, takes no money: it writes down what owners ask for, and the site's staff decide.
Another is a class with these methods and a line in `PROVIDERS`; BILLING_PROVIDER names the one in use.
"""

from __future__ import annotations

from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from accounts.billing import requests
from accounts.models import Account, Plan, PlanRequest, User


class BillingProvider(Protocol):
    """What pages and the API need of whoever bills."""

    name: str

    def price(self, plan: Plan) -> str:
        """What a plan costs, in words; empty where that isn't told."""
        ...

    def how_to_change(self) -> str:
        """Tell customers, in their language, what happens when they ask for another plan."""
        ...

    def start_change(
        self, account: Account, plan: Plan, *, user: User, words: str, pk: UUID | None = None
    ) -> PlanRequest:
        """Begin a change of plan. Raises AppError CONFLICT where one has begun."""
        ...

    def cancel(self, request: PlanRequest) -> None:
        """Take it back. Raises AppError CONFLICT where it is too late."""
        ...


class Manual:
    """The site's staff decide."""

    name = "manual"

    def price(self, plan: Plan) -> str:
        return plan.price

    def how_to_change(self) -> str:
        return gettext(
            "The staff of this site decide about it, and about how it is paid. Until they have, your plan stays as it is."
        )

    def start_change(
        self, account: Account, plan: Plan, *, user: User, words: str, pk: UUID | None = None
    ) -> PlanRequest:
        return requests.ask(account, plan, user=user, words=words, pk=pk)

    def cancel(self, request: PlanRequest) -> None:
        requests.withdraw(request)


PROVIDERS: Final[dict[str, BillingProvider]] = {"manual": Manual()}


def chosen() -> BillingProvider:
    """The provider that the setting BILLING_PROVIDER names."""
    return PROVIDERS[settings.BILLING_PROVIDER]
