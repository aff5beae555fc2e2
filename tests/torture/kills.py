"""Kill processes of a site at random moments while 216 jobs run: nothing lost, nothing done twice."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import redis

from tests.processing.receiver import Receiver, receiving
from tests.system.sellers import Seller, photo
from tests.system.site import Site, until

BATCHES, IN_A_BATCH, SINGLES = 6, 20, 96
JOBS = BATCHES * IN_A_BATCH + SINGLES
SETTINGS = {
    "DOOR_WAIT_SECONDS": "0.1",
    "JOB_STALE_SECONDS": "5",
    "JOB_MAX_ATTEMPTS": "25",  # bad luck is no failure here
    "WEBHOOKS_MAY_BE_PRIVATE": "true",
    "BATCH_WORKERS": "1",
}


@dataclass
class Killer:
    """Somebody who kills one process of a site after the other until told to stop."""

    site: Site
    dice: random.Random
    wanted: int
    killed: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while self.killed.total() < self.wanted and not self.over.wait(self.dice.uniform(0.5, 4)):
            what = self.dice.choices(
                ["images", "batches", "webhooks", "web", "queue"], [4, 4, 2, 3, 2]
            )[0]
            try:
                os.kill(self._pid(what), signal.SIGKILL)
            except (AssertionError, OSError, ValueError, redis.RedisError):
                continue  # that one is dead already
            self.killed[what] += 1

    def _pid(self, what: str) -> int:
        if what == "web":
            return self.site.pid("web")
        return self.site.queue_pid() if what == "queue" else min(self.site.worker_pids(what))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=30)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        receiver, site = stack.enter_context(receiving()), stack.enter_context(Site(**SETTINGS))
        client = stack.enter_context(site.client(site.demo("enterprise")["apiKey"]))
        torture(site, Seller(client), receiver, random.Random(chosen.seed), chosen.kills)


def torture(
    site: Site, seller: Seller, receiver: Receiver, dice: random.Random, kills: int
) -> None:
    body = {"url": receiver.url, "events": ["job.completed"]}
    assert seller.client.post("/webhooks", json=body).status_code == 201
    pictures = [seller.upload(photo(900 + n, 600)) for n in range(JOBS)]
    used, began = seller.used(), time.monotonic()
    killer = Killer(site, dice, kills)
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        jobs = submitted(seller, pictures)
        ended = {job_id: seller.ended(job_id, seconds=900) for job_id in jobs}
    finally:
        killer.over.set()
        thread.join()
    until(lambda: site.answers("/readyz"), seconds=120, pause=0.2)
    print(f"{len(jobs)} jobs in {time.monotonic() - began:.0f} s, killed: {dict(killer.killed)}")
    assert len(jobs) == len(set(jobs)) == JOBS
    states = Counter(job["state"] for job in ended.values())
    assert states == {"completed": JOBS}, (states, [j for j in ended.values() if j["error"]][:3])
    print(f"attempts: {dict(Counter(job['attempts'] for job in ended.values()))}")
    made = all_results(seller)
    for job in ended.values():
        assert made[job["sourceImageId"]] == [job["resultImageId"]]
    assert seller.used() == used + JOBS
    stored, known = left_after_sweeping(site)
    assert stored == known
    told = until(lambda: everybody_told(receiver, jobs), seconds=180, pause=0.5)
    print(f"usage exact, one result each, webhooks: {told}")


def submitted(seller: Seller, pictures: list[str]) -> list[str]:
    """Jobs of batches and single pictures, asked for again under their key until there is an answer."""
    jobs: list[str] = []
    for number in range(BATCHES):
        ids = pictures[number * IN_A_BATCH : (number + 1) * IN_A_BATCH]
        batch = insisted(seller, "/batch", seller.batch_body(ids))
        url = f"/batch/{batch['batchId']}"
        shown = insisted_on(partial(seller.client.get, url))
        jobs += [item["jobId"] for item in shown["items"]]
        start = BATCHES * IN_A_BATCH + number * (SINGLES // BATCHES)
        for image_id in pictures[start : start + SINGLES // BATCHES]:
            body = {"imageId": image_id, "display": "url"}
            jobs.append(insisted(seller, "/images/tools/remove-background", body)["jobId"])
    return jobs


def insisted(seller: Seller, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Idempotency-Key": os.urandom(8).hex(), "Prefer": "respond-async"}
    return insisted_on(lambda: seller.client.post(path, json=body, headers=headers))


def insisted_on(ask: Any) -> dict[str, Any]:
    """The answer, however often it must be asked for while servers are killed."""

    def look() -> dict[str, Any] | None:
        try:
            answer = ask()
        except httpx.TransportError:
            return None
        if answer.status_code in (409, 503):
            assert answer.headers["Retry-After"], answer.text
            return None
        assert answer.status_code < 300, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    return until(look, seconds=660, pause=0.3)


def all_results(seller: Seller) -> dict[str, list[str]]:
    """Ids of all pictures that were made, by the one they were made of."""
    made: dict[str, list[str]] = {}
    for page in itertools.count(1):
        query = {"kind": "derived", "pageSize": 100, "page": page}
        items = seller.client.get("/images", params=query).json()["data"]["items"]
        for item in items:
            made.setdefault(item["parentId"], []).append(item["id"])
        if len(items) < 100:
            return made
    raise AssertionError("an endless list")


def left_after_sweeping(site: Site) -> tuple[int, int]:
    """How many pictures are stored and how many have a row, once what is old has been swept away."""
    long_ago = time.time() - 7200
    for path in site.files():
        os.utime(path, (long_ago, long_ago))
    code = (
        "from media_library.models import Image; from media_library.lifecycle.sweeps import orphan_files; "
        "print(orphan_files(), Image.objects.count())"
    )
    swept, known = site.manage("shell", "-v", "0", "-c", code).split()
    print(f"files that no row knew, swept: {swept}")
    return sum(path.name.startswith("original.") for path in site.files()), int(known)


def everybody_told(receiver: Receiver, jobs: list[str]) -> str | None:
    messages = {one.headers["webhook-id"]: json.loads(one.body) for one in list(receiver.received)}
    heard = Counter(message["data"]["jobId"] for message in messages.values())
    if set(heard) != set(jobs):
        return None
    assert set(heard.values()) == {1}, "two messages about one job"
    return f"{len(heard)} of {len(jobs)} told once, in {len(receiver.received)} requests"


if __name__ == "__main__":
    main()
