"""What clean-ups take away and leave: `python -m benchmarks tails FOLDER`, the labelled photos.

The labels (`tails.csv`) were made by eye on 136 photos of the clothing data set by Alexey
Grigorev and contributors (CC0), NAME.jpg in the folder: rectangles that hold nothing but ground, in
which something was left (residue); rectangles around thin parts, such as straps and laces, that must
stay (part); and the box around the product. Prints with clean-ups off and on how many residues are
gone (less than a tenth is left of the sum of alpha), how many parts are eaten (more than a
twentieth is gone from what was at least four fifths opaque), and for how many photos a side of the
box is off by more than 2 % of the photo's longer side.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.engine.photos import models_dir
from processing.engine import arrays
from processing.engine.arrays import U8, Box
from processing.engine.cutout import edges
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp

LABELS = Path(__file__).with_name("tails.csv")
_LEFT, _EATEN, _OFF, _OPAQUE = 0.1, 0.05, 0.02, 204


class Label(NamedTuple):
    """A row: `kind` is residue, part or box; `box` in pixels of the upright photo."""

    photo: str
    kind: str
    box: Box
    what: str


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir)
    labels = list(read())
    kept: dict[str, tuple[U8, U8]] = {}
    for photo in dict.fromkeys(label.photo for label in labels):
        rgb = decode.decode((arguments.folder / photo).read_bytes(), max_pixels=50_000_000).rgb
        matte = models.matte(arguments.model, rgb)
        before, after = (
            edges.cut_out(rgb, matte, edge=arguments.edge, clean=clean).alpha
            for clean in (CleanUp.off(), CleanUp())
        )
        kept[photo] = before, after
    _show(labels, kept)


def read() -> Iterator[Label]:
    """Read the labels in the order of the file."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            left, top, right, bottom = (int(row[s]) for s in ("left", "top", "right", "bottom"))
            yield Label(row["photo"], row["kind"], (left, top, right, bottom), row["what"])


def is_gone(before: U8, after: U8, box: Box) -> bool:
    """Whether a residue in alpha (h, w) is gone."""
    one, other = (_part(alpha, box).sum(dtype=np.int64) for alpha in (before, after))
    return bool(other < _LEFT * one or one == 0)


def is_eaten(before: U8, after: U8, box: Box) -> bool:
    """Whether a part that was opaque in alpha (h, w) lost more than it may."""
    one, other = (_part(alpha, box) for alpha in (before, after))
    opaque = one >= _OPAQUE
    lost = one[opaque].sum(dtype=np.int64) - other[opaque].sum(dtype=np.int64)
    return bool(lost > _EATEN * one[opaque].sum(dtype=np.int64))


def is_off(alpha: U8, box: Box) -> bool:
    """Whether the subject's box is not the one that was judged right."""
    found = arrays.subject_box(alpha)
    far = found is None or np.abs(np.subtract(found, box)).max() > _OFF * max(alpha.shape)
    return bool(far)


def _part(alpha: U8, box: Box) -> U8:
    left, top, right, bottom = box
    return alpha[top:bottom, left:right]


def _show(labels: list[Label], kept: dict[str, tuple[U8, U8]]) -> None:
    residues, parts, boxes = (
        [label for label in labels if label.kind == kind] for kind in ("residue", "part", "box")
    )
    left = [x for x in residues if not is_gone(*kept[x.photo], x.box)]
    eaten = [x for x in parts if is_eaten(*kept[x.photo], x.box)]
    off = [[x for x in boxes if is_off(kept[x.photo][i], x.box)] for i in (0, 1)]
    print(f"residues gone  {len(residues) - len(left)} of {len(residues)}")
    print(f"parts eaten    {len(eaten)} of {len(parts)}")
    print(
        f"boxes off      {len(off[0])} of {len(boxes)} without clean-ups, {len(off[1])} with them"
    )
    for title, some in (("left", left), ("eaten", eaten), ("off", off[1])):
        print(f"{title}: {', '.join(f'{x.photo} ({x.what})' for x in some) or 'none'}")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--edge", default="standard", choices=("none", "standard", "fine"))
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
