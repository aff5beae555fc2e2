"""A whole site as it comes: streams of events, webhooks, a killed worker, memory that has an end.

All on one site, as starting takes seconds. ``test_crash_safety`` kills more of it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import signal
import stat
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import redis

from config import public_ids
from processing.delivery.events import stream_of_job
from tests.processing.receiver import receiving
from tests.system.sellers import Event, Seller, assert_done_once, events_of, photo
from tests.system.site import AGAIN_SECONDS, ROOT, Site, is_alive, until
from tests.system.workers import another_worker, paused

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    settings = {"DOOR_WAIT_SECONDS": "0.1", "WEBHOOKS_MAY_BE_PRIVATE": "true"}
    # Workers for batches and errands come and go all the time.
    with Site(**settings, WORKER_IDLE_SECONDS="1", from_nothing=True) as started:
        yield started


@pytest.fixture(scope="module")
def seller(site: Site) -> Iterator[Seller]:
    with site.client(site.demo("enterprise")["apiKey"]) as http:
        yield Seller(http)


def names(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def test_a_job_is_followed_to_its_end(site: Site, seller: Seller) -> None:
    image_id = seller.upload(photo(220, 150))
    with ExitStack() as stack:
        with paused(site, site.worker_pid()):
            job_id = seller.submit(image_id)
            url = f"/jobs/{job_id}/events"
            told = events_of(stack.enter_context(seller.client.stream("GET", url)))
            first = next(told)
            assert first.name == "job.queued"
        rest = list(told)
    assert names(rest) == ["job.started", "job.completed"]
    assert rest[-1].data["resultImageId"] == seller.job(job_id)["resultImageId"]
    again = {"lastEventId": str(first.id)}
    with seller.client.stream("GET", url, params=again) as response:
        assert list(events_of(response)) == rest
    over = seller.client.get(url, headers={"Last-Event-ID": str(rest[-1].id)})
    assert (over.status_code, over.content) == (204, b"")


def test_fifty_streams_of_one_account(site: Site, seller: Seller) -> None:
    image_id = seller.upload(photo(230, 150))
    with paused(site, site.worker_pid()), ExitStack() as stack:
        url = f"/jobs/{seller.submit(image_id)}/events"
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: _opened(seller, url), range(50)))
        for answer in answers:
            stack.callback(answer.close)
        assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 40}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.headers["Retry-After"] == "10"
        assert json.loads(refused.read())["code"] == "TOO_MANY_STREAMS"
        next(answer for answer in answers if answer.status_code == 200).close()
        until(lambda: _opens(stack, seller, url), seconds=10, pause=0.2)


def test_idle_streams_hold_no_thread_and_no_database(site: Site) -> None:
    """Of accounts of their own: another test's streams may be noticed as closed only later."""
    web = _web_pid(site)
    with ExitStack() as stack:
        keys = [site.demo("enterprise")["apiKey"] for _ in range(2)]
        sellers = [Seller(stack.enter_context(site.client(key))) for key in keys]
        images = [seller.upload(photo(240, 150)) for seller in sellers]
        stack.enter_context(paused(site, site.worker_pid()))
        threads, streams, channels = _threads(web), [], []
        for who, image in zip(sellers, images, strict=True):
            job_id = who.submit(image)
            channels.append(stream_of_job(public_ids.decode("job", job_id)))
            for _ in range(10):
                stream = who.client.stream("GET", f"/jobs/{job_id}/events")
                told = events_of(stack.enter_context(stream))
                assert next(told).name == "job.queued"
                streams.append(told)  # one that is thrown away closes its connection
        until(lambda: _threads(web) < threads + 10, seconds=10)
        until(lambda: _database_files(web, site) == 0, seconds=10)
        with redis.Redis.from_url(site.redis_url) as told_by:
            assert sum(count for _, count in told_by.pubsub_numsub(*channels)) == len(streams)


def test_events_come_although_the_queue_died(site: Site, seller: Seller) -> None:
    image_id = seller.upload(photo(250, 150))
    with paused(site, site.worker_pid()):
        job_id = seller.submit(image_id)
        with seller.client.stream("GET", f"/jobs/{job_id}/events") as response:
            told = events_of(response)
            assert next(told).name == "job.queued"
            os.kill(site.queue_pid(), signal.SIGKILL)
            assert seller.client.post(f"/jobs/{job_id}/cancel").status_code == 200
            assert names(list(told)) == ["job.cancelled"]
    until(lambda: site.answers("/readyz"), seconds=60, pause=0.1)


