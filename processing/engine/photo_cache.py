"""What several plans for one photo share, so that it is done once: opened, posed, brought into linear light."""

from collections.abc import Callable
from dataclasses import dataclass

from processing.engine.arrays import Box
from processing.engine.canvas import compose, resample
from processing.engine.canvas.resample import Light
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files.decode import Decoded
from processing.engine.poses import Pose


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo that was decoded, and its subject."""

    photo: Decoded
    found: Subject


@dataclass(slots=True)
class PhotoCache:
    """Holds an opened photo for further plans, and what they come to know of it.

    Whoever keeps one sees to it that it is the same photo, and that all plans cut out the same of it in the same
    colors, and neither remove text nor enlarge it. Nothing that lies here is written to. It takes up to fifteen bytes
    for each of the photo's pixels.
    """

    opened: Opened | None = None
    pose: tuple[Pose | None] | None = None  # told once, also where nobody could tell
    _light: tuple[Box, Light] | None = None

    def light(self, cutout: Cutout, box: Box) -> Callable[[], Light] | None:
        """Answer the part of the subject in linear light, weighed by alpha, when it is asked for. None where the cutout
        is not the one that lies here, as it was turned or cropped."""
        if self.opened is None or cutout is not self.opened.found.cutout:
            return None

        def known() -> Light:
            if self._light is None or self._light[0] != box:
                part = compose.crop(cutout.rgb, box), compose.crop(cutout.alpha, box)
                self._light = box, resample.in_light(*part)
            return self._light[1]

        return known
