"""Engine time by stage, without HTTP, queue or database: `python -m benchmarks engine`.

Prints the median over several warm runs for a photo of 1 and of 12 megapixels (one of the test
photos, enlarged: the amount of work is the same as for a photo taken at that size).
"""

import argparse
import statistics
import time
from pathlib import Path

from benchmarks.engine.photos import PHOTO, SIZES, enlarged, models_dir
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render
from processing.engine.rendered import Rendered

STAGES = ("decode", "matte", "edge", "compose", "encode")


def main() -> None:
    arguments = _arguments()
    models = Registry(arguments.models_dir, threads=arguments.threads)
    start = time.perf_counter()
    models.warm(arguments.model)
    print(f"{arguments.model}: loaded and run once in {time.perf_counter() - start:.2f} s")
    _show_inference(models, arguments)
    print(f"\nmedian of {arguments.runs} warm runs, milliseconds")
    print(f"{'photo':<8}{'edge':<10}{'format':<8}" + "".join(f"{s:>9}" for s in (*STAGES, "total")))
    for label, size in SIZES.items():
        photo = enlarged(PHOTO.read_bytes(), size)
        for edge in ("none", "standard", "fine"):
            _show(
                label, photo, CutoutPlan(model=arguments.model, edge=edge), models, arguments.runs
            )
        for format in ("webp", "jpg"):
            plan = CutoutPlan(model=arguments.model, format=format)
            _show(label, photo, plan, models, arguments.runs)


def _show_inference(models: Registry, arguments: argparse.Namespace) -> None:
    pixels = decode.decode(PHOTO.read_bytes(), max_pixels=10_000_000).rgb
    seconds = []
    for _ in range(arguments.runs):
        start = time.perf_counter()
        models.matte(arguments.model, pixels)
        seconds.append(time.perf_counter() - start)
    print(f"{arguments.model}: inference {statistics.median(seconds) * 1000:.0f} ms")


def _show(label: str, photo: bytes, plan: CutoutPlan, models: Registry, runs: int) -> None:
    render(photo, plan, models)  # the first of each kind fills caches
    results: list[tuple[Rendered, float]] = []
    for _ in range(runs):
        start = time.perf_counter()
        results.append((render(photo, plan, models), time.perf_counter() - start))
    medians = [statistics.median(r.timings[stage] for r, _ in results) for stage in STAGES]
    medians.append(statistics.median(total for _, total in results))
    columns = "".join(f"{value * 1000:>9.0f}" for value in medians)
    print(f"{label:<8}{plan.edge:<10}{plan.format:<8}{columns}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="warm runs per line (default 5)")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args()
