"""Taking text out of a photo: find it, choose by kind, fill its strokes, and look again."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Box
from processing.engine.plans.edit import TextRemovalMode
from processing.engine.text import inpaint, watermark
from processing.engine.text.bar import bar
from processing.engine.text.detect import Text
from processing.engine.text.kind import Kind, score
from processing.engine.text.plate import Plate, plate
from processing.engine.text.strokes import Strokes, strokes

# How often it is filled and read again, and what is taken with the strokes, as a share of the
# line's height and in pixels: soft rims, and what JPEG smears around them.
_PASSES = 3
_RIM, _MIN_RIM = 0.07, 3
_PLATE_RIM = 5
# Around a line that is looked for again, in heights of the line: readers want some picture.
_AROUND = 2.0
# From this share of common area on, two lines are the same one.
_SAME = 0.3
# A print is on the subject if so much of it is.
_ON = 0.9
# Plates that cover more of the picture than this may be the product, if so much of the subject is in them.
_SMALL, _MOSTLY = 0.08, 0.6
# An overlay with a score above this is one, whatever stands beside it; what is less sure is judged with its neighbors:
# lines within so many heights, of which none is so many times as high as the other.
_SURE = 1.2
_BESIDE, _ALIKE = 0.6, 2.0
# A plate with less grain than this was drawn. A watermark that is not level is at least so light, and without color:
# its channels differ by no more; dyes and their shades do (all in grey levels).
_NO_GRAIN = 0.3
_LIGHT, _COLORLESS = 120, 50


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
    over the photo (with the plate that it may stand on), `natural` what stood before the camera,
    `all` both. What the photo shines through, watermarks and bars, is taken off it; what is opaque
    is filled. The same array comes back when there is nothing to remove. The places are read again
    after each pass, and what can still be read is filled as a whole box, wider each time, in at
    most three passes; what is readable even then, or fills the whole picture, is not counted.
    Deterministic. Raises what `finder` raises.
    """
    texts = finder.find(rgb)
    mark = None if mode == "natural" else watermark.repeated(texts, rgb)
    if mark is not None and mode == "artificial" and not _is_laid_over(mark, rgb, matte):
        mark = None
    marked = [] if mark is None else mark[1]
    lines = [_Line(text, "artificial") for text in marked]
    lines += _lines([text for text in texts if text not in marked], rgb, matte)
    chosen = [line for line in lines if mode in ("all", line.kind)]
    if not chosen:
        return rgb, 0
    kept = _area([line for line in lines if mode not in ("all", line.kind)], rgb)
    picture, removed = rgb, np.zeros(rgb.shape[:2], np.uint8)
    if mark is not None:
        lifted, rims = mark[0].lifted(rgb)
        picture = inpaint.fill(lifted, rims)
    rest = [line for line in chosen if line.text not in marked]
    count = len(chosen) - len(rest)
    for turn in range(_PASSES if rest else 0):
        # Small print is often read only after the large print beside it is gone.
        count += sum(_share(line.text, removed) <= _SAME for line in rest)
        removed |= _area(rest, rgb)
        for group, elsewhere in _by_place(rest, rgb, matte):
            picture, mask = (
                _uncovered(group, picture, matte)
                if turn == 0
                else (picture, _boxes(group, picture, turn))
            )
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


def _is_drawn(text: Text, rgb: U8) -> bool:
    """Whether a line was laid over for sure, however it is turned: it stands on a plate without any grain, or the
    photo shines through it."""
    found = strokes(text, rgb)
    under = plate(text, found, rgb)
    if under is not None and under.grain <= _NO_GRAIN and (under.reaches or not under.is_extreme):
        return True
    mark = watermark.single(text, found, rgb)
    if mark is None:
        return False
    color = mark.veil.color
    return bool(color.min() >= _LIGHT and np.ptp(color) <= _COLORLESS)


def _is_laid_over(mark: tuple[watermark.Mark, list[Text]], rgb: U8, matte: F32 | None) -> bool:
    """Whether what is repeated is no pattern of the cloth: it is without color, and light, or goes on beside the
    subject."""
    color = mark[0].veil.color
    if np.ptp(color) > _COLORLESS:
        return False
    if color.min() >= _LIGHT or matte is None:
        return bool(color.min() >= _LIGHT)
    subject = np.asarray(cv2.resize(matte, (rgb.shape[1], rgb.shape[0]))) > 0.5
    inside = [_share(text, np.where(subject, 255, 0).astype(np.uint8)) for text in mark[1]]
    return bool(min(inside) < 1 - _ON)


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
    """The lines with their kinds. One that is hardly an overlay by itself is a part of the print that it stands in."""
    scores = [score(text, rgb, matte) for text in texts]
    lines = []
    for text, own in zip(texts, scores, strict=True):
        if 0 < own < _SURE:
            near = [
                of for other, of in zip(texts, scores, strict=True) if _side_by_side(text, other)
            ]
            own = sum(near) / len(near)
        lines.append(_Line(text, "artificial" if own > 0 or _is_drawn(text, rgb) else "natural"))
    return lines


