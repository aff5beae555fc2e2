"""How a product is posed in its photo: lying, hanging or standing.

Two witnesses are heard. The photo's surroundings, as `features` describes them, are compared with those of photos
whose pose was told by eye (kernel ridge regression, `benchmarks/poses/train.py`); a photo that resembles none of
them scores low for every pose. But those photos were of clothes: where a silhouette is one that only things on their
own feet have (`shadow.ground_contact.pose`), as bottles, mugs and boxes do, it is believed, unless the surroundings
leave no doubt. What neither settles is `unsure`, and so is what surroundings have standing though its underside is none
that anything stands on.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, U8, fit_within, shrink
from processing.engine.pose.features import features
from processing.engine.poses import Pose
from processing.engine.shadow import ground_contact

HEAD = Path(__file__).with_name("head.npz")
POSES: Final[tuple[Pose, ...]] = ("lying", "hanging", "standing")
# Steps of a stored feature to its standard deviation.
STEPS = 31.75
# The first must score so much, and so much more than the second, to be believed.
_LEAST, _LEAD = 0.45, 0.15
# Against a silhouette that stands, surroundings are believed that are quite like those of what lies.
_SURELY_LYING = 1.0
# A silhouette's longer side, in pixels, is enough.
_SILHOUETTE = 320
# Colors under transparent pixels tell nothing of the surroundings; a file with more of them shows no place.
_MOST_CLEAR = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What was learned of n photos.

    - `mean`, `deviation` of each feature, float32 (COUNT,); `photos` in these units, int8 (n, COUNT), STEPS to one.
    - `shares` float32 (n, 3): what likeness to each photo says for each of POSES. `width` of the kernel.
    """

    mean: F32
    deviation: F32
    photos: npt.NDArray[np.int8]
    shares: F32
    width: float

    def likeness(self, seen: F32) -> F32:
        """Compare features (COUNT,) with every photo: float32 (n,), 0 to 1."""
        place = np.clip((seen - self.mean) / self.deviation, -127 / STEPS, 127 / STEPS)
        away = self.photos.astype(np.float32) * np.float32(1 / STEPS) - place
        far = np.square(away).mean(axis=1)
        return np.asarray(np.exp(-np.float32(self.width) * far), np.float32)

    def scores(self, seen: F32) -> F32:
        """Score each of POSES, float32 (3,), about 0 (no) to 1 (yes)."""
        return np.asarray(self.likeness(seen) @ self.shares, np.float32)

    def write(self, path: Path) -> None:
        np.savez_compressed(
            path,
            mean=self.mean.astype(np.float16),
            deviation=self.deviation.astype(np.float16),
            photos=self.photos,
            shares=self.shares,
            width=np.float32(self.width),
        )


@lru_cache(maxsize=1)
def head() -> Head:
    """What comes with the code (`head.npz`), read once."""
    with np.load(HEAD, allow_pickle=False) as stored:
        return Head(
            mean=stored["mean"].astype(np.float32),
            deviation=stored["deviation"].astype(np.float32),
            photos=stored["photos"],
            shares=stored["shares"],
            width=float(stored["width"]),
        )


def pose_of(rgb: U8, matte: U8, own_alpha: U8 | None = None) -> Pose:
    """Tell the pose from a photo uint8 (h, w, 3) as it was taken and its subject's matte (h, w).

    `own_alpha` (h, w) is the file's own transparency: of a product that came without its surroundings only the
    silhouette is asked.
    """
    size = fit_within(matte.shape[1], matte.shape[0], _SILHOUETTE)
    silhouette = shrink(matte, size)
    stands = ground_contact.pose(silhouette) == ground_contact.UPRIGHT
    if own_alpha is not None and np.mean(own_alpha == 0) > _MOST_CLEAR:
        return "standing" if stands else "unsure"
    scores = head().scores(features(rgb))
    if stands:
        return "lying" if scores[0] >= _SURELY_LYING else "standing"
    pose = told(scores)
    return "unsure" if pose == "standing" and not ground_contact.is_steady(silhouette) else pose


def told(scores: npt.NDArray[np.floating]) -> Pose:
    """The pose that scores (3,) tell, or `unsure`."""
    order = np.argsort(scores)[::-1]
    first, second = scores[order[0]], scores[order[1]]
    return POSES[order[0]] if first >= _LEAST and first - second >= _LEAD else "unsure"
