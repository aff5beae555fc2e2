"""Sellers who are signed in at this door, a queue that works at once, and an easy model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.access.demo import create_demo
from accounts.limits import quotas
from accounts.models import Account, User
from media_library.intake.ingest import ingest
from media_library.models import Background, Image
from processing.engine.backdrops.provider import Backdrop
from processing.engine.errors import ModelNotInstalled
from processing.worker import runtime, tasks
from tests.processing.compat.backgroundfx.client import BackgroundfxClient


@dataclass(frozen=True)
class Studio:
    """A customer of this door."""

    account: Account
    user: User
    email: str
    password: str
    client: BackgroundfxClient

    def used(self, operation: str) -> int:
        lines = {line.operation: line.used for line in quotas.overview(self.account)}
        return lines[operation]

    def image(self, data: bytes) -> Image:
        return ingest(self.account, data, name="shoe.jpg")

    def background(self, color: tuple[int, int, int] = (0, 128, 255), **more: Any) -> Background:
        image = ingest(self.account, flat((60, 40), color), name="wall.png")
        more.setdefault("name", "Wall")
        return Background.objects.create(account=self.account, image=image, **more)


def studio_on(plan: str = "free") -> Studio:
    demo = create_demo(plan)
    client = BackgroundfxClient()
    client.login(demo.email, demo.password)
    return Studio(demo.account, demo.user, demo.email, demo.password, client)


@pytest.fixture
def studio(db: None) -> Studio:
    return studio_on()


@pytest.fixture
def stranger(db: None) -> Studio:
    return studio_on()


def photo(size: tuple[int, int] = (60, 40), color: tuple[int, int, int] = (200, 20, 20)) -> bytes:
    """A grey JPEG with a rectangle in the middle."""
    picture = Pillow.new("RGB", size, (120, 120, 120))
    picture.paste(color, (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    return _written(picture, "JPEG")


def flat(size: tuple[int, int], color: tuple[int, int, int]) -> bytes:
    return _written(Pillow.new("RGB", size, color), "PNG")


def _written(picture: Pillow.Image, format: str) -> bytes:
    out = BytesIO()
    picture.save(out, format, quality=95)
    return out.getvalue()


@dataclass
class MiddleModel:
    """Stands in for the networks: the middle half of any picture is the subject, softly edged.

    Only those in ``installed`` can be used; ``asked`` remembers which were.
    """

    installed: set[str] = field(default_factory=lambda: {"fast", "high"})
    asked: list[str] = field(default_factory=list)

    def resolve(self, name: str) -> str:
        return name

    def provider(self, name: str) -> str:
        return f"rembg/{name}"

    def side(self, name: str) -> int:
        return 64

    def check(self, name: str) -> None:
        if name not in self.installed:
            raise ModelNotInstalled(f"The model {name} is not installed here.")

    def version(self, name: str) -> str:
        return name

    def matte(self, name: str, rgb: Any) -> Any:
        self.asked.append(name)
        matte = np.zeros((32, 32), np.float32)
        matte[7:25, 7:25] = 0.5
        matte[8:24, 8:24] = 1.0
        return matte


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> MiddleModel:
    found = MiddleModel()
    monkeypatch.setattr(runtime, "registry", lambda: found)
    return found


@pytest.fixture
def quick_queue(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, models: MiddleModel
) -> MiddleModel:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    settings.COMPAT_WAIT_SECONDS = 2.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    return models


@pytest.fixture
def run_queue(quick_queue: MiddleModel, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets batches wait until it is called."""
    waiting: list[None] = []
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: waiting.append(None))

    def run() -> None:
        while waiting:
            waiting.pop()
            tasks.run_one_of_a_batch.fn()

    return run


@dataclass
class Painter:
    """Stands in for the studio: a small picture of one color, whatever it was asked for."""

    name: str = "studio"
    asked: list[Any] = field(default_factory=list)
    fails: Exception | None = None

    def generate(self, request: Any) -> Any:
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails
        return Backdrop(np.full((9, 16, 3), (10, 200, 90), np.uint8), self.name, request.seed)


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    found = Painter()
    monkeypatch.setattr(runtime, "provider", lambda name: found)
    return found


def pixels(data: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Pillow.open(BytesIO(data)))
