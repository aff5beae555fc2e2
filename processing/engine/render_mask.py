"""The way of a mask: a photo's matte, mended by strokes or fitted to the photo, as a grey picture of its size."""

import numpy as np

from processing.engine import arrays
from processing.engine.cutout import given, kept_matte, strokes, subject
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.errors import NothingFound
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.files.sniff import MEDIA_TYPES
from processing.engine.looking import first_look
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.touch_up import TouchUp
from processing.engine.rendered import Clock, Rendered


def render_mask(
    source: bytes,
    wanted: TouchUp,
    cutting: Cutting,
    models: Models,
    *,
    mask: bytes | None = None,
    kept: bytes | None = None,
    keeps_matte: bool = False,
    max_pixels: int,
) -> Rendered:
    """Mend a photo's matte. The one to begin with is `mask`, the file of the mask that `cutting` names,
    fitted to the photo's edges first where `wanted` says so; else `kept`, the photo's matte as it was
    kept (`cutout.kept_matte`); else what `cutting` finds, where strokes may begin with nothing. With
    `keeps_matte` what it found is returned too, as it was before it was mended.

    Raises what cutting a photo out does; NothingFound where the mended matte shows nothing.
    """
    clock = Clock()
    matte = None
    if mask is not None:
        photo = _decoded(source, clock, max_pixels)
        with clock.stage("edge"):
            found = _by_mask(photo, mask, wanted, cutting, max_pixels)
    elif kept is not None:
        photo = _decoded(source, clock, max_pixels)
        found = kept_matte.applied(kept, photo)
    else:
        photo, seen = first_look.decoded(source, cutting, models, clock, max_pixels=max_pixels)
        try:
            found = subject.find(photo, cutting, models, clock, seen=seen)
            matte = kept_matte.packed(photo, found) if keeps_matte else None
        except NothingFound:
            if not wanted.strokes:
                raise
            found = _nothing(photo)
    with clock.stage("strokes"):
        wanted.check(*photo.probe.oriented_size)
        alpha = strokes.mend(subject.shown(photo), found.cutout.alpha, wanted)
    if arrays.visible_box(alpha) is None:
        raise NothingFound
    with clock.stage("encode"):
        data = decode.encode(alpha, None, format="png")
    return Rendered(
        data=data,
        format="png",
        media_type=MEDIA_TYPES["png"],
        width=alpha.shape[1],
        height=alpha.shape[0],
        has_alpha=False,
        subject_box=arrays.subject_box(alpha),
        model=found.model,
        provider=found.provider,
        uncertainty=found.uncertainty,
        timings=clock.seconds,
        looks=found.looks,
        matte=matte,
    )


def _decoded(source: bytes, clock: Clock, max_pixels: int) -> Decoded:
    with clock.stage("decode"):
        return decode.decode(source, max_pixels=max_pixels)


def _by_mask(
    photo: Decoded, mask: bytes, wanted: TouchUp, cutting: Cutting, max_pixels: int
) -> Subject:
    alpha = given.read(mask, photo.probe.oriented_size, max_pixels=max_pixels)
    if wanted.fits_mask:
        alpha = given.fitted(subject.shown(photo), alpha, cutting.edge)
    return Subject(Cutout(photo.rgb, alpha), "mask", 0.0)


def _nothing(photo: Decoded) -> Subject:
    """No subject at all: what a seller begins to paint with where a network sees none."""
    return Subject(Cutout(photo.rgb, np.zeros(photo.rgb.shape[:2], np.uint8)), "none", 0.0)
