"""Overlays that the photo shines through: how much of it, in what color, and the photo without them.

What is seen is `(1 - a) * photo + a * color` (Porter and Duff's "over", 1984). The opacity `a` and the color are
told from pairs of pixels inside and right outside of the overlay, where the photo is alike, and then the formula is
turned around, as Dekel, Rubinstein, Liu and Freeman do for many photos that share a watermark ("On the
Effectiveness of Visible Watermarks", CVPR 2017). Here one photo has to do: its own differences of brightness, and
repetitions of a mark, stand in for the many.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.text.strokes import Bool

# Fewer pairs, or grounds that differ by less (standard deviation in grey levels), tell nothing of an opacity.
_MIN_PAIRS = 40
_MIN_SPREAD = 6.0
# The ground must explain so much of how the overlay differs, and so much of the photo must shine through.
_EXPLAINED = 0.6
_SHINES = (0.12, 0.93)
# Rounds of fitting, each without the pairs that the one before was farthest off: by so many of its deviations.
_ROUNDS = 4
_FAR_OFF = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Veil:
    """What is seen is `shines * photo + added`: `shines` 0 to 1, `added` float32 (3), grey levels."""

    shines: float
    added: F32

    @property
    def color(self) -> F32:
        """The overlay's own color, float32 (3), 0 to 255."""
        own = self.added / np.float32(max(1e-3, 1 - self.shines))
        return np.asarray(np.clip(own, 0, 255), np.float32)

    def lifted(self, rgb: U8, cover: F32) -> U8:
        """The photo below, uint8 (h, w, 3); `cover` float32 (h, w), how much of a pixel is overlaid, 0 to 1."""
        opaque = (cover * np.float32(1 - self.shines))[..., None]
        below = (rgb - opaque * self.color) / (1 - opaque)
        return np.asarray(np.clip(below + 0.5, 0, 255), np.uint8)


def fitted(seen: F32, ground: F32) -> Veil | None:
    """The veil through which `ground` looks like `seen`, both float32 (n, 3), or None where there is none: it is
    opaque, or the ground is too even to tell.

    Least squares, one opacity for the three channels, in a few rounds without the worst pairs.
    """
    if len(seen) < _MIN_PAIRS:
        return None
    taken = np.ones(len(seen), bool)
    shines, added = 0.0, np.zeros(3, np.float32)
    for _ in range(_ROUNDS):
        seen_mean, ground_mean = seen[taken].mean(axis=0), ground[taken].mean(axis=0)
        apart, below = seen[taken] - seen_mean, ground[taken] - ground_mean
        spread = float((below**2).sum())
        if spread < _MIN_SPREAD**2 * below.size:
            return None
        shines = float((apart * below).sum()) / spread
        added = (seen_mean - shines * ground_mean).astype(np.float32)
        off = np.abs(seen - (shines * ground + added)).max(axis=1)
        limit = max(_FAR_OFF * float(np.sqrt((off[taken] ** 2).mean())) / 1.5, 3.0)
        taken = off <= limit
        if taken.sum() < _MIN_PAIRS:
            return None
    apart, below = (
        seen[taken] - seen[taken].mean(axis=0),
        ground[taken] - ground[taken].mean(axis=0),
    )
    left = float(((apart - shines * below) ** 2).sum())
    total = float((apart**2).sum())
    if not _SHINES[0] < shines < _SHINES[1] or left > (1 - _EXPLAINED) * total:
        return None
    return Veil(shines, added)


def ground(rgb: U8, free: Bool, reach: float) -> tuple[F32, F32]:
    """The mean color of what is free around each pixel, float32 (h, w, 3), and how much is, float32 (h, w), 0 to 1;
    `reach` is the standard deviation of the Gaussian that weighs it, in pixels."""
    weight = free.astype(np.float32)
    colors = cv2.GaussianBlur(
        rgb * weight[..., None], (0, 0), reach, borderType=cv2.BORDER_REPLICATE
    )
    known = np.asarray(
        cv2.GaussianBlur(weight, (0, 0), reach, borderType=cv2.BORDER_REPLICATE), np.float32
    )
    return np.asarray(colors / np.maximum(known, 1e-4)[..., None], np.float32), known
