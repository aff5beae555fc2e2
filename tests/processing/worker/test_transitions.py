"""What each change of state writes, to the column: on the job's own row and on no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.limits import quotas
from accounts.models import UsageEntry, UsageMonth
from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Batch, Job, JobEvent
from processing.services import jobs
from processing.services.batching import batches
from processing.worker import claims, tasks, transitions
from tests.processing.conftest import photo
from tests.stand_ins import Seller

Submit = Callable[..., Job]
BEGIN = datetime(2027, 3, 5, 12, tzinfo=UTC)
NOW = BEGIN + timedelta(minutes=1)
LATER = NOW + timedelta(seconds=5)
COLUMNS = (
    *("state", "attempts", "queued_at", "heartbeat_at", "started_at", "ended_at"),
    *("error_code", "error", "report", "result_id"),
)
FRESH = {
    **{"state": "pending", "attempts": 0, "queued_at": BEGIN, "heartbeat_at": None},
    **{"started_at": None, "ended_at": None, "error_code": "", "error": ""},
    **{"report": {}, "result_id": None},
}
RUNNING = FRESH | {"state": "processing", "attempts": 1, "heartbeat_at": NOW, "started_at": NOW}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Coordinates]:
    """It stands still. Messages go nowhere."""
    monkeypatch.setattr(tasks.run_job, "send", lambda _: None)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield clock


@pytest.fixture
def job(submit: Submit, clock: time_machine.Coordinates) -> Iterator[Job]:
    """A pending job, beside others that stay as they are: pending, lost in its last try, failed."""
    others = [submit(edge="fine"), submit(edge="none"), submit(despill=True)]
    for other in others[1:]:
        assert transitions.claim(other.pk)
    set_row(others[1], attempts=3)
    set_row(others[2], state="failed", ended_at=BEGIN)
    quotas.release(others[2].pk)
    mine = submit()
    before = [columns(other) for other in others]
    clock.move_to(NOW)
    yield mine
    assert [columns(other) for other in others] == before


@pytest.fixture
def claimed(job: Job, clock: time_machine.Coordinates) -> Job:
    """The job, taken at NOW; it is five seconds later."""
    taken = transitions.claim(job.pk)
    assert taken is not None
    clock.move_to(LATER)
    return taken


def columns(job: Job) -> dict[str, Any]:
    row = Job.objects.get(pk=job.pk)
    return {name: getattr(row, name) for name in COLUMNS} | {"claim_id": row.claim_id}


def is_now(job: Job, expected: dict[str, Any], *, claimed: bool = False) -> None:
    found = columns(job)
    assert (found.pop("claim_id") is not None) == claimed
    assert found == expected


def told(job: Job) -> list[tuple[str, dict[str, Any]]]:
    """The job's events since it was submitted."""
    rows = JobEvent.objects.filter(job_id=job.pk).order_by("pk").values_list("name", "data")
    return list(rows)[1:]


def units(job: Job) -> tuple[str, int, int]:
    """The state of the job's quota, and the month's numbers without those of two others."""
    month = UsageMonth.objects.get()
    return UsageEntry.objects.get(job_id=job.pk).state, month.reserved - 2, month.settled


def result_of(owner: Seller) -> Image:
    return ingest(owner.account, photo((50, 50)), name="result.jpg")


def set_row(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**values)


class TestClaim:
    def test_a_pending_job(self, job: Job) -> None:
        taken = transitions.claim(job.pk)
        assert taken is not None
        assert taken.source == job.source
        is_now(job, RUNNING, claimed=True)
        assert told(job) == [("job.started", {"attempt": 1})]
        assert units(job) == ("reserved", 1, 0)

    def test_one_that_is_at_work_is_taken(self, claimed: Job) -> None:
        assert transitions.claim(claimed.pk) is None
        is_now(claimed, RUNNING, claimed=True)
        assert len(told(claimed)) == 1

    def test_one_whose_worker_is_silent_waits_for_the_sweep(
        self, claimed: Job, clock: time_machine.Coordinates
    ) -> None:
        clock.move_to(NOW + timedelta(hours=1))
        assert transitions.claim(claimed.pk) is None
        is_now(claimed, RUNNING, claimed=True)
        assert len(told(claimed)) == 1

    @pytest.mark.parametrize(("attempts", "is_taken"), [(2, True), (3, False)])
    def test_so_often(self, job: Job, attempts: int, is_taken: bool) -> None:
        set_row(job, attempts=attempts)
        assert (transitions.claim(job.pk) is not None) == is_taken

    @pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
    def test_an_ended_one_stays(self, job: Job, state: str) -> None:
        ended = {"state": state, "ended_at": NOW, "heartbeat_at": BEGIN}
        set_row(job, **ended)
        assert transitions.claim(job.pk) is None
        is_now(job, FRESH | ended)


