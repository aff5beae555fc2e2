"""The way of a picture that is only cut out: decoded once, cut out, encoded once."""

from dataclasses import replace

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8, Box
from processing.engine.canvas import compose
from processing.engine.canvas.watermark import stamp
from processing.engine.cutout import given, kept_matte, subject
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.files.sniff import MEDIA_TYPES
from processing.engine.looking import first_look, looks
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.rendered import Clock, Rendered

MAX_PIXELS = 65_000_000
_WHITE = (255, 255, 255)


def render(
    source: bytes,
    plan: CutoutPlan,
    models: Models,
    *,
    watermark: bool = False,
    corrected_original: bool = False,
    preview_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    kept: bytes | None = None,
    keeps_matte: bool = False,
    mask: bytes | None = None,
) -> Rendered:
    """Cut the subject out of a picture as the plan says.

    - `watermark`: mark it as for trying out. `corrected_original`: also return the source, made upright.
    - `preview_side`: also return a preview of the result, no larger than that.
    - `max_pixels`: the largest source that will be decoded. `mask`: the file of the mask that the plan names.
    - `kept`: the same photo's matte (`cutout.kept_matte`), cut out as the plan says at the size at which
      it is worked on. The result is the same as without it, and no model is asked.
    - `keeps_matte`: return one, where none was given.

    Raises UnknownModel, ModelNotInstalled, UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory,
    BrokenImage, NothingFound, and InvalidPlan for a picture too large for the format, or another mask's size.
    """
    clock = Clock()
    looks.check(models, plan.model)
    whole, photo, found = _cut_out(source, plan, models, clock, max_pixels, (kept, mask))
    with clock.stage("compose"):
        box = arrays.subject_box(found.cutout.alpha)
        pixels = _composed(found.cutout, plan, box)
        rgb, alpha = stamp(*pixels) if watermark else pixels
    with clock.stage("encode"):
        # A mask's three channels are one, marked or not.
        shown = np.ascontiguousarray(rgb[..., 0]) if plan.output == "mask" else rgb
        data = decode.encode(shown, alpha, format=plan.format)
        preview = decode.preview(rgb, alpha, max_side=preview_side) if preview_side else None
        matte = kept_matte.packed(photo, found) if keeps_matte and kept is None else None
        corrected, corrected_type = _corrected_original(whole, wanted=corrected_original)
    return Rendered(
        data=data,
        format=plan.format,
        media_type=MEDIA_TYPES["jpeg" if plan.format == "jpg" else plan.format],
        width=rgb.shape[1],
        height=rgb.shape[0],
        has_alpha=alpha is not None,
        subject_box=box,
        model=found.model,
        provider=found.provider,
        uncertainty=found.uncertainty,
        is_clipped=arrays.is_clipped(found.cutout.alpha),
        corrected=corrected,
        corrected_media_type=corrected_type,
        preview=preview,
        timings=clock.seconds,
        hook=found.cutout.hook,
        tone_curve=photo.tone_curve,
        looks=found.looks,
        matte=matte,
    )


def _cut_out(
    source: bytes,
    plan: CutoutPlan,
    models: Models,
    clock: Clock,
    max_pixels: int,
    known: tuple[bytes | None, bytes | None],
) -> tuple[Decoded, Decoded, Subject]:
    """The whole photo, the photo at the size at which it is worked on, and its subject: `known` are the
    kept matte and the mask."""
    if known == (None, None):
        whole, seen = first_look.decoded(source, plan, models, clock, max_pixels=max_pixels)
        photo = _limited(whole, plan, clock)
        return whole, photo, subject.find(photo, plan, models, clock, seen=seen)
    with clock.stage("decode"):
        whole = decode.decode(source, max_pixels=max_pixels)
    photo = _limited(whole, plan, clock)
    return whole, photo, _given(photo, plan, clock, *known)


def _given(
    photo: Decoded, plan: CutoutPlan, clock: Clock, kept: bytes | None, mask: bytes | None
) -> Subject:
    """What was cut out before, or what a mask says of a photo that may be smaller than it came."""
    if kept is not None:
        return kept_matte.applied(kept, photo)
    size = photo.probe.oriented_size
    with clock.stage("decode"):
        grey = given.read(mask or b"", size, max_pixels=size[0] * size[1])
    return subject.by_mask(photo, grey, plan, clock)


def _limited(photo: Decoded, plan: CutoutPlan, clock: Clock) -> Decoded:
    """The photo no larger than the result may be: what a small copy serves is done on one."""
    height, width = photo.rgb.shape[:2]
    size = plan.worked_on_at(width, height)
    if size == (width, height):
        return photo
    with clock.stage("decode"):
        alpha = None if photo.alpha is None else arrays.shrink(photo.alpha, size)
        return replace(photo, rgb=arrays.shrink(photo.rgb, size), alpha=alpha)


def _composed(result: Cutout, plan: CutoutPlan, box: Box | None) -> tuple[U8, U8 | None]:
    rgb, alpha = result.rgb, result.alpha
    if plan.crop and box is not None:
        box = arrays.trim_box(alpha, box)
        rgb, alpha = compose.crop(rgb, box), compose.crop(alpha, box)
    if plan.output == "mask":
        return np.asarray(cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB), dtype=np.uint8), None
    if plan.background is None and plan.format != "jpg":
        return rgb, alpha
    return compose.flatten(rgb, alpha, plan.background or _WHITE), None


def _corrected_original(photo: Decoded, *, wanted: bool) -> tuple[bytes | None, str | None]:
    if not (wanted and photo.corrected):
        return None, None
    if photo.alpha is None:
        return decode.encode(photo.rgb, None, format="jpg"), MEDIA_TYPES["jpeg"]
    return decode.encode(photo.rgb, photo.alpha, format="png"), MEDIA_TYPES["png"]
