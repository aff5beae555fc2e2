"""How soon an event reaches who listens: `python -m benchmarks streams`.

A site of its own is started in a temporary folder, and its picture worker stopped, so that a job
waits until it is cancelled. A client follows the job's stream; the time runs from the moment in
the event's row, taken before its transaction commits, to the moment at which its last line is
there. Measured alone, and with other streams open and idle.
"""

import argparse
import json
import os
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from threading import Thread

import httpx

from benchmarks.engine.photos import PHOTO
from benchmarks.site.client import data_of, upload
from tests.system.site import Site

LIMIT_MS = 100
WARM_UP = 3
PAUSE_SECONDS = 0.1
PER_ACCOUNT = 10
Told = Iterator[tuple[int, float]]  # the id of each event, and how old it was on its arrival


def main() -> None:
    arguments = _arguments()
    print("starting a site ...", flush=True)
    with Site(DOOR_WAIT_SECONDS="0.05") as site, ExitStack() as stack:
        client = stack.enter_context(site.client(site.demo("enterprise")["apiKey"]))
        worker = site.worker_pid()
        os.kill(worker, signal.SIGSTOP)
        stack.callback(os.kill, worker, signal.SIGCONT)
        print(f"\nfrom row to reader, {arguments.runs} times, milliseconds", flush=True)
        _show("no other stream", _delays(client, arguments.runs))
        idle: list[Told] = []
        while len(idle) < arguments.idle:
            idle += _open_idle(site, stack)
        _show(f"{len(idle)} other streams", _delays(client, arguments.runs))


def _show(label: str, seconds: list[float]) -> None:
    values = sorted(value * 1000 for value in seconds)
    median = statistics.median(values)
    verdict = "within" if median <= LIMIT_MS else "OVER"
    print(
        f"{label:<24}median {median:>6.1f}   fastest {values[0]:>6.1f}   "
        f"slowest {values[-1]:>6.1f}   {verdict} the limit of {LIMIT_MS} ms",
        flush=True,
    )


def _submit(client: httpx.Client) -> str:
    """A job that waits."""
    body = {"imageId": upload(client, PHOTO.read_bytes()), "display": "url"}
    return str(data_of(client.post("/images/tools/remove-background", json=body))["jobId"])


def _delays(client: httpx.Client, runs: int) -> list[float]:
    """Seconds from a cancellation's row to its arrival; after each the job waits again."""
    job_id, last, delays = _submit(client), 0, []
    for _ in range(WARM_UP + runs):
        url, after = f"/jobs/{job_id}/events", {"lastEventId": str(last)}
        with client.stream("GET", url, params=after) as response:
            told = _told(response)
            next(told)  # that it waits: now the stream has nothing to do
            time.sleep(PAUSE_SECONDS)
            cancel = Thread(target=client.post, args=(f"/jobs/{job_id}/cancel",))
            cancel.start()
            last, delay = next(told)
            delays.append(delay)
            cancel.join()
        data_of(client.post(f"/jobs/{job_id}/retry"))
    return delays[WARM_UP:]


def _told(response: httpx.Response) -> Told:
    number = 0
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "id":
            number = int(value)
        if field == "data":
            moment = datetime.fromisoformat(json.loads(value)["createdAt"])
            yield number, time.time() - moment.timestamp()


def _open_idle(site: Site, stack: ExitStack) -> list[Told]:
    """As many streams as one account may have. They are open as long as they are kept."""
    client = stack.enter_context(site.client(site.demo("enterprise")["apiKey"]))
    url, streams = f"/jobs/{_submit(client)}/events", []
    for _ in range(PER_ACCOUNT):
        told = _told(stack.enter_context(client.stream("GET", url)))
        next(told)
        streams.append(told)
    return streams


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=30, help="events to measure (default 30)")
    parser.add_argument("--idle", type=int, default=200, help="idle streams (default 200)")
    return parser.parse_args()
