"""What merging exposure brackets costs beside OpenCV's exposure fusion: `python -m benchmarks hdr PHOTO`.

Three exposures of 24 megapixels, made of a photo with deepened highlights, are merged from arrays in memory: by
OpenCV's MergeMertens, which neither aligns nor looks for what moved, and by ours, which does both; once from a
tripod and once held by hand, where each bracket is resampled. Each runs in a process of its own, in turn, which
tells its time and its peak of memory; what the arrays themselves take is told apart. At last nine files of 24
megapixels become one JPEG.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import cv2
import numpy as np

from benchmarks.engine.memory import peak_mb, resident_mb
from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.files import decode
from processing.engine.plans.room import RoomPlan
from processing.engine.render_hdr import render_hdr
from processing.engine.render_room import RoomOrder
from processing.engine.room.hdr.merge import Bracket, merge

SIZE: Final = (6000, 4000)
TIME_LIMIT: Final = 1.3  # times OpenCV's
MEMORY_LIMIT: Final = 0.5  # of OpenCV's
_STEP: Final = 4
_STOPS: Final = (-2.0, 0.0, 2.0)
_MANY: Final = tuple(float(stop) for stop in np.linspace(-4, 4, 9))
# How a hand turns (degrees) and moves (pixels) the camera between exposures.
_HAND: Final = ((0.5, 30, -30), (0.0, 0, 0), (-0.3, -20, 10))
_QUALITY: Final = 90

Done = TypeVar("Done")
Measured = tuple[float, float]  # seconds, and MB beside what was there before
TRIPOD, HAND = "tripod", "hand"


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    with TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own, too: what is measured begins with no more than what it reads.
        _apart(_prepare, arguments.photo, folder)
        works: dict[str, tuple[Callable[[Path], Measured], Path]] = {
            "OpenCV's MergeMertens": (_by_opencv, folder / TRIPOD),
            "ours, from a tripod": (_ours, folder / TRIPOD),
            "ours, held by hand": (_ours, folder / HAND),
        }
        found: dict[str, list[Measured]] = {name: [] for name in works}
        for _ in range(arguments.runs):
            for name, (work, exposures) in works.items():
                found[name].append(_apart(work, exposures))
        _tell({name: _medians(runs) for name, runs in found.items()})
        seconds, memory = _apart(_nine_files, folder)
    print(f"nine files of 24 MP, enhanced and written: {seconds:.1f} s, {memory:.0f} MB in all")


def _tell(found: dict[str, Measured]) -> None:
    theirs = next(iter(found.values()))
    for name, (seconds, memory) in found.items():
        print(
            f"{name:<24}{seconds:6.2f} s ({seconds / theirs[0]:.2f} x, limit {TIME_LIMIT}) "
            f"{memory:6.0f} MB ({memory / theirs[1]:.2f} x, limit {MEMORY_LIMIT})"
        )


def _medians(runs: list[Measured]) -> Measured:
    return statistics.median(one[0] for one in runs), statistics.median(one[1] for one in runs)


def _apart(work: Callable[..., Done], *given: Path) -> Done:
    """Run in a process that has done nothing else: a peak of memory is never forgotten."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def _timed(work: Callable[[], object]) -> Measured:
    before, start = resident_mb(), time.perf_counter()
    work()
    return time.perf_counter() - start, peak_mb() - before


def _by_opencv(exposures: Path) -> Measured:
    whole = _read(exposures)
    return _timed(lambda: cv2.createMergeMertens(1, 1, 1).process(whole))


def _ours(exposures: Path) -> Measured:
    whole = _read(exposures)

    def work() -> None:
        small = (SIZE[0] // _STEP, SIZE[1] // _STEP)
        brackets = [
            Bracket(arrays.shrink(rgb, small), stops)
            for rgb, stops in zip(whole, _STOPS, strict=True)
        ]
        merge(brackets, lambda index: whole[index], size=SIZE, step=_STEP)

    return _timed(work)


def _nine_files(folder: Path) -> Measured:
    files = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
    start = time.perf_counter()
    render_hdr(files, RoomOrder(RoomPlan()), max_pixels=100_000_000)
    return time.perf_counter() - start, peak_mb()


def _read(exposures: Path) -> list[U8]:
    return [np.load(path) for path in sorted(exposures.glob("*.npy"))]


def _prepare(photo: Path, folder: Path) -> None:
    light = _light(photo)
    for name in (TRIPOD, HAND):
        (folder / name).mkdir()
    for number, (stops, hand) in enumerate(zip(_STOPS, _HAND, strict=True)):
        rgb = _exposed(light, stops)
        np.save(folder / TRIPOD / f"{number}.npy", rgb)
        np.save(folder / HAND / f"{number}.npy", _moved(rgb, hand))
    for number, stops in enumerate(_MANY):
        file = decode.encode(_exposed(light, stops), None, format="jpg", quality=_QUALITY)
        (folder / f"{number}.jpg").write_bytes(file)


def _light(photo: Path) -> np.ndarray:
    """The photo's light at 24 megapixels, 0 to 65535, its highlights up to 8 times as bright."""
    rgb = decode.decode(photo.read_bytes(), max_pixels=100_000_000).rgb
    large = np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    bright = cv2.GaussianBlur(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), (0, 0), 6)
    gain = 1 + 7 * np.clip((bright.astype(np.float32) - 160) / 60, 0, 1)
    return linear.to_float(large) * gain[..., None]


def _exposed(light: np.ndarray, stops: float) -> U8:
    grain = np.random.default_rng(0).standard_normal(light.shape[:2], np.float32)[..., None]
    return linear.from_float(light * np.float32(2.0**stops) + grain * np.float32(0.003))


def _moved(rgb: U8, hand: tuple[float, int, int]) -> U8:
    degrees, right, down = hand
    turn = cv2.getRotationMatrix2D(((SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2), degrees, 1)
    turn[:, 2] += right, down
    return np.asarray(cv2.warpAffine(rgb, turn, SIZE, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photo", type=Path, help="a photo of a room, enlarged to 24 megapixels")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args(given)
