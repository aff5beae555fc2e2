"""Where the sky is in a photo of a house, on a small copy.

Sky is calm, and ends at an edge: parts without gradients that touch the photo's upper border are its
candidates, as in Y. Shen, Q. Wang, Sky Region Detection in a Single Image for Autonomous Ground Robot
Navigation (Int. J. Advanced Robotic Systems, 2013), which takes columns from the top down to the first gradient.
Here they are connected parts, so that a gable may stand in front of a sky that goes on to either side, and two
thresholds are tried, the lower first: clouds have gradients, too. What a part is, its color, brightness, place
and border tell together (J. Luo, S. Etz, A Physical Model-Based Approach to Detecting Sky in Photographic
Images, IEEE Trans. Image Processing 2002, has the first and the last): blue is believed with an edge around
it; white only where it outshines all else, as ceilings and walls are white, too.
"""

from dataclasses import dataclass
from typing import Final, Literal
from zlib import crc32

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Mask
from processing.engine.rendered import NoSky

_SIDE: Final = 400
_COARSE: Final = 20.0  # levels
_SAMPLES: Final = 4  # along each side of a pixel of the small copy
_CALM: Final = (1.3, 2.8)  # the most that CIE Lab changes from one pixel to the next
# Of the upper border, or of the upper half of a side: what a part must touch.
_TOUCHES: Final = 0.05
_LEAST: Final = 0.003  # of the photo: a part; and all of them together
_LEAST_SKY: Final = 0.01
_MOST_SKY: Final = 0.9  # beyond it nothing stands in front of it: a blue wall
_LEAST_NIGHT: Final = 0.05
# A sky that doesn't come to the upper border is seen below branches, and takes more of the photo than a window.
_LEAST_BELOW: Final = 0.04
# How far, in Lab, a part is at most from the largest: a slate roof is as blue as a sky, but darker.
_PARTS_ALIKE: Final = 25.0
_MOST_BELOW: Final = 0.25  # of the lower border: a backdrop goes all around
# Brightness L below which a sky is that of a night.
_NIGHT: Final = 35.0
# b of CIE Lab (blue is below 0) and a: what is blue for certain, beside the rest of the photo too (where all is bluish,
# a ceiling is), and what is still bluish.
_BLUE: Final = -8.0
_BLUER: Final = -8.0
_NOT_YELLOW: Final = 4.0
_MOST_PURPLE: Final = 12.0
# How much brighter than almost all else a colorless sky must be, and one with a trace of blue (by its b of Lab); how
# much of the upper border and of the photo it must take (a window takes little), and what of its own border must be
# edge.
_OUTSHINES: Final = (9.0, 3.0)
_TRACE: Final = -4.0
_WIDE, _LARGE = 0.25, 0.08
_EDGE: Final = 3.0
_BLUE_EDGED, _WHITE_EDGED = 0.35, 0.6
# How far, in Lab, what belongs to a sky may be from its color nearby.
_ALIKE, _GAPS_ALIKE = 9.0, 6.0
# Gaps: what is calm in them, how near they must be, and of how many pixels.
_GAPS_CALM: Final = 6.0
_CLOSE: Final = 8
_ROUND: Final = (0.8, 0.12)  # where a gap's color is compared: skies change with height
_DEEP: Final = 60  # how far leaves lead
_LEAVES_VARY: Final = 7.0  # in L, from pixel to pixel
_LEAST_GAP: Final = 6
# A part behind a column or a leaf: how much of the photo it takes at least, how blue it is, and by how much its L, a
# and b may differ from the sky's at its height: windows mirror a sky darker than it is, pools greener.
_LEAST_APART: Final = 0.001
_BLUE_APART: Final = -12.0
_APART: Final = ((-5.0, -3.0, -5.0), (10.0, 3.0, 12.0))


@dataclass(frozen=True, slots=True)
class Sky:
    """What was found: `mask`, bool (h, w) of the small copy; `share` of the photo, 0 to 1; `reason` where there
    is nothing to replace; `seed`, from the photo's content, by which another sky is drawn."""

    mask: Mask
    share: float
    reason: NoSky | None
    seed: int = 0


def find(rgb: U8) -> Sky:
    """Find the sky in a photo, uint8 (h, w, 3) in sRGB, which stays as it is."""
    height, width = rgb.shape[:2]
    small = small_copy(rgb, arrays.fit_within(width, height, _SIDE))
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    if min(lab.shape[:2]) < 8:
        return _none(lab)
    change = _change(lab)
    found, is_night = _believed(lab, change)
    least = _LEAST_SKY if found[0].any() else _LEAST_BELOW
    if not least <= float(found.mean()) <= _MOST_SKY:
        return _none(lab, "night" if is_night else "no-sky")
    found = _with_clouds(_grown(found, lab, change), lab[..., 0])
    return Sky(found, float(found.mean()), None, _seed(small))


