"""The rail from which a hanger hangs."""

import numpy as np

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import linear
from processing.engine.backdrops.planes import Stage

# The rail's radius, the thickness of a hook's wire, and how far the rail stands off the wall, in metres.
_RADIUS, _WIRE, _OFF = 0.0115, 0.004, 0.03
_RAIL, _SHADE = "#4a4745", 0.3


def with_rail(wall: F32, stage: Stage, hook: tuple[float, float]) -> F32:
    """Lay a level rail before a wall, linear float32 (h, w, 3), so that the hook (x, y on the stage) lies over
    it; lit from above, with its shadow on the wall."""
    radius = max(1.5, _RADIUS * stage.scale)
    middle = hook[1] + _WIRE * stage.scale + radius
    rows = np.arange(stage.height, dtype=np.float32) + np.float32(0.5)
    below = (rows - np.float32(middle + _OFF * stage.scale)) / np.float32(radius)
    shadow = np.exp(-np.square(below) / 2) * np.float32(_SHADE)
    across = (rows - np.float32(middle)) / np.float32(radius)
    # A tube: its normal turns from up to down, a highlight lies above the middle.
    up = np.clip(-across, -1, 1)
    body = 0.35 + 0.5 * np.clip(0.6 * up + 0.8 * np.sqrt(np.clip(1 - up * up, 0, 1)), 0, 1)
    glint = 1.6 * np.exp(-np.square((up - np.float32(0.45)) / np.float32(0.22)))
    tube = (body + glint)[:, None] * linear(_RAIL)
    cover = np.clip((1 - np.abs(across)) * radius + 0.5, 0, 1).astype(np.float32)
    shaded = wall * (1 - shadow)[:, None, None]
    return np.asarray(shaded + cover[:, None, None] * (tube[:, None] - shaded), np.float32)
