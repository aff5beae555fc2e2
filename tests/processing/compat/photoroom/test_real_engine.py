"""The vendor's client at one end and the engine's own pixels at the other."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from media_library.files import storage
from media_library.intake.ingest import ingest
from processing.commands import Edit
from processing.services import edit_json, jobs
from processing.worker import runtime, tasks
from tests.processing.compat.photoroom.conftest import MiddleModel, Shop, photo, shop_on

PHOTO = photo((400, 300))
CATALOGUE: dict[str, str | float | bool] = {
    "outputSize": "200x200",
    "background.color": "00FF00",
    "padding": "0.1",
    "referenceBox": "subjectBox",
    "export.format": "png",
}
NATIVE = {
    "layout": {"size": "200x200", "padding": 0.1},
    "background": {"color": "lime"},
}


@pytest.fixture(autouse=True)
def _working(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.COMPAT_WAIT_SECONDS = 5.0
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


def test_a_catalogue_picture(shop: Shop) -> None:
    picture = Pillow.open(BytesIO(shop.client.edit(PHOTO, CATALOGUE).data)).convert("RGB")
    assert picture.size == (200, 200)
    assert picture.getpixel((3, 3)) == (0, 255, 0)
    # The subject, twice as wide as high by 4:3, fills the 160 pixels that the padding leaves.
    assert picture.getpixel((100, 100))[0] > 180
    assert picture.getpixel((26, 100))[0] > 150
    assert picture.getpixel((14, 100)) == (0, 255, 0)


def test_by_either_door_the_bytes_are_the_same(shop: Shop) -> None:
    other = shop_on("pro")
    source = ingest(other.account, PHOTO, name="shoe.jpg")
    command = Edit(plan=edit_json.plan_from(NATIVE))
    job = jobs.submit_and_wait(other.caller, command, source=source, seconds=5)
    assert job.result is not None
    assert storage.read(job.result.file_key) == shop.client.edit(PHOTO, CATALOGUE).data


def test_a_background_that_was_sent_along(shop: Shop) -> None:
    wall = photo((100, 100), (0, 0, 255))
    params = {"outputSize": "200x200", "padding": "0.4", "background.scaling": "fill"}
    answer = shop.client.edit(PHOTO, params, {"background.imageFile": wall})
    picture = Pillow.open(BytesIO(answer.data)).convert("RGB")
    assert picture.getpixel((100, 60))[2] > 200
    assert picture.getpixel((100, 100))[0] > 150


def test_a_sandbox_result_is_marked(shop: Shop) -> None:
    live, trial = shop.client.edit(PHOTO, CATALOGUE), shop.sandbox.edit(PHOTO, CATALOGUE)
    pictures = [Pillow.open(BytesIO(answer.data)).convert("RGB") for answer in (live, trial)]
    ground = [sum(p == (0, 255, 0) for p in picture.get_flattened_data()) for picture in pictures]
    assert ground[1] < 0.9 * ground[0]


def test_a_target_area_without_a_pixel_is_refused(shop: Shop) -> None:
    from tests.processing.compat.photoroom.client import PhotoroomError

    params = {"outputSize": "100x100", "paddingLeft": "60px", "paddingRight": "60px"}
    with pytest.raises(PhotoroomError) as caught:
        shop.client.edit(PHOTO, params)
    assert caught.value.status == 400
    assert set(caught.value.body["error"]) == {"message"}
