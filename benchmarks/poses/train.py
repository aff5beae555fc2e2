"""Learn to tell poses: `python -m benchmarks.poses.train FOLDER [--write]`, the photos that `train.csv` names.

The photos are those of the clothing data set by Alexey Grigorev and contributors (CC0), each named by the first
eight letters of its file's name, that are not among the 136 that `python -m benchmarks poses` measures by; their
poses were told by eye from contact sheets. What is learned is kernel ridge regression (Saunders et al., ICML 1998)
onto the three poses, on a Gaussian kernel between a photo's features and those of some of the photos (after Williams
and Seeger, "Using the Nyström method", NIPS 2000). Both numbers, the width and the ridge, and the thresholds for
being sure were chosen by five-fold cross-validation here, whose figures this prints.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.poses.measure import table
from processing.engine.arrays import F32
from processing.engine.files import decode
from processing.engine.pose import telling
from processing.engine.pose.features import features
from processing.engine.pose.telling import POSES, STEPS, Head
from processing.engine.poses import Pose

LABELS = Path(__file__).with_name("train.csv")
_FOLDS = 5
_WIDTH, _RIDGE = 0.2, 0.1
# Few photos stand or hang: each counts so much more, and this many of each pose are kept to compare with.
_WEIGHTS, _KEPT = (1.0, 2.5, 2.5), (160, 90, 80)

Doubles = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    labels = _labels(arguments.folder)
    poses = np.array([POSES.index(pose) for pose in labels.values()])
    seen = np.stack([_features(path) for path in labels])
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(labels))
    scores = np.zeros((len(labels), len(POSES)))
    for fold in range(_FOLDS):
        left_out = folds == fold
        head = learned(seen[~left_out], poses[~left_out])
        scores[left_out] = [head.scores(one) for one in seen[left_out]]
    told = [telling.told(one) for one in scores]
    print(f"{len(labels)} photos, {_FOLDS}-fold cross-validation")
    print(table(list(labels.values()), told))
    if arguments.write:
        learned(seen, poses).write(telling.HEAD)
        print(telling.HEAD)


def learned(seen: F32, poses: Whole) -> Head:
    """A head from features float32 (n, COUNT) and poses (n,), places in POSES."""
    mean, deviation = seen.mean(axis=0), seen.std(axis=0) + np.float32(1e-3)
    random = np.random.default_rng(1)
    kept = np.concatenate(
        [random.permutation(np.flatnonzero(poses == at))[:most] for at, most in enumerate(_KEPT)]
    )
    head = Head(
        mean=mean,
        deviation=deviation,
        photos=_rounded(seen[kept], mean, deviation),
        shares=np.zeros((len(kept), len(POSES)), np.float32),
        width=_WIDTH,
    )
    likeness = np.stack([head.likeness(one) for one in seen]).astype(np.float64)
    weights = np.array(_WEIGHTS)[poses][:, None]
    within = np.stack([head.likeness(one) for one in seen[kept]])
    square = (likeness * weights).T @ likeness + _RIDGE * within + 1e-6 * np.eye(len(kept))
    wanted: Doubles = (likeness * weights).T @ np.eye(len(POSES))[poses]
    head.shares[:] = np.linalg.solve(square, wanted)
    return head


def _rounded(seen: F32, mean: F32, deviation: F32) -> npt.NDArray[np.int8]:
    steps = np.rint(np.clip((seen - mean) / deviation * STEPS, -127, 127))
    return np.asarray(steps, np.int8)


def _labels(folder: Path) -> dict[Path, Pose]:
    """The photos and their poses."""
    files = {path.name[:8]: path for path in sorted(folder.glob("*.jpg"))}
    with LABELS.open(newline="") as file:
        rows: list[tuple[str, str]] = [
            (row["pose"], name) for row in csv.DictReader(file) for name in row["photos"].split()
        ]
    return {files[name]: POSES[POSES.index(pose)] for pose, name in sorted(rows, key=_name)}


def _name(row: tuple[str, str]) -> str:
    return row[1]


def _features(path: Path) -> F32:
    return features(decode.decode(path.read_bytes(), max_pixels=10_000_000).rgb)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
