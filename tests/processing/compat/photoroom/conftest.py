"""Sellers with keys, a queue that works at once, and an engine that draws what it was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access import api_keys
from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.limits import quotas
from accounts.models import Account
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.edit import EditPlan
from processing.engine.rendered import Rendered
from processing.worker import runtime, tasks
from processing.worker.making import edits
from tests.processing.compat.photoroom.client import PhotoroomClient
from tests.stand_ins import MiddleModel

_PILLOW = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif"}


@dataclass(frozen=True)
class Shop:
    account: Account
    caller: Caller
    key: str
    client: PhotoroomClient

    @property
    def sandbox(self) -> PhotoroomClient:
        return PhotoroomClient(f"sandbox_{self.key}")

    def used(self, operation: str) -> int:
        lines = {line.operation: line.used for line in quotas.overview(self.account)}
        return lines[operation]


def shop_on(plan: str) -> Shop:
    demo = create_demo(plan)
    _, key = api_keys.create(demo.account, demo.user, name="Shop")
    return Shop(demo.account, Caller(demo.account, demo.user), key, PhotoroomClient(key))


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_on("pro")


@pytest.fixture
def free_shop(db: None) -> Shop:
    return shop_on("free")


def photo(size: tuple[int, int] = (60, 40), color: tuple[int, int, int] = (200, 20, 20)) -> bytes:
    """A grey JPEG with a rectangle in the middle."""
    picture = Pillow.new("RGB", size, (120, 120, 120))
    picture.paste(color, (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


@dataclass
class Drawn:
    """One call of the stand-in for the engine."""

    source: bytes
    plan: EditPlan
    watermark: bool
    others: dict[str, bytes]


@dataclass
class DrawingEngine:
    """Draws the background's color at the plan's size, and remembers what it was asked for.

    ``tells`` goes into every answer, as the engine would have found it out.
    """

    calls: list[Drawn] = field(default_factory=list)
    tells: dict[str, Any] = field(default_factory=dict)
    fails: Exception | None = None

    def render(
        self,
        source: bytes,
        plan: EditPlan,
        tools: Any,
        *,
        watermark: bool = False,
        preview_side: int | None = None,
        kept: bytes | None = None,
        keeps_matte: bool = False,
        cache: Any = None,
    ) -> Rendered:
        behind = plan.background
        named = [behind.image.image_id] if behind.image else []
        if behind.generated and behind.generated.guidance_image_id:
            named.append(behind.generated.guidance_image_id)
        self.calls.append(Drawn(source, plan, watermark, {name: tools(name) for name in named}))
        if self.fails is not None:
            raise self.fails
        return self._flat(source, plan)

    def _flat(self, source: bytes, plan: EditPlan) -> Rendered:
        size = Pillow.open(BytesIO(source)).size
        if "x" in plan.layout.size:
            width, _, height = plan.layout.size.partition("x")
            size = (int(width), int(height))
        color = parse_rgba(plan.background.color or "white")[:3]
        out, name = BytesIO(), plan.export.format
        Pillow.new("RGB", size, color).save(out, _PILLOW[name])
        facts: dict[str, Any] = {
            "data": out.getvalue(),
            "format": name,
            "media_type": _TYPES[name],
            "width": size[0],
            "height": size[1],
            "has_alpha": False,
            "subject_box": None,
            "model": "middle",
            "provider": "rembg/middle",
            "uncertainty": 0.25,
            "timings": {},
        }
        return Rendered(**facts | self.tells)

    @property
    def call(self) -> Drawn:
        [only] = self.calls
        return only


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DrawingEngine:
    """Stands in for the engine's edits; cutting out is done by the real one, with MiddleModel."""
    drawing = DrawingEngine()
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(runtime, "tools", lambda images: images)
    monkeypatch.setattr(edits, "render_edit", drawing.render)
    return drawing


@pytest.fixture
def quick_queue(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, engine: DrawingEngine
) -> DrawingEngine:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    settings.COMPAT_WAIT_SECONDS = 2.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)
    return engine
