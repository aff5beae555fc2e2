"""Sellers with keys, and an engine with a network that always sees the middle, working at once."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access import api_keys
from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account
from processing.worker import runtime, tasks
from tests.processing.compat.removebg.client import RemoveBgClient
from tests.stand_ins import MiddleModel


@dataclass(frozen=True)
class Shop:
    account: Account
    caller: Caller
    key: str
    client: RemoveBgClient

    @property
    def used(self) -> int:
        return {line.operation: line.used for line in quotas.overview(self.account)}[
            REMOVE_BACKGROUND
        ]


def shop_on(plan: str) -> Shop:
    demo = create_demo(plan)
    _, key = api_keys.create(demo.account, demo.user, name="Shop")
    return Shop(demo.account, Caller(demo.account, demo.user), key, RemoveBgClient(key))


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_on("pro")


def photo(size: tuple[int, int] = (80, 60), kind: str = "JPEG") -> bytes:
    """Grey with a red rectangle in the middle half."""
    picture = Pillow.new("RGB", size, (120, 120, 120))
    picture.paste((200, 20, 20), (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    out = BytesIO()
    picture.save(out, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return out.getvalue()


@pytest.fixture
def working(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    settings.COMPAT_WAIT_SECONDS = 5.0
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)
