"""A lens's distortion from edges that should be straight, where there are enough of them.

The division model with one parameter (A. Fitzgibbon, Simultaneous Linear Estimation of Multiple View Geometry
and Lens Distortion, CVPR 2001): a place at distance r from the middle belongs at r / (1 + k r * r), with r in
halves of the diagonal; k is negative where lines bulge outwards (barrel). The plumb line principle (D. Brown,
Close-Range Camera Calibration, 1971) finds it: that k under which edges are straightest. What is curved in the
room itself is outvoted, as each edge's error counts up to a limit only.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from processing.engine.arrays import F64, U8
from processing.engine.room.lens import distortion
from processing.engine.room.lens.distortion import Distortion

# Edges are split where they bend by more than this, in pixels of the small copy, and count from this length on
# (as a share of its longer side), where their errors from an arc are no larger than this.
_BEND: Final = 3.0
_SHORTEST: Final = 0.1
_WIGGLE: Final = 0.7
_ROUNDED: Final = 13  # what the two ends of an edge lie from its corners at most, in pixels
_POINTS: Final = 24  # that stand for an edge, each the mean of its neighbors
_MOST_EDGES: Final = 150
_TRIED: Final = np.linspace(-0.4, 0.4, 81)
_MOST_ERROR: Final = 1.0  # pixels; more counts no more
# The parameter is believed where so many edges, of so much length in longer sides, become so much straighter, and
# both halves of them say nearly the same.
_FEWEST: Final = 12
_LEAST_LENGTH: Final = 2.5
_STRAIGHTER: Final = 0.8
_DIFFER: Final = 0.03
_STRAIGHT_SHARE: Final = 0.5
_STRAIGHT: Final = 0.6  # pixels
# Less moves nothing by more than a pixel or two of a thousand.
LEAST: Final = 0.008


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges of a small copy: places from its middle in halves of its diagonal, float64 (edges, points, 2),
    each edge's length in pixels, float64 (edges,), and half the diagonal in pixels."""

    points: F64
    lengths: F64
    half_diagonal: float

    def errors(self, found: F64) -> F64:
        """How far from a straight line each edge is, if its points belong at `found`: root mean squares in pixels,
        float64 (edges,)."""
        away = found - found.mean(axis=1, keepdims=True)
        xx, yy = (away**2).mean(axis=1).T
        xy = (away[..., 0] * away[..., 1]).mean(axis=1)
        least = (xx + yy - np.sqrt((xx - yy) ** 2 + 4 * xy**2)) / 2
        # In pixels of the copy, wherever the places have been moved to.
        grown = np.linalg.norm(found[:, -1] - found[:, 0], axis=1)
        was = np.linalg.norm(self.points[:, -1] - self.points[:, 0], axis=1)
        return np.asarray(
            np.sqrt(np.maximum(least, 0)) * was / np.maximum(grown, 1e-9) * self.half_diagonal,
            np.float64,
        )

    def cost(self, found: F64) -> float:
        """How far from straight they are on the whole, 0 to 1: of each edge no more than a pixel counts."""
        return _cost(self.errors(found), self.lengths)

    @property
    def are_enough(self) -> bool:
        """Whether anything can be told from them."""
        side = 2 * self.half_diagonal
        return len(self.lengths) >= _FEWEST and self.lengths.sum() >= _LEAST_LENGTH * side


def edges_of(small: U8) -> Edges:
    """The long smooth edges of a small copy, uint8 (h, w, 3), of 1000 pixels or so."""
    height, width = small.shape[:2]
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 1.2)
    shortest = _SHORTEST * max(height, width)
    found: list[tuple[float, F64]] = []
    drawn = cv2.Canny(grey, 40, 90)
    for contour in cv2.findContours(drawn, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]:
        if len(contour) >= shortest:
            found.extend(_pieces(contour, shortest))
    found.sort(key=lambda piece: -piece[0])
    del found[_MOST_EDGES:]
    half = float(np.hypot(width, height)) / 2
    points = np.array([piece for _, piece in found]).reshape(-1, _POINTS, 2)
    middle = (np.array([width, height]) - 1) / 2
    return Edges((points - middle) / half, np.array([length for length, _ in found]), half)


