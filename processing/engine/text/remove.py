"""Taking text out of a photo: find it, choose by kind, fill its strokes, and look again."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Box
from processing.engine.plans.edit import TextRemovalMode
from processing.engine.text import inpaint
from processing.engine.text.detect import Text
from processing.engine.text.kind import Kind, kind
from processing.engine.text.plate import plate
from processing.engine.text.strokes import strokes

# How often it is filled and read again, and what is taken with the strokes, as a share of the
# line's height and in pixels: soft rims, and what JPEG smears around them.
_PASSES = 3
_RIM, _MIN_RIM = 0.07, 3
# Around a line that is looked for again, in heights of the line: readers want some picture.
_AROUND = 2.0
# From this share of common area on, two lines are the same one.
_SAME = 0.3
# A print is on the subject if so much of it is.
_ON = 0.9


class Finder(Protocol):
    """What removal needs of a `detect.TextFinder`."""

    def find(self, rgb: U8, part: Box | None = None) -> list[Text]: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    text: Text
    kind: Kind


def remove(rgb: U8, matte: F32 | None, mode: TextRemovalMode, finder: Finder) -> tuple[U8, int]:
    """Remove the text of a picture, and count the lines that are gone: found, and read no more.

    `rgb` uint8 (h, w, 3); `matte` as in `kind.kind`; `mode`: `artificial` takes what was laid
    over the photo (with the plain plate that it may stand on), `natural` what stood before the
    camera, `all` both. The same array comes back when there is nothing to remove. The places are
    read again after each pass, and what can still be read is filled as a whole box, wider each
    time, in at most three passes; what is readable even then, or fills the whole picture, is not
    counted. Deterministic. Raises what `finder` raises.
    """
    lines = _lines(finder.find(rgb), rgb, matte)
    chosen = [line for line in lines if mode in ("all", line.kind)]
    if not chosen:
        return rgb, 0
    kept = _area([line for line in lines if mode not in ("all", line.kind)], rgb)
    picture, rest, removed = rgb, chosen, np.zeros(rgb.shape[:2], np.uint8)
    count = 0
    for turn in range(_PASSES):
        # Small print is often read only after the large print beside it is gone.
        count += sum(_share(line.text, removed) <= _SAME for line in rest)
        removed |= _area(rest, rgb)
        for group, elsewhere in _by_place(rest, rgb, matte):
            mask = _mask(group, picture, turn)
            if mask.all():  # nothing is left to fill it from: it stays, and isn't counted
                continue
            # Text that stays is no source either: its letters would be copied into the gap.
            picture = inpaint.fill(picture, mask, avoid=kept | elsewhere)
        # What is to stay is read again with the rest, and is no failure.
        found = [text for text in _read_again(rest, picture, finder) if _share(text, kept) <= _SAME]
        rest = [
            line
            for line in _lines(found, picture, matte)
            # In a place that was filled, whatever kind it now looks like: what is left of a line
            # reads as anything.
            if _share(line.text, removed) > _SAME or mode in ("all", line.kind)
        ]
        if not rest:
            break
    return picture, max(0, count - len(rest))


def _read_again(lines: list[_Line], rgb: U8, finder: Finder) -> list[Text]:
    """Read in and around the places of these lines: a part is read much sooner than all."""
    return [text for place in _places(lines, rgb) for text in finder.find(rgb, place)]


def _places(lines: list[_Line], rgb: U8) -> list[Box]:
    """Boxes around lines, those that overlap made one."""
    boxes = [line.text.box(_AROUND * line.text.height, rgb) for line in lines]
    apart: list[Box] = []
    while boxes:
        box = boxes.pop()
        touching = [other for other in (*boxes, *apart) if _overlap(box, other)]
        if not touching:
            apart.append(box)
            continue
        apart = [other for other in apart if other not in touching]
        boxes = [other for other in boxes if other not in touching]
        sides = np.array([box, *touching])
        left, top = sides[:, :2].min(axis=0)
        right, bottom = sides[:, 2:].max(axis=0)
        boxes.append((int(left), int(top), int(right), int(bottom)))
    return apart


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _lines(texts: list[Text], rgb: U8, matte: F32 | None) -> list[_Line]:
    return [_Line(text, kind(text, rgb, matte)) for text in texts]


def _by_place(lines: list[_Line], rgb: U8, matte: F32 | None) -> list[tuple[list[_Line], U8]]:
    """Prints on the subject, and all other lines, each with the area, uint8 (h, w), that what
    replaces them must not come from: no floor shall grow on a shirt.

    Overlays are among the others: often the matte takes the caption itself for the subject.
    """
    nothing = np.zeros(rgb.shape[:2], np.uint8)
    if matte is None:
        return [(lines, nothing)]
    whole = np.asarray(cv2.resize(matte, (rgb.shape[1], rgb.shape[0])))
    subject = np.where(whole > 0.5, 255, 0).astype(np.uint8)
    on = [line.kind == "natural" and _share(line.text, subject) >= _ON for line in lines]
    prints = [line for line, is_on in zip(lines, on, strict=True) if is_on]
    others = [line for line, is_on in zip(lines, on, strict=True) if not is_on]
    groups = ((prints, np.asarray(cv2.bitwise_not(subject), np.uint8)), (others, nothing))
    return [(group, elsewhere) for group, elsewhere in groups if group]


def _mask(lines: list[_Line], rgb: U8, turn: int) -> U8:
    """Mark what is to be filled, uint8 (h, w): first strokes and plates, later ever wider boxes."""
    mask = np.zeros(rgb.shape[:2], np.uint8)
    for line in lines:
        found = strokes(line.text, rgb)
        left, top, right, bottom = found.box
        area = found.line.astype(np.uint8) * 255
        rim = max(_MIN_RIM, round(_RIM * line.text.height))
        if turn == 0 and found.separable:
            area = _grown(area & (found.touched.astype(np.uint8) * 255), rim)
        else:
            area = _grown(area, 1 + turn * rim)
        mask[top:bottom, left:right] |= area
        under = plate(line.text, found, rgb) if line.kind == "artificial" else None
        if under is not None:
            cv2.fillConvexPoly(mask, under, 255)
            cv2.polylines(mask, [under], isClosed=True, color=255, thickness=2 * _MIN_RIM + 1)
    return mask


def _grown(mask: U8, radius: int) -> U8:
    """The mask with a rim, and with the gaps that would be left between two rims: JPEG smears a
    letter's color over them."""
    margin = 2 * radius
    whole = cv2.copyMakeBorder(mask, *(margin,) * 4, cv2.BORDER_CONSTANT, value=0)
    wide = _distance(np.asarray(cv2.bitwise_not(whole), np.uint8)) <= margin
    grown = _distance(wide.astype(np.uint8)) > radius
    return np.where(grown, 255, 0).astype(np.uint8)[margin:-margin, margin:-margin]


def _distance(mask: U8) -> F32:
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), dtype=np.float32)


def _area(lines: list[_Line], rgb: U8) -> U8:
    """255 inside the lines' quadrilaterals, uint8 (h, w)."""
    area = np.zeros(rgb.shape[:2], np.uint8)
    for line in lines:
        cv2.fillConvexPoly(area, np.rint(line.text.quad).astype(np.int32), 255)
    return area


def _share(text: Text, area: U8) -> float:
    """The share of a line that lies in an area."""
    left, top = np.maximum(np.floor(text.quad.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(text.quad.max(axis=0)).astype(int) + 1
    part = area[top:bottom, left:right]
    line = np.zeros_like(part)
    corners = np.rint(text.quad - np.array((left, top), np.float32)).astype(np.int32)
    cv2.fillConvexPoly(line, corners, 255)
    return cv2.countNonZero(line & part) / max(1, cv2.countNonZero(line))
