"""A batch against rembg's folder command: `python -m benchmarks batches`.

A site of its own is started in a temporary folder, N photos of 1 megapixel are uploaded and sent as
one batch. Against it runs, in a process of its own, what `rembg p` does with a folder: one session,
and one file after the other read, cut out and written as PNG. Same photos, weights and machine;
both have warmed up before. Bare inference says how fast any loop over these photos could be.

Beside photos a minute stand the processor seconds that a photo costs, with all that the site's
processes do counted: on a machine that others use, these mean more.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.engine.photos import models_dir
from benchmarks.site.client import cpu_seconds, different_photos, ended_batch, send_batch, upload
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from tests.system.site import Site

WARM_UP = 3
TARGET = 2.6  # times rembg
POST_LIMIT_MS = 300


@dataclass(frozen=True)
class Speed:
    """What so many photos took."""

    photos: int
    seconds: float
    cpu: float

    @property
    def a_minute(self) -> float:
        return 60 * self.photos / self.seconds

    def show(self, label: str) -> None:
        each = self.cpu / self.photos
        print(f"{label:<26}{self.a_minute:>7.1f} photos a minute   {each:>6.2f} CPU s a photo")


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    if arguments.rembg_folder:
        _rembg_folder(arguments.rembg_folder)
        return
    measured = photos(arguments.photos)
    rembg = by_rembg(measured)
    ours, post_ms = by_the_queue(measured)
    bare = _inference_alone(measured)
    print(f"\n{arguments.photos} photos of 1 MP, u2netp, cutouts as PNG")
    rembg.show("rembg, a folder")
    ours.show("a batch on the queue")
    bare.show("inference alone: the limit")
    times, by_cpu = ours.a_minute / rembg.a_minute, rembg.cpu / ours.cpu
    verdict = "reaches" if times >= TARGET else "MISSES"
    print(f"{times:.2f} times rembg ({by_cpu:.2f} by CPU): {verdict} the target of {TARGET}")
    verdict = "within" if post_ms <= POST_LIMIT_MS else "OVER"
    print(f"its POST took {post_ms:.0f} ms: {verdict} the limit of {POST_LIMIT_MS} ms")


def photos(count: int) -> list[bytes]:
    """So many to be measured, behind those that warm up."""
    return different_photos(WARM_UP + count)


def by_the_queue(photos: list[bytes]) -> tuple[Speed, float]:
    """How fast a batch on a site of its own is, and the milliseconds until it was accepted."""
    print("starting a site ...", flush=True)
    with Site() as site, site.client(site.demo("enterprise")["apiKey"]) as client:
        images = [upload(client, photo) for photo in photos]
        ended_batch(client, send_batch(client, images[:WARM_UP])[0])
        before = cpu_seconds(site)
        batch_id, seconds = send_batch(client, images[WARM_UP:])
        batch = ended_batch(client, batch_id)
        cpu = cpu_seconds(site) - before
    count = len(photos) - WARM_UP
    assert batch["counts"]["completed"] == count, batch["counts"]
    created, ended = (datetime.fromisoformat(batch[name]) for name in ("createdAt", "endedAt"))
    return Speed(count, (ended - created).total_seconds(), cpu), seconds * 1000


def by_rembg(photos: list[bytes]) -> Speed:
    """How fast rembg's loop over a folder is, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for number, photo in enumerate(photos):
            (Path(folder) / f"{number:04}.jpg").write_bytes(photo)
        env = {**os.environ, "U2NET_HOME": str(models_dir().absolute())}
        command = [sys.executable, "-m", "benchmarks", "batches", "--rembg-folder", folder]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    seconds, cpu = map(float, done.stdout.split()[-2:])
    return Speed(len(photos) - WARM_UP, seconds, cpu)


def _rembg_folder(folder: Path) -> None:
    """The loop of `rembg p`; prints its seconds, and those of the processor, after warming up."""
    from rembg import new_session, remove

    session = new_session("u2netp")
    start, before = 0.0, 0.0
    for number, path in enumerate(sorted(folder.glob("*.jpg"))):
        if number == WARM_UP:
            start, before = time.perf_counter(), _own_cpu()
        path.with_suffix(".png").write_bytes(remove(path.read_bytes(), session=session))
    print(time.perf_counter() - start, _own_cpu() - before)


def _inference_alone(photos: list[bytes]) -> Speed:
    models = Registry(models_dir(), threads=2)
    models.warm("fast")
    rgb = decode.decode(photos[0], max_pixels=10_000_000).rgb
    count = min(30, len(photos))
    start, before = time.perf_counter(), _own_cpu()
    for _ in range(count):
        models.matte("fast", rgb)
    return Speed(count, time.perf_counter() - start, _own_cpu() - before)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=100, help="in the batch (default 100)")
    parser.add_argument("--rembg-folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(given)
