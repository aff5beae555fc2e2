"""What HTTP and the queue cost over the engine: `python -m benchmarks.queue`.

A site of its own is started in a temporary folder. The photo is uploaded beforehand; then one
cutout after another is asked for with `display=url`, each on an idle site: after a pause in which
the thumbnail of the one before gets made. The overhead is what the caller waited less the seconds
that the engine's stages took by the job's own report: connection, checks, quota, database, queue,
file storage and signing are all in it.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.engine import PHOTO, SIZES, enlarged
from tests.system.site import Site

LIMIT_MS = 60
WARM_UP = 5
PAUSE_SECONDS = 0.5
BURST = 3


def main() -> None:
    arguments = _arguments()
    print("starting a site ...", flush=True)
    with Site() as site, site.client(site.demo("enterprise")["apiKey"]) as client:
        photo = {"file": ("photo.jpg", enlarged(PHOTO.read_bytes(), SIZES["1 MP"]))}
        image_id = _data(client.post("/images", files=photo))["id"]

        def ask() -> tuple[float, str]:
            return _cut_out(client, str(image_id))

        _show_alone(client, ask, runs=arguments.runs)
        _show_burst(ask)


def _show_alone(client: httpx.Client, ask: Callable[[], tuple[float, str]], *, runs: int) -> None:
    for _ in range(WARM_UP):
        ask()
    totals, engines = [], []
    for _ in range(runs):
        time.sleep(PAUSE_SECONDS)
        total, result_id = ask()
        totals.append(total)
        engines.append(_engine_seconds(client, result_id))
    overheads = [total - engine for total, engine in zip(totals, engines, strict=True)]
    median = statistics.median(overheads) * 1000
    verdict = "within" if median <= LIMIT_MS else "OVER"
    print(f"\none cutout of 1 MP on an idle site, {runs} times, milliseconds")
    _show("what the caller waits", totals)
    _show("of that, the engine", engines)
    _show("HTTP and queue", overheads)
    print(f"HTTP and queue cost {median:.0f} ms: {verdict} the limit of {LIMIT_MS} ms")


def _show_burst(ask: Callable[[], tuple[float, str]]) -> None:
    time.sleep(PAUSE_SECONDS)
    with ThreadPoolExecutor(BURST) as pool:
        seconds = sorted(total for total, _ in pool.map(lambda _: ask(), range(BURST)))
    waits = ", ".join(f"{total * 1000:.0f}" for total in seconds)
    print(f"\n{BURST} asked for together, one worker: {waits} ms")


def _show(label: str, seconds: list[float]) -> None:
    values = sorted(value * 1000 for value in seconds)
    print(
        f"{label:<24}median {statistics.median(values):>6.0f}   "
        f"fastest {values[0]:>6.0f}   slowest {values[-1]:>6.0f}"
    )


def _cut_out(client: httpx.Client, image_id: str) -> tuple[float, str]:
    """Seconds until the answer, and the id of the picture that was made."""
    body = {"imageId": image_id, "display": "url"}
    start = time.perf_counter()
    answer = client.post("/images/tools/remove-background", json=body)
    seconds = time.perf_counter() - start
    return seconds, str(_data(answer)["processedImageId"])


def _engine_seconds(client: httpx.Client, result_id: str) -> float:
    job_id = _data(client.get(f"/images/{result_id}"))["jobId"]
    report = _data(client.get(f"/jobs/{job_id}"))["report"]
    assert isinstance(report, dict)
    return float(sum(report["seconds"].values()))


def _data(answer: httpx.Response) -> dict[str, object]:
    if answer.status_code not in (200, 201):
        raise SystemExit(f"the site answered {answer.status_code}: {answer.text}")
    data: dict[str, object] = answer.json()["data"]
    return data


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=30, help="cutouts to measure (default 30)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
