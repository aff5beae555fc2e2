"""Which lens took a photo, or what its straight edges say of it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.rendered import LensFacts, LensFault
from processing.engine.room.lens import database, lines
from processing.engine.room.lens.database import Entry, Taken
from processing.engine.room.lens.distortion import Distortion
from processing.engine.room.lens.lines import Edges

# Where corners begin and the middle ends, in halves of the diagonal.
_CORNERS: Final = 0.85
_MIDDLE: Final = 0.5
_AS_BRIGHT: Final = 1.03


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a photo's lens, and its faults where any are to be taken back."""

    facts: LensFacts
    distortion: Distortion | None = None


NOT_ASKED = Found(LensFacts("not-asked"))


def find(small: U8, taken: Taken, size: tuple[int, int]) -> Found:
    """What is known of the lens of a photo of that size (width, height), of which `small` is a copy, uint8 (h, w, 3),
    of 1000 pixels or so.

    What the database has counts where edges are straighter without the lens's distortion than as they are, as many
    cameras and programs have taken it back already. Where edges say neither, it counts for cameras with a mirror;
    where they say no, or the lens isn't known, the edges alone decide.
    """
    edges = lines.edges_of(small)
    entry = database.find(taken, size)
    if entry is None:
        return _by_edges(edges, None)
    is_there = lines.is_straightened_by(edges, entry.distortion)
    if is_there is False:
        return _by_edges(edges, entry)
    if is_there is None and not entry.has_mirror:
        return Found(LensFacts("not-known", entry.camera, entry.lens))
    faults = entry.distortion
    if not _may_have_fallen_off(small, faults):
        faults = replace(faults, falloff=np.ones(1))
    corrected: list[LensFault] = ["distortion"]
    if len(faults.ratios) == 3:
        corrected.append("fringes")
    if faults.has_falloff:
        corrected.append("falloff")
    facts = LensFacts("database", entry.camera, entry.lens, corrected=tuple(corrected))
    return Found(facts, faults)


def _by_edges(edges: Edges, entry: Entry | None) -> Found:
    camera, lens = (entry.camera, entry.lens) if entry is not None else (None, None)
    measured = lines.estimated(edges)
    if measured is None:
        return Found(LensFacts("not-known" if entry is None else "straight", camera, lens))
    if abs(measured) < lines.LEAST:
        return Found(LensFacts("straight", camera, lens))
    facts = LensFacts("lines", camera, lens, measured, ("distortion",))
    return Found(facts, lines.by_division(measured))


def _may_have_fallen_off(small: U8, faults: Distortion) -> bool:
    """Whether corners would be no brighter than the middle without that falloff. Where they would be, the camera
    has lit them already."""
    if not faults.has_falloff:
        return False
    height, width = small.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot(x - (width - 1) / 2, y - (height - 1) / 2) * 2 / np.hypot(width, height)
    light = linear.to_float(small).mean(axis=-1)
    light = light / np.interp(away, faults.radii, faults.falloff).astype(np.float32)
    corners, middle = np.median(light[away > _CORNERS]), np.median(light[away < _MIDDLE])
    return bool(corners <= _AS_BRIGHT * middle)
