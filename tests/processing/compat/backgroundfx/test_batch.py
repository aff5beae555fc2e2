"""Many pictures in, a job to come back for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Plan, PlanLimit
from media_library.models import Image
from media_library.services import delete_image
from processing.compat.backgroundfx.progress import status_of
from processing.models import Batch
from processing.services.batching import batches
from processing.worker.batch_progress import BatchCounts
from tests.processing.compat.backgroundfx.client import BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import MiddleModel, Studio, photo, pixels

RunQueue = Callable[[], None]


def photos(count: int) -> list[bytes]:
    return [photo((60 + number, 40)) for number in range(count)]


def refused(studio: Studio, files: list[bytes], options: str | None = None) -> BackgroundfxError:
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.batch(files, options)
    return caught.value


def test_it_is_accepted_and_done_later(run_queue: RunQueue, studio: Studio) -> None:
    accepted = studio.client.batch(photos(2))
    batch = Batch.objects.get()
    assert accepted == {
        "id": str(batch.pk),
        "status": "pending",
        **{"progress": 0, "total_files": 2, "processed_files": 0},
        **{"results": [], "errors": []},
        "created_at": batch.created_at.isoformat().replace("+00:00", "Z"),
    }
    run_queue()
    done = studio.client.job(accepted["id"])
    assert (done["status"], done["progress"], done["processed_files"]) == ("completed", 100, 2)
    assert [one["metadata"]["file"] for one in done["results"]] == ["photo-1.jpg", "photo-2.jpg"]
    assert [one["metadata"]["width"] for one in done["results"]] == [60, 61]
    assert studio.used(REMOVE_BACKGROUND) == 2


def test_options_are_those_of_remove_background(quick_queue: MiddleModel, studio: Studio) -> None:
    [result] = studio.client.batch(photos(1), '{"quality": "ultra", "edge_refinement": 100}')[
        "results"
    ]
    assert (result["metadata"]["model"], result["metadata"]["edge"]) == ("high", 100.0)


def test_every_result_has_its_mask(quick_queue: MiddleModel, studio: Studio) -> None:
    [result] = studio.client.batch(photos(1))["results"]
    picture = pixels(studio.client.download(result["image"]).content)
    mask = pixels(studio.client.download(result["mask"]).content)
    assert mask.shape == picture.shape[:2]
    assert (mask == picture[..., 3]).all()


def test_a_result_can_get_another_background(quick_queue: MiddleModel, studio: Studio) -> None:
    [result] = studio.client.batch(photos(1))["results"]
    assert studio.client.replace_background(result["id"], studio.background().public_id)


def test_one_bad_photo_fails_alone(quick_queue: MiddleModel, studio: Studio) -> None:
    shown = studio.client.batch([photo(), b"no picture", photo((80, 40))])
    assert (shown["status"], shown["total_files"], shown["processed_files"]) == ("completed", 3, 3)
    assert len(shown["results"]) == 2
    [error] = shown["errors"]
    assert (error["file"], error["error"]) == ("photo-2.jpg", "VALIDATION_ERROR")
    assert studio.used(REMOVE_BACKGROUND) == 2


def test_nothing_but_bad_photos_has_failed(quick_queue: MiddleModel, studio: Studio) -> None:
    shown = studio.client.batch([b"no picture", b"nor this"])
    assert (shown["status"], shown["progress"], shown["results"]) == ("failed", 100, [])


def test_cancelled_is_failed(run_queue: RunQueue, studio: Studio) -> None:
    shown = studio.client.batch(photos(2))
    batches.cancel(Batch.objects.get())
    after = studio.client.job(shown["id"])
    assert (after["status"], after["progress"]) == ("failed", 100)


def test_a_deleted_result_is_left_out(quick_queue: MiddleModel, studio: Studio) -> None:
    shown = studio.client.batch(photos(2))
    delete_image(Image.objects.get(pk=shown["results"][0]["id"]))
    after = studio.client.job(shown["id"])
    assert [one["id"] for one in after["results"]] == [shown["results"][1]["id"]]


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (BatchCounts(3, pending=3), "pending"),
        (BatchCounts(3, pending=2, processing=1), "processing"),
        (BatchCounts(3, pending=2, failed=1), "processing"),
        (BatchCounts(3, processing=1, completed=2), "processing"),
        (BatchCounts(3, completed=3), "completed"),
        (BatchCounts(3, completed=1, failed=2), "completed"),
        (BatchCounts(3, failed=3), "failed"),
        (BatchCounts(3, completed=2, cancelled=1), "failed"),
        (BatchCounts(3, cancelled=3), "failed"),
    ],
)
def test_where_a_batch_stands(counts: BatchCounts, status: str) -> None:
    assert status_of(counts) == status


def test_a_model_that_is_not_there_is_replaced_aloud(
    quick_queue: MiddleModel, studio: Studio
) -> None:
    answer = studio.client.batch(photos(1), '{"model": "deeplab", "quality": "ultra"}')
    assert (answer["requested_model"], answer["notice"]) == (
        "deeplab",
        "deeplab is not installed here; high was used instead.",
    )
    [result] = studio.client.job(answer["id"])["results"]
    assert result["metadata"]["model"] == "high"


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ("no json", "options"),
            ('{"quality": "best"}', "options.quality"),
            ('{"Quality": "low"}', "options.Quality"),
            ('{"model": "sam"}', "options.model"),
        ],
    )
    def test_options_that_mean_nothing(
        self, studio: Studio, models: MiddleModel, options: str, field: str
    ) -> None:
        error = refused(studio, photos(1), options)
        assert (error.status, list(error.details)) == (400, [field])
        assert not Image.objects.exists()

    def test_no_files(self, studio: Studio, models: MiddleModel) -> None:
        for files in ([("other", b"x")], [("files", (None, b"text"))]):
            with pytest.raises(BackgroundfxError) as caught:
                studio.client.send("/process/batch", {}, files, expected=202)
            assert (caught.value.status, list(caught.value.details)) == (400, ["files"])

    def test_more_than_a_hundred_files(self, studio: Studio, models: MiddleModel) -> None:
        error = refused(studio, [b"x"] * 101)
        message = "files: At most 100 files can be uploaded at once."
        assert (error.status, error.message) == (400, message)
        assert not Batch.objects.exists()

    def test_more_than_the_plan_allows(self, studio: Studio, models: MiddleModel) -> None:
        Plan.objects.update(batch_size=2)
        assert refused(studio, photos(3)).status == 400
        assert not Image.objects.exists()

    def test_not_even_half_of_it_without_quota(self, studio: Studio, models: MiddleModel) -> None:
        PlanLimit.objects.filter(plan="free", operation=REMOVE_BACKGROUND).update(monthly=2)
        error = refused(studio, photos(3))
        assert (error.status, error.error) == (403, "QUOTA_EXCEEDED")
        assert not Batch.objects.exists()
        assert studio.used(REMOVE_BACKGROUND) == 0
        assert not Image.live.exists()


def test_other_peoples_jobs_are_not_there(
    quick_queue: MiddleModel, studio: Studio, stranger: Studio
) -> None:
    mine = studio.client.batch(photos(1))["id"]
    for client, job_id in ((stranger.client, mine), (studio.client, uuid4())):
        with pytest.raises(BackgroundfxError) as caught:
            client.job(str(job_id))
        assert (caught.value.status, caught.value.error) == (404, "NOT_FOUND")


@pytest.mark.parametrize("job_id", ["x", "batch_1", "%00", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_not_there(studio: Studio, job_id: Any) -> None:
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.job(job_id)
    assert caught.value.status == 404
