"""What measurements of a whole site share."""

import os
import time
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np

from benchmarks.engine.photos import PHOTO, SIZES
from processing.engine.arrays import U8
from processing.engine.files import decode
from tests.system.site import Site, until

_TICKS = os.sysconf("SC_CLK_TCK")


def different_photos(count: int) -> list[bytes]:
    """Photos of 1 megapixel, none equal to another: each is cropped a little further."""
    pixels = decode.decode(PHOTO.read_bytes(), max_pixels=10_000_000).rgb
    return [_photo(pixels[number % 10 :, number // 10 :]) for number in range(count)]


def _photo(pixels: U8) -> bytes:
    larger = cv2.resize(pixels, SIZES["1 MP"], interpolation=cv2.INTER_CUBIC)
    return decode.encode(np.asarray(larger, dtype=np.uint8), None, format="jpg")


def data_of(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code not in (200, 201, 202):
        raise SystemExit(f"the site answered {answer.status_code}: {answer.text}")
    data: dict[str, Any] = answer.json()["data"]
    return data


def upload(client: httpx.Client, photo: bytes) -> str:
    """The id of the picture."""
    return str(data_of(client.post("/images", files={"file": ("photo.jpg", photo)}))["id"])


def send_batch(client: httpx.Client, image_ids: list[str], **options: object) -> tuple[str, float]:
    """A new batch's id, and the seconds until it was answered."""
    body = {"imageIds": image_ids, "operation": "remove-background", "options": options}
    start = time.perf_counter()
    answer = client.post("/batch", json=body)
    seconds = time.perf_counter() - start
    return str(data_of(answer)["batchId"]), seconds


def ended_batch(client: httpx.Client, batch_id: str) -> dict[str, Any]:
    """The batch, once it has ended."""

    def look() -> dict[str, Any] | None:
        batch = data_of(client.get(f"/batch/{batch_id}"))
        return batch if batch["endedAt"] else None

    return until(look, seconds=3600, pause=2.0)  # each look costs the site time


def cpu_seconds(site: Site) -> float:
    """Processor time of all the site's processes that live."""
    assert site.process is not None
    return sum(map(seconds_of, processes(site.process.pid).values()))


def processes(launcher: int) -> dict[int, list[str]]:
    """The launcher and all that descend from it: by id, what /proc tells from the state on."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            stats[int(folder.name)] = stat
    parents = {pid: int(stat[1]) for pid, stat in stats.items()}
    return {pid: stat for pid, stat in stats.items() if _descends(pid, launcher, parents)}


def seconds_of(stat: list[str]) -> float:
    """Processor time of one of these."""
    return (int(stat[11]) + int(stat[12])) / _TICKS


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid != ancestor:
        pid = parents[pid]
    return pid == ancestor