def test_who_comes_back_misses_nothing_and_hears_nothing_twice(site: Site, seller: Seller) -> None:
    """Each connection is given up after one event, and once the server itself dies."""
    images = [seller.upload(photo(260 + n, 150)) for n in range(3)]
    body = {"imageIds": images, "operation": "remove-background", "options": {}}
    batch_id = seller.client.post("/batch", json=body).json()["data"]["batchId"]
    url = f"/batch/{batch_id}/events"
    heard: list[Event] = []
    while event := _one_more(seller, url, heard):
        heard.append(event)
        if len(heard) == 4:
            os.kill(site.pid("web"), signal.SIGKILL)
    with seller.client.stream("GET", url) as response:
        assert heard == list(events_of(response))
    assert names(heard)[-1] == "batch.completed"
    assert Counter(names(heard))["job.completed"] == 3
    assert [event.id for event in heard] == sorted({event.id for event in heard})


def test_workers_for_batches_run_while_there_is_one(site: Site, seller: Seller) -> None:
    def gone() -> bool:
        return not any(site.worker_pids(queue) for queue in ("batches", "previews", "webhooks"))

    for width in (210, 220):  # the second time they have to be started again
        until(gone, seconds=30, pause=0.1)
        shown = seller.batch_ended(seller.batch([seller.upload(photo(width, 150))]))
        assert [item["state"] for item in shown["items"]] == ["completed"]
    until(gone, seconds=30, pause=0.1)
    assert len(site.worker_pids("images")) == 1
    assert site.answers("/readyz")


def test_a_killed_workers_job_ends_within_half_a_minute(site: Site, seller: Seller) -> None:
    used = seller.used()
    image_id = seller.upload(photo(4000, 3000))
    job_id = seller.submit(image_id)
    seller.started(job_id)
    os.kill(site.worker_pid(), signal.SIGKILL)
    job = seller.ended(job_id, seconds=AGAIN_SECONDS)
    assert_done_once(seller, image_id, job, attempts=2)
    assert seller.used() == used + 1


def test_a_picture_too_large_for_the_memory_fails_and_the_worker_lives(
    site: Site, seller: Seller
) -> None:
    used = seller.used()
    large, small = seller.upload(photo(8600, 5800)), seller.upload(photo(400, 300))
    with paused(site, site.worker_pid()), another_worker(site, JOB_MEMORY_MB="250") as worker:
        # Nobody waits at the door: it may fail sooner than that.
        failed = seller.ended(seller.ask(large, wait=False).json()["data"]["jobId"])
        assert (failed["state"], failed["error"]["code"]) == ("failed", "OUT_OF_MEMORY")
        assert failed["attempts"] == 1
        assert seller.used() == used
        assert seller.ended(seller.submit(small))["state"] == "completed"
        assert is_alive(worker)


def test_a_dialects_receiver_hears_of_what_a_worker_has_ended(site: Site) -> None:
    with (
        receiving() as receiver,
        httpx.Client(base_url=f"{site.url}/compat/backgroundfx/v1", trust_env=False) as client,
    ):
        person = {"email": "ann@shop.example", "password": "correct horse staple", "name": "Ann"}
        token = client.post("/auth/register", json=person).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        webhook = {"url": receiver.url, "events": ["job.completed"]}
        assert client.post("/webhooks", json=webhook).status_code == 201
        files = {"files": ("photo.jpg", photo(280, 150))}
        job_id = client.post("/process/batch", files=files).json()["id"]
        told = json.loads(until(lambda: receiver.received, seconds=60)[0].body)
    assert (told["type"], told["data"]["id"]) == ("job.completed", job_id)
    assert told["data"]["status"] == "completed"


def test_a_healthy_receiver_waits_for_none_of_forty_that_hang(site: Site) -> None:
    """Of the same account and of another, also when their messages were done long ago."""
    with ExitStack() as stack:
        healthy, hanging = (stack.enter_context(receiving()) for _ in range(2))
        hanging.hang(9)
        sellers = [
            stack.enter_context(site.client(site.demo("enterprise")["apiKey"])) for _ in range(3)
        ]
        for number, seller in enumerate(sellers):
            for path in range(20):
                url = healthy.url if path == 19 and number != 1 else f"{hanging.url}/{path}"
                body = {"url": url, "events": ["project.created"]}
                assert seller.post("/webhooks", json=body).status_code == 201
        waits = []
        for number, seller in enumerate(sellers * 3):
            if number == len(sellers):
                time.sleep(3)  # a worker without work would leave, and end when all hanging ones do
            told, began = len(healthy.received), time.monotonic()
            assert seller.post("/projects", json={"name": f"{began}"}).status_code == 201
            if seller is not sellers[1]:  # who has none but those that hang
                until(lambda told=told: len(healthy.received) > told, seconds=15, pause=0.005)
                waits.append(time.monotonic() - began)
        until(lambda: len(hanging.received) >= 58, seconds=10)
        hanging.released.set()
    assert statistics.median(waits) < 1.0, waits
    assert max(waits) < 4.0, waits  # on a machine with other things to do; one that hangs takes 9


