"""POST /api/v1/images/tools/merge-hdr: exposure brackets of a room become one picture."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import time_machine
from PIL import Image as Pillow

from accounts.lifecycle import closing, erasing
from media_library.lifecycle import trash
from media_library.models import Image
from processing.engine.room.hdr import merge
from processing.models import Job
from processing.worker import sweeps, tasks
from processing.worker.making import kept_merges
from tests.processing.conftest import photo
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, held, jpeg, light
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/merge-hdr"
SIZE = (600, 400)


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    """Three exposures of a room, held by hand, the brightest first."""
    hands = (held(SIZE, right=5, down=-4), None, held(SIZE, degrees=0.4, right=-6))
    return [
        jpeg(exposed(light(SIZE), stops, seen=seen, seed=seed), stops=stops)
        for seed, (stops, seen) in enumerate(zip(STOPS[::-1], hands, strict=True))
    ]


@pytest.fixture
def brackets(owner: Seller, files: list[bytes]) -> list[Image]:
    return [owner.image(data) for data in files]


def post(seller: Seller, images: Sequence[Image], headers: Any = None, **options: Any) -> Any:
    body = {"imageIds": [image.public_id for image in images], **options}
    return seller.client.post(URL, body, format="json", headers=headers)


def test_brackets_become_one_enhanced_picture(
    quick_queue: None, owner: Seller, brackets: list[Image], files: list[bytes]
) -> None:
    answer = post(owner, brackets, straighten=False)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["originalImageId"] == brackets[0].public_id
    report = data["report"]
    assert (report["provider"], report["model"]) == ("room", "")
    assert report["room"]["straightened"] == "not-asked"
    hdr = report["hdr"]
    assert set(hdr) == {"reference", "stops", "stopsFrom", "shifts", "moving"}
    assert (hdr["reference"], hdr["stopsFrom"]) == (1, "exif")
    assert hdr["stops"] == [2.0, 0.0, -2.0]
    assert hdr["shifts"] == [pytest.approx(6.4, abs=1), 0.0, pytest.approx(8.4, abs=1)]
    picture = Pillow.open(BytesIO(base64.b64decode(data["displayUrl"].partition(",")[2])))
    assert (picture.format, picture.size) == ("JPEG", SIZE)
    window = np.s_[140:230, 160:220]
    shown = np.asarray(picture)
    middle = np.asarray(Pillow.open(BytesIO(files[1])))
    assert (middle[window].min(axis=-1) > 252).mean() > 0.7
    assert (shown[window].min(axis=-1) > 252).mean() < 0.3
    assert np.median(shown) > np.median(middle)
    job = Job.objects.get()
    assert (job.operation, job.result.name) == ("enhance", "shoe-hdr.jpg")
    assert owner.used_of("enhance") == 1


def test_equal_work_is_found_again(quick_queue: None, owner: Seller, brackets: list[Image]) -> None:
    first, again = (post(owner, brackets).json()["data"] for _ in range(2))
    assert again["processedImageId"] == first["processedImageId"]
    other = post(owner, brackets[:2]).json()["data"]
    assert other["processedImageId"] != first["processedImageId"]
    assert owner.used_of("enhance") == 2


def test_a_change_merges_nothing_again(
    quick_queue: None,
    owner: Seller,
    brackets: list[Image],
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    merged: list[int] = []
    whole = merge.merge

    def counted(*given: Any, **options: Any) -> Any:
        merged.append(len(given[0]))
        return whole(*given, **options)

    monkeypatch.setattr(merge, "merge", counted)

    def made(**options: Any) -> bytes:
        answer = post(owner, brackets, **{"straighten": False, "format": "png", **options}).json()
        told.append(answer["data"]["report"]["hdr"])
        return base64.b64decode(answer["data"]["displayUrl"].partition(",")[2])

    told: list[dict[str, Any]] = []
    anew = made(look="modern")
    settings.VAR_DIR, settings.MERGED_CACHE_MB = tmp_path, 50
    made(look="warm")
    Job.objects.filter(command__plan__look="modern").update(rendition_key="")
    assert made(look="modern") == anew  # to the byte
    assert (len(merged), told[1:]) == (2, [told[0]] * 2)
    made(look="warm", windowPull="ONLY_WINDOWS")  # for which the darkest is kept, too
    made(look="neutral", windowPull="ONLY_WINDOWS")
    assert len(merged) == 3
    files = sorted((tmp_path / "merged").iterdir())
    assert len(files) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[:1000])  # cut short: it is merged once more
    made(look="property")
    made(look="property", windowPull="ONLY_WINDOWS")
    assert len(merged) == 5
    assert kept_merges.sweep() == 0
    settings.MERGED_CACHE_MB = 2  # both take more
    assert kept_merges.sweep() == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=7)):
        sweeps.run()
    assert not list((tmp_path / "merged").iterdir())


@pytest.mark.parametrize("whole_account", [False, True])
def test_no_merge_outlives_its_photos(
    quick_queue: None,
    owner: Seller,
    brackets: list[Image],
    settings: Any,
    tmp_path: Path,
    whole_account: bool,
) -> None:
    settings.VAR_DIR, settings.MERGED_CACHE_MB = tmp_path, 50
    post(owner, brackets, straighten=False)
    trash.put(owner.account, [brackets[1].pk])
    assert kept_merges.sweep() == 0  # a photo in the trash can be taken back
    if whole_account:
        closing.close_account(owner.account)
        assert erasing.erase(owner.account.pk)
    else:
        trash.remove(owner.account, [brackets[1].pk])
        trash.remove_due()
    assert kept_merges.sweep() == 1
    assert not list((tmp_path / "merged").iterdir())


def test_one_key_makes_one_job(owner: Seller, brackets: list[Image]) -> None:
    headers = {"Idempotency-Key": "once", "Prefer": "respond-async"}
    first, again = (post(owner, brackets, headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert owner.used_of("enhance") == 1
    cancelled = owner.client.post(f"/api/v1/jobs/{first.json()['data']['jobId']}/cancel")
    assert cancelled.json()["data"]["state"] == "cancelled"
    assert owner.used_of("enhance") == 0


def work_off(owner: Seller, images: list[Image]) -> Job:
    """A job whose images change before a worker takes it."""
    assert post(owner, images, {"Prefer": "respond-async"}).status_code == 202
    return Job.objects.get()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (0, "The source image was deleted before processing started."),
        (2, "A picture that this needs was deleted."),
    ],
)
def test_a_bracket_that_was_deleted_meanwhile_fails_the_job(
    owner: Seller, brackets: list[Image], gone: int, told: str
) -> None:
    job = work_off(owner, brackets)
    deleted = owner.client.delete(f"/api/v1/images/{brackets[gone].public_id}")
    assert deleted.status_code == 200
    tasks.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.error_code, job.error) == ("failed", "SOURCE_DELETED", told)
    assert owner.used_of("enhance") == 0


def test_other_views_fail_and_cost_nothing(
    quick_queue: None, owner: Seller, brackets: list[Image]
) -> None:
    stranger = owner.image(jpeg(exposed(light(SIZE, other=True), STOPS[0])))
    answer = post(owner, [*brackets[:2], stranger])
    assert (answer.status_code, answer.json()["code"]) == (422, "BRACKETS_DIFFER")
    assert stranger.public_id in answer.json()["error"]
    assert owner.used_of("enhance") == 0


def test_sizes_that_differ_are_refused_by_name(owner: Seller, brackets: list[Image]) -> None:
    smaller = owner.image(photo((60, 40)))
    answer = post(owner, [*brackets, smaller])
    assert answer.status_code == 400
    [told] = answer.json()["fields"]["imageIds"]
    assert told.startswith(f"{smaller.public_id} has 60 x 40 pixels")
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("count", "options", "field"),
    [
        (0, {}, "imageIds"),
        (1, {}, "imageIds"),
        (30, {}, "imageIds"),
        (3, {"look": "rustic"}, "look"),
        (3, {"look": None, "straighten": False, "lensCorrection": False}, "look"),
        (3, {"imageIds": "img_1"}, "imageIds"),
        (3, {"imageIds": [1, 2]}, "imageIds.0"),
        (3, {"imageIds": ["img_1", "job_2"]}, "imageIds"),
        (3, {"imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1"}, "imageId"),
    ],
)
def test_what_can_not_be_is_refused_and_costs_nothing(
    owner: Seller, brackets: list[Image], count: int, options: dict[str, Any], field: str
) -> None:
    answer = post(owner, (brackets * 10)[:count], **options)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Job.objects.exists()
    assert owner.used_of("enhance") == 0


def test_an_image_twice_is_refused(owner: Seller, brackets: list[Image]) -> None:
    answer = post(owner, [*brackets, brackets[1]])
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["imageIds"])
    assert not Job.objects.exists()


@pytest.mark.parametrize("place", [0, 2])
def test_a_strangers_bracket_is_not_found(
    owner: Seller, stranger: Seller, brackets: list[Image], place: int
) -> None:
    mixed = list(brackets)
    mixed[place] = stranger.image(photo(SIZE))
    assert post(owner, mixed).status_code == 404
    assert not Job.objects.exists()
    assert (owner.used_of("enhance"), stranger.used_of("enhance")) == (0, 0)
