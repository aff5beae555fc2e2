"""One of several subjects in a photo: the one in a box, or at a place that somebody pointed at.

The network is asked again about the part of the photo around it, where it sees nothing else, or at least
less; of what it finds there, the pieces that belong to another subject are left out.
"""

from dataclasses import replace

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Box
from processing.engine.errors import NothingFound
from processing.engine.looking import looks, second_look
from processing.engine.looking.looks import Seen
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import Cutting
from processing.engine.rendered import Look

# Room around a box, as a share of its longer side: a network knows a thing by what is around it.
_ROOM = 0.1
# The part of the photo that is looked at around a place where nothing was found, as a share of its
# longer side.
_AROUND = 0.4
# How much of a piece lies in the box that it belongs to.
_INSIDE = 0.5


def choose(models: Models, cutting: Cutting, rgb: U8, seen: Seen) -> Seen:
    """Look again for the subject that `cutting` chooses in a photo (h, w, 3). `seen` is what was found in
    all of it, which is the answer where nothing is chosen.

    Raises NothingFound where no subject is there, and what looks.look does.
    """
    size = (rgb.shape[1], rgb.shape[0])
    if cutting.box is not None:
        area = cutting.box
        box = _pixels((area.left, area.top, area.right, area.bottom), size)
        part = _with_room(box, size)
    elif cutting.point is not None:
        place = cutting.point.x * size[0], cutting.point.y * size[1]
        box = (int(place[0]), int(place[1]), int(place[0]) + 1, int(place[1]) + 1)
        part = _around(place, seen.whole, size)
    else:
        return seen
    left, top, right, bottom = part
    closer = looks.look(models, cutting.model, rgb[top:bottom, left:right])
    told = (*seen.outvoted, *(_moved(look, part) for look in closer.looks))
    region = next(look.region for look in told if look.outcome == "believed") or part
    matte = _only(closer.matte, _within(box, region, closer.matte.shape))
    whole = second_look.laid(matte, region, seen.whole.shape, size)
    return replace(closer, matte=matte, whole=whole, looks=told, size=size)


def _only(matte: F32, box: Box) -> F32:
    """The matte without the pieces that don't belong to a box (in its cells). Raises NothingFound where
    none does."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats((matte > 0.5).astype(np.uint8))
    left, top, right, bottom = box
    inside = np.bincount(labels[top:bottom, left:right].reshape(-1), minlength=count)
    areas = facts[:, cv2.CC_STAT_AREA]
    is_place = right - left <= 1 and bottom - top <= 1
    belongs = inside >= (1 if is_place else _INSIDE * areas)
    belongs[0] = False
    if not belongs.any():
        raise NothingFound
    # What is soft goes with the piece that it is nearest to.
    _, nearest = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(int(nearest.max()) + 1, np.int32)
    owners[nearest[labels > 0]] = labels[labels > 0]
    return np.where(belongs[owners[nearest]], matte, 0).astype(np.float32)


def _around(place: tuple[float, float], matte: F32, size: tuple[int, int]) -> Box:
    """The part of the photo around the piece at a place, or around the place where none is."""
    rows, columns = matte.shape
    count, labels = cv2.connectedComponents((matte > 0.5).astype(np.uint8))
    column = min(columns - 1, int(place[0] * columns / size[0]))
    row = min(rows - 1, int(place[1] * rows / size[1]))
    label = int(labels[row, column]) if count > 1 else 0
    if label:
        left, top, across, down = cv2.boundingRect((labels == label).astype(np.uint8))
        shares = (left / columns, top / rows, (left + across) / columns, (top + down) / rows)
        return _with_room(_pixels(shares, size), size)
    reach = _AROUND * max(size) / 2
    box = (place[0] - reach, place[1] - reach, place[0] + reach, place[1] + reach)
    return _clipped(box, size)


def _with_room(box: Box, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    room = _ROOM * max(right - left, bottom - top)
    return _clipped((left - room, top - room, right + room, bottom + room), size)


def _clipped(box: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    left, top = max(0, int(box[0])), max(0, int(box[1]))
    right, bottom = (
        min(side, int(np.ceil(edge))) for side, edge in zip(size, box[2:], strict=True)
    )
    return min(left, size[0] - 1), min(top, size[1] - 1), max(right, left + 1), max(bottom, top + 1)


def _pixels(shares: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    left, top, right, bottom = shares
    return _clipped((left * size[0], top * size[1], right * size[0], bottom * size[1]), size)


def _within(box: Box, region: Box, shape: tuple[int, ...]) -> Box:
    """A box of the photo in cells of a matte of the region."""
    across = shape[1] / (region[2] - region[0])
    down = shape[0] / (region[3] - region[1])
    cells = (
        (box[0] - region[0]) * across,
        (box[1] - region[1]) * down,
        (box[2] - region[0]) * across,
        (box[3] - region[1]) * down,
    )
    if (box[2] - box[0], box[3] - box[1]) == (1, 1):
        # A place is one cell, however few pixels a cell has.
        cells = (*cells[:2], cells[0] + 1e-3, cells[1] + 1e-3)
    return _clipped(cells, (shape[1], shape[0]))


def _moved(look: Look, part: Box) -> Look:
    """A look at a part of the photo, told of the whole."""
    left, top, _, _ = part
    if look.region is None:
        return replace(look, region=part)
    inner = look.region
    return replace(look, region=(inner[0] + left, inner[1] + top, inner[2] + left, inner[3] + top))
