"""What a network thinks of a photo or a part of it, as far as it can be judged without knowing the photo.

All is measured on one grid, whatever the network's own, so that opinions can be compared. Edges are
thin, so doubt along them is the usual softness; doubt in a patch is a network that can't decide about
a sleeve, the gap between two legs or the floor.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Mask

# The grid of U2-Net-p.
_GRID = 320
# What is neither background nor subject; and how wide, in cells, a patch of it must be.
_UNDECIDED, _PATCH = (0.1, 0.8), 15
# From here on a network is sure of a place; and how wide, in cells, a part must be to be one.
_SURE, _PART = 0.9, 7
# The least share of the subject that counts as a piece of its own.
_PIECE = 0.02


@dataclass(frozen=True)
class Opinion:
    """A network's matte of a photo or a part of it: float32 (n, n), 0 to 1."""

    matte: F32

    @cached_property
    def subject(self) -> U8:
        """Where the subject is rather than not: 0 or 1, uint8 (320, 320)."""
        return (self._seen > 0.5).astype(np.uint8)

    @cached_property
    def area(self) -> int:
        """How many of the grid's cells the subject covers."""
        return int(cv2.countNonZero(self.subject))

    @cached_property
    def undecided(self) -> int:
        """How many of the grid's cells lie in patches of doubt."""
        least, most = _UNDECIDED
        return _wide((self._seen > least) & (self._seen < most), _PATCH)

    @property
    def doubt(self) -> float:
        """The patches of doubt as a share of the subject, which may pass 1; 0 without a subject."""
        return self.undecided / self.area if self.area else 0.0

    @cached_property
    def pieces(self) -> int:
        """Into how many pieces the subject falls, crumbs left out."""
        _, _, facts, _ = cv2.connectedComponentsWithStats(self.subject)
        return int((facts[1:, cv2.CC_STAT_AREA] >= _PIECE * max(1, self.area)).sum())

    def denies(self, other: "Opinion") -> int:
        """Count the cells that the other is sure of, in its largest piece, and this one is against."""
        return _wide(other._surely & (self.subject == 0), _PART)

    @cached_property
    def _seen(self) -> F32:
        method = cv2.INTER_AREA if self.matte.shape[0] > _GRID else cv2.INTER_LINEAR
        resized = cv2.resize(self.matte, (_GRID, _GRID), interpolation=method)
        return np.asarray(resized, dtype=np.float32)

    @cached_property
    def _surely(self) -> Mask:
        """Places in the largest piece that the network is sure of; what stands beside it may be a
        neighbor in the photo."""
        count, labels, facts, _ = cv2.connectedComponentsWithStats(self.subject)
        if count == 1:
            return np.zeros((_GRID, _GRID), np.bool_)
        largest = 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax())
        return np.asarray((labels == largest) & (self._seen > _SURE), dtype=np.bool_)


def _wide(cells: Mask, side: int) -> int:
    """Count the cells that lie in a square of that side which is full of them."""
    kernel = np.ones((side, side), np.uint8)
    return int(cv2.countNonZero(cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_OPEN, kernel)))
