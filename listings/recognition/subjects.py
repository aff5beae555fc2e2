"""What a photo shows where it shows no item: nothing, a person, or many things at once."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from listings.recognition.result import Subject
from processing.engine.arrays import F32, U8, fit_within, shrink
from processing.engine.errors import ModelNotInstalled
from processing.engine.networks.faces import FaceFinder

# A face that takes this share of the photo is what the photo is of.
_FACE = 0.03
# Faces so large are found on a small copy as well.
_SIDE = 512
# Parts of the subject count as things of their own from this share of the photo, and of the largest, on.
_THING, _ALIKE = 0.004, 0.15
# A pair, a set of four or a service on a tray is one listing; more than these are several.
_MANY = 7


def of(
    pictures: Sequence[tuple[U8, F32]], faces: FaceFinder | None, *, empty: bool, sure: bool
) -> Subject:
    """What the photos (each with its matte) show. Faces are only looked for where no category is sure, as
    clothes are often worn, and many things only on the first photo."""
    if empty:
        return "nothing"
    rgb, matte = pictures[0]
    if not sure and faces is not None and _is_person(rgb, faces):
        return "person"
    return "several" if things(matte) >= _MANY else "item"


def things(matte: F32) -> int:
    """Count the parts of a subject that lie apart and are of some size."""
    mask = np.asarray(matte > 0.5, np.uint8)
    _count, _labels, stats, _centers = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not len(areas):
        return 0
    least = max(_THING * mask.size, _ALIKE * areas.max())
    return int((areas >= least).sum())


def _is_person(rgb: U8, faces: FaceFinder) -> bool:
    small = shrink(rgb, fit_within(rgb.shape[1], rgb.shape[0], _SIDE))
    try:
        found = faces.find(small)
    except ModelNotInstalled:
        # A site may do without that model; then nothing is said of persons.
        return False
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (f.box for f in found)]
    return bool(max(areas, default=0.0) >= _FACE * small.shape[0] * small.shape[1])
