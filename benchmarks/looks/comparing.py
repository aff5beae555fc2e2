"""Products cut out, on white and in scenes, beside an earlier build's: `python -m benchmarks looks FOLDER`.

Takes every n-th photo of the sorted folder, so that 24 are chosen (`--count`), renders them as the API would at six
settings (the cutout; white 2000 x 2000 with a soft shadow; four scenes in words, see child.py), writes contact sheets
as PNG, with the photos' numbers and names, and prints what can be measured (measures.py) and the times.
`--against CHECKOUT` renders the same by an earlier build in a process of its own, photo by photo in turn. With
`--blind` pairs of both builds are written in random order, left and right, for people who grade them, and a key that
says which is which.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np

from benchmarks.engine.photos import ROOT, models_dir
from benchmarks.figures.builds import Build, commit
from benchmarks.looks import child, sheets
from benchmarks.looks.measures import Measured, color_kept, measured
from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import compose
from processing.engine.files import decode

NOW, BEFORE = "now", "before"
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
# The longer side of canvases when they are measured.
_MEASURED = 1000
_WHITE = (255, 255, 255)
_WORKS = Path(child.__file__)


class _Results:
    """One build's pictures by setting (None where no product was found), what was measured of them, the seconds of
    their stages, and the color of cutouts against their photos'."""

    def __init__(self, settings: Sequence[str]) -> None:
        self.cells: dict[str, list[U8 | None]] = {name: [] for name in settings}
        self.figures: dict[str, list[Measured]] = {name: [] for name in settings}
        self.seconds: dict[str, list[dict[str, float]]] = {name: [] for name in settings}
        self.cutouts: list[float] = []

    def add(self, photo: Path, folder: Path, seconds: Mapping[str, dict[str, float]]) -> None:
        """Take over what a child wrote of a photo."""
        for name, cells in self.cells.items():
            cells.append(_cell(folder, name) if seconds else None)
        if not seconds:
            return
        self.cutouts.append(_color_of_cutout(photo, folder))
        for name in self.cells:
            self.seconds[name].append(seconds[name])
            if name != child.CUTOUT:
                self.figures[name].append(_measured(folder, name))


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    photos = chosen(arguments.folder, arguments.count)
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = [f"{number}\t{photo.name}" for number, photo in enumerate(photos, start=1)]
    (arguments.out / "photos.txt").write_text("\n".join([*names, ""]))
    folders = ({BEFORE: arguments.against} if arguments.against else {}) | {NOW: ROOT}
    results = _rendered(photos, folders, arguments)
    for name in arguments.settings:
        for build, found in results.items():
            _write(arguments.out / f"{name}-{build}.png", sheets.sheet(found.cells[name]))
    if arguments.blind:
        _write_blind(results[BEFORE].cells, results[NOW].cells, arguments.out)
    for build, found in results.items():
        print(f"\n{build}: commit {commit(folders[build])}, {len(photos)} photos")
        print("\n".join(_table(found)))
    if BEFORE in results:
        print("\n".join(["", *_ratios(results[BEFORE], results[NOW])]))


