"""The camera of a stage, for things that have a height: rays into the scene, and where points are seen.

Metres: x rightwards, y upwards from the ground, z away from the camera; the product's foot is the origin.
"""

from dataclasses import dataclass

import numpy as np

from processing.engine.arrays import F32, Box
from processing.engine.backdrops.planes import LOOK_DOWN, Stage
from processing.engine.canvas.layout import clipped

# Out of focus by so much of the canvas's longer side, for depth 1 and very far away, as the ground is.
_BLUR = 0.014
# Where rays from straight above begin, in metres: nothing is higher.
_HIGH = 1.5


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole that looks level over the ground, its frame shifted down (planes.Stage); `above`, a camera so far
    up that it sees all of the ground from straight above, the origin in the canvas's middle."""

    stage: Stage
    above: bool = False

    @property
    def focal(self) -> float:
        """The focal length in pixels."""
        return (self.stage.foot - self.stage.horizon) / LOOK_DOWN

    def seen(self, points: F32) -> F32:
        """Where points (n, 3) are seen: columns and rows, float32 (n, 2)."""
        stage = self.stage
        if self.above:
            columns = stage.width / 2 + points[:, 0] * stage.scale
            rows = stage.height / 2 - points[:, 2] * stage.scale
        else:
            from_eye = points - self._eye
            per_metre = self.focal / np.maximum(from_eye[:, 2], 1e-3)
            columns = stage.middle + from_eye[:, 0] * per_metre
            rows = stage.horizon - from_eye[:, 1] * per_metre
        return np.stack([columns, rows], axis=1).astype(np.float32)

    @property
    def _eye(self) -> F32:
        away = self.stage.distance
        return np.array([0, away * LOOK_DOWN, -away], np.float32)

    def box(self, points: F32, margin: float = 2) -> Box | None:
        """The pixels around points, where the canvas has any."""
        places = self.seen(points)
        left, top = (int(edge) for edge in np.floor(places.min(axis=0) - margin))
        right, bottom = (int(edge) for edge in np.ceil(places.max(axis=0) + margin))
        if right <= left or bottom <= top:
            return None
        return clipped((left, top, right, bottom), (self.stage.width, self.stage.height))

    def rays(self, box: Box, step: int = 1) -> tuple[F32, F32]:
        """Where the rays of every `step`-th pixel of a box begin, and their ways, of length 1: float32 (h, w, 3)
        both."""
        left, top, right, bottom = box
        columns = np.arange(left, right, step, dtype=np.float32) + np.float32(step / 2)
        rows = np.arange(top, bottom, step, dtype=np.float32) + np.float32(step / 2)
        ways = np.zeros((len(rows), len(columns), 3), np.float32)
        starts = np.zeros_like(ways)
        stage = self.stage
        if self.above:
            starts[..., 0] = ((columns - stage.width / 2) / stage.scale)[None]
            starts[..., 1] = _HIGH
            starts[..., 2] = ((stage.height / 2 - rows) / stage.scale)[:, None]
            ways[..., 1] = -1
            return starts, ways
        starts[:] = self._eye
        ways[..., 0] = ((columns - stage.middle) / self.focal)[None]
        ways[..., 1] = ((stage.horizon - rows) / self.focal)[:, None]
        ways[..., 2] = 1
        return starts, np.asarray(ways / np.linalg.norm(ways, axis=-1, keepdims=True), np.float32)

    def width_of(self, away: F32) -> F32:
        """Say how wide a pixel is, in metres, so far along its ray."""
        if self.above:
            return np.full_like(away, 1 / self.stage.scale)
        return np.asarray(away * np.float32(1 / self.focal), np.float32)

    def pixel(self, z: float) -> float:
        """Say how many metres a pixel covers at a depth."""
        return 1 / self.stage.scale if self.above else (z + self.stage.distance) / self.focal

    def blur(self, z: float, depth: float) -> float:
        """Say how far out of focus a thing at a depth is, in pixels, in a scene of `depth` 0 to 1. All that lies
        below a camera is in focus."""
        if self.above:
            return 0.0
        farther = 1 + z / self.stage.distance
        longer = max(self.stage.width, self.stage.height)
        return depth * _BLUR * longer * abs(1 - 1 / max(farther, 0.2))

    def half_width(self, z: float) -> float:
        """How many metres can be seen to either side at a depth, at least."""
        stage = self.stage
        half = stage.width / 2 if self.above else min(stage.middle, stage.width - stage.middle)
        return half * self.pixel(z)
