"""A worker over time: `python -m benchmarks worker`.

Prints the memory of a process after each ten of 50 photos of 12 megapixels, which must stay flat,
and how many photos a second two threads do against one, with the cores shared fairly: one thread
with all of them, two threads with half each.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.engine.memory import peak_mb, resident_mb
from benchmarks.engine.photos import PHOTO, SIZES, enlarged, models_dir
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render

LIMIT_MB = 900


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    plan = CutoutPlan(model=arguments.model)
    photo = enlarged(PHOTO.read_bytes(), SIZES["12 MP"])
    _show_memory(photo, plan, arguments)
    _show_threads(enlarged(PHOTO.read_bytes(), SIZES["1 MP"]), plan, arguments)


def _show_memory(photo: bytes, plan: CutoutPlan, arguments: argparse.Namespace) -> None:
    models = Registry(arguments.models_dir, threads=arguments.threads)
    print(f"memory of this process, {arguments.model}, 12 MP to PNG, in MB")
    for number in range(1, arguments.photos + 1):
        render(photo, plan, models)
        if number == 1 or number % 10 == 0:
            print(
                f"after {number:>3} photos   resident {resident_mb():>5.0f}   peak {peak_mb():>5.0f}"
            )
    verdict = "within" if peak_mb() <= LIMIT_MB else "OVER"
    print(f"peak {peak_mb():.0f} MB: {verdict} {LIMIT_MB} MB, the limit for the fast model")


def _show_threads(photo: bytes, plan: CutoutPlan, arguments: argparse.Namespace) -> None:
    one = _photos_a_second(photo, plan, arguments, threads=1)
    two = _photos_a_second(photo, plan, arguments, threads=2)
    print(
        f"\n1 MP: {one:.2f} photos a second with one thread, {two:.2f} with two: {two / one:.2f} times"
    )


def _photos_a_second(
    photo: bytes, plan: CutoutPlan, arguments: argparse.Namespace, *, threads: int
) -> float:
    models = Registry(arguments.models_dir, threads=max(1, arguments.threads // threads))
    models.warm(plan.model)
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(lambda _: render(photo, plan, models), range(arguments.runs)))
        return float(arguments.runs / (time.perf_counter() - start))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
