"""What a pack of eight looks costs beside one look: `python -m benchmarks packs`.

A site of its own is started, and photos of 12 megapixels are sent as batches: one photo with a pack of eight
looks, and another with each of these looks alone. No photo is sent twice, so each is cut out. Of both kinds
the medians are told, in seconds from the request until the batch ended, and in processor seconds of all
the site's processes; on a machine that others use, the latter mean more.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cv2
import httpx
import numpy as np

from benchmarks.engine.photos import PHOTO, SIZES
from benchmarks.site.client import cpu_seconds, data_of, upload
from processing.engine.files import decode
from tests.system.site import Site, until

LIMIT = 2.2  # times one look
LOOKS = (
    *("look_amazon", "look_amazon-1600", "look_amazon-500"),
    *("look_ebay", "look_ebay-1600", "look_ebay-500"),
    *("look_depop-1280", "look_vinted-800"),
)
_PAUSE = 1.0


@dataclass(frozen=True)
class Cost:
    """What a batch took."""

    seconds: float
    cpu: float


def main(given: Sequence[str] | None = None) -> None:
    rounds = _arguments(given).rounds
    one, pack = measured(rounds)
    print(f"\na photo of 12 MP, fast, medians of {rounds} packs and {rounds * len(LOOKS)} looks")
    for label, cost in (("one look", one), (f"a pack of {len(LOOKS)} looks", pack)):
        print(f"{label:<26}{cost.seconds:>7.2f} s   {cost.cpu:>6.2f} CPU s")
    for name, times in (("time", pack.seconds / one.seconds), ("CPU", pack.cpu / one.cpu)):
        verdict = "within" if times <= LIMIT else "OVER"
        print(f"{times:.2f} times one look by {name}: {verdict} the limit of {LIMIT}")


def measured(rounds: int) -> tuple[Cost, Cost]:
    """What one look costs, and all of them as a pack."""
    photos = _photos()
    ones, packs = list[Cost](), list[Cost]()
    print("starting a site ...", flush=True)
    # Workers that the first round started stay: none is measured that starts.
    with (
        Site(WORKER_IDLE_SECONDS="3600") as site,
        site.client(site.demo("enterprise")["apiKey"]) as client,
    ):
        looks = [{"presetId": look} for look in LOOKS]
        made = data_of(client.post("/packs", json={"name": "Eight", "looks": looks}))
        for number in range(rounds + 1):
            for look in LOOKS:
                ones.append(_cost(site, client, next(photos), presetIds=[look]))
            packs.append(_cost(site, client, next(photos), packIds=[made["id"]]))
            if number == 0:  # which starts the workers
                ones, packs = [], []
    return _median(ones), _median(packs)


def _cost(site: Site, client: httpx.Client, photo: bytes, **what: list[str]) -> Cost:
    image = upload(client, photo)
    time.sleep(1)  # until its thumbnail is made
    before = cpu_seconds(site)
    started = data_of(client.post("/batch", json={"imageIds": [image], **what}))

    def look() -> dict[str, Any] | None:
        found = data_of(client.get("/batch/" + started["batchId"]))
        return found if found["endedAt"] else None

    batch = until(look, seconds=600, pause=_PAUSE)
    cpu = cpu_seconds(site) - before
    assert batch["counts"]["completed"] == batch["totalImages"], batch["counts"]
    created, ended = (datetime.fromisoformat(batch[name]) for name in ("createdAt", "endedAt"))
    return Cost((ended - created).total_seconds(), cpu)


def _photos() -> Iterator[bytes]:
    """Photos of 12 megapixels, none equal to another."""
    pixels = decode.decode(PHOTO.read_bytes(), max_pixels=10_000_000).rgb
    width, height = SIZES["12 MP"]
    larger = cv2.resize(pixels, (width + 40, height + 40), interpolation=cv2.INTER_CUBIC)
    for number in range(1600):
        down, across = divmod(number, 40)
        part = np.ascontiguousarray(larger[down : down + height, across : across + width])
        yield decode.encode(np.asarray(part, dtype=np.uint8), None, format="jpg")


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(one.seconds for one in costs), statistics.median(one.cpu for one in costs)
    )


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="packs to be made (default 5)")
    return parser.parse_args(given)
