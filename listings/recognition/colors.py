"""Colors by name, and whether an item is plain, of several colors, or patterned.

Only the subject's own pixels count. They are grouped in CIELAB, where distances are near to how
different colors look, with lightness counting less than hue: folds and shadows change it most.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from listings.recognition.result import Pattern
from processing.engine.arrays import F32, U8, Mask, fit_within, shrink

NAMES = Path(__file__).with_name("colors.toml")

_SIDE = 288
_GROUPS = 8
_SAMPLE = 6000
# Weight of lightness beside a and b when pixels are grouped, and how far apart (in those units) two
# groups may be and still be shades of one color: on plain things light and shadow differ by more.
_SHADES = {"patterned": (0.6, 17.0), "smooth": (0.3, 21.0)}
# The brightest of a photo is taken for white, as far as that makes it brighter by a fifth at most.
_WHITE, _MAX_GAIN = 95.0, 1.2
_FAMILIES = (
    frozenset({"light blue", "blue", "navy"}),
    frozenset({"light grey", "grey"}),
    frozenset({"light green", "green", "dark green"}),
    frozenset({"tan", "brown"}),
    frozenset({"red", "burgundy"}),
    frozenset({"pink", "hot pink"}),
    frozenset({"cream", "beige"}),
)
_MIN_SHARE, _MAX_NAMES = 0.09, 4
# A plain item is so much of one color; the rest is shine, labels and the edge.
_PLAIN = 0.86
# From here on colors alternate (stripes, checks, prints) rather than lie beside each other.
_RELIEF = 9.0
# A repeat is everywhere: of fields, this many along the subject's side, this share has less relief.
_FIELDS, _CALM, _REPEAT = 6, 15, 9.2
# A name is a fact of so much of an item that is no pattern, with so much more to the next color, and "plain"
# below so much relief: figures in weights/README.md.
_MAIN, _APART, _SMOOTH = 0.8, 4.0, 8.0
# What differs by more of lightness from its neighbors is the edge between two colors, and has neither.
_EDGE, _MIN_FLAT = 18.0, 0.15
# Black cloth reflects light, and what lies around it: so light, and with so much color, it is black.
_BLACK, _COLORLESS = 29.0, 7.5


@dataclass(frozen=True, slots=True)
class Colors:
    """`names` with `shares` of the subject (0 to 1), the largest first, and how they are laid out."""

    names: tuple[str, ...]
    shares: tuple[float, ...]
    pattern: Pattern
    confidence: float
    """Of the pattern: 0.5 at the border between plain and patterned, up to 1; not a probability."""
    is_sure: bool
    """Whether the first name is right in more than 95 of 100 photos that are like this one, and"""
    is_plain: bool
    """the same of "plain"."""


def of(rgb: U8, matte: F32) -> Colors | None:
    """Name the colors of a subject: `rgb` uint8 (h, w, 3), `matte` float32 0 to 1 on any grid that
    covers the picture. None when there is too little subject to say."""
    size = fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    small = shrink(rgb, size)
    inside = _inside(matte, size)
    if np.count_nonzero(inside) < 60:
        return None
    lab = _evened(np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)))
    relief = _relief(lab, inside)
    unevenness = float(np.percentile(relief[inside], 75))
    uneven = unevenness >= _RELIEF
    calmest = _calmest(relief, inside)
    # After the relief is known: shadow and shine of plain things span more of lightness.
    counted = _flat(lab, inside) if uneven else inside
    groups, centres = _groups(lab[counted], _SHADES["patterned" if uneven else "smooth"])
    counts = np.bincount(groups, minlength=len(centres))
    shares = np.asarray(counts / len(groups), np.float32)
    named = _named(centres, shares)
    if not uneven and any(family.issuperset(named) for family in _FAMILIES):
        named = {next(iter(named)): sum(named.values())}  # washed denim is no two colors
    # What lies on edges alone has a color of its own, too.
    whole = np.count_nonzero(counted) >= _PLAIN * np.count_nonzero(inside)
    plain = whole and (shares.max() >= _PLAIN or len(named) == 1)
    pattern: Pattern = "plain" if plain else "multicoloured"
    return Colors(
        tuple(named),
        tuple(round(share, 3) for share in named.values()),
        "patterned" if calmest >= _REPEAT else pattern,
        round(min(1.0, 0.5 + abs(calmest - _REPEAT) / (2 * _REPEAT)), 3),
        is_sure=calmest < _REPEAT
        and float(shares.max()) >= _MAIN
        and _apart(centres[shares.argmax()]),
        is_plain=bool(plain) and calmest < _REPEAT and unevenness < _SMOOTH,
    )


def name_of(lab: F32) -> str:
    """Name one color, CIELAB float32 (3,): L 0 to 100, a and b."""
    chroma = float(np.hypot(lab[1], lab[2]))
    if lab[0] + chroma < _BLACK and chroma < _COLORLESS:
        return "black"
    names, _ = _samples()
    return names[int(np.argmin(_distances(lab)))]


def _apart(lab: F32) -> bool:
    """Whether a color (3,) is well within what has its name, or shades of it."""
    names, _ = _samples()
    name = name_of(lab)
    family = next((family for family in _FAMILIES if name in family), frozenset({name}))
    apart = _distances(lab)
    within = np.array([other in family for other in names])
    margin = float(apart[~within].min() - apart[within].min())
    if name == "black":
        chroma = float(np.hypot(lab[1], lab[2]))
        margin = max(margin, min(_BLACK - lab[0] - chroma, 2 * (_COLORLESS - chroma)))
    return margin >= _APART


def _distances(lab: F32) -> F32:
    """How different a color (3,) is from each sample."""
    _, samples = _samples()
    return np.asarray(
        np.linalg.norm((samples - lab) * np.array([0.8, 1, 1], np.float32), axis=1), np.float32
    )


def _inside(matte: F32, size: tuple[int, int]) -> Mask:
    """Find where the subject surely is, a pixel or two within its edge, if that leaves anything."""
    sure = (cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR) > 0.8).astype(np.uint8)
    core = cv2.erode(sure, np.ones((5, 5), np.uint8), borderValue=0)
    kept = core if 2 * np.count_nonzero(core) > np.count_nonzero(sure) else sure
    return np.asarray(kept > 0)


def _evened(lab: F32) -> F32:
    """The picture (h, w, 3) as if its exposure had been right."""
    gain = _WHITE / max(float(np.percentile(lab[..., 0], 99)), 1.0)
    return np.asarray(lab * np.float32(np.clip(gain, 1.0, _MAX_GAIN)), np.float32)


def _groups(
    lab: F32, shades: tuple[float, float]
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], F32]:
    """The group of each pixel (n,), and each group's color (k, 3) in CIELAB."""
    lightness, one_color = shades
    weighted = np.ascontiguousarray(lab * np.array([lightness, 1, 1], np.float32))
    # Every so many-th pixel finds the centers; all pixels then go to the nearest of them.
    step = max(1, len(weighted) // _SAMPLE)
    cv2.setRNGSeed(1)  # the same photo always gets the same answer
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    count = min(_GROUPS, len(weighted[::step]))
    _, _, centres = cv2.kmeans(
        weighted[::step].copy(), count, np.empty(0), stop, 1, cv2.KMEANS_PP_CENTERS
    )
    joined = _joined(np.asarray(centres, np.float32), one_color)
    # To the centers before they were joined: a joined group has no center of its own.
    nearest = ((weighted[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    groups = np.unique(joined[nearest], return_inverse=True)[1]
    return groups, np.stack([_lit(lab[groups == group]) for group in np.unique(groups)])


def _joined(centres: F32, one_color: float) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Join groups that are shades of one color: those whose farthest members are nearest, so that a
    chain of grays never makes black and white one."""
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    members = [[index] for index in range(len(centres))]
    while len(members) > 1:
        # Complete linkage: the distance of two groups is that of their farthest members.
        table = np.array(
            [[apart[np.ix_(one, other)].max() for other in members] for one in members]
        )
        np.fill_diagonal(table, np.inf)
        first, second = divmod(int(table.argmin()), len(members))
        if table[first, second] >= one_color:
            break
        members[first] += members.pop(second)
    groups = np.empty(len(centres), np.intp)
    for group, indices in enumerate(members):
        groups[indices] = group
    return groups


def _lit(lab: F32) -> F32:
    """The color (3,) of a group of pixels (n, 3) as it is where light falls on it, not in its folds."""
    order = np.argsort(lab[:, 0])
    lit = lab[order[len(order) // 2 : max(len(order) * 19 // 20, len(order) // 2 + 1)]]
    return np.asarray(lit.mean(axis=0), np.float32)


def _named(centres: F32, shares: F32) -> dict[str, float]:
    """Shares by name, the largest first: at least one, without slivers."""
    total: dict[str, float] = {}
    for index in np.argsort(-shares):
        name = name_of(centres[index])
        total[name] = total.get(name, 0.0) + float(shares[index])
    ordered = sorted(total.items(), key=lambda item: -item[1])
    return dict([ordered[0], *(item for item in ordered[1:] if item[1] >= _MIN_SHARE)][:_MAX_NAMES])


def _relief(lab: F32, inside: Mask) -> F32:
    """How much each pixel (h, w) differs from what is around it: folds change slowly across a garment,
    a print or a stripe from one pixel to the next. 0 outside of the subject."""
    # Weighed by what is inside, or the ground beyond the edge would count as a pattern.
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 5.0) + np.float32(1e-3)
    masked = lab * inside[..., None].astype(np.float32)
    around = np.asarray(cv2.GaussianBlur(masked, (0, 0), 5.0)) / np.asarray(weight)[..., None]
    return np.asarray(np.linalg.norm(lab - around, axis=2) * inside, np.float32)


def _calmest(relief: F32, inside: Mask) -> float:
    """The relief of the calmest fields of a subject; a print in its middle leaves them calm."""
    left, top, across, down = cv2.boundingRect(inside.astype(np.uint8))
    side = max(8, int(np.sqrt(np.count_nonzero(inside)) / _FIELDS))
    grid = (max(1, across // side), max(1, down // side))
    part = np.s_[top : top + down, left : left + across]

    def mean(layer: F32) -> F32:
        return np.asarray(cv2.resize(layer, grid, interpolation=cv2.INTER_AREA), np.float32)

    whole, squares = mean(inside[part].astype(np.float32)), mean(relief[part] ** 2)
    full = whole > 0.6
    if np.count_nonzero(full) < _FIELDS:
        return 0.0
    return float(np.percentile(np.sqrt(squares[full] / whole[full]), _CALM))


def _flat(lab: F32, inside: Mask) -> Mask:
    """The pixels inside that have one color, if these are enough to tell by: on an edge two are mixed."""
    lightness = np.ascontiguousarray(lab[..., 0])
    around = np.ones((3, 3), np.uint8)
    steps = np.asarray(cv2.dilate(lightness, around)) - np.asarray(cv2.erode(lightness, around))
    flat = np.asarray(inside & (steps < _EDGE))
    enough = np.count_nonzero(flat) > _MIN_FLAT * np.count_nonzero(inside)
    return flat if enough else inside


@cache
def _samples() -> tuple[tuple[str, ...], F32]:
    """All samples with their names: CIELAB float32 (n, 3)."""
    with NAMES.open("rb") as file:
        table: dict[str, list[str]] = tomllib.load(file)
    pairs = [(name, sample) for name, samples in table.items() for sample in samples]
    rgb = np.array([[int(s[i : i + 2], 16) for i in (1, 3, 5)] for _, s in pairs], np.float32)
    # From float32, 0 to 1, L, a and b come in their own units; from bytes they would be scaled.
    lab = cv2.cvtColor(rgb[None] / np.float32(255), cv2.COLOR_RGB2LAB)[0]
    return tuple(name for name, _ in pairs), np.asarray(lab, np.float32)
