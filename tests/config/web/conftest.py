"""A real web server, and sellers who call it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access.demo import create_demo
from accounts.models import Account
from processing.worker import runtime, tasks
from tests.stand_ins import MiddleModel
from tests.web_server import WebServer, running


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with running() as web:
        yield web


@dataclass(frozen=True)
class Customer:
    account: Account
    token: str
    api_key: str


@pytest.fixture
def customer(transactional_db: None) -> Customer:
    demo = create_demo("pro")
    return Customer(demo.account, demo.session_token, demo.api_key)


@pytest.fixture
def quick_work(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Messages are worked on the moment they are sent; the middle of a picture is its subject."""
    settings.COMPAT_WAIT_SECONDS = settings.DOOR_WAIT_SECONDS = 5.0
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


@pytest.fixture(scope="session")
def photo() -> bytes:
    picture = Pillow.new("RGB", (60, 40), (120, 120, 120))
    picture.paste((200, 20, 20), (15, 10, 45, 30))
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()
