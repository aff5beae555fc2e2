"""`threesixty` of POST /api/v1/images/tools/enhance: by request, by what the file tells, and what is refused."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from media_library.files import storage
from media_library.models import Image
from processing.engine.files import gpano
from processing.models import Job
from processing.worker import runtime
from tests import faces
from tests.processing.conftest import photo
from tests.processing.engine.files.test_gpano import PROPERTIES, packet, properties
from tests.processing.engine.room.test_panorama import drawn
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/enhance"


def post(seller: Seller, image: Image, **options: Any) -> Any:
    return seller.client.post(URL, {"imageId": image.public_id, **options}, format="json")


def saved(pixels: np.ndarray, xmp: bytes | None = None) -> bytes:
    out = BytesIO()
    more = {} if xmp is None else {"xmp": xmp}
    Pillow.fromarray(pixels).save(out, "JPEG", quality=95, **more)
    return out.getvalue()


def result() -> bytes:
    made = Job.objects.latest("created_at").result
    assert made is not None
    return storage.read(made.file_key)


@pytest.mark.parametrize("format", ["jpg", "png", "webp", "avif"])
def test_a_file_that_tells_is_known_and_told_on(
    quick_queue: None, owner: Seller, format: str
) -> None:
    image = owner.image(saved(drawn(400), packet()))
    told = post(owner, image, format=format).json()["data"]["report"]["room"]
    assert (told["threesixty"], told["straightened"], told["roll"]) == (True, "not-for-360", None)
    with Pillow.open(BytesIO(result())) as made:
        made.load()
        assert made.size == (400, 200)
        found = made.info.get("xmp") or made.info.get("XML:com.adobe.xmp")
    found = found.encode() if isinstance(found, str) else found
    assert properties(found) == PROPERTIES
    assert b"GPS" not in result()


def test_a_file_that_tells_nothing_is_taken_at_the_requests_word(
    quick_queue: None, owner: Seller
) -> None:
    image = owner.image(saved(drawn(400)))
    plain = post(owner, image).json()["data"]["report"]["room"]
    assert plain["threesixty"] is False
    assert gpano.told_by(result()) is None
    told = post(owner, image, threesixty=True).json()["data"]["report"]["room"]
    assert told["threesixty"] is True
    assert gpano.told_by(result()) == gpano.whole((400, 200))


def test_the_request_may_say_that_it_is_none(quick_queue: None, owner: Seller) -> None:
    image = owner.image(saved(drawn(400), packet()))
    told = post(owner, image, threesixty=False).json()["data"]["report"]["room"]
    assert (told["threesixty"], told["straightened"]) == (False, "no-verticals")
    assert gpano.told_by(result()) is None


def test_a_part_of_the_turn_has_no_join_but_stays_what_it_is(
    quick_queue: None, owner: Seller
) -> None:
    image = owner.image(saved(drawn(400), packet(FullPanoWidthPixels="900")))
    told = post(owner, image).json()["data"]["report"]["room"]
    assert (told["threesixty"], told["straightened"]) == (False, "not-for-360")
    kept = gpano.told_by(result())
    assert kept is not None
    assert kept.properties["FullPanoWidthPixels"] == "900"


def test_a_photo_of_other_proportions_is_refused_and_costs_nothing(owner: Seller) -> None:
    answer = post(owner, owner.image(photo((300, 200))), threesixty=True)
    assert answer.status_code == 400
    assert answer.json()["fields"] == {
        "threesixty": [
            "A 360° picture is twice as wide as high, and this one has 300 x 200 pixels."
        ]
    }
    assert not Job.objects.exists()
    assert owner.used_of("enhance") == 0


def test_a_sky_is_left_as_it_is(quick_queue: None, owner: Seller) -> None:
    rng = np.random.default_rng(5)
    rgb = rng.integers(20, 160, (200, 400, 3), np.uint8)
    rgb[:110] = np.linspace((90, 140, 220), (180, 210, 245), 110)[:, None].astype(np.uint8)
    image, options = owner.image(saved(rgb)), {"look": None, "sky": "HIGH_CLOUD"}
    told = post(owner, image, **options).json()["data"]["report"]["room"]["sky"]
    assert (told["found"], told["replaced"]) == (True, True)
    told = post(owner, image, threesixty=True, **options).json()["data"]["report"]["room"]["sky"]
    assert (told["found"], told["replaced"], told["reason"]) == (True, False, "not-for-360")


def test_a_face_on_the_join_is_found_and_hidden_on_both_sides(
    quick_queue: None, owner: Seller
) -> None:
    rgb = np.full((300, 600, 3), 140, np.uint8)
    around = np.roll(faces.with_portraits(rgb, (250, 90, 100)), 300, axis=1)
    image = owner.image(saved(around))
    options = {"look": None, "straighten": False, "privacy": True, "format": "png"}
    told = post(owner, image, threesixty=True, **options).json()["data"]["report"]["room"]
    assert told["privacy"]["faces"] == 1
    shown = np.asarray(Pillow.open(BytesIO(result())).convert("RGB"))
    finder = runtime.faces()
    assert finder.find(np.roll(shown, 300, axis=1)) == ()
    assert len(finder.find(np.roll(around, 300, axis=1))) == 1