def _side_by_side(one: Text, other: Text) -> bool:
    """Whether two lines, or one and itself, are next to each other and of about one size."""
    near = _BESIDE * min(one.height, other.height)
    apart = np.maximum(
        one.quad.min(axis=0) - other.quad.max(axis=0), other.quad.min(axis=0) - one.quad.max(axis=0)
    )
    return bool(apart.max() <= near) and 1 / _ALIKE < one.height / max(1e-3, other.height) < _ALIKE


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


def _uncovered(lines: list[_Line], rgb: U8, matte: F32 | None) -> tuple[U8, U8]:
    """The picture, uint8 (h, w, 3), without the bars and marks that it shines through, and what is to be filled,
    uint8 (h, w): strokes, plates, the rims of what was taken off."""
    mask, bars = np.zeros(rgb.shape[:2], np.uint8), np.zeros(rgb.shape[:2], np.uint8)
    picture, plain = rgb, [line for line in lines if line.kind == "natural"]
    overlays = [line for line in lines if line.kind == "artificial"]
    for line in sorted(overlays, key=lambda line: -line.text.height):
        # On the plate or the bar of another line
        if _share(line.text, mask) > _ON or _share(line.text, bars) > _ON:
            continue
        found = strokes(line.text, picture)
        under = plate(line.text, found, picture)
        if under is not None and _is_product(under, rgb, matte):
            plain.append(line)
            continue
        below = bar(line.text, picture) if under is None else None
        mark = (
            watermark.single(line.text, found, picture) if under is None and below is None else None
        )
        if under is not None:
            _add(mask, under)
        elif below is not None:
            mask |= _grown(below.opaque(picture), max(_MIN_RIM, round(_RIM * line.text.height)))
            picture, edge = below.lifted(picture)
            mask |= edge
            left, top, right, bottom = below.box
            bars[top:bottom, left:right] = 255
        elif mark is not None:
            picture, rims = mark.lifted(picture)
            mask |= rims
        else:
            plain.append(line)
    for line in plain:
        found = strokes(line.text, picture)
        left, top, right, bottom = found.box
        mask[top:bottom, left:right] |= _letters(line.text, found)
    return picture, mask


def _is_product(under: Plate, rgb: U8, matte: F32 | None) -> bool:
    """Whether a large plate may be what is for sale: a black box, say, or most of the subject."""
    if under.share <= _SMALL:
        return False
    if matte is None:
        return under.is_extreme and not under.reaches
    left, top, right, bottom = under.box
    subject = np.asarray(cv2.resize(matte, (rgb.shape[1], rgb.shape[0]))) > 0.5
    inside = np.count_nonzero(subject[top:bottom, left:right] & (under.mask > 0))
    return bool(inside > _MOSTLY * np.count_nonzero(subject))


def _letters(text: Text, found: Strokes) -> U8:
    """The strokes of a line and their rims, or all of it where they can't be told; as large as `found.box`."""
    area = found.line.astype(np.uint8) * 255
    if not found.separable:
        return _grown(area, 1)
    return _grown(
        area & (found.touched.astype(np.uint8) * 255), max(_MIN_RIM, round(_RIM * text.height))
    )


def _add(mask: U8, under: Plate) -> None:
    """Mark a plate, and its rim."""
    left, top, right, bottom = under.box
    rim = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _PLATE_RIM + 1,) * 2)
    mask[top:bottom, left:right] |= np.asarray(cv2.dilate(under.mask, rim), np.uint8)


def _boxes(lines: list[_Line], rgb: U8, turn: int) -> U8:
    """Mark whole lines, uint8 (h, w), wider with every turn."""
    mask = np.zeros(rgb.shape[:2], np.uint8)
    for line in lines:
        found = strokes(line.text, rgb)
        left, top, right, bottom = found.box
        rim = max(_MIN_RIM, round(_RIM * line.text.height))
        mask[top:bottom, left:right] |= _grown(found.line.astype(np.uint8) * 255, 1 + turn * rim)
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
