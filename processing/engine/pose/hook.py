"""The hook of a hanger from which a subject hangs, found in its matte."""

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import SOLID, U8

_SIDE = 320
# A hook is narrower than this share of what hangs on it, for at least this share of its height.
_NARROW, _LONG = 0.17, 0.05


def hook_of(matte: U8) -> tuple[float, float] | None:
    """Find the upper end (x, y) of the hook from which a subject hangs, in pixels of its matte (h, w); None
    where it has none, or the picture cuts it off."""
    height, width = matte.shape
    size = arrays.fit_within(width, height, _SIDE)
    solid = arrays.shrink(matte, size) >= SOLID
    rows = np.flatnonzero(solid.any(axis=1))
    columns = np.flatnonzero(solid.any(axis=0))
    if rows.size == 0 or rows[0] <= 1:
        return None
    long = max(3, round(_LONG * (rows[-1] - rows[0])))
    first = solid[rows[0] : rows[0] + long]
    seen = np.flatnonzero(first.any(axis=0))
    if seen[-1] - seen[0] > _NARROW * (columns[-1] - columns[0]):
        return None
    scale = width / size[0]
    return float((seen[0] + seen[-1] + 1) / 2 * scale), float(rows[0] * scale)
