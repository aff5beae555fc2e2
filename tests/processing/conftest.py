"""Pictures and jobs of a seller."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from media_library.models import Image
from processing.commands import RemoveBackground
from processing.delivery import lanes
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job
from processing.services import jobs
from tests.stand_ins import Seller


def photo(size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A grey JPEG with a red rectangle in the middle."""
    picture = Pillow.new("RGB", size, (120, 120, 120))
    box = (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4)
    picture.paste((200, 20, 20), box)
    out = BytesIO()
    picture.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _one_after_the_other(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt to deliver a webhook is over when its message is."""
    if request.path.name != "test_lanes.py":
        monkeypatch.setattr(lanes.Lane, "run", lanes.Lane._run)


@pytest.fixture
def image(owner: Seller) -> Image:
    return owner.image(photo())


@pytest.fixture
def submit(owner: Seller, image: Image) -> Callable[..., Job]:
    def send(**options: Any) -> Job:
        return jobs.submit(owner.caller, RemoveBackground(plan=CutoutPlan(**options)), source=image)

    return send
