"""Which of many photos are exposures of one view.

Photos belong together that show the same structure, on copies so small that a hand's movement is less than a
pixel there: their normalized correlation where neither is clipped, as for templates (J. P. Lewis, Fast Normalized
Cross-Correlation, 1995). One links another, so that the darkest and the brightest needn't look alike. Of several
series of one view time and exposure tell where the next one begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Mask
from processing.engine.room.hdr import align

MOST: Final = 9  # exposures of one picture
SIDE: Final = 384  # of the copies that are looked at
_GRID: Final = (96, 96)  # squares that are compared, whatever the picture's proportions
_ALIKE: Final = 0.5
_OVERLAP: Final = 0.06  # the share of squares in which both have to show something
_SHOWS: Final = 0.05
# Exposures of one picture follow each other within so many seconds, and differ by so many stops.
_PAUSE: Final = 20.0
_DIFFERENT: Final = 0.3
# What shows nothing, as it is black or white, belongs to what was taken within so many seconds.
_AT_ONCE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to tell of a photo: its size (width, height), its structure, float32 (96 * 96), 0 where
    nothing can be told, and of its EXIF what files.shooting.Shot has."""

    size: tuple[int, int]
    structure: F32
    stops: float | None = None
    taken: float | None = None
    camera: str | None = None


def structure_of(small: U8) -> F32:
    """The structure of a small copy, uint8 (h, w, 3), no side longer than SIDE: float32 (96 * 96)."""
    plane = cv2.GaussianBlur(align.structure(small).plane, (0, 0), max(small.shape[:2]) / 200)
    return np.asarray(cv2.resize(plane, _GRID, interpolation=cv2.INTER_AREA).ravel(), np.float32)


def groups(photos: Sequence[Seen]) -> list[list[int]]:
    """Put photos, by their places in the sequence, into groups of exposures of one view: in the sequence's
    order, and each group's in the order in which they were taken, as far as that is known. A photo that
    belongs to no other is a group of its own."""
    linked = _linked(photos) if photos else []
    found: list[list[int]] = []
    for label in dict.fromkeys(linked):
        view = [index for index, other in enumerate(linked) if other == label]
        found += _series(photos, view)
    return sorted(found, key=min)


def _linked(photos: Sequence[Seen]) -> list[int]:
    """A label for each photo, the same for all that one links to another."""
    alike = _alike(np.array([one.structure for one in photos], np.float32).reshape(len(photos), -1))
    alike &= _same([one.size for one in photos]) & _same([one.camera for one in photos])
    alike |= _at_once(photos)
    labels = list(range(len(photos)))
    for index in range(len(photos)):
        for other in np.flatnonzero(alike[index, :index]):
            old, new = labels[index], labels[int(other)]
            if old != new:
                labels = [new if label == old else label for label in labels]
    return labels


def _alike(planes: F32) -> Mask:
    shows = (np.abs(planes) > _SHOWS).astype(np.float32)
    planes = planes * shows
    power = np.square(planes) @ shows.T
    size = np.sqrt(power * power.T)
    together = planes @ planes.T
    enough = shows @ shows.T >= _OVERLAP * planes.shape[1]
    return np.asarray((together > _ALIKE * size) & enough)


def _same(values: Sequence[object]) -> Mask:
    codes = {value: code for code, value in enumerate(dict.fromkeys(values))}
    row = np.array([codes[value] for value in values])
    return np.asarray(row[:, None] == row[None, :])


def _at_once(photos: Sequence[Seen]) -> Mask:
    """Photos of which one shows nothing, taken at once with other exposures."""
    taken = np.array([np.nan if one.taken is None else one.taken for one in photos])
    stops = np.array([np.nan if one.stops is None else one.stops for one in photos])
    least = _OVERLAP * photos[0].structure.size
    empty = np.array([np.count_nonzero(np.abs(one.structure) > _SHOWS) < least for one in photos])
    near = np.abs(taken[:, None] - taken[None, :]) <= _AT_ONCE
    other = np.abs(stops[:, None] - stops[None, :]) >= _DIFFERENT
    sizes, cameras = _same([one.size for one in photos]), _same([one.camera for one in photos])
    return np.asarray((empty[:, None] | empty[None, :]) & near & other & sizes & cameras)


def _series(photos: Sequence[Seen], view: list[int]) -> list[list[int]]:
    """The photos of one view as one group for each time it was photographed."""
    if all(photos[index].taken is not None for index in view):
        view = sorted(view, key=lambda index: (photos[index].taken or 0.0, index))
    found: list[list[int]] = []
    for index in view:
        if not found or _begins(photos, found[-1], index):
            found.append([])
        found[-1].append(index)
    return found


def _begins(photos: Sequence[Seen], group: list[int], index: int) -> bool:
    """Whether a photo begins another group."""
    one, last = photos[index], photos[group[-1]]
    if len(group) >= MOST:
        return True
    if one.taken is not None and last.taken is not None and one.taken - last.taken > _PAUSE:
        return True
    before = [photos[other].stops for other in group]
    return one.stops is not None and any(
        stops is not None and abs(stops - one.stops) < _DIFFERENT for stops in before
    )
