"""Orders of brackets: merged in named groups, of so many each, or by their looks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from media_library.lifecycle import trash
from media_library.models import Image
from processing.models import Job, RoomBracket, RoomPhoto
from tests.processing.compat.autoenhance.conftest import Studio, opened
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, jpeg, light

pytestmark = pytest.mark.usefixtures("quick_queue")
SIZE = (360, 240)


@pytest.fixture(scope="session")
def rooms() -> list[list[bytes]]:
    """Three exposures of each of two rooms."""
    return [
        [jpeg(exposed(light(SIZE, other=other), stops), stops=stops) for stops in STOPS]
        for other in (False, True)
    ]


def order_of(studio: Studio, files: list[bytes]) -> tuple[str, list[str]]:
    """An order with these brackets uploaded, and their ids."""
    order_id = studio.client.call("POST", "orders/", {"name": "Elm Street 7"}).json()["order_id"]
    return order_id, [bracket(studio, order_id, data) for data in files]


def bracket(studio: Studio, order_id: str, data: bytes | None) -> str:
    body = {"name": f"{RoomBracket.objects.count()}.jpg", "order_id": order_id}
    made = studio.client.call("POST", "brackets/", body).json()
    if data is not None:
        assert studio.client.put(made["upload_url"], data).status_code == 200
    bracket_id: str = made["bracket_id"]
    return bracket_id


def process(studio: Studio, order_id: str, **body: Any) -> Any:
    return studio.client.call("POST", f"orders/{order_id}/process", body)


def merges() -> list[list[str]]:
    return [photo.merges for photo in RoomPhoto.objects.order_by("created_at", "pk")]


def test_named_groups(studio: Studio, rooms: list[list[bytes]]) -> None:
    order_id, ids = order_of(studio, rooms[0] + rooms[1])
    groups = [[ids[2], ids[0], ids[1]], ids[3:]]
    answer = process(
        studio,
        order_id,
        images=[{"bracket_ids": one} for one in groups],
        enhance_type="WARM",
        ai_version="4.x",
        vertical_correction=False,
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["is_merging"], told["is_processing"], told["total_images"]) == (False, False, 2)
    assert told["status"] == "processed"
    assert merges() == groups
    first = told["images"][0]
    assert (first["image_name"], first["enhance_type"], first["ai_version"]) == (
        *("2.jpg", "warm"),
        "4.7",
    )
    preview = opened(studio.client.enhanced(first["image_id"]).content)
    assert studio.used == 0
    assert not Image.objects.filter(kind="derived").exists()  # nothing in the library is marked
    whole = opened(studio.client.enhanced(first["image_id"], preview=False).content)
    assert (preview.size, whole.size, studio.used) == (SIZE, SIZE, 1)
    assert not np.array_equal(np.asarray(preview), np.asarray(whole))
    job = Job.objects.latest("created_at")
    assert job.command["operation"] == "merge-hdr"
    assert len(job.report["hdr"]["shifts"]) == 3
    original = studio.client.call("GET", f"images/{first['image_id']}/original")
    assert original.status_code == 404

    again = process(
        studio, order_id, images=[{"bracket_ids": groups[0]}], enhance_type="neutral"
    ).json()
    assert again["total_images"] == 2
    assert [one["enhance_type"] for one in again["images"]] == ["neutral", "warm"]
    changed = studio.client.process(first["image_id"], enhance_type="warm", ai_version="4.7")
    assert changed["vertical_correction"] is True
    assert studio.client.call("DELETE", f"images/{first['image_id']}").status_code == 204
    assert Image.live.filter(kind="original").count() == 6


def test_so_many_each(studio: Studio, rooms: list[list[bytes]]) -> None:
    order_id, ids = order_of(studio, rooms[0] + rooms[1])
    told = process(studio, order_id, number_of_brackets_per_image=3).json()
    assert (told["status"], merges()) == ("processed", [ids[:3], ids[3:]])
    wrong = process(studio, order_id, number_of_brackets_per_image=4)
    assert (wrong.status_code, list(wrong.json()["detail"]["json"])) == (
        422,
        ["number_of_brackets_per_image"],
    )


def test_by_their_looks(studio: Studio, rooms: list[list[bytes]]) -> None:
    mixed = [one for pair in zip(*rooms, strict=True) for one in pair]
    order_id, ids = order_of(studio, mixed)
    told = process(studio, order_id, number_of_brackets_per_image=0, vertical_correction=False)
    assert told.status_code == 200, told.text
    assert sorted(map(sorted, merges())) == sorted(map(sorted, [ids[::2], ids[1::2]]))
    assert studio.used == 0


def test_while_it_merges(
    studio: Studio, rooms: list[list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, _ = order_of(studio, rooms[0])
    monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda *_: None)
    told = process(studio, order_id, number_of_brackets_per_image=3).json()
    assert (told["is_merging"], told["is_processing"], told["status"]) == (True, True, "processing")


def test_deleting_ends_the_merge_and_keeps_the_brackets(
    studio: Studio, rooms: list[list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, _ = order_of(studio, rooms[0])
    monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda *_: None)
    [photo] = process(studio, order_id, number_of_brackets_per_image=3).json()["images"]
    assert studio.client.call("DELETE", f"images/{photo['image_id']}").status_code == 204
    assert [job.state for job in Job.objects.all()] == ["cancelled"]
    assert Image.live.filter(kind="original").count() == 3
    process(studio, order_id, number_of_brackets_per_image=3)
    assert studio.client.call("DELETE", f"orders/{order_id}").status_code == 204
    assert {job.state for job in Job.objects.all()} == {"cancelled"}
    assert not Image.live.exists()


def test_what_differs_is_named_as_its_client_knows_it(
    studio: Studio, rooms: list[list[bytes]]
) -> None:
    order_id, ids = order_of(studio, [rooms[0][0], rooms[1][1]])
    [photo] = process(studio, order_id, images=[{"bracket_ids": ids}]).json()["images"]
    assert photo["status"] == "error"
    assert photo["status_reason"] in {
        f"Bracket {number} shows something else than bracket {3 - number}. It is {one} ({number - 1}.jpg)."
        for number, one in enumerate(ids, 1)
    }
    assert studio.used == 0


def test_what_can_not_be_merged_changes_nothing(
    studio: Studio, other: Studio, rooms: list[list[bytes]], small_photo: bytes
) -> None:
    order_id, ids = order_of(studio, rooms[0])
    theirs = order_of(other, rooms[0][:1])[1][0]
    odd = bracket(studio, order_id, small_photo)
    group = "images.0.bracket_ids"
    refusals: list[tuple[list[str], str]] = [
        (ids[:1], group),
        (ids * 10, group),
        ([ids[0], ids[0]], group),
        ([ids[0], theirs], group),
        ([ids[0], str(uuid4())], group),
        ([ids[0], "nothing"], "images.0.bracket_ids.1"),
        ([*ids, odd], "images"),
    ]
    for named, field in refusals:
        answer = process(studio, order_id, images=[{"bracket_ids": named}])
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["detail"]["json"]) == [field]
    twice = process(studio, order_id, images=[{"bracket_ids": ids[:2]}, {"bracket_ids": ids[1:]}])
    assert (twice.status_code, twice.json()["detail"]["json"]) == (
        422,
        {"images.1.bracket_ids": [f"{ids[1]} is in images.0 already."]},
    )
    empty = studio.client.call("POST", "orders/", {}).json()["order_id"]
    assert list(process(studio, empty).json()["detail"]["json"]) == ["images"]
    late = bracket(studio, order_id, None)
    for body in ({"number_of_brackets_per_image": 5}, {"images": [{"bracket_ids": [*ids, late]}]}):
        answer = process(studio, order_id, **body)
        assert (answer.status_code, "never uploaded" in answer.json()["message"]) == (422, True)
    wrong = process(studio, order_id, images=[{"bracket_ids": ids}], ai_version="3.x")
    assert wrong.status_code == 200  # a look of its own follows the version
    RoomPhoto.objects.all().delete()
    for body in ({"rating": 6, "cloud_type": "RAIN"}, {"enhance_type": "property"}):
        assert process(studio, order_id, images=[{"bracket_ids": ids}], **body).status_code == 422
    wide = process(studio, order_id, images=[{"bracket_ids": ids}], threesixty=True)
    told = "A 360° picture is twice as wide as high, and this one has 360 x 240 pixels."
    assert (wide.status_code, wide.json()["detail"]) == (422, {"json": {"threesixty": [told]}})
    trash.put(studio.account, [RoomBracket.objects.get(pk=ids[1]).image_id])
    answer = process(studio, order_id, images=[{"bracket_ids": ids}])
    assert (answer.status_code, "deleted" in answer.json()["message"]) == (422, True)
    assert process(other, order_id, number_of_brackets_per_image=3).status_code == 404
    assert not RoomPhoto.objects.exists()
    assert (studio.used, other.used) == (0, 0)
