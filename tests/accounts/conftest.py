"""People and programs to try the doors with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts import services
from accounts.access import api_keys
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account, PlanLimit, User
from accounts.signing.sign_in import new_token

PASSWORD = "a long and quiet sentence"


@dataclass(frozen=True)
class Seller:
    """A registered user with a token, and a client that sends it."""

    user: User
    account: Account
    token: str
    client: APIClient

    def key_client(self, **options: object) -> APIClient:
        _, plain = api_keys.create(self.account, self.user, name="test", **options)
        return APIClient(headers={"x-api-key": plain})


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _one_metered_operation(request: pytest.FixtureRequest) -> None:
    """Quotas are told by one operation here; more would only repeat it."""
    wanted = {"db", "transactional_db"} & set(request.fixturenames)
    if wanted:
        request.getfixturevalue(max(wanted))  # tables first
        PlanLimit.objects.exclude(operation=REMOVE_BACKGROUND).delete()


@pytest.fixture
def make_seller(db: None) -> Callable[..., Seller]:
    def make(email: str = "ada@example.com", *, plan: str = "free") -> Seller:
        user = services.register(email, password=PASSWORD, name="Ada")
        account = services.account_of(user)
        Account.objects.filter(pk=account.pk).update(plan=plan)
        token = new_token(user)
        client = APIClient(headers={"Authorization": f"Bearer {token}"})
        return Seller(user, services.account_of(user), token, client)

    return make


@pytest.fixture
def seller(make_seller: Callable[..., Seller]) -> Seller:
    return make_seller()


@pytest.fixture
def stranger(make_seller: Callable[..., Seller]) -> Seller:
    return make_seller("eve@example.com")


@pytest.fixture
def api() -> APIClient:
    """Nobody in particular."""
    return APIClient()
