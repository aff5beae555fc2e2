"""Processes killed in the middle of the work: no job is lost, none is done or charged twice.

A real site, on what Packshot brings along: SQLite and its own queue. ``test_postgres`` does the
same to a site on real servers.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.system.batch_crashes import BatchCrashes
from tests.system.sellers import Seller, assert_done_once, large_photo, photo
from tests.system.site import AGAIN_SECONDS, Site, until
from tests.system.workers import another_worker, paused

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
QUICK = {
    "DOOR_WAIT_SECONDS": "0.1",
    "JOB_STALE_SECONDS": "3",
    "WEBHOOKS_MAY_BE_PRIVATE": "true",  # the receiver is on this machine
    "BATCH_WORKERS": "1",  # so that who is killed had the picture in question
}


class Crashes:
    """What holds on every kind of site. One site and one seller for all: starting takes seconds."""

    @pytest.fixture(scope="class")
    @classmethod
    def site(cls) -> Iterator[Site]:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def seller(cls, site: Site) -> Iterator[Seller]:
        with site.client(site.demo("enterprise")["apiKey"]) as client:
            yield Seller(client)

    def test_the_last_unit_is_given_once_to_fifty_who_ask_together(self, site: Site) -> None:
        site.manage("plan_limit", "pro", "remove-background", "3")
        with site.client(site.demo("pro")["apiKey"]) as client:
            seller = Seller(client)
            image_id = seller.upload(photo(200, 150))
            for _ in range(2):
                seller.ask(image_id)
            assert seller.used() == 2
            answers = _together(50, lambda: seller.ask(image_id))
            # The door waits for a tenth of a second: whether the picture is there by then is luck.
            codes = Counter(answer.status_code // 100 * 100 for answer in answers)
            refusals = [answer for answer in answers if answer.status_code >= 400]
            assert codes == {200: 1, 400: 49}
            assert {(answer.status_code, answer.json()["code"]) for answer in refusals} == {
                (403, "QUOTA_EXCEEDED")
            }
            assert seller.used() == 3
            until(lambda: len(seller.results(image_id)) == 3, seconds=60, pause=0.1)
            assert seller.used() == 3

    def test_a_killed_workers_job_runs_again(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        image_id = seller.upload(large_photo())
        job_id = seller.submit(image_id)
        seller.started(job_id)
        os.kill(site.worker_pid(), signal.SIGKILL)
        job = seller.ended(job_id, seconds=AGAIN_SECONDS)
        assert_done_once(seller, image_id, job, attempts=2)
        assert seller.used() == used + 1

    def test_three_dead_workers_are_enough(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        image_id = seller.upload(large_photo())
        job_id = seller.submit(image_id)
        assert seller.used() == used + 1
        for attempt in (1, 2, 3):
            seller.started(job_id, attempt=attempt)
            os.kill(site.worker_pid(), signal.SIGKILL)
        job = seller.ended(job_id)
        assert (job["state"], job["attempts"]) == ("failed", 3)
        assert job["error"]["code"] == "WORKER_LOST"
        assert job["error"]["message"].startswith("Processing broke off 3 times, ")
        assert seller.used() == used
        assert seller.results(image_id) == []

    def test_a_web_server_killed_after_its_promise(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        image_id = seller.upload(large_photo())
        job_id = seller.submit(image_id)
        os.kill(site.pid("web"), signal.SIGKILL)
        assert_done_once(seller, image_id, seller.ended(job_id), attempts=1)
        assert seller.used() == used + 1


class TestEmbedded(Crashes, BatchCrashes):
    @pytest.fixture(scope="class")
    @classmethod
    def site(cls) -> Iterator[Site]:
        with Site(**QUICK) as started:
            yield started

    def test_a_worker_that_can_say_nothing_keeps_its_job(self, site: Site, seller: Seller) -> None:
        """Its network holds Python's lock for longer than a worker may be silent, and two sweeps."""
        used, photos = seller.used(), [photo(220 + n, 150) for n in range(3)]
        images = [seller.upload(one) for one in photos]
        known = [hashlib.sha256(one).hexdigest() for one in photos]
        passes = f"{known[0]}=9 {known[1]}=1"
        silent = another_worker(site, "tests.system.silent_worker", PASSES=passes)
        with paused(site, site.worker_pid()), silent:
            job_id = seller.submit(images[0])
            seller.started(job_id)
            # The site's own worker is stopped, so "ready" is said of the silent one.
            until(lambda: _results_of_ready(site, seller, images[0]), seconds=60, pause=0.2)
            assert_done_once(seller, images[0], seller.ended(job_id), attempts=1)
            cancelled = seller.submit(images[1])
            seller.started(cancelled)
            assert seller.client.post(f"/jobs/{cancelled}/cancel").status_code == 200
            job_id = seller.submit(images[2])
            assert_done_once(seller, images[2], seller.ended(job_id), attempts=1)
        assert seller.job(cancelled)["state"] == "cancelled"
        assert seller.results(images[1]) == []
        assert seller.used() == used + 2

    def test_a_queue_killed_while_a_job_waits(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        busy_with, image_id = seller.upload(large_photo()), seller.upload(photo(200, 150))
        running = seller.submit(busy_with)
        seller.started(running)
        waiting = seller.submit(image_id)
        assert seller.job(waiting)["state"] == "pending"
        os.kill(site.queue_pid(), signal.SIGKILL)
        assert_done_once(seller, image_id, seller.ended(waiting), attempts=1)
        assert_done_once(seller, busy_with, seller.ended(running), attempts=1)
        assert seller.used() == used + 2

    def test_a_queue_killed_in_the_middle_of_a_batch(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        small = (photo(210, 150 + n) for n in range(2))
        images = [seller.upload(large_photo()), *map(seller.upload, small)]
        batch_id = seller.batch(images)
        seller.started(seller.shown(batch_id)["items"][0]["jobId"])
        os.kill(site.queue_pid(), signal.SIGKILL)
        shown = seller.batch_ended(batch_id, seconds=AGAIN_SECONDS)
        for item in shown["items"]:
            assert_done_once(seller, item["imageId"], seller.job(item["jobId"]), attempts=1)
        assert seller.used() == used + 3


def _results_of_ready(site: Site, seller: Seller, image_id: str) -> list[str]:
    assert seller.client.get(f"{site.url}/readyz").json()["checks"]["worker"]
    return seller.results(image_id)


def _together(times: int, ask: Callable[[], httpx.Response]) -> list[httpx.Response]:
    answers: list[httpx.Response] = []
    barrier = threading.Barrier(times)

    def run() -> None:
        barrier.wait()
        answers.append(ask())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