class TestOwn:
    """What only the worker may do whose claim stands on the row."""

    def test_beating(self, claimed: Job) -> None:
        assert transitions.beat(claimed) is True
        is_now(claimed, RUNNING | {"heartbeat_at": LATER}, claimed=True)

    def test_holding(self, claimed: Job) -> None:
        with transaction.atomic():
            assert claims.hold(claimed) is True
        is_now(claimed, RUNNING, claimed=True)

    @pytest.mark.parametrize("lost_by", ["another claim", "a cancel"])
    def test_one_who_lost_it_changes_nothing(
        self, claimed: Job, clock: time_machine.Coordinates, lost_by: str
    ) -> None:
        if lost_by == "another claim":
            clock.move_to(NOW + timedelta(seconds=16))
            assert transitions.requeue_lost(claimed)
            assert transitions.claim(claimed.pk)
        else:
            assert transitions.cancel(claimed)
        before, events = columns(claimed), told(claimed)
        assert transitions.beat(claimed) is False
        with transaction.atomic():
            assert claims.hold(claimed) is False
        assert transitions.fail(claimed, code="X", message="late") is False
        assert transitions.release(claimed, reason="late", counts=True) is False
        assert (columns(claimed), told(claimed)) == (before, events)

    def test_completing(self, owner: Seller, claimed: Job) -> None:
        result = result_of(owner)
        transitions.complete(claimed, result, {"model": "fast"})
        ended = {"state": "completed", "ended_at": LATER, "report": {"model": "fast"}}
        is_now(claimed, RUNNING | ended | {"result_id": result.pk}, claimed=True)
        assert told(claimed)[1:] == [("job.completed", {"resultImageId": result.public_id})]
        assert units(claimed) == ("settled", 0, 1)

    def test_completing_without_a_picture(self, claimed: Job) -> None:
        transitions.complete(claimed, None, {"found": 3})
        ended = {"state": "completed", "ended_at": LATER, "report": {"found": 3}}
        is_now(claimed, RUNNING | ended, claimed=True)
        assert told(claimed)[1:] == [("job.completed", {"resultImageId": None})]

    @pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
    def test_releasing(self, claimed: Job, counts: bool, attempts: int) -> None:
        assert transitions.release(claimed, reason="The worker rests.", counts=counts) is True
        again = {"state": "pending", "attempts": attempts, "queued_at": LATER}
        is_now(claimed, RUNNING | again)
        assert told(claimed)[1:] == [("job.requeued", {"reason": "The worker rests."})]
        assert units(claimed) == ("reserved", 1, 0)

    def test_failing(self, claimed: Job) -> None:
        assert transitions.fail(claimed, code="BROKEN_IMAGE", message="It breaks off.") is True
        ended = {"state": "failed", "error_code": "BROKEN_IMAGE", "error": "It breaks off."}
        is_now(claimed, RUNNING | ended | {"ended_at": LATER}, claimed=True)
        data = {"code": "BROKEN_IMAGE", "error": "It breaks off."}
        assert told(claimed)[1:] == [("job.failed", data)]
        assert units(claimed) == ("released", 0, 0)


class TestOurErrors:
    @pytest.mark.parametrize("attempts", [1, 2])
    def test_are_tried_again(self, claimed: Job, attempts: int) -> None:
        set_row(claimed, attempts=attempts)
        claimed.attempts = attempts
        assert transitions.retry_or_fail(claimed, ZeroDivisionError("by zero")) is True
        is_now(claimed, RUNNING | {"state": "pending", "attempts": attempts, "queued_at": LATER})
        reason = {"reason": "The worker hit an unexpected error."}
        assert told(claimed)[1:] == [("job.requeued", reason)]

    def test_until_the_last_try(self, claimed: Job) -> None:
        set_row(claimed, attempts=3)
        claimed.attempts = 3
        assert transitions.retry_or_fail(claimed, ZeroDivisionError("by zero")) is False
        message = (
            "Something went wrong on our side, 3 times. Nothing was charged. If it happens again, "
            f"tell the operator of this site, and quote {claimed.public_id}."
        )
        ended = {"state": "failed", "error_code": "INTERNAL_ERROR", "error": message}
        is_now(claimed, RUNNING | ended | {"attempts": 3, "ended_at": LATER}, claimed=True)
        assert units(claimed) == ("released", 0, 0)


