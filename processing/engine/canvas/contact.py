"""Where the frame of a photo cuts its subject, read from the matte."""

import numpy as np

from processing.engine.arrays import SOLID, U8, Box
from processing.engine.canvas.layout import Cut

# A matte seldom reaches the very last pixel, so it counts as touching this near to the frame: pixels,
# or a share of the photo's width or height.
_NEAR_PIXELS, _NEAR_SHARE = 1, 0.002
# So much of a side of the subject's box has to touch. Fitted to 136 photos by sellers: corners that
# just reach the frame, hooks of hangers and lines on the floor are below, cut sleeves above.
_LEAST_CONTACT = 0.04


def cut_sides(alpha: U8, box: Box) -> Cut:
    """Tell on which sides the frame cuts the subject of a matte (h, w); `box` is the subject's.

    A side is cut where what is at least half opaque touches the frame along `_LEAST_CONTACT` of the
    box's side. Haze never does.
    """
    height, width = alpha.shape
    across, down = _depth(width), _depth(height)
    high, wide = box[3] - box[1], box[2] - box[0]
    return Cut(
        left=touches(alpha[:, :across], 1, high),
        top=touches(alpha[:down], 0, wide),
        right=touches(alpha[:, -across:], 1, high),
        bottom=touches(alpha[-down:], 0, wide),
    )


def _depth(side: int) -> int:
    return int(max(_NEAR_PIXELS, _NEAR_SHARE * side)) + 1


def touches(band: U8, axis: int, length: int) -> bool:
    """Tell whether what is at least half opaque in a band (h, w) along the frame reaches over enough
    of a side of the subject's box that is `length` pixels long; `axis` goes across the band."""
    return bool(np.count_nonzero((band >= SOLID).any(axis)) >= _LEAST_CONTACT * length)
