"""How many cutouts are unusable: `python -m benchmarks grades FOLDER`, the graded photos.

The grades (`sellers.csv`) were given by eye to what `fast` made of 136 photos of the clothing data set by
Alexey Grigorev and contributors (CC0), NAME.jpg in the folder: good, flawed (a fringe, haze, a small part
too much or too little), or unusable (a sleeve or the whole garment is lost, or a neighbor kept). Beside
each stands the right subject on 64 x 64 places of the photo (a bit each, packed, deflated, in base 64):
that cutout where it could be used, else another one that was right, or drawn by hand. A cutout
counts as unusable where wrong places in one piece, at least three wide, come to 4 % of the subject: of the cutouts
that were graded these are those called unusable by eye (the last of them at 4.1 %, all others at 3.7 % at
most). One of them, top-8, was called so only after its second look had shown what was wrong with it.

Each photo is cut out by each model in turn, so that the load of the machine falls on all alike.
"""

import argparse
import base64
import csv
import hashlib
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.engine.photos import models_dir
from processing.engine.arrays import F32, U8, shrink
from processing.engine.errors import NothingFound
from processing.engine.networks.auto import asked
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render
from processing.engine.rendered import Look

GRADES = Path(__file__).with_name("sellers.csv")
_SIDE, _WRONG, _WIDE, _UNUSABLE = 64, 0.25, 3, 0.04


@dataclass(frozen=True)
class Graded:
    """A photo, the grade of `fast`'s cutout, what was wrong with it, and the right subject: 0 or 1,
    float32 (64, 64)."""

    photo: str
    sha256: str
    grade: str
    wrong: str
    subject: F32


@dataclass
class Tally:
    """What a model made of all photos."""

    wrong: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def unusable(self) -> list[str]:
        return [photo for photo, share in self.wrong.items() if share >= _UNUSABLE]


def read(path: Path = GRADES) -> list[Graded]:
    """The graded photos."""
    with path.open(newline="") as file:
        return [
            Graded(
                photo=row["photo"],
                sha256=row["sha256"],
                grade=row["grade"],
                wrong=row["wrong"],
                subject=_subject(row["reference"]),
            )
            for row in csv.DictReader(file)
        ]


def wrong(alpha: U8, subject: F32) -> float:
    """What is wrong with alpha uint8 (h, w), as a share of the subject: the differences in wide pieces."""
    seen = shrink(alpha, (_SIDE, _SIDE)).astype(np.float32) / np.float32(255)
    differences = np.abs(seen - subject)
    kernel = np.ones((_WIDE, _WIDE), np.uint8)
    wide = cv2.morphologyEx((differences > _WRONG).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return float((differences * wide).sum() / subject.sum())


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir)
    photos = [(one, _bytes(arguments.folder, one)) for one in read()]
    for model in arguments.models:
        for name in asked(model):
            models.warm(name)
    tallies = {model: Tally() for model in arguments.models}
    for one, data in photos:
        for model, tally in tallies.items():
            _cut_out(one, data, CutoutPlan(model=model), models, tally)
    for model, tally in tallies.items():
        _tell(model, tally, [one for one, _ in photos], tallies[arguments.models[0]])


def _cut_out(one: Graded, data: bytes, plan: CutoutPlan, models: Registry, tally: Tally) -> None:
    began = time.process_time()
    try:
        result = render(data, plan, models)
    except NothingFound:
        result = None
    tally.seconds += time.process_time() - began
    alpha, looks = np.zeros((_SIDE, _SIDE), np.uint8), tuple[Look, ...]()
    if result is not None:
        alpha = np.asarray(Image.open(BytesIO(result.data)).getchannel("A"))
        looks = result.looks
    tally.wrong[one.photo] = wrong(alpha, one.subject)
    tally.reasons.update(look.reason for look in looks)


def _tell(model: str, tally: Tally, photos: Sequence[Graded], first: Tally) -> None:
    count = len(tally.unusable)
    good = {one.photo for one in photos if one.grade == "good"}
    lost = sorted(good & set(tally.unusable))
    print(f"{model}: {count} of {len(photos)} unusable ({100 * count / len(photos):.1f} %)")
    print(f"  they are: {', '.join(sorted(tally.unusable)) or 'none'}")
    print(f"  of {len(good)} that were good, lost: {', '.join(lost) or 'none'}")
    print(
        f"  processor time {tally.seconds:.1f} s, {tally.seconds / first.seconds:.2f} of the first's"
    )
    print(f"  looks: {', '.join(f'{n} {reason}' for reason, n in tally.reasons.most_common())}")


def _bytes(folder: Path, one: Graded) -> bytes:
    data = (folder / f"{one.photo}.jpg").read_bytes()
    if not hashlib.sha256(data).hexdigest().startswith(one.sha256):
        raise SystemExit(f"{one.photo}.jpg is not the photo that was graded.")
    return data


def _subject(packed: str) -> F32:
    bits = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8)
    return np.unpackbits(bits).reshape(_SIDE, _SIDE).astype(np.float32)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", nargs="+", default=["fast", "auto"])
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
