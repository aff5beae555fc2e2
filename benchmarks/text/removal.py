"""Text removal, to look at and in figures: `python -m benchmarks text FOLDER`.

Lays twenty overlays (badges, bars, ribbons, watermarks, captions) over the photos of a folder in turn, saves them as
JPEGs as shops do, and takes them off again. Printed for each: how many lines are gone, how much of the words can still
be read, how far what was covered is from the photo (mean, grey levels), how many pixels changed elsewhere, and the
time. `--against CHECKOUT` does the same with another checkout's code, beside it. A row of the sheet: the photo, with
its text, without it (by the other code, then by this), and at 200 % the place that differs most from the photo.
`--as-is` draws nothing, and shows what `--mode` takes of the photos' own text. Written to FOLDER's name +
`-text-N.jpg`.
"""

import argparse
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.engine.photos import ROOT, models_dir
from benchmarks.engine.sheet import cell, closest
from benchmarks.text.overlays import OVERLAYS, Overlay, laid_over
from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.text import remove
from processing.engine.text.detect import TextFinder

CELL = 420
ROWS = 4
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
# Photos are enlarged to the size asked for; cameras' grain, which that smooths away, is put back.
GRAIN = 2.0
# What is nearer to an overlay than this, in pixels, may change with it: JPEG smears it so far, and lines are filled
# as boxes where letters can't be told from what is behind them.
NEAR = 24
# Runs in another checkout: pictures in, pictures out.
OTHER = """
import pickle, sys, time
from processing.engine.text import remove
from processing.engine.text.detect import TextFinder
finder = TextFinder(threads=1)
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        written, matte = pickle.load(file)
    start = time.process_time()
    without, count = remove.remove(written, matte, sys.argv[1], finder)
    with open(name, "wb") as file:
        pickle.dump((without, count, time.process_time() - start), file)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A photo before and after something was laid over it, and how much of each pixel that covers."""

    name: str
    overlay: str
    photo: U8
    written: U8
    cover: F32
    matte: F32


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A picture without its text, how many lines are gone by the code's own count, and seconds of processor time."""

    picture: U8
    count: int
    seconds: float


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    finder, models = TextFinder(threads=1), Registry(arguments.models_dir)
    cases = [_case(path, overlay, models, arguments.side) for path, overlay in _chosen(arguments)]
    others = _by_other(cases, arguments) if arguments.against else []
    finder.find(np.zeros((64, 64, 3), np.uint8))  # loads the networks
    outcomes = []
    rows: list[U8] = []
    for number, case in enumerate(cases):
        start = time.process_time()
        picture, count = remove.remove(case.written, case.matte, arguments.mode, finder)
        outcomes.append(Outcome(picture, count, time.process_time() - start))
        tried = [*([others[number]] if others else []), outcomes[-1]]
        for outcome in tried:
            print(_line(case, outcome, finder), flush=True)
        rows.append(_row(case, tried))
    for number, begin in enumerate(range(0, len(rows), ROWS), start=1):
        file = arguments.out / f"{arguments.folder.resolve().name}-text-{number}.jpg"
        file.write_bytes(
            decode.encode(np.vstack(rows[begin : begin + ROWS]), None, format="jpg", quality=90)
        )
        print(file)
    for outcomes_of in (others, outcomes):
        if outcomes_of:
            print(_summary(cases, outcomes_of))


def _chosen(arguments: argparse.Namespace) -> list[tuple[Path, Overlay | None]]:
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix.lower() in KINDS)
    paths = [p for p in paths if not arguments.only or p.stem in arguments.only.split(",")]
    if arguments.as_is:
        return [(path, None) for path in paths]
    overlays = [one for one in OVERLAYS if arguments.case in (None, one.name)]
    return [(paths[number % len(paths)], overlay) for number, overlay in enumerate(overlays)]


