"""How often a product's pose is told rightly from its photo: `python -m benchmarks poses FOLDER`, the labelled photos.

The labels (`sellers.csv`) were given by eye to 136 photos of the clothing data set by Alexey Grigorev and
contributors (CC0), NAME.jpg in the folder: lying, hanging or standing. None of them was learned from; many were taken
by people, and in rooms, of which other photos were. Prints how often each pose was told, how often nothing was
(unsure, which counts as neither right nor wrong), and the time for one photo.
"""

import argparse
import csv
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.photos import models_dir
from processing.engine.cutout import subject
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import Cutting
from processing.engine.pose.telling import POSES, pose_of
from processing.engine.rendered import Clock

LABELS = Path(__file__).with_name("sellers.csv")


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir)
    with LABELS.open(newline="") as file:
        labels = {row["photo"]: row["pose"] for row in csv.DictReader(file)}
    told, seconds = [], []
    for name, label in labels.items():
        photo = decode.decode((arguments.folder / f"{name}.jpg").read_bytes(), max_pixels=10**8)
        found = subject.find(photo, Cutting(model=arguments.model), models, Clock())
        began = time.process_time()
        told.append(pose_of(photo.rgb, found.cutout.alpha, photo.alpha))
        seconds.append(time.process_time() - began)
        if told[-1] != label:
            print(f"{name}: {label}, told {told[-1]}")
    print(table(list(labels.values()), told))
    print(f"median {1000 * statistics.median(seconds):.1f} ms of processor time")


def table(labels: Sequence[str], told: Sequence[str]) -> str:
    """How often each label was told as what, and the share that was right."""
    counts = Counter(zip(labels, told, strict=True))
    columns = (*POSES, "unsure")
    lines = ["".join(f"{name:>10}" for name in ("", *columns))]
    lines += [
        f"{label:>10}" + "".join(f"{counts[label, column]:>10}" for column in columns)
        for label in POSES
    ]
    right = sum(counts[label, label] for label in POSES)
    unsure = sum(counts[label, "unsure"] for label in POSES)
    answered = len(labels) - unsure
    lines.append(
        f"right {right} of {answered} told ({right / max(1, answered):.1%}), unsure {unsure} of "
        f"{len(labels)}; right of all {right / len(labels):.1%}"
    )
    return "\n".join(lines)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
