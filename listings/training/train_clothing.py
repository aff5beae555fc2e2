"""Train the clothing head on a folder of labelled photos, and say how good it is.

    python -m listings.training.train_clothing FOLDER [--cache features.npz] [--write]

FOLDER holds `<image>.jpg` files and `labels.csv` (image, label, kids), as the CC0 clothing-dataset
by Alexey Grigorev does, at a shorter side of 256 pixels. One fifth, chosen by the hash of the file
name, is held out: nothing is fitted, chosen or calibrated on it, and it is looked at once, by the
last table. Of the other four fifths each in turn is predicted by a head that learned from the rest;
calibration and the threshold for "unsure" come from those predictions.

The head is kernel ridge regression on the network's maps, mirrored and averaged, on their principal
directions. Needs nothing but what Packshot runs on. Without --write nothing is changed.
"""

import argparse
import csv
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listings.recognition import clothing
from listings.recognition.categories import softmax
from listings.recognition.network import Looks, Network
from processing.engine.arrays import F32
from processing.engine.files import decode

Labels = NDArray[np.str_]
Mask = NDArray[np.bool_]

FOLDS, HELD_OUT = 5, 0
# The label that says nothing; never learned, never tested.
NO_LABEL = "other"
MOST_FREQUENT = 10
# All chosen by cross-validation on the four fifths: directions of the upper map's channels and of
# everything; the kernel's width in medians of the squared lengths; the ridge.
CHANNELS, DIRECTIONS = 160, 384
WIDTH, RIDGE = 2.0, 0.05
# A reading of likelihood: a class of ImageNet that a photo of anything gets one time in a thousand.
ANYTHING = 1 / 1000


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    looks: Looks
    labels: Labels
    folds: NDArray[np.int64]

    def of(self, mask: Mask) -> Looks:
        return _some(self.looks, mask)


def load(folder: Path, cache: Path | None = None) -> Data:
    """All photos with what the network says of them; `cache` keeps that for the next time."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = sorted((row["image"], row["label"]) for row in csv.DictReader(file))
    names = np.array([f"{image}.jpg" for image, _ in rows])
    if cache and cache.is_file():
        with np.load(cache) as stored:
            if not np.array_equal(stored["names"], names):
                raise SystemExit(f"{cache} is of other photos than {folder}: delete it.")
            parts = [stored[part].astype(np.float32) for part in ("upper", "middle", "logits")]
    else:
        network = Network()
        each = [network.look([_picture(folder / name)]) for name in names]
        parts = [np.concatenate(part) for part in zip(*map(_parts, each), strict=True)]
        if cache:
            halves = {"upper": parts[0].astype(np.float16), "middle": parts[1].astype(np.float16)}
            np.savez(cache, names=names, logits=parts[2], **halves)
    folds = np.array([fold_of(str(name)) for name in names])
    return Data(Looks(*parts), np.array([label for _, label in rows]), folds)


def fold_of(name: str) -> int:
    """Which of five parts a photo belongs to, by its file name alone; 0 is held out."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % FOLDS


def fit(data: Data, train: Mask, basis: clothing.Head) -> clothing.Head:
    """Kernel ridge regression of one-of-many labels, on the photos of `train`."""
    points = clothing.described(data.of(train), basis.channels) @ basis.projection + basis.offset
    lengths = (points**2).sum(1)
    width = WIDTH * float(np.median(lengths))
    squares = np.maximum(lengths[:, None] + lengths[None] - 2 * points @ points.T, 0)
    kernel = np.exp(-squares / width)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    wanted = (data.labels[train][:, None] == np.array(basis.labels)[None]).astype(np.float32)
    prior = wanted.mean(0)
    weights = np.linalg.solve(kernel, wanted - prior).astype(np.float32)
    return replace(basis, gallery=points, weights=weights, prior=prior, width=width)


def prepare(data: Data, seen: Mask) -> clothing.Head:
    """An untrained head: principal directions, and what of ImageNet looks like clothing."""
    names = sorted(set(data.labels[seen].tolist()) - {NO_LABEL})
    fields = clothing.fields(data.of(seen))
    sample = fields[np.random.default_rng(0).choice(len(fields), min(6000, len(fields)), False)]
    strengths, directions = _principal(sample, CHANNELS)
    channels = directions / strengths**0.25
    rows = clothing.described(data.of(seen), channels)
    middle = rows.mean(0)
    cut = 6 * CHANNELS
    scale = np.ones(rows.shape[1], np.float32)
    scale[:cut] = 1 / np.sqrt(((rows[:, :cut] - middle[:cut]) ** 2).sum(1).mean())
    spread = rows[:, cut:].std(0) + 0.2 * rows[:, cut:].std()
    scale[cut:] = (
        1 / spread / np.sqrt((((rows[:, cut:] - middle[cut:]) / spread) ** 2).sum(1).mean())
    )
    _, axes = _principal((rows - middle) * scale, DIRECTIONS)
    projection = (scale[:, None] * axes).astype(np.float32)
    shares = softmax(data.of(seen).logits).mean(0)
    nothing = np.zeros((0, 0), np.float32)
    return clothing.Head(
        labels=tuple(names),
        channels=channels.astype(np.float32),
        projection=projection,
        offset=(-middle @ projection).astype(np.float32),
        gallery=nothing,
        weights=nothing,
        prior=nothing,
        width=1.0,
        sharpness=1.0,
        likeness=shares / (shares + np.float32(ANYTHING)),
    )


