"""What HTTP and the queue cost over the engine: `python -m benchmarks queue`.

A site of its own is started in a temporary folder. The photo is uploaded beforehand; then one
cutout after another is asked for with `display=url`, each on an idle site: after a pause in which
the thumbnail of the one before gets made. Each asks for another edge, as equal work would be found
again instead of done. The overhead is what the caller waited less the seconds that the engine's
stages took by the job's own report: connection, checks, quota, database, queue, file storage and
signing are all in it. The moments in the job's row tell where it goes: the queue's own part is the
time from the row to the worker that has claimed it.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import httpx

from benchmarks.engine.photos import PHOTO, SIZES, enlarged
from benchmarks.site.client import data_of, upload
from tests.system.site import Site

HTTP_AND_QUEUE_MS, QUEUE_MS = 60, 15  # the limits
WARM_UP = 5
PAUSE_SECONDS = 0.5
BURST = 3
_edges = itertools.count(1)


@dataclass(frozen=True)
class Asked:
    """One cutout: seconds that the caller waited, and where they went. ``engine`` lies in ``worker``."""

    total: float
    engine: float
    before: float  # until the row is written
    pick_up: float  # until a worker has claimed it
    worker: float  # until its row says that it is complete
    after: float  # until the answer is there

    @property
    def overhead(self) -> float:
        return self.total - self.engine


def main() -> None:
    arguments = _arguments()
    print("starting a site ...", flush=True)
    with Site() as site, site.client(site.demo("enterprise")["apiKey"]) as client:
        image_id = upload(client, enlarged(PHOTO.read_bytes(), SIZES["1 MP"]))
        _show_alone(client, image_id, runs=arguments.runs)
        _show_burst(lambda: _cut_out(client, image_id))


def _show_alone(client: httpx.Client, image_id: str, *, runs: int) -> None:
    for _ in range(WARM_UP):
        _cut_out(client, image_id)
    asked = []
    for _ in range(runs):
        time.sleep(PAUSE_SECONDS)
        asked.append(_cut_out(client, image_id))
    print(f"\none cutout of 1 MP on an idle site, {runs} times, milliseconds")
    _show("what the caller waits", [one.total for one in asked])
    _show("of that, the engine", [one.engine for one in asked])
    _show("HTTP and queue", [one.overhead for one in asked])
    _show("  until the row is there", [one.before for one in asked])
    _show("  until a worker has it", [one.pick_up for one in asked])
    _show("  in the worker", [one.worker - one.engine for one in asked])
    _show("  until the answer", [one.after for one in asked])
    _judge("HTTP and queue", [one.overhead for one in asked], HTTP_AND_QUEUE_MS)
    _judge("the queue alone", [one.pick_up for one in asked], QUEUE_MS)


def _show_burst(ask: Callable[[], Asked]) -> None:
    time.sleep(PAUSE_SECONDS)
    with ThreadPoolExecutor(BURST) as pool:
        asked = list(pool.map(lambda _: ask(), range(BURST)))
    waits = ", ".join(f"{total * 1000:.0f}" for total in sorted(one.total for one in asked))
    print(f"\n{BURST} asked for together, one worker: {waits} ms")


def _judge(label: str, seconds: list[float], limit: int) -> None:
    median = statistics.median(seconds) * 1000
    verdict = "within" if median <= limit else "OVER"
    print(f"{label}: {median:.1f} ms, {verdict} the limit of {limit} ms")


def _show(label: str, seconds: list[float]) -> None:
    values = sorted(value * 1000 for value in seconds)
    print(
        f"{label:<26}median {statistics.median(values):>6.1f}   "
        f"fastest {values[0]:>6.1f}   slowest {values[-1]:>6.1f}"
    )


def _cut_out(client: httpx.Client, image_id: str) -> Asked:
    body = {"imageId": image_id, "display": "url", "edge": 50 + next(_edges) / 1000}
    began, start = time.time(), time.perf_counter()
    answer = client.post("/images/tools/remove-background", json=body)
    seconds = time.perf_counter() - start
    made = client.get(f"/images/{data_of(answer)['processedImageId']}")
    job = data_of(client.get(f"/jobs/{data_of(made)['jobId']}"))
    created, started, ended = (
        datetime.fromisoformat(str(job[name])).timestamp()
        for name in ("createdAt", "startedAt", "endedAt")
    )
    report = job["report"]
    assert "foundAgain" not in report
    return Asked(
        total=seconds,
        engine=float(sum(report["seconds"].values())),
        before=created - began,
        pick_up=started - created,
        worker=ended - started,
        after=began + seconds - ended,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=30, help="cutouts to measure (default 30)")
    return parser.parse_args()
