"""A photo and what was cut out of it, turned and cropped alike."""

from dataclasses import replace

import numpy as np

from processing.engine import arrays
from processing.engine.canvas import turning
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.errors import NothingFound
from processing.engine.files.decode import Decoded
from processing.engine.plans.frame import Frame


def framed(
    photo: Decoded, found: Subject, frame: Frame, *, is_cut_out: bool
) -> tuple[Decoded, Subject]:
    """Photo and subject in a frame.

    Raises NothingFound where the frame leaves out all of a subject that `is_cut_out`, and InvalidPlan
    for a photo that is too large to be straightened.
    """
    rgb, alpha = turning.framed(photo.rgb, photo.alpha, frame, full=is_cut_out)
    if is_cut_out:
        colors, cover = turning.framed(found.cutout.rgb, found.cutout.alpha, frame, full=True)
        if cover is None or arrays.visible_box(cover) is None:
            raise NothingFound
        result = replace(found.cutout, rgb=colors, alpha=cover)
    else:
        result = Cutout(rgb, np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha)
    return replace(photo, rgb=rgb, alpha=alpha), replace(found, cutout=result)