def chosen(folder: Path, count: int) -> list[Path]:
    """So many photos of the folder, evenly spread over their sorted names. Exits where there are none."""
    photos = sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS)
    if not photos:
        sys.exit(f"{folder} holds no photos.")
    count = min(count, len(photos))
    return [photos[number * len(photos) // count] for number in range(count)]


def sides(count: int, order: random.Random) -> list[tuple[str, str]]:
    """For each of so many pairs which build is on the left and which on the right: either as often as the other."""
    pairs = [(BEFORE, NOW) if number % 2 else (NOW, BEFORE) for number in range(count)]
    order.shuffle(pairs)
    return pairs


def _rendered(
    photos: Sequence[Path], folders: Mapping[str, Path], arguments: argparse.Namespace
) -> dict[str, _Results]:
    """What each build makes of the photos, photo by photo in turn."""
    results = {build: _Results(arguments.settings) for build in folders}
    options = {
        "side": arguments.side,
        "models_dir": str(arguments.models_dir.absolute()),
        "settings": arguments.settings,
        "network": arguments.network,
    }
    with ExitStack() as running:
        builds = {name: running.enter_context(Build(at, _WORKS)) for name, at in folders.items()}
        for number, photo in enumerate(photos, start=1):
            print(f"{number}/{len(photos)} {photo.name}", file=sys.stderr, flush=True)
            for name, build in builds.items():
                with tempfile.TemporaryDirectory() as out:
                    seconds = build.ask("render", photo=str(photo.absolute()), out=out, **options)
                    results[name].add(photo, Path(out), seconds)
    return results


def _cell(folder: Path, name: str) -> U8:
    return sheets.cell(*_read(folder / f"{name}.png"))


def _color_of_cutout(photo: Path, folder: Path) -> float:
    rgb, alpha = _read(folder / f"{child.CUTOUT}.png")
    if alpha is None:
        raise RuntimeError("The cutout has no matte.")
    return color_kept(rgb, alpha, _read(photo)[0])


def _measured(folder: Path, name: str) -> Measured:
    product, matte = _read(folder / f"{child.PRODUCT}.png")
    if matte is None:
        raise RuntimeError("The product alone has no matte.")
    shaded, _ = _read(folder / f"{name}.png")
    if name == child.WHITE:
        unshaded = compose.flatten(product, matte, _WHITE)
    else:
        unshaded, _ = _read(folder / f"{name}-{child.UNSHADED}.png")
    size = arrays.fit_within(shaded.shape[1], shaded.shape[0], _MEASURED)
    shaded, unshaded, product = (arrays.shrink(one, size) for one in (shaded, unshaded, product))
    return measured(shaded, unshaded, product, arrays.shrink(matte, size))


def _read(path: Path) -> tuple[U8, U8 | None]:
    read = decode.decode(path.read_bytes(), max_pixels=child.MOST_PIXELS)
    return read.rgb, read.alpha


def _write(path: Path, rgb: U8) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(decode.encode(rgb, None, format="png"))
    print(path)


def _write_blind(
    before: Mapping[str, list[U8 | None]], now: Mapping[str, list[U8 | None]], out: Path
) -> None:
    """Sheets of pairs below `blind`, and beside that folder the key to them."""
    cells = {BEFORE: before, NOW: now}
    key = {}
    for name, pictures in now.items():
        pairs = sides(len(pictures), random.Random())
        key[name] = {number: left for number, (left, _) in enumerate(pairs, start=1)}
        shown = [
            (cells[one][name][at], cells[other][name][at]) for at, (one, other) in enumerate(pairs)
        ]
        for number, page in enumerate(sheets.of_pairs(shown), start=1):
            _write(out / "blind" / f"{name}-{number}.png", page)
    (out / "key.json").write_text(json.dumps({"on the left": key}, indent=1))
    print(out / "key.json")


def _table(found: _Results) -> list[str]:
    """A line for each setting: means of what was measured, and medians of the seconds."""
    heads = [part.name.replace("_", " ") for part in fields(Measured)]
    lines = [f"{'setting':<14}" + "".join(f"{head:>12}" for head in [*heads, "seconds", "shadow"])]
    for name, figures in found.figures.items():
        means = np.mean([astuple(one) for one in figures], axis=0) if figures else []
        cells = [f"{value:>12.3f}" for value in means] or [" " * 12 * len(heads)]
        taken = [_median(found.seconds[name], stage) for stage in ("whole", "shadow")]
        lines.append(f"{name:<14}" + "".join([*cells, *(f"{value:>12.3f}" for value in taken)]))
    if found.cutouts:
        lines.append(
            f"cutouts' colors against their photos': CIEDE2000 {np.mean(found.cutouts):.2f}"
        )
    return lines


def _ratios(before: _Results, now: _Results) -> list[str]:
    """How long pictures take now against before; all but cutouts start from the kept matte, where there is one."""
    lines = []
    for name in now.seconds:
        times = [_median(one.seconds[name], "whole") for one in (before, now)]
        lines.append(f"{name}: {times[1] / times[0]:.2f} x the time" if times[0] else f"{name}: -")
    return lines


def _median(taken: Sequence[Mapping[str, float]], stage: str) -> float:
    return statistics.median([one.get(stage, 0.0) for one in taken] or [0.0])


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("looks"), help="where sheets are written")
    parser.add_argument("--against", type=Path, help="the folder of an earlier build")
    parser.add_argument("--blind", action="store_true", help="pairs in random order, and their key")
    parser.add_argument("--count", type=int, default=24, help="how many photos")
    parser.add_argument("--side", type=int, default=2000, help="of white and scenes, in pixels")
    parser.add_argument("--network", default="auto", help="auto, fast, high")
    parser.add_argument(
        "--settings", nargs="+", choices=child.SETTINGS, default=list(child.SETTINGS)
    )
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    arguments = parser.parse_args(given)
    if arguments.blind and arguments.against is None:
        parser.error("--blind needs --against, whose pictures are the other half of each pair.")
    return arguments
