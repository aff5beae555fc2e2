"""A photo as it is seen without its lens's faults, by a camera that was held level: resampled once."""

from dataclasses import dataclass

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, F64, U8
from processing.engine.room import resampling
from processing.engine.room.lens.distortion import Corrected
from processing.engine.room.resampling import Places
from processing.engine.room.verticals import Upright


@dataclass(frozen=True, slots=True)
class View:
    """What is done about where a photo's pixels lie, of that size (width, height) as it came."""

    came: tuple[int, int]
    lens: Corrected | None = None
    upright: Upright | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is seen."""
        return self.came if self.upright is None else self.upright.size

    def seen(self, rgb: U8) -> U8:
        """The photo, uint8 (h, w, 3), so seen; itself where nothing is to be done."""
        if self.lens is None and self.upright is None:
            return rgb
        channels = (0,) if self.lens is None else self.lens.channels
        places = [self._places(channel) for channel in channels]
        return resampling.resampled(rgb, self.size, places)

    def light(self, side: int) -> F32 | None:
        """By what factor its light is to grow, as the lens kept some from its corners: float32 (h, w) of a
        copy whose longer side is `side` or less; None where it kept none."""
        if self.lens is None or not self.lens.distortion.has_falloff:
            return None
        width, height = arrays.fit_within(*self.size, side)
        y, x = np.mgrid[0:height, 0:width].astype(np.float64) + 0.5
        scale = np.array([self.size[0] / width, self.size[1] / height])
        at = np.stack([x, y], axis=-1) * scale - 0.5
        return self.lens.light(at if self.upright is None else self.upright.places(at))

    def _places(self, channel: int) -> Places:
        def places(at: F64) -> F64:
            if self.upright is not None:
                at = self.upright.places(at)
            return at if self.lens is None else self.lens.places(at, channel)

        return places
