"""Customers who are signed in at this door, and a queue that works at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access.demo import create_demo
from accounts.limits import quotas
from accounts.limits.operations import EDIT
from accounts.models import Account, User
from processing.worker import tasks
from tests.processing.compat.cropedly.client import CropedlyClient


@dataclass(frozen=True)
class Customer:
    account: Account
    user: User
    email: str
    password: str
    client: CropedlyClient
    session_token: str

    def used(self) -> int:
        [line] = [one for one in quotas.overview(self.account) if one.operation == EDIT]
        return line.used


def customer_on(plan: str) -> Customer:
    demo = create_demo(plan)
    client = CropedlyClient()
    client.login(demo.email, demo.password)
    return Customer(demo.account, demo.user, demo.email, demo.password, client, demo.session_token)


@pytest.fixture
def customer(db: None) -> Customer:
    return customer_on("pro")


@pytest.fixture
def enterprise(db: None) -> Customer:
    return customer_on("enterprise")


@pytest.fixture
def waiting(
    transactional_db: None, middle_model: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Callable[[], None]:
    """Nothing is worked on before it is called."""
    settings.COMPAT_WAIT_SECONDS = 0.0
    messages: list[None] = []
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: messages.append(None))

    def run() -> None:
        while messages:
            messages.pop()
            tasks.run_one_of_a_batch.fn()

    return run


@pytest.fixture
def at_once(
    transactional_db: None, middle_model: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.COMPAT_WAIT_SECONDS = 2.0
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)


def photo(side: int = 60, color: tuple[int, int, int] = (200, 20, 20)) -> bytes:
    """A grey JPEG with a square in the middle."""
    picture = Pillow.new("RGB", (side, side), (120, 120, 120))
    quarter = side // 4
    picture.paste(color, (quarter, quarter, side - quarter, side - quarter))
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()
