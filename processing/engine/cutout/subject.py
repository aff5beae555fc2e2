"""The subject of a decoded photo: by a network's matte, or by the file's own transparency."""

from dataclasses import replace

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.cutout import edges, given, own_alpha, spill
from processing.engine.cutout.own_alpha import shown as shown
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.errors import NothingFound
from processing.engine.files.decode import Decoded
from processing.engine.looking import choosing, looks
from processing.engine.looking.looks import Seen
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import Cutting
from processing.engine.rendered import Clock

_EXISTING, _MASK = "existing-alpha", "mask"


def has_own(photo: Decoded, cutting: Cutting) -> bool:
    """Whether the file's own transparency is the answer, so that no model needs to run."""
    return bool(cutting.keep_existing_alpha and photo.alpha is not None and photo.alpha.min() < 255)


def find(
    photo: Decoded, cutting: Cutting, models: Models, clock: Clock, *, seen: Seen | None = None
) -> Subject:
    """Cut the subject out. `seen` is what models answered, where they were asked already.

    Raises UnknownModel, ModelNotInstalled, OutOfMemory, and NothingFound where no pixel of the cutout
    is visible (`arrays.VISIBLE`): the model saw no subject, or none where one was chosen, the clean-ups
    left nothing of it, or the file is transparent throughout.
    """
    return _unless_empty(_found(photo, cutting, models, clock, seen))


def by_mask(photo: Decoded, mask: U8, cutting: Cutting, clock: Clock) -> Subject:
    """Cut out what a mask (n, m) of the photo says, white, as it is. No model runs.

    Raises NothingFound where no pixel of the cutout is visible.
    """
    clock.seconds |= {"matte": 0.0}
    with clock.stage("edge"):
        result = given.cut_out(shown(photo), mask)
        if cutting.despill:
            result = Cutout(spill.despill(result.rgb, result.alpha), result.alpha)
        if photo.alpha is not None:
            result = _within(photo.rgb, photo.alpha, result)
    return _unless_empty(Subject(result, _MASK, 0.0))


def _unless_empty(found: Subject) -> Subject:
    if arrays.visible_box(found.cutout.alpha) is None:
        raise NothingFound
    return found


def _found(
    photo: Decoded, cutting: Cutting, models: Models, clock: Clock, seen: Seen | None
) -> Subject:
    if has_own(photo, cutting) and photo.alpha is not None:
        clock.seconds |= {"matte": 0.0, "edge": 0.0}
        return Subject(Cutout(photo.rgb, photo.alpha), _EXISTING, 0.0)
    visible = shown(photo)
    if seen is None:
        with clock.stage("matte"):
            seen = looks.look(models, cutting.model, visible)
    seen = seen.at((visible.shape[1], visible.shape[0]))
    if cutting.box is not None or cutting.point is not None:
        with clock.stage("matte"):
            seen = choosing.choose(models, cutting, visible, seen)
    with clock.stage("edge"):
        result = _cut_out(visible, seen, cutting)
        if cutting.despill:
            result = replace(result, rgb=spill.despill(result.rgb, result.alpha))
        if photo.alpha is not None:
            result = _within(photo.rgb, photo.alpha, result)
            if own_alpha.is_better(photo.alpha, result.alpha):
                return Subject(Cutout(photo.rgb, photo.alpha), _EXISTING, 0.0, looks=seen.outvoted)
    doubt = edges.uncertainty(seen.matte)
    return Subject(result, seen.provider, doubt, model=seen.model, looks=seen.looks)


def _cut_out(rgb: U8, seen: Seen, cutting: Cutting) -> Cutout:
    """Fit the believed matte to the photo, or to the part of it that was looked at; outside of that
    nothing is subject."""
    if seen.region is None:
        return edges.cut_out(rgb, seen.matte, edge=cutting.edge, clean=cutting.clean_up)
    left, top, right, bottom = seen.region
    part = edges.cut_out(
        rgb[top:bottom, left:right], seen.matte, edge=cutting.edge, clean=cutting.clean_up
    )
    colors, alpha = rgb.copy(), np.zeros(rgb.shape[:2], np.uint8)
    colors[top:bottom, left:right], alpha[top:bottom, left:right] = part.rgb, part.alpha
    return Cutout(colors, alpha, part.hook)


def _within(rgb: U8, alpha: U8, result: Cutout) -> Cutout:
    """Keep what was transparent in the source so, with its own colors, the true ones there."""
    colors = np.where((alpha < 255)[..., None], rgb, result.rgb)
    cover = np.asarray(cv2.min(alpha, result.alpha), dtype=np.uint8)
    return Cutout(colors, cover, result.hook)
