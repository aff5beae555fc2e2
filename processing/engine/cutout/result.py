"""What cutting out comes to; a photo that is not cut out comes as the same."""

from dataclasses import dataclass

from processing.engine.arrays import U8
from processing.engine.poses import Pose
from processing.engine.rendered import Look


@dataclass(frozen=True, slots=True)
class Cutout:
    """`rgb` uint8 (h, w, 3) with the old background taken out of the edges; `alpha` uint8 (h, w). `hook`:
    whether a hanger's hook was taken off, None where none was looked for."""

    rgb: U8
    alpha: U8
    hook: bool | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The cutout, who made it, how unsure that one was (0 to 1), the model's own name, and all looks
    that models took; no name where none was believed, no looks where none was asked. `pose`: how it is posed
    in the photo, None where nobody told (`pose.telling`)."""

    cutout: Cutout
    provider: str
    uncertainty: float
    model: str = ""
    looks: tuple[Look, ...] = ()
    pose: Pose | None = None
