"""Many pictures, one request."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Plan, PlanLimit
from media_library.models import Image
from processing.engine.errors import BrokenImage
from processing.models import Batch, Job, JobEvent
from processing.services.batching import batches
from processing.worker import runner, tasks
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/batch"


def images(seller: Seller, count: int) -> list[Image]:
    return [seller.image(photo((60 + number, 40))) for number in range(count)]


def post(seller: Seller, pictures: list[Image], **body: Any) -> Any:
    ids = [image.public_id for image in pictures]
    body = {"imageIds": ids, "operation": "remove-background", **body}
    return seller.client.post(URL, {k: v for k, v in body.items() if v is not None}, format="json")


def status(seller: Seller, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json()
    shown = seller.client.get(f"{URL}/{answer.json()['data']['batchId']}").json()["data"]
    return dict(shown)


@pytest.fixture
def worked(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of batches are worked on when the batch is written."""
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


@pytest.fixture
def unsent(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    sent: list[None] = []
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: sent.append(None))
    return sent


@pytest.mark.usefixtures("middle_model", "worked")
class TestBatch:
    def test_every_picture_gets_its_result(self, owner: Seller) -> None:
        pictures = images(owner, 3)
        answer = post(owner, pictures, options={"format": "jpg"})
        assert set(answer.json()["data"]) == {"batchId", "totalImages"}
        shown = status(owner, answer)
        assert (shown["state"], shown["progress"], shown["totalImages"]) == ("completed", 100, 3)
        assert shown["counts"] == {
            **{"total": 3, "pending": 0, "processing": 0},
            **{"completed": 3, "failed": 0, "cancelled": 0},
        }
        assert [item["imageId"] for item in shown["items"]] == [one.public_id for one in pictures]
        assert {Image.objects.get(parent=one).format for one in pictures} == {"jpg"}
        assert owner.used() == 3

    def test_results_have_their_thumbnails_at_once(self, owner: Seller) -> None:
        status(owner, post(owner, images(owner, 2)))
        results = Image.objects.filter(kind="derived")
        assert [(bool(one.thumbnail_key), one.thumbnail_due_at) for one in results] == [
            (True, None),
            (True, None),
        ]

    def test_its_events_tell_the_whole_story(self, owner: Seller) -> None:
        post(owner, images(owner, 2))
        told = JobEvent.objects.filter(batch=Batch.objects.get()).values_list("name", "data")
        assert [name for name, _ in told] == [
            *["job.queued"] * 2,
            *["job.started", "job.completed", "batch.progress"] * 2,
            "batch.completed",
        ]
        progress = [data["progress"] for name, data in told if name == "batch.progress"]
        assert progress == [50, 100]

    def test_one_bad_photo_fails_alone(self, owner: Seller) -> None:
        good, bad = images(owner, 2)
        bad.name = "broken.jpg"
        bad.save()
        from media_library.files import storage

        storage.delete([bad.file_key])
        storage.save(bad.file_key, b"no picture")
        shown = status(owner, post(owner, [bad, good]))
        assert [item["state"] for item in shown["items"]] == ["failed", "completed"]
        assert shown["items"][0]["error"]["code"] == "UNSUPPORTED_FORMAT"
        assert (shown["state"], shown["progress"]) == ("completed", 100)
        assert owner.used() == 1

    def test_uploaded_files_that_are_no_pictures_fail_alone(self, owner: Seller) -> None:
        files = [
            SimpleUploadedFile("a.jpg", photo()),
            SimpleUploadedFile("b.jpg", b"text"),
        ]
        body = {"files": files, "operation": "remove-background", "options": '{"crop": true}'}
        answer = owner.client.post(URL, body, format="multipart")
        shown = status(owner, answer)
        assert [(item["name"], item["state"]) for item in shown["items"]] == [
            ("a.jpg", "completed"),
            ("b.jpg", "failed"),
        ]
        assert shown["items"][1]["error"]["code"] == "VALIDATION_ERROR"
        assert Job.objects.get().command["crop"] is True

    def test_only_bad_files_is_a_batch_that_has_ended(self, owner: Seller) -> None:
        body = {"files": [SimpleUploadedFile("b.jpg", b"x")], "operation": "upscale"}
        shown = status(owner, owner.client.post(URL, body, format="multipart"))
        assert (shown["state"], shown["counts"]["failed"]) == ("completed", 1)
        assert JobEvent.objects.filter(name="batch.completed").count() == 1

    def test_results_found_again_cost_nothing(self, owner: Seller) -> None:
        pictures = images(owner, 2)
        post(owner, pictures[:1])
        shown = status(owner, post(owner, pictures))
        assert shown["counts"]["completed"] == 2
        assert owner.used() == 2
        assert Image.objects.filter(kind="derived").count() == 2

    def test_a_preset_is_what_is_done(self, owner: Seller) -> None:
        edit = {"background": {"color": "red"}, "layout": {"size": "32x32"}}
        preset = owner.client.post(
            "/api/v1/presets", {"name": "Red", "edit": edit}, format="json"
        ).json()["data"]
        shown = status(owner, post(owner, images(owner, 1), operation=None, presetId=preset["id"]))
        assert (shown["operation"], shown["counts"]["completed"]) == ("edit", 1)

    def test_failed_pictures_run_again(self, owner: Seller, monkeypatch: Any) -> None:
        pictures = images(owner, 2)
        broken = dict.fromkeys([pictures[0].pk])

        def source(job: Job) -> Any:
            if job.source_id in broken:
                raise BrokenImage("No.")
            return whole(job)

        whole = runner.source_of
        monkeypatch.setattr(runner, "source_of", source)
        answer = post(owner, pictures)
        assert status(owner, answer)["counts"]["failed"] == 1
        broken.clear()
        again = owner.client.post(f"{URL}/{answer.json()['data']['batchId']}/retry")
        assert again.json()["data"]["retried"] == 1
        shown = status(owner, answer)
        assert (shown["state"], shown["counts"]["completed"]) == ("completed", 2)
        assert JobEvent.objects.filter(name="batch.completed").count() == 2
        assert owner.used() == 2
        assert (
            owner.client.post(f"{URL}/{answer.json()['data']['batchId']}/retry").status_code == 409
        )

    def test_all_results_come_as_one_zip(self, owner: Seller) -> None:
        pictures = images(owner, 2)  # both are called shoe.jpg
        answer = post(owner, pictures)
        got = owner.client.get(f"{URL}/{answer.json()['data']['batchId']}/download")
        assert got["Content-Type"] == "application/zip"
        today = timezone.now().date().isoformat()
        assert f'filename="Cutouts, {today}.zip"' in got["Content-Disposition"]
        with zipfile.ZipFile(BytesIO(b"".join(got.streaming_content))) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                "shoe-cutout.png",
                "shoe-cutout-2.png",
                "manifest.json",
            ]
            told = json.loads(archive.read("manifest.json"))
        assert [item["file"] for item in told["items"]] == ["shoe-cutout.png", "shoe-cutout-2.png"]
        assert told["counts"]["completed"] == 2


