"""Somebody with an account on a whole site, and what they do there."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import cv2
import httpx
import numpy as np

from tests.system.site import until

_different = itertools.count(1)


@cache
def photo(width: int, height: int) -> bytes:
    """A picture with something in the middle."""
    small = np.full((300, 400, 3), 205, np.uint8)
    cv2.ellipse(small, (200, 150), (108, 96), 0, 0, 360, (40, 40, 160), -1)
    return cv2.imencode(".jpg", cv2.resize(small, (width, height)))[1].tobytes()


def large_photo() -> bytes:
    """16 megapixels: a worker is busy with them for most of a second or more."""
    return photo(5000, 3200)


@dataclass
class Seller:
    """Somebody with an account on a site."""

    client: httpx.Client

    def upload(self, photo: bytes) -> str:
        answer = self.client.post("/images", files={"file": ("photo.jpg", photo)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def ask(self, image_id: str, *, wait: bool = True) -> httpx.Response:
        # Equal work would be found again instead of done.
        body = {"imageId": image_id, "display": "url", "edge": 100 - next(_different) / 100}
        headers = {} if wait else {"Prefer": "respond-async"}
        return self.client.post("/images/tools/remove-background", json=body, headers=headers)

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
            lambda: _if(self.job(job_id), state="processing", attempts=attempt),
            seconds=60,
            pause=0.1,
        )

    def ended(self, job_id: str, *, seconds: float = 60) -> dict[str, Any]:
        """The job, as soon as it has ended; a site that is down meanwhile is asked again."""

        def look() -> dict[str, Any] | None:
            try:
                job = self.job(job_id)
            except httpx.TransportError:
                return None
            return None if job["state"] in ("pending", "processing") else job

        return until(look, seconds=seconds, pause=0.2)

    def results(self, image_id: str) -> list[str]:
        """Ids of the pictures made of this one."""
        query = {"kind": "derived", "pageSize": 100}
        items = self.client.get("/images", params=query).json()["data"]["items"]
        return [item["id"] for item in items if item["parentId"] == image_id]

    def used(self) -> int:
        lines = self.client.get("/usage").json()["data"]["quotas"]
        return next(int(x["used"]) for x in lines if x["operation"] == "remove-background")

    def batch(self, image_ids: list[str]) -> str:
        """The id of a new batch, whose pictures are cut out as none was before."""
        answer = self.client.post("/batch", json=self.batch_body(image_ids))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["batchId"])

    def batch_body(self, image_ids: list[str]) -> dict[str, Any]:
        options = {"edge": 100 - next(_different) / 100}
        return {"imageIds": image_ids, "operation": "remove-background", "options": options}

    def shown(self, batch_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.client.get(f"/batch/{batch_id}").json()["data"]
        return data

    def batch_ended(self, batch_id: str, *, seconds: float = 60) -> dict[str, Any]:
        """The batch, as soon as it has ended; a site that is down meanwhile is asked again."""

        def look() -> dict[str, Any] | None:
            try:
                batch = self.shown(batch_id)
            except httpx.TransportError:
                return None
            return batch if batch["endedAt"] else None

        return until(look, seconds=seconds, pause=0.2)

    def story(self, url: str) -> Iterator[Event]:
        """Every event to the last, by one connection after the other: who is cut off comes back."""
        last: dict[str, str] = {}
        while True:
            try:
                with self.client.stream("GET", url, headers=last) as response:
                    if response.status_code == 204:
                        return
                    for event in events_of(response):
                        last = {"Last-Event-ID": str(event.id)}
                        yield event
            except httpx.TransportError:
                time.sleep(0.05)


class Event(NamedTuple):
    id: int
    name: str
    data: dict[str, Any]


def events_of(response: httpx.Response) -> Iterator[Event]:
    """What a stream of events tells."""
    assert response.status_code == 200
    found: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        found[name] = value
        if not line and "id" in found:
            yield Event(int(found["id"]), found["event"], json.loads(found["data"]))
            found = {}


def assert_done_once(seller: Seller, image_id: str, job: dict[str, Any], *, attempts: int) -> None:
    """The job has completed, and what it made is the only picture made of this one."""
    assert (job["state"], job["attempts"], job["error"]) == ("completed", attempts, None)
    assert seller.results(image_id) == [job["resultImageId"]]
    assert seller.client.get(job["resultUrl"]).headers["content-type"] == "image/png"


def _if(job: dict[str, Any], **wanted: Any) -> dict[str, Any] | None:
    assert job["state"] not in ("completed", "failed"), f"too late: {job}"
    return job if {name: job[name] for name in wanted} == wanted else None
