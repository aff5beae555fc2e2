"""One job through the worker: once, whatever happens in between."""

from __future__ import annotations

import contextlib
import errno
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from media_library.models import Image, ImageKind
from processing import commands
from processing.engine.errors import BrokenImage, ProviderFailed
from processing.models import Job, JobEvent, JobState
from processing.services import jobs
from processing.worker import runner, sweeps, tasks, transitions
from processing.worker.making import cutouts
from tests.stand_ins import Seller

Submit = Callable[..., Job]


def work(job: Job) -> None:
    tasks.run_job.fn(str(job.pk))


def events() -> list[str]:
    return list(JobEvent.objects.order_by("pk").values_list("name", flat=True))


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def files(folder: str = "") -> list[str]:
    folders, names = default_storage.listdir(folder)
    inner = [key for name in folders for key in files(f"{folder}/{name}".lstrip("/"))]
    return sorted([f"{folder}/{name}" for name in names] + inner)


@pytest.mark.usefixtures("middle_model")
class TestRun:
    def test_completes_with_a_result_a_report_and_a_charge(
        self, owner: Seller, submit: Submit
    ) -> None:
        job = submit()
        work(job)
        done = fresh(job)
        assert done.state == JobState.COMPLETED
        assert (done.attempts, done.report["provider"]) == (1, "rembg/middle")
        assert done.result is not None
        assert (done.result.kind, done.result.name) == (ImageKind.DERIVED, "shoe-cutout.png")
        assert (done.result.parent_id, done.result.job_id) == (job.source_id, job.pk)
        assert events() == ["job.queued", "job.started", "job.completed"]
        assert owner.used() == 1

    def test_a_second_message_is_nothing(self, owner: Seller, submit: Submit) -> None:
        job = submit()
        work(job)
        before = fresh(job)
        work(job)
        assert fresh(job).ended_at == before.ended_at
        assert Image.objects.filter(kind=ImageKind.DERIVED).count() == 1
        assert len(events()) == 3
        assert owner.used() == 1

    def test_cancelled_while_running_drops_the_result(
        self, owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = submit()
        real = cutouts.render

        def cancel_meanwhile(*args: Any, **options: Any) -> Any:
            jobs.cancel(fresh(job))
            return real(*args, **options)

        monkeypatch.setattr(cutouts, "render", cancel_meanwhile)
        before = files()
        work(job)
        assert fresh(job).state == JobState.CANCELLED
        assert not Image.objects.filter(kind=ImageKind.DERIVED).exists()
        assert files() == before
        assert owner.used() == 0

    def test_a_picture_deleted_before_its_turn_fails_the_job(
        self, owner: Seller, submit: Submit
    ) -> None:
        job = submit()
        owner.client.delete(f"/api/v1/images/{job.source.public_id}")
        work(job)
        assert (fresh(job).state, fresh(job).error_code) == (JobState.FAILED, "SOURCE_DELETED")
        assert owner.used() == 0


def explode(error: Exception) -> Callable[..., Any]:
    def render(*args: Any, **options: Any) -> Any:
        raise error

    return render


def test_a_broken_picture_fails_at_once(
    owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutouts, "render", explode(BrokenImage("It does not open.")))
    job = submit()
    work(job)
    failed = fresh(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "BROKEN_IMAGE")
    assert (failed.error, failed.attempts) == ("It does not open.", 1)
    assert owner.used() == 0


def test_our_own_error_is_tried_three_times(
    owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutouts, "render", explode(RuntimeError("secret path /srv/x")))
    job = submit()
    for attempt in (1, 2):
        with pytest.raises(RuntimeError):
            work(job)
        assert (fresh(job).state, fresh(job).attempts) == (JobState.PENDING, attempt)
        assert owner.used() == 1
    work(job)
    failed = fresh(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "INTERNAL_ERROR")
    assert "secret" not in failed.error
    assert failed.public_id in failed.error
    assert owner.used() == 0


class TestCauses:
    """What staff read of a failure that was no fault of the caller's."""

    def ended(self, submit: Submit) -> Job:
        job = submit()
        for _ in range(2):
            with contextlib.suppress(Exception):
                work(job)
        work(job)
        return fresh(job)

    def test_of_a_mistake_of_ours(self, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cutouts, "render", explode(RuntimeError("secret path /srv/x")))
        cause = self.ended(submit).cause
        assert (cause["type"], cause["message"]) == ("RuntimeError", "secret path /srv/x")
        assert re.fullmatch(
            r"tests/processing/worker/test_running.py:\d+ in render", cause["where"]
        )

    def test_of_a_library(self, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where our own code called it."""
        monkeypatch.setattr(commands, "from_row", lambda command: json.loads("{"))
        cause = self.ended(submit).cause
        assert cause["type"] == "json.decoder.JSONDecodeError"
        assert "in <lambda>" in cause["where"]

    def test_of_a_full_disk(
        self, owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr(cutouts, "render", explode(full))
        failed = self.ended(submit)
        assert failed.error_code == "SERVICE_UNAVAILABLE"
        assert failed.error == "The site's disk is full. Try again later. Nothing was charged."
        assert failed.cause["type"] == "OSError"
        assert owner.used() == 0
        shown = owner.client.get(f"/api/v1/jobs/{failed.public_id}").json()["data"]
        assert "cause" not in shown
        assert "No space" not in str(shown)

    def test_of_what_another_server_did(
        self, submit: Submit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = ProviderFailed("The server could not be reached.")
        refused.__cause__ = ConnectionRefusedError("port 8080")
        monkeypatch.setattr(cutouts, "render", explode(refused))
        job = submit()
        work(job)
        assert fresh(job).error == "The server could not be reached."
        assert fresh(job).cause["type"] == "ConnectionRefusedError"

    def test_not_of_a_broken_picture(self, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cutouts, "render", explode(BrokenImage("It does not open.")))
        job = submit()
        work(job)
        assert fresh(job).cause == {}

    def test_the_request_is_known(self, owner: Seller, image: Image) -> None:
        body = {"imageId": image.public_id}
        headers = {"X-Request-Id": "abcdef-123456"}
        url = "/api/v1/images/tools/remove-background"
        assert owner.client.post(url, body, format="json", headers=headers).status_code == 202
        assert Job.objects.get().request_id == "abcdef-123456"


class TestLostWorker:
    def test_its_job_runs_again(self, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[str] = []
        job = submit()
        assert transitions.claim(job.pk) is not None
        monkeypatch.setattr(tasks.run_job, "send", sent.append)
        assert sweeps.abandoned_jobs() == 0
        with time_machine.travel(timezone.now() + timedelta(seconds=16), tick=False):
            assert sweeps.abandoned_jobs() == 1
        assert sent == [str(job.pk)]
        assert fresh(job).state == JobState.PENDING
        assert transitions.claim(job.pk) is not None
        assert fresh(job).attempts == 2

    def test_a_living_worker_is_left_alone(self, submit: Submit) -> None:
        job = submit()
        claimed = transitions.claim(job.pk)
        assert claimed is not None
        with time_machine.travel(timezone.now() + timedelta(seconds=14), tick=False):
            assert transitions.beat(claimed)
        with time_machine.travel(timezone.now() + timedelta(seconds=28), tick=False):
            assert sweeps.abandoned_jobs() == 0
            assert transitions.claim(job.pk) is None

    def test_after_the_third_time_the_job_fails_and_costs_nothing(
        self, owner: Seller, submit: Submit
    ) -> None:
        job, now = submit(), timezone.now()
        for round_ in range(3):
            with time_machine.travel(now + timedelta(seconds=20 * round_), tick=False):
                sweeps.abandoned_jobs()
                assert transitions.claim(job.pk) is not None
        with time_machine.travel(now + timedelta(seconds=60), tick=False):
            sweeps.abandoned_jobs()
            assert transitions.claim(job.pk) is None
        assert (fresh(job).state, fresh(job).error_code) == (JobState.FAILED, "WORKER_LOST")
        assert owner.used() == 0

    @pytest.mark.usefixtures("middle_model")
    def test_a_worker_that_comes_back_late_can_not_end_it(
        self, owner: Seller, submit: Submit
    ) -> None:
        job, now = submit(), timezone.now()
        late = transitions.claim(job.pk)
        assert late is not None
        with time_machine.travel(now + timedelta(seconds=20), tick=False):
            sweeps.abandoned_jobs()
            assert transitions.claim(job.pk) is not None
        before = files()
        runner.run(late)
        assert fresh(job).state == JobState.PROCESSING
        assert files() == before
        assert not transitions.fail(late, code="X", message="late")
        assert owner.used() == 1


@pytest.mark.usefixtures("middle_model")
def test_a_worker_that_was_overtaken_leaves_the_winners_result(
    owner: Seller, submit: Submit
) -> None:
    job, now = submit(), timezone.now()
    late = transitions.claim(job.pk)
    assert late is not None
    with time_machine.travel(now + timedelta(seconds=20), tick=False):
        sweeps.abandoned_jobs()
        work(job)
    before = files()
    runner.run(late)
    done = fresh(job)
    assert done.state == JobState.COMPLETED
    assert done.result is not None
    assert done.result.file_key in before
    assert files() == before
    assert owner.used() == 1


def test_a_lost_message_is_sent_again(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    queued, lost = submit(), submit(crop=True)
    sent: list[str] = []
    monkeypatch.setattr(sweeps, "_queued_job_ids", lambda: {str(queued.pk)})
    monkeypatch.setattr(tasks.run_job, "send", sent.append)
    assert sweeps.lost_messages() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        assert sweeps.lost_messages() == 1
        assert sweeps.lost_messages() == 0
    assert sent == [str(lost.pk)]


def test_a_queue_that_is_down_refuses_nobody(
    owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_job, "send", explode(ConnectionError("no queue")))
    assert tasks.send(submit()) is False
    assert Job.objects.get().state == JobState.PENDING


@pytest.mark.usefixtures("middle_model")
def test_a_worker_that_is_stopped_gives_its_job_back_uncounted(
    owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, real, sent = submit(), cutouts.render, []

    def stopped_meanwhile(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(tasks.run_job, "send", sent.append)
        tasks.release_unfinished()
        return real(*args, **options)

    monkeypatch.setattr(cutouts, "render", stopped_meanwhile)
    work(job)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.PENDING, 0)
    assert sent == [str(job.pk)]
    assert owner.used() == 1
    monkeypatch.setattr(cutouts, "render", real)
    work(job)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.COMPLETED, 1)
    tasks.release_unfinished()
    assert len(sent) == 1


@pytest.mark.usefixtures("middle_model")
def test_the_heart_beats_until_the_result_is_kept(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_before: list[bool] = []
    keep = runner._keep

    def watched(*given: Any) -> None:
        stopped_before.append(beats[-1]._done.is_set())
        keep(*given)

    beats: list[runner.Heartbeat] = []

    class Watched(runner.Heartbeat):
        def __init__(self, job: Job) -> None:
            super().__init__(job)
            beats.append(self)

    monkeypatch.setattr(runner, "Heartbeat", Watched)
    monkeypatch.setattr(runner, "_keep", watched)
    work(submit())
    assert stopped_before == [False]
    assert beats[0]._done.is_set()
