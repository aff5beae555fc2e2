"""Photographers with keys, a queue that works at once, and the photo of a room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.access import api_keys
from accounts.access.demo import create_demo
from accounts.limits import quotas
from accounts.models import Account
from processing.worker import tasks
from tests.processing.compat.autoenhance.client import RoomClient
from tests.processing.engine.room.drawn import room


@dataclass(frozen=True)
class Studio:
    account: Account
    key: str
    client: RoomClient

    @property
    def used(self) -> int:
        return {line.operation: line.used for line in quotas.overview(self.account)}["enhance"]


def studio_on(plan: str) -> Studio:
    demo = create_demo(plan)
    _, key = api_keys.create(demo.account, demo.user, name="Studio")
    return Studio(demo.account, key, RoomClient(key))


@pytest.fixture
def studio(db: None) -> Studio:
    return studio_on("pro")


@pytest.fixture
def other(db: None) -> Studio:
    return studio_on("pro")


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A dark photo of a room, wider than previews are."""
    pixels = (room((1500, 900), finer=1) * 0.5).astype(np.uint8)
    out = BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="session")
def small_photo() -> bytes:
    pixels = (room((150, 100)) * 0.5).astype(np.uint8)
    out = BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture
def quick_queue(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[None]:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    settings.COMPAT_WAIT_SECONDS = 5.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)
    return


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(BytesIO(data))


def path_of(url: str) -> str:
    return urlsplit(url).path
