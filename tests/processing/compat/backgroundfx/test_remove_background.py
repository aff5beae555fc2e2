"""One picture in, its cutout out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accounts.http import Caller
from accounts.limits.operations import REMOVE_BACKGROUND, REPLACE_BACKGROUND
from accounts.models import PlanLimit
from media_library.files import storage
from media_library.models import Image
from media_library.services import delete_image
from processing.commands import RemoveBackground
from processing.engine.errors import BrokenImage
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job, JobState
from processing.services import jobs
from processing.worker import runtime, tasks
from tests.processing.compat.backgroundfx.client import BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import (
    MiddleModel,
    Studio,
    flat,
    photo,
    pixels,
    studio_on,
)
from tests.stand_ins import LookingModel

HAT = Path(__file__).parents[3] / "photos/wool-hat.jpg"
PATH = "/process/remove-background"


def refused(studio: Studio, file: bytes = photo(), **options: Any) -> BackgroundfxError:
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.remove_background(file, **options)
    return caught.value


def test_a_cutout(quick_queue: MiddleModel, studio: Studio) -> None:
    answer = studio.client.remove_background(photo((120, 80)))
    result = Image.objects.get(pk=answer["id"])
    assert set(answer) == {"id", "image", "metadata"}
    assert answer["metadata"].pop("processing_time") > 0
    assert answer["metadata"] == {
        **{"width": 120, "height": 80, "format": "png"},
        **{"model": "fast", "provider": "rembg/fast", "edge": 50.0},
    }
    file = studio.client.download(answer["image"])
    assert (file.status_code, file.headers["content-type"]) == (200, "image/png")
    assert b"".join(file.iter_bytes()) == storage.read(result.file_key)
    alpha = pixels(file.content)[..., 3]
    assert (alpha[40, 60], alpha[2, 2]) == (255, 0)


def test_the_same_bytes_as_by_the_native_door(quick_queue: MiddleModel, studio: Studio) -> None:
    other = studio_on()
    job = jobs.submit_and_wait(
        Caller(other.account, other.user),
        RemoveBackground(),
        source=other.image(photo()),
        seconds=2,
    )
    assert job.result is not None
    result = Image.objects.get(pk=studio.client.remove_background(photo())["id"])
    assert storage.read(result.file_key) == storage.read(job.result.file_key)


@pytest.mark.parametrize("quality", ["low", "high", "ultra"])
def test_refinement_really_changes_the_edge(
    quick_queue: MiddleModel, studio: Studio, quality: str
) -> None:
    source, alphas = HAT.read_bytes(), []
    for refinement in (0, 50, 100):
        answer = studio.client.remove_background(
            source, quality=quality, edge_refinement=refinement
        )
        file = studio.client.download(answer["image"])
        alphas.append(pixels(file.content)[..., 3].astype(int))
    for one, other in pairwise(alphas):
        assert np.count_nonzero(one != other) > 50


def test_ultra_runs_the_finest_model(quick_queue: MiddleModel, studio: Studio) -> None:
    metadata = studio.client.remove_background(photo(), quality="ultra")["metadata"]
    assert (metadata["model"], metadata["edge"]) == ("high", 75.0)
    assert quick_queue.asked == ["high"]


def test_without_the_finest_model_the_answer_says_what_ran(
    quick_queue: MiddleModel, studio: Studio
) -> None:
    quick_queue.installed = {"fast"}
    metadata = studio.client.remove_background(photo(), quality="ultra")["metadata"]
    assert metadata["model"] == "fast"


@pytest.mark.parametrize("model", ["u2net", "deeplab", "custom"])
def test_a_model_that_is_not_there_is_replaced_aloud(
    quick_queue: MiddleModel, studio: Studio, model: str
) -> None:
    metadata = studio.client.remove_background(photo(), model=model)["metadata"]
    assert quick_queue.asked == ["fast", "fast"]  # a second look: the subject is small
    assert metadata["model"] == "fast"
    assert metadata["requested_model"] == model
    assert metadata["notice"] == f"{model} is not installed here; fast was used instead."


def test_a_named_model_that_is_there_needs_no_notice(
    quick_queue: MiddleModel, studio: Studio
) -> None:
    quick_queue.installed |= {"u2net"}
    metadata = studio.client.remove_background(photo(), model="u2net")["metadata"]
    assert quick_queue.asked == ["u2net"]
    assert not {"requested_model", "notice"} & {*metadata}


class TestMask:
    def test_it_is_what_a_job_for_the_mask_makes(
        self, quick_queue: MiddleModel, studio: Studio
    ) -> None:
        source = photo((120, 80))
        job = jobs.submit_and_wait(
            Caller(studio.account, studio.user),
            RemoveBackground(plan=CutoutPlan(output="mask")),
            source=studio.image(source),
            seconds=2,
        )
        assert job.result is not None
        answer = studio.client.remove_background(source, return_mask=True)
        mask = studio.client.download(answer["mask"])
        assert (mask.status_code, mask.headers["content-type"]) == (200, "image/png")
        assert mask.content == storage.read(job.result.file_key)

    def test_it_costs_nothing(self, quick_queue: MiddleModel, studio: Studio) -> None:
        answer = studio.client.remove_background(photo(), return_mask=True)
        studio.client.download(answer["mask"])
        assert studio.used(REMOVE_BACKGROUND) == 1

    def test_its_link_is_a_secret_that_expires(
        self, quick_queue: MiddleModel, studio: Studio, settings: Any
    ) -> None:
        url = studio.client.remove_background(photo(), return_mask=True)["mask"]
        changed = studio.client.download(f"{url[:-1]}{'B' if url[-1] == 'A' else 'A'}")
        settings.SIGNED_URL_SECONDS = -1
        late = studio.client.download(url)
        for answer in (changed, late):
            assert (answer.status_code, answer.json()["error"]) == (403, "FORBIDDEN")

    def test_it_goes_with_its_picture(self, quick_queue: MiddleModel, studio: Studio) -> None:
        answer = studio.client.remove_background(photo(), return_mask=True)
        delete_image(Image.objects.get(pk=answer["id"]))
        assert studio.client.download(answer["mask"]).status_code == 404


class TestRefused:
    def test_without_a_file(self, studio: Studio, models: MiddleModel) -> None:
        with pytest.raises(BackgroundfxError) as caught:
            studio.client.send(PATH, {"model": "rembg"}, [("other", b"")], expected=200)
        assert (caught.value.status, caught.value.error) == (400, "MISSING_FILE")
        assert caught.value.details == {"file": ["Required."]}

    def test_a_file_that_is_no_file(self, studio: Studio, models: MiddleModel) -> None:
        with pytest.raises(BackgroundfxError) as caught:
            studio.client.send(PATH, {"file": "text"}, [("other", b"x")], expected=200)
        assert (caught.value.status, list(caught.value.details)) == (400, ["file"])

    @pytest.mark.parametrize("file", [b"", b"no picture", photo()[:300]])
    def test_no_picture(self, studio: Studio, models: MiddleModel, file: bytes) -> None:
        error = refused(studio, file)
        assert (error.status, error.error, list(error.details)) == (
            *(400, "VALIDATION_ERROR"),
            ["file"],
        )

    @pytest.mark.parametrize(
        "options", [{"quality": "best"}, {"edge_refinement": 101}, {"model": "sam"}]
    )
    def test_nothing_is_kept_or_charged(
        self, studio: Studio, models: MiddleModel, options: dict[str, Any]
    ) -> None:
        error = refused(studio, **options)
        assert (error.status, list(error.details)) == (400, list(options))
        assert not Image.objects.exists()
        assert studio.used(REMOVE_BACKGROUND) == 0

    def test_a_file_that_is_too_large(
        self, studio: Studio, models: MiddleModel, settings: Any
    ) -> None:
        assert settings.BACKGROUNDFX_UPLOAD_BYTES == 50_000_000
        settings.BACKGROUNDFX_UPLOAD_BYTES = len(photo()) + 999
        error = refused(studio, photo() + b"\0" * 1_000)
        assert (error.status, error.error) == (413, "PAYLOAD_TOO_LARGE")
        assert not Image.objects.exists()

    def test_two_files(self, studio: Studio, models: MiddleModel) -> None:
        files = [("file", ("a.jpg", photo())), ("file", ("b.jpg", photo()))]
        with pytest.raises(BackgroundfxError) as caught:
            studio.client.send(PATH, {}, files, expected=200)
        assert caught.value.status == 400

    def test_the_quota_is_the_one_of_all_doors(self, studio: Studio, models: MiddleModel) -> None:
        PlanLimit.objects.filter(plan="free", operation=REMOVE_BACKGROUND).update(monthly=0)
        error = refused(studio)
        assert (error.status, error.error) == (403, "QUOTA_EXCEEDED")
        assert not Image.live.exists()


def test_the_limit_of_other_doors_is_not_this_ones(
    quick_queue: MiddleModel, studio: Studio, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    studio.client.remove_background(photo())
    [item] = studio.client.batch([photo((50, 40))])["results"]
    assert item["metadata"]["width"] == 50


class TestFailed:
    @pytest.mark.parametrize(
        ("exception", "status", "code"),
        [
            (BrokenImage("The picture breaks off."), 400, "BROKEN_IMAGE"),
            (ZeroDivisionError(), 500, "TIMED_OUT"),
        ],
    )
    def test_what_became_of_the_job_is_told(
        self,
        quick_queue: MiddleModel,
        studio: Studio,
        monkeypatch: pytest.MonkeyPatch,
        settings: Any,
        exception: Exception,
        status: int,
        code: str,
    ) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise exception

        monkeypatch.setattr("processing.worker.making.cutouts.render", fail)
        settings.COMPAT_WAIT_SECONDS = 0.05
        response = studio.client.http.post(
            studio.client.base_url + PATH,
            files={"file": photo()},
            headers={"Authorization": f"Bearer {studio.client.token}"},
        )
        assert (response.status_code, response.json()["error"]) == (status, code)
        assert studio.used(REMOVE_BACKGROUND) == (0 if status == 400 else 1)

    def test_work_that_takes_too_long_goes_on(
        self, quick_queue: MiddleModel, studio: Studio, monkeypatch: Any, settings: Any
    ) -> None:
        monkeypatch.setattr(tasks.run_job, "send", lambda job_id: None)
        settings.COMPAT_WAIT_SECONDS = 0.05
        response = studio.client.http.post(
            studio.client.base_url + PATH,
            files={"file": photo()},
            headers={"Authorization": f"Bearer {studio.client.token}"},
        )
        job = Job.objects.get()
        assert (response.status_code, response.json()["error"]) == (500, "TIMED_OUT")
        assert job.public_id in response.json()["message"]
        assert job.state == JobState.PENDING


class TestNothingFound:
    """A photo without a product: the vendor's document has no code of its own for it, so 400 and ours."""

    BLANK = flat((60, 40), (255, 255, 255))

    @pytest.fixture(autouse=True)
    def _looking(self, quick_queue: MiddleModel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "registry", LookingModel)

    def test_one_photo(self, studio: Studio) -> None:
        error = refused(studio, self.BLANK, return_mask=True)
        assert (error.status, error.error, error.details) == (400, "NOTHING_FOUND", {})
        assert error.message.startswith("No product was found in this picture, so there is nothing")
        assert studio.used(REMOVE_BACKGROUND) == 0
        assert Image.objects.get().kind == "original"

    def test_of_a_batch_it_fails_alone(self, studio: Studio) -> None:
        accepted = studio.client.batch([self.BLANK, photo()])
        done = studio.client.job(accepted["id"])
        assert (done["status"], done["progress"], done["processed_files"]) == ("completed", 100, 2)
        assert [one["metadata"]["file"] for one in done["results"]] == ["photo-2.jpg"]
        [told] = done["errors"]
        assert (told["file"], told["error"]) == ("photo-1.jpg", "NOTHING_FOUND")
        assert studio.used(REMOVE_BACKGROUND) == 1

    def test_a_new_background(self, studio: Studio) -> None:
        image, wall = studio.image(self.BLANK), studio.background()
        with pytest.raises(BackgroundfxError) as caught:
            studio.client.replace_background(str(image.pk), wall.public_id)
        assert (caught.value.status, caught.value.error) == (400, "NOTHING_FOUND")
        assert studio.used(REPLACE_BACKGROUND) == 0
