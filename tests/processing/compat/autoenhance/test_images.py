"""Single photos: registered, put, previewed for nothing, fetched in full for one unit, done otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
import time_machine

from media_library.lifecycle import trash
from media_library.models import Image
from processing.models import Job, RoomOrder, RoomPhoto
from processing.services.room_orders import photos
from processing.worker import tasks
from tests.processing.compat.autoenhance.client import BASE, RoomClient
from tests.processing.compat.autoenhance.conftest import Studio, opened

pytestmark = pytest.mark.usefixtures("quick_queue")
TYPE = "application/octet-stream"


def test_a_photo_from_registration_to_download(studio: Studio, photo: bytes) -> None:
    made = studio.client.create(
        ai_version="4.x",
        enhance_type="WARM",
        metadata={"room": "kitchen"},
        hdr=True,
        rating=4,
    )
    row = RoomPhoto.objects.get()
    url = made.pop("upload_url")
    assert made.pop("s3PutObjectUrl") == url
    assert url.startswith("http://testserver/compat/autoenhance/v3/uploads/")
    assert made == {
        "ai_version": "4.7",
        "cloud_type": None,
        "date_added": int(row.created_at.timestamp()),
        "downloaded": False,
        "enhance": True,
        "enhance_type": "warm",
        "finetune_settings": {},
        "hdr": True,
        "image_id": str(row.pk),
        "image_name": "kitchen.jpg",
        "lens_correction": True,
        "metadata": {"room": "kitchen"},
        "order_id": row.order.key,
        "privacy": None,
        "rating": 4,
        "scene": None,
        "sky_replacement": False,
        "status": "waiting",
        "status_reason": None,
        "threesixty": None,
        "upscale": False,
        "user_id": str(row.created_by_id),
        "vertical_correction": True,
        "window_pull": None,
        "window_pull_type": None,
    }
    answer = studio.client.put(url, photo)
    assert (answer.status_code, answer.content) == (200, b"")
    assert studio.client.image(made["image_id"]) == {**made, "status": "processed"}

    preview = studio.client.enhanced(made["image_id"])
    assert preview.headers["content-type"] == "image/jpeg"
    assert opened(preview.content).width == 1280
    assert studio.used == 0
    full = studio.client.enhanced(made["image_id"], preview=False)
    assert opened(full.content).size == (1500, 900)
    assert studio.used == 1
    assert studio.client.image(made["image_id"])["downloaded"] is True
    again = studio.client.enhanced(made["image_id"], preview=False)
    assert (again.content, studio.used) == (full.content, 1)
    original = studio.client.call("GET", f"images/{made['image_id']}/original")
    assert original.content == photo


def test_the_download_has_the_version_and_look_that_were_asked_for(
    studio: Studio, small_photo: bytes
) -> None:
    """By this door and by the native one the bytes are the same."""
    photo = studio.client.upload(small_photo, ai_version="3.3", enhance_type="property_usa")
    full = studio.client.enhanced(photo["image_id"], preview=False).content
    job = Job.objects.get(command__operation="enhance")
    plan = job.command["plan"]
    assert (plan["look"], plan["version"], plan["straighten"]) == ("property_usa", "3.3", True)
    assert opened(full).size == (150, 100)


def test_previews_are_marked_and_small(studio: Studio, photo: bytes) -> None:
    """Away from the mark the preview is the full picture made small; on it it isn't."""
    made = studio.client.upload(photo, vertical_correction=False)
    preview = opened(studio.client.enhanced(made["image_id"]).content)
    full = opened(studio.client.enhanced(made["image_id"], preview=False).content)
    small = np.asarray(full.resize(preview.size)).astype(int)
    apart = np.abs(np.asarray(preview).astype(int) - small).max(axis=2)
    assert 0.03 < (apart > 40).mean() < 0.5
    plain = opened(studio.client.enhanced(made["image_id"], watermark=False).content)
    assert plain.size == preview.size
    apart = np.abs(np.asarray(plain).astype(int) - small).max(axis=2)
    assert (apart > 40).mean() < 0.005


