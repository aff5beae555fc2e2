"""What a small copy of a picture shows of its background: a matter of milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image as Pillow

from media_library.files import storage
from media_library.models import Image

# Small copies are lossy: near a strong edge white becomes 253, further away it stays 255. So this
# tells 250 from white, but not 253.
_WHITE: Final = 253
_SUBJECT: Final = 245  # darker than this in any channel is no background, nor an edge's blur
_OPAQUE: Final = 250
_RING: Final = 0.01  # of the sides: how much of the frame's rim is looked at
_SHARE: Final = 0.98  # of the rim that has to be free of the subject and of shadows


@dataclass(frozen=True, slots=True)
class Look:
    """`fill` is the larger of the subject's width and height as shares of the frame's; None where
    the background is not white, since nobody can tell then without a network."""

    white: bool
    transparent: bool
    fill: float | None


def look(image: Image) -> Look | None:
    """None as long as there is no small copy of the picture."""
    if not image.thumbnail_key:
        return None
    try:
        data = storage.read(image.thumbnail_key)
    except FileNotFoundError:
        return None
    with Pillow.open(BytesIO(data), formats=["WEBP"]) as small:
        rgba = np.asarray(small.convert("RGBA"))
    alpha = rgba[:, :, 3]
    if int(alpha.min()) < _OPAQUE:
        return Look(white=False, transparent=True, fill=None)
    darkest = rgba[:, :, :3].min(axis=2)
    rim = _rim(darkest)
    if float(np.median(rim)) < _WHITE or float((rim >= _SUBJECT).mean()) < _SHARE:
        return Look(white=False, transparent=False, fill=None)
    return Look(white=True, transparent=False, fill=_fill(darkest < _SUBJECT))


def _rim(values: np.ndarray) -> np.ndarray:
    wide = max(1, round(_RING * max(values.shape)))
    sides = (values[:wide], values[-wide:], values[:, :wide], values[:, -wide:])
    return np.concatenate([side.ravel() for side in sides])


def _fill(subject: np.ndarray) -> float:
    rows, columns = np.flatnonzero(subject.any(axis=1)), np.flatnonzero(subject.any(axis=0))
    if not rows.size:
        return 0.0
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    return float(max(high / subject.shape[0], wide / subject.shape[1]))