class TestLost:
    LONG_AFTER = NOW + timedelta(seconds=16)

    def test_it_is_pending_again(self, claimed: Job, clock: time_machine.Coordinates) -> None:
        clock.move_to(NOW + timedelta(seconds=15))
        assert transitions.requeue_lost(claimed) is False
        clock.move_to(self.LONG_AFTER)
        assert transitions.requeue_lost(claimed) is True
        is_now(claimed, RUNNING | {"state": "pending", "queued_at": self.LONG_AFTER})
        assert told(claimed)[1:] == [("job.requeued", {"reason": "The worker was lost."})]

    def test_not_while_its_worker_lives(self, claimed: Job) -> None:
        assert transitions.requeue_lost(claimed) is False
        is_now(claimed, RUNNING, claimed=True)
        assert len(told(claimed)) == 1

    def test_not_where_somebody_has_taken_it_since(
        self, claimed: Job, clock: time_machine.Coordinates
    ) -> None:
        clock.move_to(self.LONG_AFTER)
        assert transitions.requeue_lost(claimed)
        assert transitions.claim(claimed.pk)
        clock.move_to(self.LONG_AFTER + timedelta(seconds=16))
        assert transitions.requeue_lost(claimed) is False
        assert columns(claimed)["state"] == "processing"

    @pytest.mark.parametrize(("attempts", "ends"), [(2, False), (3, True)])
    def test_for_good(
        self, claimed: Job, clock: time_machine.Coordinates, attempts: int, ends: bool
    ) -> None:
        set_row(claimed, attempts=attempts)
        assert transitions.fail_lost(claimed) is False  # it was heard of a moment ago
        clock.move_to(self.LONG_AFTER)
        assert transitions.fail_lost(claimed) is ends
        message = (
            "Processing broke off 3 times, as it does when a picture needs more memory than there "
            "is. Nothing was charged. Try a smaller picture; if it happens again, tell the operator "
            f"of this site, and quote {claimed.public_id}."
        )
        ended = {"state": "failed", "error_code": "WORKER_LOST", "error": message}
        then = RUNNING | {"attempts": attempts}
        is_now(
            claimed,
            then | ended | {"ended_at": self.LONG_AFTER} if ends else then,
            claimed=True,
        )
        assert units(claimed) == (("released", 0, 0) if ends else ("reserved", 1, 0))


class TestCancel:
    def test_a_pending_job(self, job: Job) -> None:
        assert transitions.cancel(job) is True
        is_now(job, FRESH | {"state": "cancelled", "ended_at": NOW})
        assert told(job) == [("job.cancelled", {"code": "", "error": ""})]
        assert units(job) == ("released", 0, 0)

    def test_one_at_work(self, claimed: Job) -> None:
        assert transitions.cancel(claimed) is True
        is_now(claimed, RUNNING | {"state": "cancelled", "ended_at": LATER}, claimed=True)

    def test_not_one_that_has_ended(self, claimed: Job) -> None:
        transitions.complete(claimed, None, {})
        before = columns(claimed)
        assert transitions.cancel(claimed) is False
        assert columns(claimed) == before
        assert len(told(claimed)) == 2


class TestReopen:
    def failed(self, job: Job) -> None:
        assert transitions.fail(job, code="BROKEN_IMAGE", message="It breaks off.")

    def test_a_failed_job_begins_anew(self, claimed: Job, clock: time_machine.Coordinates) -> None:
        self.failed(claimed)
        clock.move_to(LATER + timedelta(seconds=1))
        assert transitions.reopen(claimed) is True
        queued = {"queued_at": LATER + timedelta(seconds=1)}
        is_now(claimed, FRESH | queued, claimed=True)
        assert told(claimed)[2:] == [("job.queued", {"retried": True})]
        assert units(claimed) == ("reserved", 1, 0)

    def test_a_cancelled_one_too(self, job: Job) -> None:
        assert transitions.cancel(job)
        assert transitions.reopen(job) is True
        is_now(job, FRESH | {"queued_at": NOW})

    def test_no_other(self, claimed: Job) -> None:
        assert transitions.reopen(claimed) is False
        is_now(claimed, RUNNING, claimed=True)
        transitions.complete(claimed, None, {})
        assert transitions.reopen(claimed) is False
        assert (len(told(claimed)), units(claimed)) == (2, ("settled", 0, 1))

    def test_a_trial_stays_free(self, owner: Seller, image: Image) -> None:
        trial = jobs.submit(owner.caller, RemoveBackground(watermark=True), source=image)
        assert transitions.cancel(trial)
        assert transitions.reopen(trial)
        assert columns(trial)["state"] == "pending"
        assert not UsageEntry.objects.exists()


