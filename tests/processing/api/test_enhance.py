"""POST /api/v1/images/tools/enhance: photos of rooms and houses."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from media_library.models import Image
from processing.models import Job
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.processing.engine.room.drawn import FOCAL, room
from tests.processing.engine.room.house import GREY, house
from tests.processing.engine.room.lens_photos import bent, jpeg
from tests.processing.engine.room.windowed import windowed
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/enhance"
ROLL, PITCH = 3.0, -6.0


def post(seller: Seller, image: Image, **options: Any) -> Any:
    return seller.client.post(URL, {"imageId": image.public_id, **options}, format="json")


def opened(data_url: str) -> Pillow.Image:
    return Pillow.open(BytesIO(base64.b64decode(data_url.partition(",")[2])))


@pytest.fixture(scope="module")
def tilted() -> bytes:
    """A dark photo of a room, from a camera that was tilted; its EXIF names the lens."""
    pixels = (room((600, 400), roll=ROLL, pitch=PITCH) * 0.45).astype(np.uint8)
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0xA405] = round(36 * FOCAL)
    out = BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def test_a_room_becomes_bright_and_upright_and_is_told_of(
    quick_queue: None, owner: Seller, tilted: bytes
) -> None:
    image = owner.image(tilted)
    answer = post(owner, image)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert set(data) == {
        *("originalImageId", "processedImageId", "displayUrl", "immediate", "projectId", "report")
    }
    report = data["report"]
    assert (report["provider"], report["model"]) == ("room", "")
    assert "looks" not in report  # no network looked
    told = report["room"]
    asked = {"privacy", "sky", "windows", "threesixty", "upscaledBy", "lens"}
    assert set(told) == {"cast", "noise", "roll", "pitch", "straightened", *asked}
    assert told["windows"] is None
    assert (told["privacy"], told["sky"], told["threesixty"]) == (None, None, False)
    assert told["straightened"] == "done"
    assert (told["roll"], told["pitch"]) == pytest.approx((ROLL, PITCH), abs=0.4)
    picture = opened(data["displayUrl"])
    assert picture.format == "JPEG"
    assert 0.8 * 600 < picture.width < 600
    assert np.asarray(picture).mean() > 1.6 * np.asarray(Pillow.open(BytesIO(tilted))).mean()
    assert Job.objects.get().result.name == "shoe-enhanced.jpg"
    assert owner.used_of("enhance") == 1


def test_equal_work_is_found_again_and_each_option_counts(
    quick_queue: None, owner: Seller, tilted: bytes
) -> None:
    image = owner.image(tilted)
    plain = {"look": None, "format": "png"}
    first, again = (post(owner, image, **plain).json()["data"] for _ in range(2))
    assert again["processedImageId"] == first["processedImageId"]
    assert first["report"]["room"]["cast"] is None
    level = post(owner, image, straighten=False, finetune={"sharpenLevel": "HIGH"}).json()["data"]
    assert level["processedImageId"] != first["processedImageId"]
    assert level["report"]["room"]["straightened"] == "not-asked"
    assert opened(level["displayUrl"]).size == (600, 400)


def test_the_job_keeps_the_version_that_a_word_meant(quick_queue: None, owner: Seller) -> None:
    image = owner.image(photo())
    first, again = (
        post(owner, image, look="warm", version=word).json()["data"] for word in ("4.x", "4.7")
    )
    assert Job.objects.earliest("created_at").command["plan"]["version"] == "4.7"
    assert again["processedImageId"] == first["processedImageId"]
    newest = post(owner, image, look="warm").json()["data"]
    assert newest["processedImageId"] != first["processedImageId"]


def test_a_house_gets_another_sky_and_a_shoe_none(quick_queue: None, owner: Seller) -> None:
    out = BytesIO()
    Pillow.fromarray(house(GREY).rgb).save(out, "PNG")
    options = {"sky": "HIGH_CLOUD", "look": None, "straighten": False, "format": "png"}
    image = owner.image(out.getvalue())
    data = post(owner, image, **options).json()["data"]
    sky = data["report"]["room"]["sky"]
    assert sky == {
        "found": True,
        "replaced": True,
        "share": pytest.approx(0.46, abs=0.03),
        "reason": None,
    }
    above = np.asarray(opened(data["displayUrl"]))[:60].mean(axis=(0, 1))
    assert above[2] > above[0] + 30
    assert Job.objects.get().result.name == "shoe-enhanced.png"
    warmer = post(owner, image, **options, skyLight="HIGH").json()["data"]
    assert warmer["processedImageId"] != data["processedImageId"]
    shoe = post(owner, owner.image(photo()), **options).json()["data"]
    told = shoe["report"]["room"]["sky"]
    assert told == {"found": False, "replaced": False, "share": 0.0, "reason": "no-sky"}
    assert owner.used_of("enhance") == 3


def test_windows_show_their_view_and_a_house_has_none(quick_queue: None, owner: Seller) -> None:
    options = {"look": None, "straighten": False, "format": "png"}

    def told(pixels: Any, pull: str) -> Any:
        out = BytesIO()
        Pillow.fromarray(pixels).save(out, "PNG")
        data = post(owner, owner.image(out.getvalue()), **options, windowPull=pull).json()["data"]
        assert data["report"]["room"]["sky"] is None
        return data["report"]["room"]["windows"]

    scene = windowed()
    assert told(scene.rgb, "ONLY_WINDOWS") == {"found": 2, "recovered": 1, "skies": 0}
    assert told(scene.rgb, "WINDOWS_WITH_SKIES") == {"found": 2, "recovered": 1, "skies": 0}
    assert told(house(GREY).rgb, "ONLY_WINDOWS") == {"found": 0, "recovered": 0, "skies": 0}


def test_a_bent_photo_becomes_straight_and_its_lens_is_told_of(
    quick_queue: None, owner: Seller
) -> None:
    image = owner.image(jpeg(bent(room((900, 600)), -0.1), model=""))
    alone = {"look": None, "straighten": False, "format": "png"}
    data = post(owner, image, **alone).json()["data"]
    lens = data["report"]["room"]["lens"]
    assert lens["distortion"] == pytest.approx(-0.1, abs=0.02)
    del lens["distortion"]
    assert lens == {"source": "lines", "camera": None, "lens": None, "corrected": ["distortion"]}
    assert opened(data["displayUrl"]).size == (900, 600)
    as_it_is = post(owner, image, lensCorrection=False).json()["data"]
    assert as_it_is["report"]["room"]["lens"] == {
        "source": "not-asked",
        "camera": None,
        "lens": None,
        "distortion": None,
        "corrected": [],
    }


def test_a_photo_without_upright_edges_is_not_turned(quick_queue: None, owner: Seller) -> None:
    data = post(owner, owner.image(photo((120, 90)))).json()["data"]
    assert data["report"]["room"]["straightened"] == "no-verticals"
    assert data["report"]["room"]["roll"] is None
    assert opened(data["displayUrl"]).size == (120, 90)


def test_a_batch_enhances_too(owner: Seller) -> None:
    body = {
        "imageIds": [owner.image(photo()).public_id],
        "operation": "enhance",
        "options": {"look": "warm"},
    }
    assert owner.client.post("/api/v1/batch", body, format="json").status_code == 201
    tasks.run_one_of_a_batch()
    job = Job.objects.get()
    assert (job.state, job.command["plan"]["look"]) == ("completed", "warm")
    assert owner.used_of("enhance") == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"look": "rustic"}, "look"),
        ({"look": None, "straighten": False, "lensCorrection": False}, "look"),
        ({"lensCorrection": 1}, "lensCorrection"),
        ({"lensCorrection": None}, "lensCorrection"),
        ({"look": None, "finetune": {"sharpenLevel": "LOW"}}, "finetune"),
        ({"finetune": {"sharpenLevel": "low"}}, "finetune.sharpenLevel"),
        ({"finetune": {"sharpness": "LOW"}}, "finetune.sharpness"),
        ({"format": "png", "quality": 80}, "quality"),
        ({"quality": 0}, "quality"),
        ({"sky": True}, "sky"),
        ({"privacy": "yes"}, "privacy"),
        ({"upscale": 4}, "upscale"),
        ({"privacy": None}, "privacy"),
        ({"sky": "clear"}, "sky"),
        ({"sky": "CLEAR", "skyLight": 2}, "skyLight"),
        ({"skyLight": "low"}, "skyLight"),
        ({"windowPull": "SOME"}, "windowPull"),
        ({"windowPull": None}, "windowPull"),
        ({"version": "4.6"}, "version"),
        ({"version": 5.0}, "version"),
        ({"version": "3.x"}, "look"),
    ],
)
def test_what_can_not_be_is_refused_and_costs_nothing(
    owner: Seller, image: Image, options: dict[str, Any], field: str
) -> None:
    answer = post(owner, image, **options)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Job.objects.exists()
    assert owner.used_of("enhance") == 0


def test_a_strangers_picture_is_not_found(owner: Seller, stranger: Seller) -> None:
    assert post(stranger, owner.image(photo())).status_code == 404
    assert not Job.objects.exists()
