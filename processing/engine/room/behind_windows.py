"""Other skies behind windows: only where what is seen through one is blue, and so surely a sky."""

from dataclasses import replace
from typing import Final

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.plans.room import SkyKind
from processing.engine.room.sky import finding, replacing
from processing.engine.room.sky.finding import Sky, small_copy
from processing.engine.room.sky.replacing import Camera
from processing.engine.room.windows import Windows

_LEAST_SIDE: Final = 24  # pixels of a window in which a sky is looked for
_LEAST_SHARE: Final = 0.04  # of the window
_BLUE: Final = 1.25  # times the red light


def replaced(rgb: U8, windows: Windows, kind: SkyKind, camera: Camera) -> tuple[U8, int]:
    """A photo, uint8 (h, w, 3), with another sky behind those windows that show a blue one, and how many these
    are. White ones stay: they may be clipped, curtained or frosted. The room's light stays."""
    size, count = (rgb.shape[1], rgb.shape[0]), 0
    result = rgb
    for name, box in enumerate(windows.boxes(size, around=-1), 1):
        left, top, right, bottom = box
        seen = np.ascontiguousarray(rgb[top:bottom, left:right])
        if min(seen.shape[:2]) < _LEAST_SIDE:
            continue
        sky = _within(finding.find(seen), seen, windows.share(name, box, size))
        if sky is None:
            continue
        count += 1
        if result is rgb:
            result = rgb.copy()
        longer = max(size) / max(seen.shape[:2])
        through = replace(camera, focal=camera.focal * longer, pitch=None)
        result[top:bottom, left:right] = replacing.replace(seen, sky, kind, "NONE", through)
    return result, count


def _within(sky: Sky, seen: U8, share: np.ndarray) -> Sky | None:
    """The sky within a window's panes, if it is blue."""
    if sky.reason is not None:
        return None
    size = (sky.mask.shape[1], sky.mask.shape[0])
    panes = arrays.shrink((share * 255).astype(np.uint8), size)
    mask = sky.mask & (panes > 127)
    if float(mask.mean()) < _LEAST_SHARE:
        return None
    red, _, blue = linear.to_float(small_copy(seen, size))[mask].mean(axis=0)
    return Sky(mask, float(mask.mean()), None, sky.seed) if blue > _BLUE * red else None