def _believed(lab: F32, change: F32) -> tuple[Mask, bool]:
    """The calm parts that are sky, and whether there is that of a night."""
    skies: list[Mask] = []
    found = np.zeros(lab.shape[:2], np.bool_)
    is_night = False
    for limit in _CALM:
        for part in _parts(change < limit, found):
            verdict = _verdict(part, lab, change)
            if verdict == "sky":
                skies.append(part)
                found = found | part
            is_night |= verdict == "night" and float(part.mean()) >= _LEAST_NIGHT
    if not skies:
        return found, is_night
    largest = max(skies, key=np.count_nonzero)
    color = np.median(lab[largest], axis=0)
    alike = [
        part
        for part in skies
        if np.linalg.norm(np.median(lab[part], axis=0) - color) < _PARTS_ALIKE
    ]
    return np.logical_or.reduce(alike), is_night


def small_copy(rgb: U8, size: tuple[int, int]) -> U8:
    """A photo, uint8 (h, w, 3), shrunk to a size (width, height): means of some of its pixels, as means of
    all of them take ten times as long."""
    step = max(1, min(max(rgb.shape) // (_SAMPLES * max(size)), *rgb.shape[:2]))
    middle = rgb[step // 2 :, step // 2 :]
    height, width = (max(1, round(side / step)) for side in middle.shape[:2])
    # (three times as fast as numpy's steps)
    some = cv2.resize(middle, (width, height), interpolation=cv2.INTER_NEAREST)
    return arrays.shrink(np.asarray(some, np.uint8), size)


def _seed(small: U8) -> int:
    """A number for drawing, of a small copy's mean colors to either side, rounded so coarsely that a smaller copy
    of the photo, for a preview, has nearly always the same."""
    half = small.shape[1] // 2
    means = np.concatenate([part.mean(axis=(0, 1)) for part in (small[:, :half], small[:, half:])])
    return crc32(np.floor(means / _COARSE).astype(np.uint8).tobytes())


def _none(lab: F32, reason: NoSky = "no-sky") -> Sky:
    return Sky(np.zeros(lab.shape[:2], np.bool_), 0.0, reason)


def _change(lab: F32) -> F32:
    """How much the color changes from one pixel to the next, float32 (h, w), in Lab; hue counts half more."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8) * np.array([1, 1.5, 1.5], np.float32)
    right, down = (cv2.Scharr(smooth, cv2.CV_32F, *way, scale=1 / 32) for way in ((1, 0), (0, 1)))
    return np.asarray(np.sqrt(right * right + down * down).max(axis=-1), np.float32)


def _parts(calm: Mask, known: Mask) -> list[Mask]:
    """The connected calm parts that come from above, but for those that are mostly known already."""
    height, width = calm.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        calm.astype(np.uint8), connectivity=4
    )
    half = height // 2
    sides = np.concatenate([labels[:half, 0], labels[:half, -1]])
    above = np.bincount(labels[0], minlength=count) >= _TOUCHES * width
    beside = np.bincount(sides, minlength=count) >= _TOUCHES * half
    large = stats[:, cv2.CC_STAT_AREA] >= _LEAST * calm.size
    parts = [labels == i for i in np.flatnonzero((above | beside) & large) if i > 0]
    return [part for part in parts if (part & known).sum() < 0.9 * part.sum()]


def _verdict(part: Mask, lab: F32, change: F32) -> Literal["sky", "night", "other"]:
    light, red, blue = (float(value) for value in np.median(lab[part], axis=0))
    edged = _edged(part, change)
    if float(part[-1].mean()) > _MOST_BELOW:
        return "other"
    rest = lab[~_wider(part, 4)]
    bluer = blue - float(np.median(rest[:, 2])) if len(rest) else 0.0
    is_blue = blue <= _BLUE and bluer <= _BLUER and abs(red) <= _MOST_PURPLE
    if is_blue and light < _NIGHT:
        return "night" if edged >= _BLUE_EDGED else "other"
    if is_blue:
        return "sky" if edged >= _BLUE_EDGED else "other"
    if blue > _NOT_YELLOW or abs(red) > _MOST_PURPLE:
        return "other"
    if float(part[0].mean()) < _WIDE or float(part.mean()) < _LARGE:
        return "other"
    least = float(np.interp(blue, (_TRACE, 0), _OUTSHINES[::-1]))
    outshines = len(rest) > 0 and light - float(np.percentile(rest[:, 0], 90)) >= least
    return "sky" if outshines and edged >= _WHITE_EDGED else "other"


def _edged(part: Mask, change: F32) -> float:
    """The share of a part's border, but for the photo's own, along which there is an edge."""
    square = np.ones((3, 3), np.uint8)
    inner = part.astype(np.uint8)
    border = cv2.dilate(inner, square) - inner
    strongest = cv2.dilate(change, np.ones((5, 5), np.uint8))[border > 0]
    return float((strongest >= _EDGE).mean()) if len(strongest) else 0.0


def _grown(found: Mask, lab: F32, change: F32) -> Mask:
    """The sky with what of its edge has its color, and smaller parts between branches and gables: calm, of its
    color, and near it or at the upper border."""
    around = _around(found, lab, (0.08, 0.08))
    near = _wider(found, 3)
    found = found | (near & (_away(lab, around) < _ALIKE))
    lowest = int(np.flatnonzero(found.any(axis=1))[-1])
    alike = (_away(lab, _around(found, lab, _ROUND)) < _GAPS_ALIKE) & (change < _GAPS_CALM) & ~found
    alike[lowest + 1 :] = False
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        alike.astype(np.uint8), connectivity=4
    )
    close = _through_leaves(found, lab[..., 0])
    close[:1] = True
    wanted = np.bincount(labels[close], minlength=count) > 0
    wanted &= stats[:, cv2.CC_STAT_AREA] >= _LEAST_GAP
    wanted[0] = False
    found = np.asarray(found | wanted[labels], np.bool_)
    return found | _apart(found, lab, change)


def _apart(found: Mask, lab: F32, change: F32) -> Mask:
    """What is calm, blue and edged, and of the sky's color, however far from the rest of it."""
    calm = (change < _CALM[-1]) & ~found & (lab[..., 2] < _BLUE_APART)
    calm[int(np.flatnonzero(found.any(axis=1))[-1]) + 1 :] = False
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        calm.astype(np.uint8), connectivity=4
    )
    off = lab - _around(found, lab, _ROUND)
    whole = np.zeros_like(found)
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] < _LEAST_APART * calm.size:
            continue
        part = labels == i
        middle = np.median(off[part], axis=0)
        is_alike = bool(((middle >= _APART[0]) & (middle <= _APART[1])).all())
        if is_alike and _edged(part, change) >= _BLUE_EDGED:
            whole |= part
    return whole & ~found


def _through_leaves(found: Mask, light: F32) -> Mask:
    """What is near the sky, or where one comes from it through leaves and branches alone: where neighbors differ
    everywhere."""
    near = _wider(found, _CLOSE)
    varies = cv2.blur(light * light, (5, 5)) - cv2.blur(light, (5, 5)) ** 2
    busy = cv2.blur((varies > _LEAVES_VARY**2).astype(np.float32), (9, 9)) > 0.8
    leaves = near | (busy & _wider(found, _DEEP))
    count, labels = cv2.connectedComponents(leaves.astype(np.uint8))
    reached = np.bincount(labels[found], minlength=count) > 0
    return _wider(reached[labels] & leaves, 2)


def _wider(mask: Mask, by: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _away(lab: F32, sky: F32) -> F32:
    """How far colors are from the sky's: by less where they are only darker or bluer, as it is higher up, and by
    more where they are brighter or of another hue, as white walls beside a pale sky are."""
    light, red, blue = cv2.split(lab - sky)
    blue = np.maximum(blue * 2, blue * np.float32(-0.5))
    light = np.maximum(light * np.float32(1.8), light * np.float32(-0.55))
    return np.asarray(np.sqrt(light * light + 4 * red * red + blue * blue), np.float32)


def _around(found: Mask, lab: F32, reach: tuple[float, float]) -> F32:
    """The mean color of what was found within a reach across and down, in shares of the longer side; far off where
    there is none."""
    weight = found.astype(np.float32)
    across, down = (round(share * max(found.shape)) | 1 for share in reach)
    mass = cv2.blur(weight, (across, down))
    mean = cv2.blur(lab * weight[..., None], (across, down)) / (mass + 1e-6)[..., None]
    return np.where(mass[..., None] > 1e-4, mean, np.float32(1e3))


def _with_clouds(found: Mask, light: F32) -> Mask:
    """The sky with what lies in it and is no darker than it: clouds. What stands on the ground meets the
    photo's lower border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~found).astype(np.uint8))
    whole = found.copy()
    lowest = int(np.flatnonzero(found.any(axis=1))[-1])
    median = float(np.median(light[found]))
    for i in range(1, count):
        _, top, _, tall, area = stats[i]
        if top + tall > lowest or area > found.sum():
            continue
        hole = labels == i
        if float(np.median(light[hole])) >= median - 1:
            whole |= hole
    return whole