class TestAtOnce:
    """Completing what no worker has to touch."""

    ENDED = FRESH | {"state": "completed", "started_at": NOW, "ended_at": NOW}

    def test_a_pending_job(self, owner: Seller, job: Job) -> None:
        result, kept = result_of(owner), []
        assert transitions.complete_at_once(job, result, {"again": True}, keep=kept.append) is True
        is_now(job, self.ended(result))
        assert kept == [result]
        assert told(job) == [("job.completed", {"resultImageId": result.public_id})]

    def test_a_new_job(self, owner: Seller, job: Job) -> None:
        new, result = Job.objects.get(pk=job.pk), result_of(owner)
        new.pk, new._state.adding = None, True
        new.pk = Job().pk
        assert transitions.complete_at_once(new, result, {"again": True}) is True
        is_now(new, self.ended(result))
        is_now(job, FRESH)
        assert [name for name, _ in told_of_all(new)] == ["job.completed"]

    def test_a_new_job_under_an_old_id_is_refused(self, job: Job) -> None:
        new = Job.objects.get(pk=job.pk)
        new._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            transitions.complete_at_once(new, None, {})
        is_now(job, FRESH)

    def test_without_a_picture_there_is_nothing_to_keep(self, job: Job) -> None:
        kept: list[Image] = []
        assert transitions.complete_at_once(job, None, {}, keep=kept.append) is True
        assert kept == []
        assert told(job) == [("job.completed", {"resultImageId": None})]

    def test_of_one_that_was_cancelled_nothing_is_kept(self, owner: Seller, job: Job) -> None:
        assert transitions.cancel(job)
        result = result_of(owner)

        def keep(image: Image) -> None:
            Image.objects.filter(pk=image.pk).update(name="kept")

        assert transitions.complete_at_once(job, result, {}, keep=keep) is False
        is_now(job, FRESH | {"state": "cancelled", "ended_at": NOW})
        assert Image.objects.get(pk=result.pk).name == "result.jpg"
        assert len(told(job)) == 1

    def ended(self, result: Image) -> dict[str, Any]:
        return self.ENDED | {"report": {"again": True}, "result_id": result.pk}


def told_of_all(job: Job) -> list[tuple[str, dict[str, Any]]]:
    return list(JobEvent.objects.filter(job_id=job.pk).values_list("name", "data"))


class TestBatch:
    """Every end of a job is counted in its batch, in the same transaction."""

    @pytest.fixture
    def batch(self, owner: Seller) -> Batch:
        pictures = [owner.image(photo((60 + number, 40))) for number in range(2)]
        members = [batches.Member(image.name, image) for image in pictures]
        plan = CutoutPlan(format="jpg")
        return batches.submit(owner.caller, RemoveBackground(plan=plan), pictures=members)

    @pytest.mark.parametrize("end", ["complete", "complete_at_once", "fail", "cancel"])
    def test_counts_an_end(self, batch: Batch, end: str) -> None:
        first, _ = batch.jobs.order_by("created_at")
        assert batch.open_items == 2
        if end in ("complete", "fail"):
            taken = transitions.claim(first.pk)
            assert taken is not None
            if end == "complete":
                transitions.complete(taken, None, {})
            else:
                assert transitions.fail(taken, code="X", message="x")
        elif end == "cancel":
            assert transitions.cancel(first)
        else:
            assert transitions.complete_at_once(first, None, {})
        batch.refresh_from_db()
        assert batch.open_items == 1
        last = JobEvent.objects.order_by("pk").last()
        assert last is not None
        assert (last.name, last.data["progress"]) == ("batch.progress", 50)

    def test_counts_one_that_begins_again(self, batch: Batch) -> None:
        for job in batch.jobs.all():
            assert transitions.cancel(job)
        batch.refresh_from_db()
        assert (batch.open_items, batch.ended_at) == (0, BEGIN)
        assert transitions.reopen(batch.jobs.all()[0])
        batch.refresh_from_db()
        assert (batch.open_items, batch.ended_at) == (1, None)
