"""Scallop shells that lie on a beach, drawn as tone and relief of its sand."""

from typing import Final

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear, step
from processing.engine.backdrops.planes import Plane

# A shell's height over its sand as a share of its size; ribs, and how far they open to either side.
_HIGH, _RIBS, _OPEN = 0.16, 11, 1.12
_COLORS: Final = ("#f0e2d2", "#e6c7b4", "#d9b9a6", "#efe9dd")
# Its own shadow, as far as this share of its size.
_SHADE, _THROWN = 0.55, 0.16


def strewn(
    sand: tuple[F32, F32],
    plane: Plane,
    places: list[tuple[float, float, float]],
    lee: tuple[float, float],
    random: np.random.Generator,
) -> None:
    """Lay shells on sand (albedo (h, w, 3) and height (h, w)), in place. `places`: x and y (to the right and up, in
    metres from the middle) and size; `lee`: the way shadows fall, right and up, of length 1 at most."""
    for x, y, size in places:
        color = linear(_COLORS[int(random.integers(len(_COLORS)))])
        turn = float(random.uniform(0, 2 * np.pi))
        part = _around(plane, (x, y), 1.6 * size)
        if part is None:
            continue
        u, v = plane.u[part] - np.float32(x), plane.v[part] - np.float32(y)
        pixel = float(plane.du[0, 0])
        _lay((sand[0][part], sand[1][part]), (u, v), (size, turn, pixel), (color, lee))


def _around(plane: Plane, place: tuple[float, float], reach: float) -> tuple[slice, slice] | None:
    """The part of an unturned plane around a place, where the canvas has any."""
    rows = np.flatnonzero(np.abs(plane.v[:, 0] - place[1]) < reach)
    columns = np.flatnonzero(np.abs(plane.u[0] - place[0]) < reach)
    if not rows.size or not columns.size:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _lay(
    sand: tuple[F32, F32],
    place: tuple[F32, F32],
    shell: tuple[float, float, float],
    given: tuple[F32, tuple[float, float]],
) -> None:
    """One shell of a size, turned, on pixels so large."""
    albedo, height = sand
    (u, v), (size, turn, pixel), (color, lee) = place, shell, given
    soft = max(pixel / size, 0.02)
    thrown = _THROWN * size
    shade, _, _ = _fan(u - np.float32(lee[0] * thrown), v - np.float32(lee[1] * thrown), size, turn)
    cover, across, away = _fan(u, v, size, turn)
    shadow = step(-2.5 * soft - 0.05, 0.06, shade) * np.float32(_SHADE)
    albedo *= (1 - shadow)[..., None]
    shape = step(-soft, soft, cover)
    ribs = np.cos(across * np.float32(_RIBS * np.pi / _OPEN))
    rings = np.sin(away * np.float32(26)) * step(0.25, 0.8, away)
    tone = (0.86 + 0.1 * ribs * step(0.1, 0.45, away) + 0.05 * rings) * (1.08 - 0.25 * (1 - away))
    dome = np.sqrt(np.clip(1 - np.square(away * 1.02 - 0.42) / 0.42, 0, 1))
    raised = size * (_HIGH * dome + 0.012 * ribs * away)
    albedo += shape[..., None] * (color * tone[..., None] - albedo)
    height += shape * (raised.astype(np.float32) - height)


def _fan(u: F32, v: F32, size: float, turn: float) -> tuple[F32, F32, F32]:
    """How far within a scallop's outline each place is (in its size, below 0 outside), the angle there from its
    middle rib, and how far from the hinge, 0 to 1."""
    cos, sin = np.cos(turn), np.sin(turn)
    # (the hinge lies half a size from the middle)
    along = (u * np.float32(cos) + v * np.float32(sin)) / np.float32(size) + np.float32(0.5)
    aside = (v * np.float32(cos) - u * np.float32(sin)) / np.float32(size)
    away, across = np.hypot(along, aside), np.arctan2(aside, along)
    edge = np.cos(np.clip(across / np.float32(_OPEN), -1, 1) * np.float32(np.pi / 2))
    rim = 0.28 + 0.72 * np.power(np.maximum(edge, 0), np.float32(0.42))
    waves = 0.012 * np.cos(across * np.float32(_RIBS * np.pi / _OPEN))
    inside = np.minimum(rim + waves - away, (_OPEN - np.abs(across)) * np.maximum(away, 0.05))
    return (
        np.asarray(inside, np.float32),
        across,
        np.asarray(np.minimum(away / rim, 1.2), np.float32),
    )