def test_an_unmarked_preview_has_to_be_paid_for(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    answer = studio.client.enhanced(photo["image_id"], watermark=False)
    assert answer.status_code == 422
    assert set(answer.json()["detail"]["query"]) == {"watermark"}
    assert studio.used == 0


def test_trials_cost_nothing_are_marked_and_so_many_a_day(
    studio: Studio, small_photo: bytes, settings: Any
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"autoenhance-trial": "2/d"}
    settings.RATE_LIMIT_FACTORS = {}
    trial = RoomClient(studio.key, headers={"x-dev-mode": "true"})
    photo = trial.upload(small_photo)
    marked = trial.enhanced(photo["image_id"], preview=False)
    asked = studio.client.enhanced(photo["image_id"], preview=False, watermark=True)
    assert marked.content == asked.content
    assert studio.used == 0
    assert trial.image(photo["image_id"])["downloaded"] is False
    assert trial.enhanced(photo["image_id"], preview=False).status_code == 429
    assert trial.enhanced(photo["image_id"]).status_code == 200  # previews are not counted
    plain = studio.client.enhanced(photo["image_id"], preview=False)
    assert plain.content != marked.content
    assert studio.used == 1


COPIES: list[tuple[dict[str, Any], str, tuple[int, int]]] = [
    ({"format": "png"}, "PNG", (150, 100)),
    ({"format": "webp", "quality": 50}, "WEBP", (150, 100)),
    ({"max_width": 60}, "JPEG", (60, 40)),
    ({"scale": 0.5}, "JPEG", (75, 50)),
    ({"scale": 0.5, "max_width": 45}, "JPEG", (45, 30)),
    ({"max_width": 99_999, "format": "jpeg"}, "JPEG", (150, 100)),
]


def test_a_download_asked_for_while_another_one_ends_costs_nothing(
    studio: Studio, small_photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds no result yet, and no open work any more."""
    photo = studio.client.upload(small_photo)
    contents = []

    def another_meanwhile() -> None:
        monkeypatch.undo()
        contents.append(studio.client.enhanced(photo["image_id"], preview=False).content)

    monkeypatch.setattr("processing.services.jobs.tasks.require_queue", another_meanwhile)
    contents.append(studio.client.enhanced(photo["image_id"], preview=False).content)
    assert contents[0] == contents[1]
    assert studio.used == 1


def test_other_formats_and_sizes_cost_no_more(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo, vertical_correction=False)
    for query, format_, size in COPIES:
        for kind in ("enhanced", "original"):
            path = f"images/{photo['image_id']}/{kind}"
            picture = opened(studio.client.call("GET", path, preview=False, **query).content)
            assert (picture.format, picture.size) == (format_, size)
    assert studio.used == 1


def test_quality_is_that_of_the_file(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    sizes = [
        len(studio.client.enhanced(photo["image_id"], preview=False, quality=quality).content)
        for quality in (10, 90)
    ]
    assert sizes[0] < 0.5 * sizes[1]


NO_COPIES: list[tuple[dict[str, Any], str]] = [
    ({"quality": 0}, "quality"),
    ({"quality": 91}, "quality"),
    ({"quality": "high"}, "quality"),
    ({"format": "tiff"}, "format"),
    ({"format": "png", "quality": 80}, "quality"),
    ({"preview": "no"}, "preview"),
    ({"watermark": 1}, "watermark"),
    ({"max_width": 0}, "max_width"),
    ({"max_width": 10**30}, "max_width"),
    ({"scale": 0}, "scale"),
    ({"scale": 1.5}, "scale"),
    ({"scale": "nan"}, "scale"),
]


def test_downloads_that_can_not_be(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    for query, name in NO_COPIES:
        for kind in ("enhanced", "original"):
            path = f"images/{photo['image_id']}/{kind}"
            answer = studio.client.call("GET", path, **{"preview": False, **query})
            assert answer.status_code == 422
            told = answer.json()
            assert set(told) == {"message", "detail"}
            assert list(told["detail"]["query"]) == [name]
            assert told["message"].startswith(f"{name} ")
    assert studio.used == 0


def test_older_clients_previews(studio: Studio, photo: bytes) -> None:
    made = studio.client.upload(photo)
    for kind in ("preview", "watermark"):
        plain = studio.client.call("GET", f"images/{made['image_id']}/{kind}")
        small = studio.client.call("GET", f"images/{made['image_id']}/{kind}", size="small")
        assert [opened(one.content).width for one in (plain, small)] == [1280, 480]
    wrong = studio.client.call("GET", f"images/{made['image_id']}/preview", size="huge")
    assert (wrong.status_code, list(wrong.json()["detail"]["query"])) == (422, ["size"])


# --- Doing it otherwise -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_is_left_out_keeps_its_last_value(
    studio: Studio, small_photo: bytes, method: str
) -> None:
    photo = studio.client.upload(
        small_photo,
        ai_version="4.2",
        enhance_type="modern",
        vertical_correction=False,
        finetune_settings={"sharpen_level": "HIGH", "denoise_level": None},
        metadata={"a": 1},
        note="x",
    )
    first = studio.client.enhanced(photo["image_id"], preview=False).content
    told = studio.client.process(photo["image_id"], method, enhance_type="neutral", cloud_type=None)
    assert told == {**photo, "enhance_type": "neutral", "status": "processing"}
    second = studio.client.enhanced(photo["image_id"], preview=False).content
    assert first != second
    assert studio.used == 2  # once for each of the settings
    studio.client.process(photo["image_id"], method, enhance_type="modern", rating=1)
    again = studio.client.image(photo["image_id"])
    assert again == {**photo, "rating": 1, "downloaded": True}
    assert studio.client.enhanced(photo["image_id"], preview=False).content == first
    assert studio.used == 2


def test_of_two_changes_at_once_none_is_lost(
    studio: Studio, small_photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one has come between, when the first is about to be written."""
    photo = studio.client.upload(small_photo)

    def another_first(row: RoomPhoto) -> RoomPhoto:
        monkeypatch.undo()
        studio.client.process(photo["image_id"], privacy=True, room="bath")
        return photos.held(row)

    monkeypatch.setattr("processing.compat.autoenhance.images.photos.held", another_first)
    told = studio.client.process(photo["image_id"], enhance_type="warm")
    assert (told["privacy"], told["enhance_type"], told["room"]) == (True, "warm", "bath")


def test_a_look_that_was_never_asked_for_follows_the_version(
    studio: Studio, small_photo: bytes
) -> None:
    photo = studio.client.upload(small_photo)
    assert (photo["ai_version"], photo["enhance_type"]) == ("5.0", "neutral")
    told = studio.client.process(photo["image_id"], ai_version="3.x")
    assert (told["ai_version"], told["enhance_type"]) == ("3.5", "property")


def test_processing_before_the_file_came_is_what_is_done_when_it_comes(
    studio: Studio, small_photo: bytes
) -> None:
    made = studio.client.create()
    told = studio.client.process(made["image_id"], enhance_type="warm", image_name="bath.jpg")
    assert (told["status"], told["enhance_type"]) == ("waiting", "warm")
    early = studio.client.enhanced(made["image_id"])
    assert (early.status_code, early.json()["message"]) == (
        422,
        "The image is not processed yet. Its file has not come yet.",
    )
    studio.client.put(made["upload_url"], small_photo)
    assert studio.client.image(made["image_id"])["status"] == "processed"
    assert Job.objects.get().command["plan"]["look"] == "warm"
    assert Image.objects.get(kind="original").name == "bath.jpg"


def test_what_is_under_way_goes_on_and_the_newest_counts(
    studio: Studio, small_photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda *_: None)
    photo = studio.client.upload(small_photo)
    assert photo["status"] == "processing"
    answer = studio.client.enhanced(photo["image_id"])
    assert (answer.status_code, answer.json()["detail"]) == (422, {})
    told = studio.client.process(photo["image_id"], enhance_type="warm")
    assert told["status"] == "processing"
    assert [job.command["plan"]["look"] for job in Job.objects.order_by("created_at")] == [
        *("neutral", "warm")
    ]
    assert RoomPhoto.objects.get().job == Job.objects.latest("created_at")


# --- Putting files ------------------------------------------------------------------------------------


def test_an_address_is_good_once(studio: Studio, small_photo: bytes, photo: bytes) -> None:
    made = studio.client.create()
    assert studio.client.put(made["upload_url"], small_photo).status_code == 200
    again = studio.client.put(made["upload_url"], photo)
    assert again.status_code == 410
    assert again.json() == {"message": "This upload address was used already.", "detail": {}}
    assert Image.objects.filter(kind="original").count() == 1


def test_an_address_is_good_for_an_hour_and_one_type(studio: Studio, small_photo: bytes) -> None:
    with time_machine.travel(datetime(2026, 7, 1, tzinfo=UTC), tick=False) as clock:
        made = studio.client.create(contentType="Image/JPEG")
        wrong = studio.client.put(made["upload_url"], small_photo)
        assert (wrong.status_code, wrong.json()["detail"]) == (403, {})
        assert "image/jpeg" in wrong.json()["message"]
        clock.shift(timedelta(seconds=3601))
        late = studio.client.put(made["upload_url"], small_photo, "image/jpeg")
        assert (late.status_code, late.json()["message"]) == (
            403,
            "This upload address has expired.",
        )
        clock.shift(timedelta(seconds=-2))
        right = studio.client.put(made["upload_url"], small_photo, "image/jpeg")
        assert right.status_code == 200


@pytest.mark.parametrize("data", [b"", b"Dear agent, here is the kitchen.", b"\xff\xd8\xff" * 20])
def test_what_is_no_picture_is_refused_and_the_address_stays_good(
    studio: Studio, small_photo: bytes, data: bytes
) -> None:
    made = studio.client.create()
    answer = studio.client.put(made["upload_url"], data)
    assert answer.status_code == 422
    assert set(answer.json()) == {"message", "detail"}
    assert studio.client.image(made["image_id"])["status"] == "waiting"
    assert not Image.objects.exists()
    assert studio.client.put(made["upload_url"], small_photo).status_code == 200


def test_a_file_that_is_too_large(studio: Studio, small_photo: bytes, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = len(small_photo) - 1
    made = studio.client.create()
    assert studio.client.put(made["upload_url"], small_photo).status_code == 413
    assert not Image.objects.exists()


def test_an_address_that_is_none_of_ours(studio: Studio, small_photo: bytes) -> None:
    made = studio.client.create()
    forged = made["upload_url"][:-3] + "abc"
    answer = studio.client.put(forged, small_photo)
    assert (answer.status_code, set(answer.json())) == (403, {"message", "detail"})
    studio.client.call("DELETE", f"images/{made['image_id']}")
    assert studio.client.put(made["upload_url"], small_photo).status_code == 403
    assert not Image.objects.exists()


# --- Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"image_name": ""}, "image_name"),
        ({"image_name": None}, "image_name"),
        ({"image_name": "x" * 201}, "image_name"),
        ({"ai_version": "4.6"}, "ai_version"),
        ({"ai_version": 4}, "ai_version"),
        ({"cloud_type": "STORM"}, "cloud_type"),
        ({"enhance_type": "rustic"}, "enhance_type"),
        ({"enhance_type": "property"}, "enhance_type"),
        ({"enhance_type": "property", "ai_version": "4.x"}, "enhance_type"),
        ({"enhance_type": "warm", "ai_version": "3.x"}, "enhance_type"),
        (
            {"enhance": False, "vertical_correction": False, "lens_correction": False},
            "enhance",
        ),
        ({"enhance": "yes"}, "enhance"),
        ({"finetune_settings": {"glow": "LOW"}}, "finetune_settings.glow"),
        ({"finetune_settings": {"sharpen_level": "MAX"}}, "finetune_settings.sharpen_level"),
        ({"finetune_settings": {"sharpen_level": ["LOW"]}}, "finetune_settings.sharpen_level"),
        ({"rating": 6}, "rating"),
        ({"rating": -1}, "rating"),
        ({"rating": 3.5}, "rating"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": "x" * 200_000}}, "metadata"),
        ({"novel": "x" * 20_000}, "novel"),
        ({"lens_correction": "yes"}, "lens_correction"),
        ({"order_id": "a/b"}, "order_id"),
        ({"contentType": "text"}, "contentType"),
        ({"contentType": "image/jpeg; q=1"}, "contentType"),
    ],
)
def test_what_can_not_be_asked_for(studio: Studio, fields: dict[str, Any], name: str) -> None:
    answer = studio.client.call("POST", "images/", {"image_name": "kitchen.jpg", **fields})
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["detail"]["json"]) == [name]
    assert not RoomPhoto.objects.exists()
    assert not RoomOrder.objects.exists()


def test_what_is_no_json_is_refused_as_all_else(studio: Studio) -> None:
    headers = {"x-api-key": studio.key, "Content-Type": "application/json"}
    for body in (b"", b"{", b'"kitchen.jpg"', b'{"image_name": NaN}', b'{"image_name": "\xff"}'):
        answer = studio.client.http.post(f"{BASE}/v3/images/", content=body, headers=headers)
        assert (answer.status_code, set(answer.json())) == (422, {"message", "detail"}), body
    told = "The JSON has a number that can't be read: NaN, an infinity, or one of too many digits."
    for number in (b"NaN", b"-Infinity", b"9" * 5_000):
        body = b'{"image_name": "kitchen.jpg", "metadata": {"a": ' + number + b"}}"
        answer = studio.client.http.post(f"{BASE}/v3/images/", content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (422, {"message": told, "detail": {}})
    assert not RoomPhoto.objects.exists()


def test_a_change_that_can_not_be_changes_nothing(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo, enhance_type="modern")
    for fields in ({"ai_version": "3.x"}, {"rating": 6}, {"metadata": {"a": "x" * 20_000}}):
        answer = studio.client.call("PATCH", f"images/{photo['image_id']}/process", fields)
        assert answer.status_code == 422
    assert studio.client.image(photo["image_id"]) == photo
    assert Job.objects.count() == 1


def test_a_quota_that_is_used_up(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    studio.account.plan.limits.filter(operation="enhance").update(monthly=0)
    answer = studio.client.enhanced(photo["image_id"], preview=False)
    assert (answer.status_code, answer.json()["detail"]) == (402, {})
    assert studio.client.enhanced(photo["image_id"]).status_code == 200


def test_a_picture_that_was_deleted_in_between(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    image = Image.objects.get(kind="original")
    trash.put(studio.account, [image.pk])
    told = studio.client.image(photo["image_id"])
    assert (told["status"], told["status_reason"]) == ("error", "The image was deleted.")
    for method, path in (
        ("GET", "enhanced"),
        ("GET", "original"),
        ("GET", "preview"),
        ("PATCH", "process"),
    ):
        body = {} if method == "PATCH" else None
        answer = studio.client.call(method, f"images/{photo['image_id']}/{path}", body)
        assert answer.status_code == 404
        assert answer.json() == {"message": "Image not found.", "detail": {}}


def test_deleting(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    studio.client.enhanced(photo["image_id"], preview=False)
    answer = studio.client.call("DELETE", f"images/{photo['image_id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert studio.client.call("GET", f"images/{photo['image_id']}").status_code == 404
    assert not Image.live.exists()


def test_deleting_ends_the_work(
    studio: Studio, small_photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda *_: None)
    photo = studio.client.upload(small_photo)
    told = studio.client.enhanced(photo["image_id"])
    assert (told.status_code, told.json()["message"]) == (
        422,
        "The image is not processed yet. It is being processed.",
    )
    job = Job.objects.get()
    assert studio.client.call("DELETE", f"images/{photo['image_id']}").status_code == 204
    job.refresh_from_db()
    assert job.state == "cancelled"
    tasks.run_job.fn(str(job.pk))
    assert not Image.live.exists()


def test_strangers_find_nothing_and_change_nothing(
    studio: Studio, other: Studio, small_photo: bytes
) -> None:
    photo = studio.client.upload(small_photo)
    path = f"images/{photo['image_id']}"
    for method, end in (
        *(("GET", ""), ("DELETE", ""), ("POST", "/process"), ("PATCH", "/process")),
        *(("GET", "/enhanced"), ("GET", "/original"), ("GET", "/preview"), ("GET", "/watermark")),
    ):
        body = {"rating": 1} if "process" in end else None
        answer = other.client.call(method, path + end, body)
        assert (answer.status_code, answer.json()) == (
            404,
            {"message": "Image not found.", "detail": {}},
        )
    assert studio.client.image(photo["image_id"]) == photo


@pytest.mark.parametrize("key", ["", "ps_nobody_x"])
def test_without_a_key(studio: Studio, small_photo: bytes, key: str) -> None:
    photo = studio.client.upload(small_photo)
    stranger = RoomClient(key)
    for method, path in (("POST", "images/"), ("GET", f"images/{photo['image_id']}")):
        answer = stranger.call(method, path, {} if method == "POST" else None)
        assert answer.status_code == 401
        assert (set(answer.json()), answer.json()["detail"]) == ({"message", "detail"}, {})


def test_reading_without_a_key_where_the_site_allows_it(
    studio: Studio, small_photo: bytes, settings: Any
) -> None:
    settings.AUTOENHANCE_OPEN_READS = True
    photo = studio.client.upload(small_photo)
    anybody = RoomClient()
    assert anybody.image(photo["image_id"]) == photo
    assert anybody.call("GET", f"images/{uuid4()}").status_code == 404
    for method, end in (("DELETE", ""), ("PATCH", "/process"), ("GET", "/enhanced")):
        body = {} if method == "PATCH" else None
        answer = anybody.call(method, f"images/{photo['image_id']}{end}", body)
        assert answer.status_code == 401


@pytest.mark.parametrize("image_id", ["nothing", str(UUID(int=0)), "img_abc"])
def test_ids_that_are_none(studio: Studio, image_id: str) -> None:
    answer = studio.client.call("GET", f"images/{image_id}")
    assert (answer.status_code, answer.json()["detail"]) == (404, {})


def test_no_other_addresses_and_no_redirects(studio: Studio) -> None:
    for method, path in (("POST", "images"), ("GET", "images/x/"), ("GET", "nothing")):
        answer = studio.client.call(method, path, {} if method == "POST" else None)
        assert (answer.status_code, set(answer.json())) == (404, {"message", "detail"})
    answer = studio.client.call("GET", "images/")
    assert (answer.status_code, set(answer.json())) == (405, {"message", "detail"})
    broken = studio.client.http.post(
        "http://testserver/compat/autoenhance/v3/images/",
        content=b"{",
        headers={"x-api-key": studio.key, "Content-Type": "application/json"},
    )
    assert (broken.status_code, set(broken.json())) == (422, {"message", "detail"})


def test_what_is_asked_for_comes_to_a_plan(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo, sky_replacement=True, enhance=False)
    sky = [Job.objects.get().command["plan"][name] for name in ("sky", "look", "straighten")]
    assert sky == ["CLEAR", None, True]
    told = studio.client.process(
        photo["image_id"], cloud_type="HIGH_CLOUD", vertical_correction=False
    )
    assert (told["sky_replacement"], told["cloud_type"]) == (True, "HIGH_CLOUD")
    plan = Job.objects.latest("created_at").command["plan"]
    assert (plan["sky"], plan["straighten"]) == ("HIGH_CLOUD", False)
    studio.client.process(photo["image_id"], sky_replacement=False, enhance=True)
    assert Job.objects.latest("created_at").command["plan"]["sky"] is None


def test_a_photo_that_is_no_sphere_is_not_taken_for_one(studio: Studio, small_photo: bytes) -> None:
    made = studio.client.create(threesixty=True)
    answer = studio.client.put(made["upload_url"], small_photo)
    assert (answer.status_code, list(answer.json()["detail"]["json"])) == (422, ["threesixty"])
    assert not Image.objects.exists()
    studio.client.process(made["image_id"], threesixty=False)
    assert studio.client.put(made["upload_url"], small_photo).status_code == 200
    assert Job.objects.get().command["plan"]["threesixty"] is False


def test_windows(studio: Studio) -> None:
    made = studio.client.create(window_pull=True)
    path = f"images/{made['image_id']}"

    def plan() -> str:
        return str(RoomPhoto.objects.get().command["plan"]["windowPull"])

    assert plan() == "ONLY_WINDOWS"
    studio.client.process(made["image_id"], upscale=True)
    assert RoomPhoto.objects.get().command["plan"]["upscale"] is True
    told = studio.client.process(made["image_id"], window_pull_type="WINDOWS_WITH_SKIES")
    assert (told["window_pull"], plan()) == (True, "WINDOWS_WITH_SKIES")
    told = studio.client.process(made["image_id"], window_pull=False)
    assert (told["window_pull"], told["window_pull_type"], plan()) == (False, None, "NONE")
    studio.client.process(made["image_id"], window_pull_type="ONLY_WINDOWS")
    older = studio.client.call("PATCH", f"{path}/process", {"ai_version": "3.x"})
    assert (older.status_code, list(older.json()["detail"]["json"])) == (422, ["window_pull"])
