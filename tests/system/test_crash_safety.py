"""Processes killed in the middle of the work: no job is lost, none is done or charged twice.

Real sites: on what Packshot brings along (SQLite, its own queue), and on the PostgreSQL and Redis
servers that PACKSHOT_TEST_POSTGRES and PACKSHOT_TEST_REDIS name. There a database is made and
dropped, and Packshot's own keys are removed from the Redis database.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import cv2
import httpx
import numpy as np
import psycopg
import pytest
import redis

from tests.system.site import Site, keys_of, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
QUICK = {"DOOR_WAIT_SECONDS": "0.1", "JOB_STALE_SECONDS": "3"}
AGAIN_SECONDS = 30.0  # within which a dead worker's job must have run again


@dataclass
class Seller:
    """Somebody with an account on a site."""

    client: httpx.Client

    def upload(self, photo: bytes) -> str:
        answer = self.client.post("/images", files={"file": ("photo.jpg", photo)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def ask(self, image_id: str) -> httpx.Response:
        body = {"imageId": image_id, "display": "url", "edge": "fine"}
        return self.client.post("/images/tools/remove-background", json=body)

    def submit(self, image_id: str) -> str:
        """The id of a job that is still open."""
        answer = self.ask(image_id)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["data"]["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.client.get(f"/jobs/{job_id}").json()["data"]
        return data

    def started(self, job_id: str, *, attempt: int = 1) -> dict[str, Any]:
        """The job, as soon as a worker is at it for this time."""
        return until(
            lambda: _if(self.job(job_id), state="processing", attempts=attempt), seconds=60
        )

    def ended(self, job_id: str, *, seconds: float = 60) -> dict[str, Any]:
        """The job, as soon as it has ended; a site that is down meanwhile is asked again."""

        def look() -> dict[str, Any] | None:
            try:
                job = self.job(job_id)
            except httpx.TransportError:
                return None
            return None if job["state"] in ("pending", "processing") else job

        return until(look, seconds=seconds, pause=0.1)

    def results(self, image_id: str) -> list[str]:
        """Ids of the pictures made of this one."""
        query = {"kind": "derived", "pageSize": 100}
        items = self.client.get("/images", params=query).json()["data"]["items"]
        return [item["id"] for item in items if item["parentId"] == image_id]

    def used(self) -> int:
        [line] = self.client.get("/usage").json()["data"]["quotas"]
        return int(line["used"])


@pytest.fixture(scope="module")
def large_photo() -> bytes:
    """24 megapixels with something in the middle: a worker is busy with it for a second or more."""
    small = np.full((750, 1000, 3), 205, np.uint8)
    cv2.ellipse(small, (500, 375), (270, 240), 0, 0, 360, (40, 40, 160), -1)
    done, data = cv2.imencode(".jpg", cv2.resize(small, (6000, 4000)))
    assert done
    return data.tobytes()


@pytest.fixture(scope="module")
def small_photo() -> bytes:
    small = np.full((150, 200, 3), 205, np.uint8)
    cv2.ellipse(small, (100, 75), (54, 48), 0, 0, 360, (40, 40, 160), -1)
    return cv2.imencode(".jpg", small)[1].tobytes()


# Each kind's tests stay together on one worker of xdist: they share a site. Most of their time is
# waiting, so that kinds may well run side by side.
KINDS = [
    pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("embedded", "servers")
]


@pytest.fixture(scope="module", params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """One site, and below one seller, for all tests of a kind: starting takes seconds."""
    if request.param == "embedded":
        with Site(**QUICK) as started:
            yield started
        return
    with (
        _database() as database_url,
        _redis() as redis_url,
        Site(**QUICK, DATABASE_URL=database_url, REDIS_URL=redis_url) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def seller(site: Site) -> Iterator[Seller]:
    with site.client(site.demo("enterprise")["apiKey"]) as client:
        yield Seller(client)


def test_the_last_unit_is_given_once_to_fifty_who_ask_together(
    site: Site, small_photo: bytes
) -> None:
    site.manage("plan_limit", "pro", "remove-background", "3")
    with site.client(site.demo("pro")["apiKey"]) as client:
        seller = Seller(client)
        image_id = seller.upload(small_photo)
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
        until(lambda: len(seller.results(image_id)) == 3, seconds=60)
        assert seller.used() == 3


def test_a_killed_workers_job_runs_again(site: Site, seller: Seller, large_photo: bytes) -> None:
    used = seller.used()
    image_id = seller.upload(large_photo)
    job_id = seller.submit(image_id)
    seller.started(job_id)
    os.kill(site.worker_pid(), signal.SIGKILL)
    job = seller.ended(job_id, seconds=AGAIN_SECONDS)
    _assert_done_once(seller, image_id, job, attempts=2)
    assert seller.used() == used + 1


def test_three_dead_workers_are_enough(site: Site, seller: Seller, large_photo: bytes) -> None:
    used = seller.used()
    image_id = seller.upload(large_photo)
    job_id = seller.submit(image_id)
    assert seller.used() == used + 1
    for attempt in (1, 2, 3):
        seller.started(job_id, attempt=attempt)
        os.kill(site.worker_pid(), signal.SIGKILL)
    job = seller.ended(job_id)
    assert (job["state"], job["attempts"]) == ("failed", 3)
    assert job["error"] == {
        "code": "WORKER_LOST",
        "message": "The worker was lost 3 times while working on this job.",
    }
    assert seller.used() == used
    assert seller.results(image_id) == []


def test_a_queue_killed_while_a_job_waits(
    site: Site, seller: Seller, large_photo: bytes, small_photo: bytes
) -> None:
    if site.env["REDIS_URL"]:
        pytest.skip("the server is not ours to kill")
    used = seller.used()
    busy_with, image_id = seller.upload(large_photo), seller.upload(small_photo)
    running = seller.submit(busy_with)
    seller.started(running)
    waiting = seller.submit(image_id)
    assert seller.job(waiting)["state"] == "pending"
    os.kill(site.queue_pid(), signal.SIGKILL)
    _assert_done_once(seller, image_id, seller.ended(waiting), attempts=1)
    _assert_done_once(seller, busy_with, seller.ended(running), attempts=1)
    assert seller.used() == used + 2


def test_a_web_server_killed_after_its_promise(
    site: Site, seller: Seller, large_photo: bytes
) -> None:
    used = seller.used()
    image_id = seller.upload(large_photo)
    job_id = seller.submit(image_id)
    os.kill(site.pid("granian"), signal.SIGKILL)
    _assert_done_once(seller, image_id, seller.ended(job_id), attempts=1)
    assert seller.used() == used + 1


def test_a_killed_workers_job_ends_within_half_a_minute_as_the_site_comes(
    large_photo: bytes,
) -> None:
    with (
        Site(DOOR_WAIT_SECONDS="0.1") as site,
        site.client(site.demo("enterprise")["apiKey"]) as client,
    ):
        seller = Seller(client)
        image_id = seller.upload(large_photo)
        job_id = seller.submit(image_id)
        seller.started(job_id)
        os.kill(site.worker_pid(), signal.SIGKILL)
        job = seller.ended(job_id, seconds=AGAIN_SECONDS)
        _assert_done_once(seller, image_id, job, attempts=2)
        assert seller.used() == 1


def _assert_done_once(seller: Seller, image_id: str, job: dict[str, Any], *, attempts: int) -> None:
    assert (job["state"], job["attempts"], job["error"]) == ("completed", attempts, None)
    assert seller.results(image_id) == [job["resultImageId"]]
    assert seller.client.get(job["resultUrl"]).headers["content-type"] == "image/png"


def _if(job: dict[str, Any], **wanted: Any) -> dict[str, Any] | None:
    assert job["state"] not in ("completed", "failed"), f"too late: {job}"
    return job if {name: job[name] for name in wanted} == wanted else None


def _together(times: int, ask: Any) -> list[httpx.Response]:
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


@contextmanager
def _database() -> Iterator[str]:
    """The address of a database of our own."""
    server = _address("PACKSHOT_TEST_POSTGRES", "a PostgreSQL server")
    name = f"packshot_site_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _redis() -> Iterator[str]:
    url = _address("PACKSHOT_TEST_REDIS", "a Redis-protocol server")
    with redis.Redis.from_url(url) as client:
        for key in list(keys_of(client)):
            client.delete(key)
        try:
            yield url
        finally:
            for key in list(keys_of(client)):
                client.delete(key)


def _address(name: str, what: str) -> str:
    address = os.environ.get(name, "")
    if not address:
        message = f"{name} is not set: it names {what} to try this on"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return address
