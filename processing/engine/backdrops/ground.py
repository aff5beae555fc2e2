"""The table or ground that carries the product: lit, mirroring what is behind, focused at its foot."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Look, mix
from processing.engine.backdrops.planes import LOOK_DOWN, Plane, Stage
from processing.engine.backdrops.surfaces import relief, towards_light
from processing.engine.light.scene_light import SceneLight

# Out of focus by so much of the canvas's longer side, for depth 1 and very far away.
_BLUR = 0.014
# A ground that runs on begins to melt into the view at this many times the product's distance.
_MELTS, _MOLTEN = 3.0, 9.0
# ... and the sea is seen as far as this.
_SEA = 60.0
_WAVES = 2.2
_MIN_REFLECTION, _BEND = 0.1, 0.5
# Surfaces that mirror more than this show their own waves in it.
_BENDS_FROM = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """What stands behind a ground, and how it is all lit, both drawn on `stage`.

    `rgb`: linear float32 (h, w, 3); `lit`: what white paper would show, the same shape.
    """

    rgb: F32
    lit: F32
    stage: Stage
    light: SceneLight


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows of a stage that show the ground, from `top` on; a `melting` one has no edge. The `sea` reaches to the
    horizon."""

    stage: Stage
    melting: bool
    sea: bool = False

    @property
    def begin(self) -> float:
        """The row where it begins."""
        reach = _MOLTEN if self.melting else self.stage.edge_distance
        reach = _SEA if self.sea else reach
        return self.stage.horizon + (self.stage.foot - self.stage.horizon) / reach

    @property
    def top(self) -> int:
        return max(0, int(np.floor(self.begin)))

    def plane(self) -> Plane:
        return self.stage.ground(self.top)

    def cover(self, softness: float) -> F32:
        """Give the ground's share of each row, (rows, 1, 1): a table's edge is `softness` rows soft."""
        rows = np.arange(self.top, self.stage.height, dtype=np.float32) + np.float32(0.5)
        if self.melting and not self.sea:
            farther = (self.stage.foot - self.stage.horizon) / (rows - self.stage.horizon)
            share = np.clip((_MOLTEN - farther) / (_MOLTEN - _MELTS), 0, 1)
            share = share * share * (3 - 2 * share)
        else:
            share = np.clip((rows - np.float32(self.begin)) / np.float32(softness), 0, 1)
        return np.asarray(share[:, None, None], dtype=np.float32)


def lit_ground(ground: Ground, plane: Plane, look: Look, behind: Behind) -> F32:
    """The ground's rows in linear light, float32 (rows, w, 3)."""
    x, y, z = towards_light(behind.light)
    shade = relief(look, plane, (x, z, y), behind.light.softness)
    shade *= _contact(ground.stage, plane)
    size = (ground.stage.width, ground.stage.height)
    lit = np.asarray(cv2.resize(behind.lit, size, interpolation=cv2.INTER_LINEAR), np.float32)
    seen = look.albedo * lit[ground.top :]
    seen *= shade[..., None]
    return _mirroring(seen, ground, (plane, look), behind) if np.any(look.gloss) else seen


def focused(shown: F32, plane: Plane, stage: Stage, depth: float) -> F32:
    """Blur rows by how far in front of or behind the product they lie; `depth` 0 to 1."""
    farther = plane.du[:, 0] * np.float32(stage.scale)
    radius = depth * _BLUR * max(stage.width, stage.height) * np.abs(1 - 1 / farther)
    levels = [0.0]
    while levels[-1] < radius.max():
        levels.append(max(1.5, levels[-1] * 2.2))
    result = shown.copy()
    sharpest = int(radius.argmin())
    for lower, level in pairwise(levels):
        share = np.clip((radius - lower) / (level - lower), 0, 1).astype(np.float32)
        # Sharp rows part those in front of the product from those behind it.
        for first, last in ((0, sharpest), (sharpest, len(radius))):
            used = np.flatnonzero(share[first:last])
            if used.size:
                part = slice(first + int(used[0]), first + int(used[-1]) + 1)
                blurred = _blurred(shown, part, level)
                result[part] += (blurred - result[part]) * share[part, None, None]
    return result


def _blurred(shown: F32, part: slice, sigma: float) -> F32:
    """Some rows blurred, on a smaller copy where that is as smooth."""
    margin = int(2 * sigma) + 1
    start, stop = max(0, part.start - margin), min(len(shown), part.stop + margin)
    rows = shown[start:stop]
    factor = max(1, int(sigma / 2))
    height, width = rows.shape[:2]
    size = (max(1, width // factor), max(1, height // factor))
    small = cv2.resize(rows, size, interpolation=cv2.INTER_AREA) if factor > 1 else rows
    soft = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    large = (
        cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) if factor > 1 else soft
    )
    return np.asarray(large[part.start - start : part.stop - start], dtype=np.float32)


def _contact(stage: Stage, plane: Plane) -> F32:
    """The product keeps a little of the room's light from the surface around its foot."""
    wide = np.float32(0.55 * stage.side / stage.scale)
    away = np.square(plane.u / wide) + np.square(plane.v / (wide * np.float32(0.8)))
    return np.asarray(1 - np.float32(0.1) * np.exp(-away), dtype=np.float32)


def _mirroring(seen: F32, ground: Ground, given: tuple[Plane, Look], behind: Behind) -> F32:
    """Add what a polished surface mirrors of what is behind it, most at a grazing look (after
    Schlick, "An inexpensive BRDF model", 1994)."""
    plane, look = given
    stage, small = ground.stage, behind.stage
    scale = small.height / stage.height
    meets = small.horizon if ground.sea else small.edge
    upside_down = _upside_down(behind, look.rough, meets)
    rows = np.arange(ground.top, stage.height, dtype=np.float32)[:, None] + np.float32(0.5)
    columns = (np.arange(stage.width, dtype=np.float32)[None] + np.float32(0.5)) * np.float32(scale)
    down = np.clip(rows * scale - np.float32(meets) - 0.5, 0, None) + np.zeros_like(plane.u)
    if ground.sea:
        # Waves lean towards the eye, and mirror what is higher.
        down *= np.float32(_WAVES)
    if look.height is not None and np.max(look.gloss) > _BENDS_FROM:
        longest = max(small.width, small.height)
        slope = -np.gradient(look.height, axis=0) / plane.dv
        down += np.clip(slope * _BEND, -0.2, 0.2) * longest
    mirrored = cv2.remap(
        upside_down,
        (columns - np.float32(0.5)) + np.zeros_like(plane.u),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    slope_of_look = LOOK_DOWN * (rows - stage.horizon) / (stage.foot - stage.horizon)
    grazing = 1 - np.sin(np.arctan(slope_of_look))
    share = look.gloss * (_MIN_REFLECTION + (1 - _MIN_REFLECTION) * grazing**4)
    share = share.astype(np.float32) + np.zeros_like(plane.u)
    return mix(seen, np.asarray(mirrored, dtype=np.float32), share)


def _upside_down(behind: Behind, rough: float, meets: float) -> F32:
    """Draw what a level mirror shows of what is upright, from the row where both meet downwards."""
    small = behind.stage
    last = max(1, min(small.height, round(meets)))
    longest = max(small.width, small.height)
    soft = max(0.5, (0.004 + 0.03 * rough) * longest)
    flipped = np.ascontiguousarray(behind.rgb[:last][::-1])
    # A rough surface draws reflections out towards the eye.
    return np.asarray(cv2.GaussianBlur(flipped, (0, 0), 0.6 * soft, sigmaY=1.6 * soft), np.float32)
