"""Where the detail is that a frame asks for."""

from dataclasses import replace

from processing.engine import arrays
from processing.engine.cutout import framing
from processing.engine.cutout.result import Subject
from processing.engine.errors import NothingFound
from processing.engine.files.decode import Decoded
from processing.engine.looking import detail
from processing.engine.plans.cutout import Area
from processing.engine.plans.frame import Frame
from processing.engine.text.detect import TextFinder


def located(photo: Decoded, found: Subject, frame: Frame, texts: TextFinder) -> Frame:
    """A frame that asks for a detail, with the crop that it comes to.

    Raises NothingFound where nothing of the subject is visible, what `framing.framed` does, and ModelNotInstalled where
    nothing is there to read text.
    """
    turned = replace(frame, detail=False)
    shown, subject = photo, found
    if turned != Frame():
        shown, subject = framing.framed(photo, found, turned, is_cut_out=True)
    alpha = subject.cutout.alpha
    box = arrays.subject_box(alpha)
    if box is None:
        raise NothingFound
    lines = texts.find(shown.visible, box)
    left, top, right, bottom = detail.most_telling(subject.cutout.rgb, alpha, box, lines)
    height, width = alpha.shape
    area = Area(left / width, top / height, right / width, bottom / height)
    return replace(turned, crop=area)
