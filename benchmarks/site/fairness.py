"""What batches leave to others: `python -m benchmarks fairness`.

On a site of its own one account cuts out one photo of 1 megapixel after another, first alone, then
while another account has two batches under way. Then two accounts send a batch each at the same
moment, and it is told how far the one is when half of the other is done.
"""

import argparse
import statistics
import time
from collections.abc import Sequence

import httpx

from benchmarks.site.client import data_of, different_photos, ended_batch, send_batch, upload
from tests.system.site import Site, until

LIMIT = 3.0  # times the median on an idle site
PAUSE_SECONDS = 0.5


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    photos = different_photos(arguments.photos)
    print("starting a site ...", flush=True)
    with (
        Site() as site,
        site.client(site.demo("enterprise")["apiKey"]) as one,
        site.client(site.demo("enterprise")["apiKey"]) as other,
    ):
        theirs = [upload(other, photo) for photo in photos]
        mine = [upload(one, photo) for photo in photos]
        ended_batch(other, send_batch(other, theirs[:3], format="webp")[0])  # loads the model
        _show_single(one, other, mine[0], theirs, runs=arguments.runs)
        _show_side_by_side(one, other, mine[:20], theirs[:20])


def _show_single(
    one: httpx.Client, other: httpx.Client, image_id: str, theirs: list[str], *, runs: int
) -> None:
    edges = iter(range(1, 10_000))

    def median(label: str) -> float:
        seconds = []
        for _ in range(runs):
            time.sleep(PAUSE_SECONDS)
            seconds.append(_seconds_of(one, image_id, edge=50 + next(edges) / 1000))
        found = statistics.median(seconds)
        print(f"{label:<28}median {found * 1000:>6.0f} ms   slowest {max(seconds) * 1000:>6.0f} ms")
        return found

    _seconds_of(one, image_id, edge=50 + next(edges) / 1000)
    idle = median("a single photo, idle")
    batches = [send_batch(other, theirs, edge=edge)[0] for edge in ("none", "standard")]
    until(lambda: _done(other, batches[0]) > 0, seconds=60)
    busy = median(f"while 2 x {len(theirs)} are done")
    if data_of(other.get(f"/batch/{batches[-1]}"))["endedAt"]:
        raise SystemExit("the batches were over too soon: take more --photos or fewer --runs")
    verdict = "within" if busy <= LIMIT * idle else "OVER"
    print(f"{busy / idle:.2f} times the idle median: {verdict} the limit of {LIMIT:g}")
    for batch_id in batches:
        other.post(f"/batch/{batch_id}/cancel")


def _show_side_by_side(
    one: httpx.Client, other: httpx.Client, mine: list[str], theirs: list[str]
) -> None:
    first = send_batch(other, theirs, crop=True)[0]
    second = send_batch(one, mine, crop=True)[0]
    half = len(theirs) // 2
    until(lambda: _done(other, first) >= half, seconds=600)
    print(
        f"\ntwo accounts' batches of {len(theirs)}: when {half} of the first are done, "
        f"so are {_done(one, second)} of the second"
    )


def _done(client: httpx.Client, batch_id: str) -> int:
    return int(data_of(client.get(f"/batch/{batch_id}"))["counts"]["completed"])


def _seconds_of(client: httpx.Client, image_id: str, *, edge: float) -> float:
    """One cutout that nobody has asked for before."""
    body = {"imageId": image_id, "display": "url", "edge": edge}
    start = time.perf_counter()
    answer = client.post("/images/tools/remove-background", json=body)
    seconds = time.perf_counter() - start
    assert data_of(answer)["immediate"]
    return seconds


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=100, help="in each batch (default 100)")
    parser.add_argument("--runs", type=int, default=20, help="single photos (default 20)")
    return parser.parse_args(given)
