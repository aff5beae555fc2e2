"""What a small copy of a photo tells of the camera: its lens, and how it was held."""

from dataclasses import dataclass, replace

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.rendered import Straightened
from processing.engine.room import verticals
from processing.engine.room.lens import finding
from processing.engine.room.lens.database import Taken
from processing.engine.room.lens.distortion import corrected
from processing.engine.room.lens.finding import Found
from processing.engine.room.verticals import SIDE, Tilt
from processing.engine.room.viewing import View


@dataclass(frozen=True, slots=True)
class Measured:
    """The lens, how the camera was tilted, where it could be seen, and what is done about it."""

    lens: Found = finding.NOT_ASKED
    tilt: Tilt | None = None
    straightened: Straightened = "not-asked"

    def view(self, size: tuple[int, int]) -> View:
        """What is done about a photo of that size (width, height)."""
        faults = self.lens.distortion
        lens = None if faults is None else corrected(faults, size)
        if self.straightened != "done" or self.tilt is None:
            return View(size, lens)
        return View(size, lens, verticals.upright(self.tilt, size))


def measured(
    rgb: U8, taken: Taken, focal: float | None, *, lens: bool, straighten: bool
) -> Measured:
    """Measure a photo or a copy of it, uint8 (h, w, 3): its lens, how it was tilted, or both. `focal` is the focal length in
    shares of the longer side, where it is known."""
    height, width = rgb.shape[:2]
    small = arrays.shrink(rgb, arrays.fit_within(width, height, SIDE))
    found = Measured()
    if lens:
        found = replace(found, lens=finding.find(small, taken, (width, height)))
        # The edges of walls are to be straight for what is asked of them next.
        small = found.view((small.shape[1], small.shape[0])).seen(small)
    if not straighten:
        return found
    tilt = verticals.tilt_of(small, focal)
    return replace(found, tilt=tilt, straightened=_what(tilt))


def _what(tilt: Tilt | None) -> Straightened:
    if tilt is None:
        return "no-verticals"
    if tilt.is_level:
        return "level"
    return "done" if tilt.is_mendable else "too-steep"
