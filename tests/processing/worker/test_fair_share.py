"""Whose turn it is: between accounts' batches, and between batches and single pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Plan
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Batch, Job, JobState
from processing.services import jobs
from processing.services.batching import batches
from processing.worker import fair_share, tasks, transitions
from tests.processing.conftest import photo
from tests.stand_ins import Seller


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is claimed is up to each test."""
    monkeypatch.setattr(tasks.run_job, "send", lambda _: None)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)


def images(seller: Seller, count: int) -> list[Image]:
    return [seller.image(photo((60 + number, 40))) for number in range(count)]


def batch(seller: Seller, pictures: list[Image], **options: Any) -> Batch:
    members = [batches.Member(image.name, image) for image in pictures]
    return batches.submit(
        seller.caller, RemoveBackground(plan=CutoutPlan(**options)), pictures=members
    )


def single(seller: Seller) -> Job:
    [image] = images(seller, 1)
    return jobs.submit(
        seller.caller, RemoveBackground(plan=CutoutPlan(format="webp")), source=image
    )


def turns(count: int, *, after: int = 0) -> list[Job]:
    """Claimed one after the other, each a second after the one before, in `after` seconds."""
    now, found = timezone.now() + timedelta(seconds=after), []
    for number in range(count):
        with time_machine.travel(now + timedelta(seconds=number), tick=False):
            if job := fair_share.claim_next():
                found.append(job)
    return found


def end(job: Job) -> None:
    assert transitions.fail(job, code="X", message="x")


class TestBetweenAccounts:
    def test_their_batches_advance_side_by_side(self, owner: Seller, stranger: Seller) -> None:
        batch(owner, images(owner, 3))
        batch(stranger, images(stranger, 2))
        found = turns(6)
        assert [job.account for job in found] == [
            *[owner.account, stranger.account] * 2,
            owner.account,
        ]

    def test_who_comes_later_waits_for_one_picture_only(
        self, owner: Seller, stranger: Seller
    ) -> None:
        for format in ("png", "jpg"):
            batch(owner, images(owner, 3), format=format)
        first = turns(2)
        batch(stranger, images(stranger, 2))
        later = turns(4, after=2)
        assert {job.account for job in first} == {owner.account}
        assert [job.account for job in later] == [stranger.account, owner.account] * 2

    def test_many_small_batches_gain_nothing_on_a_large_one(
        self, owner: Seller, stranger: Seller
    ) -> None:
        batch(stranger, images(stranger, 4))
        now, found = timezone.now(), []
        for number, image in enumerate(images(owner, 4)):
            with time_machine.travel(now + timedelta(seconds=number), tick=False):
                batch(owner, [image])  # the one before has ended
                for _ in range(2):
                    job = fair_share.claim_next()
                    assert job is not None
                    found.append(job.account)
                    end(job)
        assert found.count(owner.account) == found.count(stranger.account) == 4

    def test_pictures_of_an_account_come_in_their_order(self, owner: Seller) -> None:
        pictures = images(owner, 3)
        batch(owner, pictures)
        assert [job.source for job in turns(3)] == pictures


class TestRunningAtOnce:
    def test_a_batch_keeps_to_the_plans_number(self, owner: Seller) -> None:
        Plan.objects.update(running_jobs=2)
        batch(owner, images(owner, 3))
        first, _ = turns(3)
        assert fair_share.claim_next() is None
        assert fair_share.is_work_left()
        end(first)
        assert fair_share.claim_next() is not None
        assert not fair_share.is_work_left()

    def test_another_account_is_not_held_up(self, owner: Seller, stranger: Seller) -> None:
        Plan.objects.update(running_jobs=1)
        batch(owner, images(owner, 2))
        batch(stranger, images(stranger, 1))
        assert [job.account for job in turns(3)] == [owner.account, stranger.account]

    def test_pictures_of_batches_and_single_ones_count_together(self, owner: Seller) -> None:
        Plan.objects.update(running_jobs=2)
        batch(owner, images(owner, 2))
        alone = single(owner)
        assert not fair_share.at_cap(alone.pk)
        running = turns(2)
        assert fair_share.at_cap(alone.pk)
        end(running[0])
        assert not fair_share.at_cap(alone.pk)
        assert transitions.claim(alone.pk) is not None
        assert fair_share.claim_next() is None

    def test_a_job_over_the_number_comes_again_a_little_later(
        self, owner: Seller, stranger: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Plan.objects.update(running_jobs=1)
        claimed, waiting, other = single(owner), single(owner), single(stranger)
        assert transitions.claim(claimed.pk) is not None
        later: list[Any] = []
        monkeypatch.setattr(
            tasks.run_job, "send_with_options", lambda **options: later.append(options)
        )
        worked_on: list[Job] = []
        monkeypatch.setattr(tasks, "_work_on", worked_on.append)
        for job in (waiting, other):
            tasks.run_job.fn(str(job.pk))
        assert later == [{"args": (str(waiting.pk),), "delay": 250}]
        assert worked_on == [other]
        assert Job.objects.get(pk=waiting.pk).state == JobState.PENDING


class Clock:
    """Time that passes only while somebody sleeps; each time what `meanwhile` says happens."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks = 0
        self.meanwhile: Callable[[int], object] = lambda looks: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.looks += 1
        self.meanwhile(self.looks)


class Queue:
    """The Redis server, as far as the length of its list of single pictures."""

    length = 0

    def llen(self, name: str) -> int:
        assert name == "dramatiq:images"
        return self.length


class TestSinglePicturesFirst:
    @pytest.fixture
    def queue(self, monkeypatch: pytest.MonkeyPatch) -> Queue:
        queue = Queue()
        monkeypatch.setattr(tasks, "queue_client", lambda: queue)
        return queue

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr(tasks, "time", clock)
        return clock

    @pytest.fixture
    def begun(self, owner: Seller, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """When a picture of the owner's batch was begun."""
        begun: list[float] = []
        monkeypatch.setattr(tasks, "_work_on", lambda _: begun.append(clock.now))
        batch(owner, images(owner, 1))
        return begun

    def test_nobody_waits(self, queue: Queue, clock: Clock, begun: list[float]) -> None:
        tasks.run_one_of_a_batch.fn()
        assert (begun, clock.looks) == ([0.0], 0)

    def test_a_batch_waits_for_one_on_the_queue_and_one_that_runs(
        self, stranger: Seller, queue: Queue, clock: Clock, begun: list[float]
    ) -> None:
        queue.length, job, running = 1, single(stranger), []

        def meanwhile(looks: int) -> None:
            assert begun == []
            if looks == 3:
                queue.length = 0
                running.append(transitions.claim(job.pk))
            if looks == 6:
                end(running[0])

        clock.meanwhile = meanwhile
        tasks.run_one_of_a_batch.fn()
        assert (len(begun), clock.looks) == (1, 6)

    def test_but_not_for_ever(self, queue: Queue, clock: Clock, begun: list[float]) -> None:
        queue.length = 1
        tasks.run_one_of_a_batch.fn()
        [moment] = begun
        assert 5.0 <= moment < 5.1

    def test_a_picture_whose_worker_died_holds_nobody_up(
        self, stranger: Seller, queue: Queue, clock: Clock, begun: list[float]
    ) -> None:
        assert transitions.claim(single(stranger).pk) is not None
        with time_machine.travel(timezone.now() + timedelta(seconds=16), tick=False):
            tasks.run_one_of_a_batch.fn()
        assert (begun, clock.looks) == ([0.0], 0)
