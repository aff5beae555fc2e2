"""From a picture to its matte: what a matting network is shown, and what its answer means.

As rembg does it (its sessions u2net_custom and dis_custom), whichever runtime runs the network and
whatever side it looks at: rembg's own class for IS-Net knows 1024 only.
"""

from collections.abc import Mapping
from typing import Protocol

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, shrink

# Mean and deviation of red, green and blue that a kind of network was trained with, by the name of
# rembg's session.
_NORMS: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "u2net_custom": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "dis_custom": ((0.5, 0.5, 0.5), (1.0, 1.0, 1.0)),
}
# A network that saw no subject still answers with faint noise (measured: at most 0.05 on blank
# pictures and gradients, 0.99 on photos), which the stretch would make a full matte.
_FAINT = 0.1


class Network(Protocol):
    """A network of one input, float32 (1, 3, n, n), and one output, float32 (n, n)."""

    def run(self, planes: F32) -> F32: ...


class Matting:
    """A network that looks at squares of `side` pixels, prepared as rembg's `session` does."""

    def __init__(self, network: Network, *, session: str, side: int) -> None:
        self._network = network
        self._session = session
        self._side = side

    def matte(self, rgb: U8) -> F32:
        """Ask how much each place belongs to the subject: float32 (side, side), 0 to 1, in steps of
        1/255; zeros where nothing was found. `rgb` is uint8 (h, w, 3)."""
        return stretched(self._network.run(planes_of(rgb, self._session, self._side)))


def planes_of(rgb: U8, session: str, side: int) -> F32:
    """Shrink a picture, uint8 (h, w, 3), to what the network looks at, float32 (1, 3, side, side):
    divided by its brightest number, less the mean, by the deviation."""
    small = shrink(rgb, (side, side))
    levels = np.arange(256) / max(int(small.max()), 1e-6)
    means, deviations = (np.array(part) for part in _NORMS[session])
    # Only 256 levels to compute, in 64 bits as rembg does.
    tables = ((levels[:, None] - means) / deviations).astype(np.float32)
    planes = cv2.split(cv2.LUT(small, tables[:, None, :]))
    return np.stack(planes, dtype=np.float32)[None]


def stretched(answer: F32) -> F32:
    """Stretch a network's answer, float32 (n, n), to 0 to 1 in 255 steps; zeros where it is faint or
    the same everywhere."""
    low, high = answer.min(), answer.max()
    if high < _FAINT or high == low:
        return np.zeros(answer.shape, np.float32)
    levels = ((answer - low) / (high - low) * 255).astype(np.uint8)
    return np.asarray(levels.astype(np.float32) / np.float32(255))
