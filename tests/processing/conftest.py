"""Sellers with pictures, a queue that works at once, and a model that sees what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account
from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job
from processing.services import jobs
from processing.worker import tasks


@dataclass(frozen=True)
class Seller:
    account: Account
    caller: Caller
    client: APIClient

    def image(self, data: bytes) -> Image:
        return ingest(self.account, data, name="shoe.jpg")

    def used(self) -> int:
        return self.used_of(REMOVE_BACKGROUND)

    def used_of(self, operation: str) -> int:
        [line] = [x for x in quotas.overview(self.account) if x.operation == operation]
        return line.used


def _seller(plan: str = "free") -> Seller:
    demo = create_demo(plan)
    client = APIClient(headers={"Authorization": f"Bearer {demo.session_token}"})
    return Seller(demo.account, Caller(demo.account, demo.user), client)


@pytest.fixture
def owner(db: None) -> Seller:
    return _seller()


@pytest.fixture
def stranger(db: None) -> Seller:
    return _seller()


def photo(size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A grey JPEG with a red rectangle in the middle."""
    picture = Pillow.new("RGB", size, (120, 120, 120))
    box = (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4)
    picture.paste((200, 20, 20), box)
    out = BytesIO()
    picture.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


@pytest.fixture
def image(owner: Seller) -> Image:
    return owner.image(photo())


class MiddleModel:
    """Stands in for a network: the middle half of any picture is the subject, without a doubt."""

    def resolve(self, name: str) -> str:
        return "middle"

    def check(self, name: str) -> None:
        return None

    def version(self, name: str) -> str:
        return "middle 1"

    def matte(self, name: str, rgb: Any) -> Any:
        matte = np.zeros((32, 32), np.float32)
        matte[8:24, 8:24] = 1.0
        return matte


@pytest.fixture
def middle_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)


@pytest.fixture
def quick_queue(
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    settings.DOOR_WAIT_SECONDS = 5.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


@pytest.fixture
def submit(owner: Seller, image: Image) -> Callable[..., Job]:
    def send(**options: Any) -> Job:
        return jobs.submit(owner.caller, RemoveBackground(plan=CutoutPlan(**options)), source=image)

    return send
