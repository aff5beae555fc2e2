"""How fast and how right recognition is: `python -m benchmarks recognition [FOLDER]`.

Prints the time of one warm photo of 12 megapixels, without and with OCR, and the memory of the
process. With the folder of labelled clothes that the head was trained on, also how often the whole
of recognition is right on the fifth that was held out, and how well its confidence fits.
"""

import argparse
import csv
import os
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.engine.memory import peak_mb, resident_mb
from benchmarks.engine.photos import PHOTO, SIZES, enlarged, models_dir

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from listings.recognition import categories
from listings.recognition.network import Network
from listings.recognition.recognise import Tools, recognise
from listings.training.train_clothing import HELD_OUT, NO_LABEL, fold_of
from listings.vocabulary import tree
from processing.engine.networks.registry import Registry
from processing.engine.text.detect import TextFinder

LIMITS = {"without OCR": 0.8, "with OCR": 1.5}


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir, threads=arguments.threads)
    network = Network(threads=arguments.threads)
    blind = Tools(models, network, None, 100_000_000)
    reading = Tools(models, network, TextFinder(arguments.threads), 100_000_000)
    photo = enlarged(PHOTO.read_bytes(), SIZES["12 MP"])
    for (name, limit), tools in zip(LIMITS.items(), (blind, reading), strict=True):
        _show_time(name, limit, photo, tools, arguments.runs)
    if arguments.folder is not None:
        _show_accuracy(arguments.folder, blind, arguments.photos)


def _show_time(name: str, limit: float, photo: bytes, tools: Tools, runs: int) -> None:
    recognise([photo], tools)
    wall, processor = [], []
    for _ in range(runs):
        start = time.perf_counter(), time.process_time()
        recognise([photo], tools)
        wall.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    middle = statistics.median(wall)
    verdict = "within" if middle <= limit else "OVER"
    print(
        f"12 MP {name:<12} {middle:.2f} s ({statistics.median(processor):.2f} s of processor): "
        f"{verdict} {limit} s; resident {resident_mb():.0f} MB, peak {peak_mb():.0f} MB"
    )


def _show_accuracy(folder: Path, tools: Tools, most: int) -> None:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [(f"{row['image']}.jpg", row["label"]) for row in csv.DictReader(file)]
    held = [
        (name, label) for name, label in rows if fold_of(name) == HELD_OUT and label != NO_LABEL
    ]
    frequent = {label for label, _ in Counter(label for _, label in held).most_common(10)}
    key = categories.by_label()
    sure, right, of_ten = [], [], []
    for name, label in held[:most]:
        seen = recognise([(folder / name).read_bytes()], tools)
        first = seen.candidates[0][0] if seen.candidates else ""
        right.append(key[label] in tree.lineage(first))
        sure.append((seen.category is not None, seen.category_confidence))
        of_ten.append(label in frequent)
    _print_accuracy(np.array(right), np.array(sure), np.array(of_ten))


def _print_accuracy(
    right: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    sure: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    of_ten: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> None:
    answered, confidence = sure[:, 0] > 0, sure[:, 1]
    bins = np.minimum((confidence * 15).astype(int), 14)
    error = sum(
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in set(bins.tolist())
    )
    print(f"\nheld out: {len(right)} photos, from file to answer:")
    print(f"  likeliest is right        {right.mean():.3f}")
    print(f"  of the 10 frequent labels {right[of_ten].mean():.3f}")
    print(f"  calibration error         {error:.3f}")
    print(f"  answered {answered.mean():.3f}, and of those right {right[answered].mean():.3f}")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="photos with labels.csv")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--photos", type=int, default=10_000, help="at most so many labelled ones")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