def cross_validated(data: Data, used: Mask, basis: clothing.Head) -> F32:
    """Scores (n, k) of each photo of `used` by a head that has not seen its fold; others 0."""
    scores = np.zeros((len(data.labels), len(basis.labels)), np.float32)
    for fold in sorted(set(data.folds[used].tolist())):
        left_out = used & (data.folds == fold)
        scores[left_out] = fit(data, used & ~left_out, basis).scores(data.of(left_out))
    return scores


def sharpness(scores: F32, truth: NDArray[np.intp]) -> float:
    """What the scores are multiplied by so that softmax gives the likeliest probabilities."""
    candidates = np.linspace(2, 20, 181)
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(scores * s)[rows, truth] + 1e-9).mean() for s in candidates]
    return float(candidates[int(np.argmin(losses))])


def calibration_error(chances: F32, truth: NDArray[np.intp], bins: int = 15) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, over equal bins."""
    sure, right = chances.max(1), chances.argmax(1) == truth
    places = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[places == place].mean() - right[places == place].mean()) * (places == place).mean()
        for place in set(places.tolist())
    ]
    return float(sum(gaps))


def report(title: str, chances: F32, labels: Labels, names: tuple[str, ...]) -> None:
    """Accuracy over all labels and over the ten most frequent, calibration, and each label's own."""
    truth = np.array([names.index(label) for label in labels])
    counts = np.bincount(truth, minlength=len(names))
    frequent = np.argsort(-counts)[:MOST_FREQUENT]
    among = np.isin(truth, frequent)
    right = chances.argmax(1) == truth
    only = chances[:, frequent]
    of_ten = frequent[only[among].argmax(1)] == truth[among]
    print(f"\n{title}: {len(labels)} photos")
    print(f"  all {len(names)} labels                       {right.mean():.3f}")
    print(
        f"  photos of the 10 most frequent labels  {right[among].mean():.3f} with all labels to choose from"
    )
    print(f"                                         {of_ten.mean():.3f} choosing among those 10")
    print(f"  expected calibration error             {calibration_error(chances, truth):.3f}")
    for least in (0.4, 0.5, 0.6, 0.7, 0.8):
        kept = chances.max(1) >= least
        print(
            f"  sure from {least}: {kept.mean():.3f} of the photos, {right[kept].mean():.3f} right"
        )
    for index in np.argsort(-counts):
        mine, said = truth == index, chances.argmax(1) == index
        recall = right[mine].mean() if mine.any() else float("nan")
        precision = (truth[said] == index).mean() if said.any() else float("nan")
        print(f"  {names[index]:<12}{counts[index]:>5}  found {recall:.2f}  right {precision:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true", help=f"replace {clothing.FILE.name}")
    parser.add_argument("--final", action="store_true", help="look at the held-out fifth")
    given = parser.parse_args()
    data = load(given.folder, given.cache)
    used = (data.folds != HELD_OUT) & (data.labels != NO_LABEL)
    basis = prepare(data, data.folds != HELD_OUT)
    scores = cross_validated(data, used, basis)
    truth = np.array([basis.labels.index(label) for label in data.labels[used]])
    basis = replace(basis, sharpness=sharpness(scores[used], truth))
    print(f"sharpness {basis.sharpness:.1f}")
    chances = softmax(scores * np.float32(basis.sharpness))
    report("cross-validation", chances[used], data.labels[used], basis.labels)
    head = fit(data, used, basis)
    if given.write:
        write(head)
    if given.final:
        held = (data.folds == HELD_OUT) & (data.labels != NO_LABEL)
        report("held out", head.chances(data.of(held)), data.labels[held], head.labels)


def write(head: clothing.Head) -> None:
    halves: dict[str, Any] = {
        name: getattr(head, name).astype(np.float16)
        for name in ("channels", "projection", "offset", "gallery", "weights")
    }
    np.savez_compressed(
        clothing.FILE,
        labels=np.array(head.labels),
        prior=head.prior,
        width=head.width,
        sharpness=head.sharpness,
        likeness=head.likeness,
        **halves,
    )
    print(f"{clothing.FILE}: {clothing.FILE.stat().st_size / 1e6:.1f} MB")


def _principal(rows: F32, count: int) -> tuple[F32, F32]:
    """The strongest directions of rows (n, d): their variances (count,), and they (d, count)."""
    centred = rows - rows.mean(0)
    variances, vectors = np.linalg.eigh(centred.T @ centred / np.float32(len(rows)))
    return variances[::-1][:count], np.ascontiguousarray(vectors[:, ::-1][:, :count])


def _picture(path: Path) -> Any:
    return decode.decode(path.read_bytes(), max_pixels=100_000_000).rgb


def _parts(looks: Looks) -> tuple[F32, F32, F32]:
    return looks.upper, looks.middle, looks.logits


def _some(looks: Looks, mask: Mask) -> Looks:
    return Looks(*(part[mask] for part in _parts(looks)))


if __name__ == "__main__":
    main()