def estimated(edges: Edges) -> float | None:
    """The parameter k under which the edges are straightest; None where that isn't sure."""
    if not edges.are_enough:
        return None
    tried = np.array([edges.errors(_moved(edges.points, k)) for k in _TRIED])
    best = _straightest(tried, edges.lengths)
    errors = edges.errors(_moved(edges.points, best))
    straight = edges.lengths[errors < _STRAIGHT].sum() / edges.lengths.sum()
    if straight < _STRAIGHT_SHARE or abs(best) > _TRIED[-3]:
        return None
    halves = [_straightest(tried[:, half::2], edges.lengths[half::2]) for half in (0, 1)]
    if abs(halves[0] - halves[1]) > max(_DIFFER, abs(best) / 3):
        return None
    before, after = edges.cost(edges.points), _cost(errors, edges.lengths)
    return best if abs(best) < LEAST or after < _STRAIGHTER * before else None


def by_division(k: float) -> Distortion:
    """The distortion of that parameter."""
    radii = distortion.radii()
    # The smaller root of k r r + 1 = r / R, for the distance R without distortion.
    ratios = 2 / (1 + np.sqrt(np.maximum(1 - 4 * k * radii**2, 0)))
    return Distortion(radii, ratios[None])


def is_straightened_by(edges: Edges, lens: Distortion) -> bool | None:
    """Whether edges are straighter without that distortion than as they are; None where there are too few to
    tell, or it is the same to them."""
    if not edges.are_enough:
        return None
    away = np.linalg.norm(edges.points, axis=-1, keepdims=True)
    ratios = lens.ratios[len(lens.ratios) // 2]
    back = np.interp(away, lens.radii * ratios, 1 / ratios)
    before, after = edges.cost(edges.points), edges.cost(edges.points * back)
    if min(before, after) > 0.95 * max(before, after):
        return None
    return after < before


def _straightest(tried: F64, lengths: F64) -> float:
    """The parameter of least cost, from the errors of edges under each that was tried: a parabola's lowest point."""
    costs = [_cost(errors, lengths) for errors in tried]
    place = min(max(1, int(np.argmin(costs))), len(_TRIED) - 2)
    before, here, after = costs[place - 1 : place + 2]
    bend = before - 2 * here + after
    share = (before - after) / (2 * bend) if bend > 0 else 0.0
    return float(_TRIED[place] + np.clip(share, -1, 1) * (_TRIED[1] - _TRIED[0]))


def _cost(errors: F64, lengths: F64) -> float:
    return float(np.average(np.minimum(errors, _MOST_ERROR) ** 2, weights=lengths))


def _moved(points: F64, k: float) -> F64:
    """Where points belong by the division model."""
    return np.asarray(points / (1 + k * (points**2).sum(axis=-1, keepdims=True)), np.float64)


def _pieces(contour: np.ndarray, shortest: float) -> list[tuple[float, F64]]:
    """The smooth parts of a contour, with their lengths."""
    corners = cv2.approxPolyDP(contour, _BEND, False)[:, 0]
    reach = np.hypot(*np.diff(corners, axis=0).T)
    if len(reach) == 0 or reach.max() < shortest - _ROUNDED:
        return []
    line = contour[:, 0].astype(np.float64)
    keys = _keys(contour[:, 0])
    places = [0]
    for corner in _keys(corners[1:]):
        ahead = np.flatnonzero(keys[places[-1] :] == corner)
        if len(ahead):
            places.append(places[-1] + int(ahead[0]))
    found = []
    for start, end in pairwise(places):
        # Corners are rounded, so the ends say little.
        part = line[start + 4 : end - 4]
        length = float(np.linalg.norm(part[-1] - part[0])) if len(part) > _POINTS else 0.0
        if length >= shortest and _is_smooth(part):
            each = len(part) // _POINTS
            found.append((length, part[: each * _POINTS].reshape(_POINTS, each, 2).mean(axis=1)))
    return found


def _keys(points: np.ndarray) -> np.ndarray:
    """A number for each place, (n, 2) of whole pixels."""
    return np.asarray(points.astype(np.int64) @ [1 << 20, 1])


def _is_smooth(part: F64) -> bool:
    """Whether points lie on a parabola, nearly."""
    along = part[-1] - part[0]
    along /= np.linalg.norm(along)
    away = part - part[0]
    x, y = away @ along, away @ np.array([-along[1], along[0]])
    left = y - np.polyval(np.polyfit(x, y, 2), x)
    return bool(np.sqrt((left**2).mean()) < _WIGGLE)
