"""`privacy` of POST /api/v1/images/tools/enhance: faces are hidden in the result and in its thumbnail."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from media_library.files import storage
from media_library.models import Image
from processing.engine.networks.faces import FaceFinder
from processing.engine.plans.edit import Export
from processing.engine.plans.room import RoomPlan
from processing.engine.render_room import render_room
from processing.engine.text import number_plates
from processing.models import Job
from processing.worker import runtime, tasks
from tests import faces
from tests.processing.engine.room.drawn import room
from tests.processing.engine.text.plates import with_plate
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/enhance"
ONLY = {"look": None, "straighten": False, "privacy": True, "format": "png"}
PLACES = [(40, 60, 160), (300, 40, 90)]


def post(seller: Seller, image: Image, **options: Any) -> Any:
    return seller.client.post(URL, {"imageId": image.public_id, **options}, format="json")


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(BytesIO(data)).convert("RGB"))


@pytest.fixture(scope="module")
def with_people() -> bytes:
    """A photo of a room with two portraits, whose EXIF holds a thumbnail of it."""
    shown = Pillow.fromarray(faces.with_portraits(room((600, 400)), *PLACES))
    small, out = BytesIO(), BytesIO()
    shown.resize((150, 100)).save(small, "JPEG")
    shown.save(out, "JPEG", quality=95, exif=_exif(small.getvalue()))
    return out.getvalue()


def _exif(thumbnail: bytes) -> bytes:
    """A directory of the photo's orientation, then one of a thumbnail that is a JPEG."""
    second = 8 + 2 + 12 + 4
    tags = {0x0103: 6, 0x0201: second + 2 + 3 * 12 + 4, 0x0202: len(thumbnail)}
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items()]
    first = struct.pack("<HHHIII", 1, 0x0112, 4, 1, 1, second)
    head = b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + struct.pack("<H", len(tags))
    return head + b"".join(entries) + struct.pack("<I", 0) + thumbnail


def test_faces_are_hidden_and_told_of(quick_queue: None, owner: Seller, with_people: bytes) -> None:
    image = owner.image(with_people)
    data = post(owner, image, **ONLY).json()["data"]
    report = data["report"]
    assert report["provider"] == "room"
    assert report["room"]["privacy"] == {
        "faces": 2,
        "provider": "onnxruntime/centerface",
        "plates": 0,
        "platesProvider": "rapidocr",
    }
    result = Job.objects.get().result
    assert result is not None
    shown, before = pixels(storage.read(result.file_key)), pixels(with_people)
    finder: FaceFinder = runtime.faces()
    assert len(finder.find(before)) == 2
    assert finder.find(shown) == ()
    # Beyond the portraits nothing was asked for.
    assert np.array_equal(shown[:, 420:], before[:, 420:])
    assert owner.used_of("enhance") == 1


def test_the_thumbnail_and_the_files_own_tags_show_no_face_either(with_people: bytes) -> None:
    plan = RoomPlan(
        look=None, straighten=False, privacy=True, export=Export(format="jpg", quality=95)
    )
    made = render_room(
        with_people, plan, max_pixels=10**6, tools=runtime.room_tools(), preview_side=600
    )
    assert made.preview is not None
    finder = runtime.faces()
    assert (finder.find(pixels(made.data)), finder.find(pixels(made.preview))) == ((), ())
    assert (b"Exif" in with_people, b"Exif" in made.data) == (True, False)
    # Nor is there another picture anywhere in the file.
    assert (with_people.count(b"\xff\xd8\xff"), made.data.count(b"\xff\xd8\xff")) == (2, 1)


def test_a_plan_with_privacy_is_never_carried_out_without_looking(with_people: bytes) -> None:
    with pytest.raises(TypeError, match="privacy"):
        render_room(with_people, RoomPlan(privacy=True), max_pixels=10**6)


def test_a_room_without_people_is_told_of_as_such(quick_queue: None, owner: Seller) -> None:
    out = BytesIO()
    Pillow.fromarray(room((300, 200))).save(out, "PNG")
    told = post(owner, owner.image(out.getvalue()), **ONLY).json()["data"]["report"]["room"]
    assert told["privacy"]["faces"] == 0


def test_number_plates_are_hidden_and_told_of(quick_queue: None, owner: Seller) -> None:
    shown = with_plate(room((600, 400)), (200, 250), "KA-PS 5204")
    out = BytesIO()
    Pillow.fromarray(shown).save(out, "PNG")
    told = post(owner, owner.image(out.getvalue()), **ONLY).json()["data"]["report"]["room"]
    assert (told["privacy"]["plates"], told["privacy"]["faces"]) == (1, 0)
    result = Job.objects.get().result
    assert result is not None
    after = pixels(storage.read(result.file_key))
    assert number_plates.find(shown, runtime.text_finder()) != []
    assert runtime.text_finder().find(after) == []
    assert np.array_equal(after[:200], shown[:200])


def test_without_the_network_it_is_refused_and_costs_nothing(
    owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runtime, "faces", lambda: FaceFinder(tmp_path))
    answer = post(owner, image, privacy=True)
    assert answer.status_code == 400
    assert "make models NAMES=centerface" in answer.json()["fields"]["privacy"][0]
    assert post(owner, image, privacy=False).status_code == 202
    assert Job.objects.count() == 1
    tasks.run_job(str(Job.objects.get().pk))
    assert owner.used_of("enhance") == 1


def test_a_network_that_is_gone_by_then_fails_the_job(
    owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert post(owner, image, privacy=True).status_code == 202
    monkeypatch.setattr(runtime, "faces", lambda: FaceFinder(tmp_path))
    tasks.run_job(str(Job.objects.get().pk))
    job = Job.objects.get()
    assert (job.state, job.error_code, job.result) == ("failed", "MODEL_NOT_INSTALLED", None)
    assert owner.used_of("enhance") == 0
