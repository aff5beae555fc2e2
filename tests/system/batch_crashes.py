"""What holds of batches, files and messages when processes are killed, on every kind of site."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.processing.receiver import receiving
from tests.system.sellers import Event, Seller, assert_done_once, large_photo, photo
from tests.system.site import AGAIN_SECONDS, Site, until


class BatchCrashes:
    """Its site and its seller are those of the class that it is mixed into."""

    def test_a_batch_goes_on_and_is_followed_although_worker_and_web_server_die(
        self, site: Site, seller: Seller
    ) -> None:
        used = seller.used()
        images = [seller.upload(large_photo()), *_small(seller, 3)]
        batch_id = seller.batch(images)
        url = f"/batch/{batch_id}/events"
        with _following(seller, url) as heard:
            first = _jobs(seller, batch_id)[0]
            seller.started(first)
            os.kill(site.worker_pid("batches"), signal.SIGKILL)
            os.kill(site.pid("web"), signal.SIGKILL)
            shown = seller.batch_ended(batch_id, seconds=AGAIN_SECONDS)
        assert shown["counts"] == _counts(completed=4)
        _assert_each_done_once(seller, shown, attempts=[2, 1, 1, 1])
        assert seller.used() == used + 4
        assert heard == list(seller.story(url))
        assert [event.id for event in heard] == sorted({event.id for event in heard})
        _assert_whole_story(heard, first)

    def test_a_picture_that_kills_its_workers_fails_alone(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        poison, [good] = seller.upload(large_photo()), _small(seller, 1)
        batch_id = seller.batch([poison, good])
        job_id = _jobs(seller, batch_id)[0]
        for attempt in (1, 2, 3):
            seller.started(job_id, attempt=attempt)
            os.kill(site.worker_pid("batches"), signal.SIGKILL)
        shown = seller.batch_ended(batch_id)
        assert shown["counts"] == _counts(completed=1, failed=1)
        failed, done = shown["items"]
        assert failed["error"]["code"] == "WORKER_LOST"
        assert seller.results(poison) == []
        assert_done_once(seller, good, seller.job(done["jobId"]), attempts=1)
        assert seller.used() == used + 1
        told = Counter(event.name for event in seller.story(f"/batch/{batch_id}/events"))
        assert (told["job.failed"], told["job.completed"], told["batch.completed"]) == (1, 1, 1)

    def test_a_file_whose_row_was_never_written_is_swept_away(
        self, site: Site, seller: Seller
    ) -> None:
        image_id = seller.upload(large_photo())
        job_id = seller.submit(image_id)
        seller.started(job_id)
        before = site.files()
        with site.nothing_kept():
            orphans = until(lambda: _result_and_matte(site.files() - before), seconds=60)
            os.kill(site.worker_pid(), signal.SIGKILL)
        assert_done_once(seller, image_id, seller.ended(job_id), attempts=2)
        until(lambda: _thumbnails_are_there(seller), seconds=60, pause=0.1)
        files = site.files()
        assert orphans <= files
        long_ago = time.time() - 7200
        for path, _ in site.inside(site.var / "media"):
            os.utime(path, (long_ago, long_ago))
        sweep = "from media_library.lifecycle.sweeps import orphan_files; print(orphan_files())"
        assert site.manage("shell", "-v", "0", "-c", sweep).split() == ["2"]
        assert site.files() == files - orphans

    def test_a_web_server_killed_between_row_and_message(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        images = _small(seller, 3)
        with site.nothing_queued():
            # A worker killed before may have left some, which Dramatiq keeps for a minute.
            before = _messages(site, "images", "batches")
            cut_off = [
                _asking(lambda: seller.ask(images[0], wait=False)),
                _asking(lambda: seller.client.post("/batch", json=seller.batch_body(images[1:]))),
            ]
            jobs = [until(partial(_pending, seller, one), seconds=20, pause=0.1) for one in images]
            assert _messages(site, "images", "batches") == before
            os.kill(site.pid("web"), signal.SIGKILL)
            for thread in cut_off:
                thread.join()
        for image_id, job_id in zip(images, jobs, strict=True):
            job = seller.ended(job_id, seconds=AGAIN_SECONDS)
            assert_done_once(seller, image_id, job, attempts=1)
        assert seller.used() == used + 3

    def test_a_batchs_form_is_taken_whole_or_not_at_all(self, site: Site, seller: Seller) -> None:
        """And the key of one that was cut off by kill -9 is free as soon as the site is back."""
        used, images, stored = seller.used(), _count_of(seller), _originals(site)
        pictures = [("files", (f"{n}.jpg", photo(200, 150 + n))) for n in range(12)]

        def send() -> httpx.Response:
            form = {"operation": "remove-background"}
            headers = {"Idempotency-Key": "cut-off"}
            return seller.client.post("/batch", data=form, files=pictures, headers=headers)

        cut_off = _asking(send)
        until(lambda: _originals(site) - stored, seconds=20, pause=0.001)
        os.kill(site.pid("web"), signal.SIGKILL)
        cut_off.join()
        until(lambda: site.answers("/readyz"), seconds=60, pause=0.1)
        assert len(_originals(site) - stored) < 12
        assert (_count_of(seller), seller.used()) == (images, used)
        again = send()
        assert (again.status_code, again.json()["data"]["totalImages"]) == (201, 12)
        assert _count_of(seller) == images + 12
        assert send().json() == again.json()
        seller.client.post(f"/batch/{again.json()['data']['batchId']}/cancel")

    def test_a_receiver_is_told_although_the_worker_for_webhooks_died(
        self, site: Site, seller: Seller
    ) -> None:
        with receiving() as receiver:
            body = {"url": receiver.url, "events": ["job.completed"]}
            assert seller.client.post("/webhooks", json=body).status_code == 201
            first, second = _small(seller, 2)
            seller.ended(seller.submit(first))  # the worker is started for its webhook
            until(lambda: receiver.received, seconds=AGAIN_SECONDS)
            until(lambda: _messages(site, "webhooks") == 0, seconds=AGAIN_SECONDS, pause=0.1)
            worker = site.worker_pid("webhooks")
            site.freeze(worker)
            try:
                job_id = seller.submit(second)
                seller.ended(job_id)
            finally:
                os.kill(worker, signal.SIGKILL)
            until(lambda: len(receiver.received) == 2, seconds=AGAIN_SECONDS)
            until(lambda: _messages(site, "webhooks") == 0, seconds=AGAIN_SECONDS, pause=0.1)
        _, told = [json.loads(one.body) for one in receiver.received]
        assert (told["type"], told["data"]["jobId"]) == ("job.completed", job_id)

    def test_a_whole_site_killed_and_started_again(self, site: Site, seller: Seller) -> None:
        used = seller.used()
        single, [waits] = seller.upload(large_photo()), _small(seller, 1)
        images = [seller.upload(large_photo()), *_small(seller, 2)]
        batch_id = seller.batch(images)
        jobs = _jobs(seller, batch_id)
        seller.started(jobs[0])
        jobs += [seller.submit(single), seller.submit(waits)]
        seller.started(jobs[-2])
        assert site.process is not None
        site.process.kill()
        site.process.wait()
        site.start()
        until(lambda: not _left_lying(seller, jobs), seconds=AGAIN_SECONDS, pause=0.2)
        _assert_each_done_once(seller, seller.batch_ended(batch_id), attempts=[2, 1, 1])
        assert_done_once(seller, single, seller.ended(jobs[-2]), attempts=2)
        assert_done_once(seller, waits, seller.ended(jobs[-1]), attempts=1)
        assert seller.used() == used + 5


def _small(seller: Seller, count: int) -> list[str]:
    return [seller.upload(photo(300 + n, 200)) for n in range(count)]


def _jobs(seller: Seller, batch_id: str) -> list[str]:
    return [item["jobId"] for item in seller.shown(batch_id)["items"]]


def _counts(*, completed: int, failed: int = 0) -> dict[str, int]:
    ended = {"completed": completed, "failed": failed, "cancelled": 0}
    return {"total": completed + failed, "pending": 0, "processing": 0, **ended}


def _assert_each_done_once(seller: Seller, batch: dict[str, Any], *, attempts: list[int]) -> None:
    for item, tries in zip(batch["items"], attempts, strict=True):
        assert_done_once(seller, item["imageId"], seller.job(item["jobId"]), attempts=tries)


def _assert_whole_story(heard: list[Event], killed: str) -> None:
    """Of four pictures, of which the first lost its worker once."""
    assert Counter(event.name for event in heard) == {
        **{"job.queued": 4, "job.started": 5, "job.requeued": 1, "job.completed": 4},
        **{"batch.progress": 4, "batch.completed": 1},
    }
    assert heard[-1].name == "batch.completed"
    of_first = [event.name for event in heard if event.data.get("jobId") == killed]
    again = ["job.requeued", "job.started", "job.completed"]
    assert of_first == ["job.queued", "job.started", *again]
    progress = [event.data["progress"] for event in heard if event.name == "batch.progress"]
    assert progress == [25, 50, 75, 100]


def _count_of(seller: Seller) -> int:
    """How many pictures the seller has uploaded."""
    page = seller.client.get("/images", params={"kind": "original"}).json()["data"]
    return int(page["total"])


def _originals(site: Site) -> set[Path]:
    return {path for path in site.files() if path.name.startswith("original.")}


@contextmanager
def _following(seller: Seller, url: str) -> Iterator[list[Event]]:
    """What somebody hears who listens from the beginning; whole once the block is left."""
    heard: list[Event] = []
    thread = threading.Thread(target=lambda: heard.extend(seller.story(url)))
    thread.start()
    yield heard
    thread.join(AGAIN_SECONDS)
    assert not thread.is_alive()


def _asking(ask: Callable[[], object]) -> threading.Thread:
    """A request that is cut off."""

    def run() -> None:
        with pytest.raises(httpx.TransportError):
            ask()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _pending(seller: Seller, image_id: str) -> str | None:
    """The one job of a picture, once its row is there."""
    jobs = seller.client.get("/jobs", params={"image": image_id}).json()["data"]["items"]
    return next((str(job["id"]) for job in jobs if job["state"] == "pending"), None)


def _messages(site: Site, *queues: str) -> int:
    with redis.Redis.from_url(site.redis_url) as client:
        return sum(client.hlen(f"dramatiq:{queue}.msgs") for queue in queues)


def _left_lying(seller: Seller, jobs: list[str]) -> bool:
    """Whether one of them neither has ended, nor runs, nor waits for a worker that is busy."""
    states = [seller.job(job_id) for job_id in jobs]
    return any(job["state"] == "pending" and job["attempts"] > 0 for job in states)


def _thumbnails_are_there(seller: Seller) -> bool:
    items = seller.client.get("/images", params={"pageSize": 100}).json()["data"]["items"]
    return all(item["thumbnailUrl"] for item in items)


def _result_and_matte(new: set[Path]) -> set[Path] | None:
    """The new files, once both are there that a worker stores before it writes rows."""
    kinds = {path.name.partition("-")[0].partition(".")[0] for path in new}
    return new if kinds == {"original", "matte"} else None