def test_nobody_else_can_read_the_data(site: Site, seller: Seller) -> None:
    seller.upload(photo(200, 150))
    opened = [
        path
        for path, found in [(site.var, site.var.lstat()), *site.inside(site.var)]
        if found.st_mode & 0o077 and not stat.S_ISLNK(found.st_mode) and path != site.log
    ]
    assert opened == []  # the log is the test's own
    assert (site.var / "packshot.sqlite3").stat().st_mode & 0o777 == 0o600


READS_A_BACKUP = """
import hashlib, json, sqlite3, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
key, *ids = sys.argv[1:]
client, found = Client(headers={"x-api-key": key, "host": "127.0.0.1"}), {}
for image_id in ids:
    image = client.get(f"/api/v1/images/{image_id}").json()["data"]
    file = client.get("/content/" + image["url"].partition("/content/")[2])
    found[image_id] = hashlib.sha256(b"".join(file)).hexdigest() if file.status_code == 200 else 0
with connection.cursor() as cursor:
    whole = cursor.execute("PRAGMA integrity_check").fetchall()
print(json.dumps({"files": found, "whole": whole, "folder": str(settings.VAR_DIR)}))
"""


def test_a_backup_of_the_running_site_is_whole(site: Site, tmp_path: Path) -> None:
    """By the commands of docs/operating.md, while pictures come in."""
    text = (ROOT / "docs/operating.md").read_text()
    [commands] = re.findall(r"A running site is backed up by this:\n\n```sh\n(.+?)```", text, re.S)
    (tmp_path / "var").symlink_to(site.var)
    stop = threading.Event()
    with site.client((account := site.demo("enterprise"))["apiKey"]) as http:
        seller = Seller(http)
        before = {
            seller.upload(data): hashlib.sha256(data).hexdigest()
            for data in (photo(310 + n, 150) for n in range(3))
        }
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(_upload_until, stop, seller)
            try:
                subprocess.run(["sh", "-ec", commands], cwd=tmp_path, check=True, timeout=60)
            finally:
                stop.set()
            assert coming.result(timeout=60) > 0
    copy = tmp_path / "backup"
    done = subprocess.run(
        [sys.executable, "-c", READS_A_BACKUP, account["apiKey"], *before],
        cwd=ROOT,
        env=site.env
        | {
            "VAR_DIR": str(copy),
            "DATABASE_URL": f"sqlite:///{copy / 'packshot.sqlite3'}",
            "REDIS_URL": site.redis_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "files": before,
        "whole": [["ok"]],
        "folder": str(copy),
    }
    assert copy.stat().st_mode & 0o777 == 0o700


def test_a_site_with_open_streams_stops(site: Site, seller: Seller) -> None:
    image_id = seller.upload(photo(270, 150))
    with paused(site, site.worker_pid()):
        url = f"/jobs/{seller.submit(image_id)}/events"
        response = _opened(seller, url)
        assert next(events_of(response)).name == "job.queued"
    assert site.stop() == 0
    response.close()


def _opened(seller: Seller, url: str) -> httpx.Response:
    return seller.client.send(seller.client.build_request("GET", url), stream=True)


def _opens(stack: ExitStack, seller: Seller, url: str) -> bool:
    answer = _opened(seller, url)
    stack.callback(answer.close)
    return answer.status_code == 200


def _one_more(seller: Seller, url: str, heard: list[Event]) -> Event | None:
    """The next event, however often the server must be asked; None when there is no more."""
    headers = {"Last-Event-ID": str(heard[-1].id)} if heard else {}

    def ask() -> list[Event | None]:
        try:
            with seller.client.stream("GET", url, headers=headers) as response:
                if response.status_code == 204:
                    return [None]
                return [next(events_of(response))]
        except (httpx.TransportError, StopIteration):
            return []

    return until(ask, seconds=60, pause=0.2)[0]


def _web_pid(site: Site) -> int:
    """The process that answers: the child of granian's own which runs Python threads."""
    master = site.pid("web")
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max((int(child) for child in children), key=_threads)


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _database_files(pid: int, site: Site) -> int:
    found = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found += str(link.readlink()).startswith(str(site.var / "packshot.sqlite3"))
        except FileNotFoundError:  # closed meanwhile
            continue
    return found


def _upload_until(stop: threading.Event, seller: Seller) -> int:
    for number in itertools.count(1):
        seller.upload(photo(320 + number, 150))
        if stop.is_set():
            return number
    raise AssertionError