def test_what_is_open_is_cancelled(owner: Seller, unsent: list[None]) -> None:
    answer = post(owner, images(owner, 2))
    assert owner.used() == 2
    cancelled = owner.client.post(f"{URL}/{answer.json()['data']['batchId']}/cancel")
    shown = cancelled.json()["data"]
    assert (shown["state"], shown["counts"]["cancelled"]) == ("cancelled", 2)
    assert owner.used() == 0
    again = owner.client.post(f"{URL}/{answer.json()['data']['batchId']}/cancel")
    assert again.status_code == 409
    nothing = owner.client.get(f"{URL}/{answer.json()['data']['batchId']}/download")
    assert nothing.status_code == 409


@pytest.mark.parametrize(
    ("count", "body", "field"),
    [
        (0, {}, "imageIds"),
        (3, {}, "imageIds"),
        (1, {"operation": "fly"}, "operation"),
        (1, {"operation": None}, "request"),
        (1, {"options": {"crop": "yes"}}, "crop"),
        (1, {"options": {"zip": 1}}, "zip"),
        (1, {"operation": "edit", "options": {"zip": 1}}, "edit.zip"),
        (
            1,
            {"operation": "edit", "options": {"cutting": {"model": "best"}}},
            "edit.cutting.model",
        ),
        (1, {"options": {"model": "best"}}, "model"),
        (
            1,
            {"operation": "generate-background", "options": {"prompt": "sand", "seed": -1}},
            "seed",
        ),
        (1, {"operation": "upscale", "options": {"mode": "best"}}, "mode"),
        (1, {"options": "{}"}, "options"),
        (1, {"files": 1}, "files"),
    ],
)
def test_what_is_wrong_is_named_and_costs_nothing(
    owner: Seller, unsent: list[None], count: int, body: dict[str, Any], field: str
) -> None:
    Plan.objects.update(batch_size=2)
    owner.account.plan.refresh_from_db()
    answer = post(owner, images(owner, count), **body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Batch.objects.exists()


def test_duplicates_and_other_peoples_pictures(
    owner: Seller, stranger: Seller, unsent: list[None]
) -> None:
    mine, theirs = owner.image(photo()), stranger.image(photo())
    assert post(owner, [mine, mine]).status_code == 400
    assert post(owner, [mine, theirs]).status_code == 404
    assert not Batch.objects.exists()


def test_quota_is_for_all_or_none(owner: Seller, unsent: list[None]) -> None:
    PlanLimit.objects.filter(operation="remove-background").update(monthly=2)
    assert post(owner, images(owner, 3)).status_code == 403
    assert not Batch.objects.exists()
    assert owner.used() == 0
    assert unsent == []


def test_a_hundred_pictures_take_few_queries(
    owner: Seller, unsent: list[None], django_assert_max_num_queries: Any
) -> None:
    pictures = images(owner, 30)
    ids = [image.pk for image in pictures]
    from processing.commands import RemoveBackground

    with django_assert_max_num_queries(25):
        members = batches.members(owner.account, ids)
        batches.submit(owner.caller, RemoveBackground(), pictures=members)
