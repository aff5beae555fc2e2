"""What kind of garment a picture shows: our own head on EfficientNet-Lite0's maps.

A kernel classifier: a picture is compared with the 3,800 photos that the head learned from, each
kept as 384 numbers. `listings/training/train_clothing.py` makes the file, and says how.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from listings.recognition.categories import softmax
from listings.recognition.network import WEIGHTS, Looks
from processing.engine.arrays import F32
from processing.engine.errors import ModelNotInstalled

FILE = WEIGHTS / "clothing.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The head's numbers, all float32 but the labels."""

    labels: tuple[str, ...]
    channels: F32
    """(1280, c): the main directions of the upper map's channels."""
    projection: F32
    """(6c + 672, d), and `offset` (d,): both maps onto the head's own space."""
    offset: F32
    gallery: F32
    """(n, d): the photos it learned from; `weights` (n, k) is what each says of every label."""
    weights: F32
    prior: F32
    """(k,): the share of each label among them."""
    width: float
    """Of the kernel: distances are squared and divided by it."""
    sharpness: float
    """What makes probabilities of scores; fitted on photos that were left out of training."""
    likeness: F32
    """(1000,): how far each of ImageNet's classes is a sign of clothing, 0 to 1."""

    def scores(self, looks: Looks) -> F32:
        """Float32 (n, k): near 1 for the right label, near 0 for others."""
        points = described(looks, self.channels) @ self.projection + self.offset
        # |p - g|^2 as |p|^2 + |g|^2 - 2 p·g: one matrix product. Rounding may take it below 0.
        squares = (points**2).sum(1)[:, None] + (self.gallery**2).sum(1)[None]
        distances = np.maximum(squares - 2 * points @ self.gallery.T, 0)
        return np.asarray(np.exp(-distances / self.width) @ self.weights + self.prior, np.float32)

    def chances(self, looks: Looks) -> F32:
        """Calibrated probabilities, float32 (n, k), provided that it is clothing at all."""
        return softmax(self.scores(looks) * np.float32(self.sharpness))

    def clothing(self, looks: Looks) -> F32:
        """Say how likely each picture shows clothing at all, float32 (n,): 99 % of the held-out
        photos of clothes reach 0.42, and 43 of 46 pictures of other things do not."""
        return np.asarray(softmax(looks.logits) @ self.likeness, np.float32)


def described(looks: Looks, channels: F32) -> F32:
    """Both maps as one row for each picture: a garment and its mirror image have the same one."""
    upper, middle = (_mirrored(layer) for layer in (looks.upper, looks.middle))
    return np.hstack([(upper @ channels).reshape(len(upper), -1), middle.reshape(len(middle), -1)])


def fields(looks: Looks) -> F32:
    """The upper map's fields of all pictures, one below the other: float32 (9n, 1280)."""
    return np.asarray(looks.upper.transpose(0, 2, 3, 1).reshape(-1, looks.upper.shape[1]))


def _mirrored(layer: F32) -> F32:
    """(n, channels, 3, 3) as (n, 6, channels): the left and right columns averaged, and the middle."""
    turned = layer.transpose(0, 2, 3, 1)
    sides = (turned[:, :, 0] + turned[:, :, 2]) / 2
    both = np.stack([sides, turned[:, :, 1]], axis=2)
    return np.asarray(both.reshape(len(layer), 6, -1), np.float32)


@cache
def head(path: Path = FILE) -> Head:
    """The head that comes with Packshot. Raises ModelNotInstalled."""
    if not path.is_file():
        raise ModelNotInstalled(
            f"The clothing head at {path} is missing. It is part of Packshot; restore the file."
        )
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    stored_as: dict[str, Any] = {
        name: np.asarray(array, np.float32)
        for name, array in arrays.items()
        if name not in ("labels", "width", "sharpness")
    }
    return Head(
        labels=tuple(str(label) for label in arrays["labels"]),
        width=float(arrays["width"]),
        sharpness=float(arrays["sharpness"]),
        **stored_as,
    )
