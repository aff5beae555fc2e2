"""A preview shows what an edit will make, and leaves nothing behind."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.models import UsageEntry
from media_library.files import storage
from media_library.lifecycle import trash
from media_library.models import Image
from processing.engine.backdrops import Studio
from processing.engine.backdrops.provider import Backdrop, BackdropRequest
from processing.models import Job
from processing.worker import tasks
from processing.worker.making import previews
from tests.processing.conftest import photo
from tests.stand_ins import Seller

pytestmark = pytest.mark.usefixtures("middle_model", "_at_once")
EDITS = "/api/v1/images/tools/edit"
CUTTING = {"model": "fast"}
LOOK = {
    "cutting": CUTTING,
    "layout": {"size": "1000x1000", "padding": "100px"},
    "background": {"color": "#00ff00"},
    "shadow": {"mode": "soft"},
    "export": {"format": "png"},
}


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews are made the moment they are asked for."""
    monkeypatch.setattr(previews.make_preview, "send", previews.make_preview.fn)
    previews._ready.clear()
    previews._backdrops.clear()


@pytest.fixture
def large(owner: Seller) -> Image:
    return owner.image(photo((1200, 800)))


def ask(seller: Seller, image: Image, edit: dict[str, Any] | None = None) -> Any:
    url = f"/api/v1/images/{image.public_id}/preview"
    return seller.client.post(url, {"edit": edit or LOOK}, format="json")


def cut(seller: Seller, image: Image, edit: dict[str, Any] | None = None) -> Job:
    body = {"imageId": image.public_id, "edit": edit or {"cutting": CUTTING}}
    seller.client.post(EDITS, body, format="json")
    job = Job.objects.filter(source=image).latest("created_at")
    tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    return job


def pixels(data: bytes, size: tuple[int, int]) -> Any:
    return np.asarray(Pillow.open(BytesIO(data)).convert("RGB").resize(size), np.int16)


@pytest.mark.parametrize(
    "edit",
    [
        LOOK,
        {"cutting": CUTTING, "background": {"color": "white"}},
        {"cutting": CUTTING, "layout": {"size": "croppedSubject"}, "background": {"color": "red"}},
        {"cutting": None, "layout": {"size": "500x500"}, "background": {"color": "blue"}},
        {"cutting": CUTTING, "background": {"gradient": {"colors": ["red", "blue"]}}},
    ],
)
def test_it_looks_like_the_result(owner: Seller, large: Image, edit: dict[str, Any]) -> None:
    cut(owner, large)
    response = ask(owner, large, edit)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "image/webp"
    result = cut(owner, large, edit).result
    assert result is not None
    assert response["X-Result-Size"] == f"{result.width}x{result.height}"
    shown = Pillow.open(BytesIO(response.content))
    assert max(shown.size) == min(768, max(result.width, result.height))
    made = pixels(storage.read(result.file_key), shown.size)
    assert np.abs(pixels(response.content, shown.size) - made).mean() < 2.5


def test_a_scene_is_drawn_once_while_only_the_light_on_it_changes(
    owner: Seller, large: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(owner, large)
    drawn: list[int] = []
    draw = Studio.generate

    def counted(self: Studio, request: BackdropRequest) -> Backdrop:
        drawn.append(request.seed)
        return draw(self, request)

    monkeypatch.setattr(Studio, "generate", counted)
    edit = {"cutting": CUTTING, "background": {"generated": {"prompt": "linen", "seed": 7}}}
    plain = ask(owner, large, edit).content
    shadow = ask(owner, large, edit | {"shadow": {"mode": "hard"}}).content
    assert (ask(owner, large, edit).content, drawn) == (plain, [7])
    assert shadow != plain
    ask(
        owner,
        large,
        {"cutting": CUTTING, "background": {"generated": {"prompt": "linen", "seed": 8}}},
    )
    ask(owner, large, edit | {"layout": {"size": "500x400"}})
    assert drawn == [7, 8, 7]


def test_nothing_is_left_of_it(owner: Seller, large: Image) -> None:
    cut(owner, large)
    before = (Job.objects.count(), Image.objects.count(), UsageEntry.objects.count())
    for color in ("red", "blue"):
        assert ask(owner, large, LOOK | {"background": {"color": color}}).status_code == 200
    assert (Job.objects.count(), Image.objects.count(), UsageEntry.objects.count()) == before
    assert len(previews._ready) == 1


def refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert response.json()["code"] == code


def test_a_photo_that_is_not_cut_out(owner: Seller, large: Image) -> None:
    refused(ask(owner, large), 409, "NOT_CUT_OUT")
    cut(owner, large)
    refused(ask(owner, large, {"cutting": CUTTING | {"edge": "fine"}}), 409, "NOT_CUT_OUT")
    assert Image.objects.filter(kind="derived").count() == 1


def test_what_is_wrong(owner: Seller, stranger: Seller, large: Image) -> None:
    cut(owner, large)
    refused(ask(stranger, large), 404, "NOT_FOUND")
    refused(ask(owner, large, {"shadow": {"mode": "loud"}}), 400, "VALIDATION_ERROR")
    narrow = {"cutting": CUTTING, "layout": {"margin": "600px"}}
    refused(ask(owner, large, narrow), 422, "INVALID_PLAN")
    named = {"background": {"image": {"imageId": stranger.image(photo()).public_id}}}
    refused(ask(owner, large, named | {"cutting": CUTTING}), 404, "NOT_FOUND")
    words = {"generated": {"prompt": "marble", "provider": "openai"}}
    refused(ask(owner, large, {"background": words}), 400, "VALIDATION_ERROR")
    trash.put(owner.account, [large.pk])
    refused(ask(owner, large), 404, "NOT_FOUND")


def test_a_picture_that_goes_meanwhile(
    owner: Seller, large: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(owner, large)

    def deleted_first(*arguments: Any) -> None:
        trash.put(owner.account, [large.pk])
        previews.make_preview.fn(*arguments)

    monkeypatch.setattr(previews.make_preview, "send", deleted_first)
    refused(ask(owner, large), 422, "SOURCE_DELETED")


def test_nobody_makes_what_nobody_waits_for(owner: Seller, large: Image, settings: Any) -> None:
    cut(owner, large)
    settings.PREVIEW_SECONDS = 0.0
    refused(ask(owner, large), 503, "SERVICE_UNAVAILABLE")
    assert not previews._ready


def test_the_rate_is_limited(owner: Seller, large: Image, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"preview": "1/m"}
    cut(owner, large)
    assert ask(owner, large).status_code == 200
    refused(ask(owner, large), 429, "RATE_LIMITED")