def _case(path: Path, overlay: Overlay | None, models: Registry, side: int) -> Case:
    photo = decode.decode(path.read_bytes(), max_pixels=50_000_000).rgb
    if overlay is None:
        nothing = np.zeros(photo.shape[:2], np.float32)
        return Case(path.name, "as it is", photo, photo, nothing, models.matte("fast", photo))
    scale = side / max(photo.shape[:2])
    size = (round(photo.shape[1] * scale), round(photo.shape[0] * scale))
    grain = np.random.default_rng(0).normal(0, GRAIN, (size[1], size[0], 1))
    photo = np.clip(arrays.shrink(photo, size) + grain, 0, 255).astype(np.uint8)
    written, cover = laid_over(photo, overlay)
    data = decode.encode(written, None, format="jpg", quality=90)
    written = decode.decode(data, max_pixels=50_000_000).rgb
    return Case(path.name, overlay.name, photo, written, cover, models.matte("fast", written))


def _by_other(cases: list[Case], arguments: argparse.Namespace) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder) / str(number)) for number in range(len(cases))]
        for name, case in zip(names, cases, strict=True):
            Path(name).write_bytes(pickle.dumps((case.written, case.matte)))
        subprocess.run(
            [sys.executable, "-c", OTHER, arguments.mode, *names], cwd=arguments.against, check=True
        )
        return [Outcome(*pickle.loads(Path(name).read_bytes())) for name in names]


def _line(case: Case, outcome: Outcome, finder: TextFinder) -> str:
    left = [text.words for text in finder.find(outcome.picture)]
    return (
        f"{case.name:<20}{case.overlay:<28}{outcome.count:>3} gone in {outcome.seconds:.1f} s, off by"
        f" {_off(case, outcome):5.1f}, {_elsewhere(case, outcome)} changed elsewhere, left: {left}"
    )


def _off(case: Case, outcome: Outcome) -> float:
    """How far what was covered is from the photo: the mean in grey levels."""
    apart = cv2.absdiff(outcome.picture, case.photo)[case.cover > 0.02]
    return float(apart.mean()) if apart.size else 0.0


def _elsewhere(case: Case, outcome: Outcome) -> int:
    """How many pixels changed that are not near an overlay: between its letters counts as near."""
    cover = (case.cover > 0.02).astype(np.uint8)
    side = round(0.07 * min(cover.shape)) | 1
    joined = cv2.morphologyEx(cover, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    near = cv2.dilate(joined, np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)) > 0
    return int(((outcome.picture != case.written).any(axis=2) & ~near).sum())


def _row(case: Case, outcomes: list[Outcome]) -> U8:
    pictures = [case.photo, case.written, *(outcome.picture for outcome in outcomes)]
    apart = cv2.absdiff(case.photo, pictures[-1]).max(axis=2).astype(np.float32)
    row = np.hstack(
        [*(cell(pixels, CELL) for pixels in pictures), closest(pictures[-1], apart, CELL)]
    )
    name = f"{case.name}: {case.overlay}"
    cv2.putText(row, name, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 60, 0), 1)
    return row


def _summary(cases: list[Case], outcomes: list[Outcome]) -> str:
    off = [_off(case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]
    seconds = [outcome.seconds for outcome in outcomes]
    return (
        f"off by {statistics.median(off):.1f} (median of the cases), {statistics.median(seconds):.2f} s of"
        f" processor time (median), {sum(seconds):.1f} s in all"
    )


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "tests" / "photos")
    parser.add_argument("--mode", choices=["artificial", "natural", "all"], default="artificial")
    parser.add_argument("--as-is", action="store_true", help="draw nothing over the photos")
    parser.add_argument("--case", choices=[one.name for one in OVERLAYS], help="one overlay alone")
    parser.add_argument("--only", help="names without ending, separated by commas")
    parser.add_argument("--side", type=int, default=1066, help="the photos' longer side in pixels")
    parser.add_argument("--against", type=Path, help="another checkout, whose code does the same")
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
