"""The vendor's client at one end and the engine's own pixels at the other."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT, REMOVE_BACKGROUND
from media_library.files import storage
from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.commands import Edit
from processing.services import edit_json, jobs
from processing.worker import runtime, tasks
from tests.processing.compat.photoroom.client import PhotoroomError
from tests.processing.compat.photoroom.conftest import MiddleModel, Shop, photo, shop_on
from tests.stand_ins import LookingModel

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


def photo_with_a_hole() -> bytes:
    picture = Pillow.open(BytesIO(PHOTO)).convert("RGBA")
    picture.putpixel((5, 5), (0, 0, 0, 0))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


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


TRANSPARENT = photo_with_a_hole()


@pytest.mark.parametrize(
    ("source", "params", "mode"),
    [
        (PHOTO, {}, "RGB"),
        (PHOTO, {"outputSize": "originalImage", "maxWidth": "200"}, "RGB"),
        (PHOTO, {"outputSize": "200x150", "export.format": "webp"}, "RGB"),
        (PHOTO, {"outputSize": "200x200", "background.color": "lime"}, "RGB"),
        (PHOTO, {"outputSize": "200x200", "scaling": "fill"}, "RGB"),
        (TRANSPARENT, {"background.color": "lime"}, "RGB"),
        # What is transparent was asked for, or there before.
        (PHOTO, {"outputSize": "200x200"}, "RGBA"),
        (PHOTO, {"padding": "0.1"}, "RGBA"),
        (PHOTO, {"outputSize": "200x200", "background.color": "00ff0080"}, "RGBA"),
        (TRANSPARENT, {}, "RGBA"),
        (TRANSPARENT, {"export.format": "jpg"}, "RGB"),
    ],
)
def test_a_kept_background_stays_opaque(
    shop: Shop, source: bytes, params: dict[str, str | float | bool], mode: str
) -> None:
    answer = shop.client.edit(source, {"removeBackground": "false", **params})
    assert Pillow.open(BytesIO(answer.data)).mode == mode
    assert Image.objects.get(kind="derived").has_alpha is (mode == "RGBA")


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


def blank() -> bytes:
    out = BytesIO()
    Pillow.new("RGB", (60, 40), "white").save(out, "PNG")
    return out.getvalue()


NOTHING = (
    "No product was found in this picture, so there is nothing to cut out. Choose a photo in which "
    "the product is larger or stands out from its background."
)


class TestNothingFound:
    @pytest.fixture(autouse=True)
    def _looking(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "registry", LookingModel)

    @pytest.mark.parametrize("fields", [{}, {"channels": "alpha"}, {"size": "preview"}])
    def test_segment_answers_flat(self, shop: Shop, fields: dict[str, str]) -> None:
        with pytest.raises(PhotoroomError) as caught:
            shop.client.segment(blank(), **fields)
        assert caught.value.status == 400
        told = {"detail": NOTHING, "status_code": 400, "type": "nothing_found"}
        assert caught.value.body == told
        assert shop.used(REMOVE_BACKGROUND) == 0
        assert Image.objects.get().kind == "original"

    @pytest.mark.parametrize("params", [CATALOGUE, {"background.blur.mode": "gaussian"}])
    def test_edit_answers_nested(self, shop: Shop, params: dict[str, Any]) -> None:
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit(blank(), params)
        assert (caught.value.status, caught.value.body) == (400, {"error": {"message": NOTHING}})
        assert shop.used(EDIT) == 0
        assert Image.objects.get().kind == "original"

    def test_a_sandbox_says_the_same(self, shop: Shop) -> None:
        with pytest.raises(PhotoroomError) as caught:
            shop.sandbox.segment(blank())
        assert (caught.value.status, caught.value.body["type"]) == (400, "nothing_found")
        assert shop.used(REMOVE_BACKGROUND) == 0

    def test_without_cutting_out_nothing_is_looked_for(self, shop: Shop) -> None:
        answer = shop.client.edit(blank(), {"removeBackground": False, "outputSize": "32x32"})
        assert Pillow.open(BytesIO(answer.data)).size == (32, 32)
