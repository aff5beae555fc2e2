"""The way of a picture that is only cut out: decoded once, cut out, encoded once."""

from dataclasses import replace

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8, Box
from processing.engine.canvas import compose
from processing.engine.canvas.watermark import stamp
from processing.engine.cutout import subject
from processing.engine.cutout.result import Cutout
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.files.sniff import MEDIA_TYPES
from processing.engine.looking import first_look, looks
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import SIZE_LIMITS, CutoutPlan
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
) -> Rendered:
    """Cut the subject out of a picture as the plan says.

    - `watermark`: mark the result as one for trying out.
    - `corrected_original`: also return the whole source upright, in sRGB and without metadata,
      where its orientation had to be corrected.
    - `preview_side`: also return a preview of the result, no larger than that.
    - `max_pixels`: the largest source that will be decoded.

    Raises UnknownModel, ModelNotInstalled, UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory,
    BrokenImage, NothingFound, and InvalidPlan where the format can't hold so large a picture.
    """
    clock = Clock()
    looks.check(models, plan.model)
    whole, seen = first_look.decoded(source, plan, models, clock, max_pixels=max_pixels)
    with clock.stage("decode"):
        photo = _limited(whole, plan)
    found = subject.find(photo, plan, models, clock, seen=seen)
    with clock.stage("compose"):
        box = arrays.subject_box(found.cutout.alpha)
        rgb, alpha = _composed(found.cutout, plan, box)
        if watermark:
            rgb, alpha = stamp(rgb, alpha)
    with clock.stage("encode"):
        # A mask's three channels are one, marked or not.
        pixels = np.ascontiguousarray(rgb[..., 0]) if plan.output == "mask" else rgb
        data = decode.encode(pixels, alpha, format=plan.format)
        preview = decode.preview(rgb, alpha, max_side=preview_side) if preview_side else None
        corrected, corrected_type = (
            _corrected_original(whole) if corrected_original else (None, None)
        )
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
        corrected=corrected,
        corrected_media_type=corrected_type,
        preview=preview,
        timings=clock.seconds,
        tone_curve=photo.tone_curve,
        looks=found.looks,
    )


def _limited(photo: Decoded, plan: CutoutPlan) -> Decoded:
    """The photo no larger than the result may be: what a small copy serves is done on one."""
    limit = SIZE_LIMITS.get(plan.size)
    height, width = photo.rgb.shape[:2]
    if limit is None or width * height <= limit:
        return photo
    scale = (limit / (width * height)) ** 0.5
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
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


def _corrected_original(photo: Decoded) -> tuple[bytes | None, str | None]:
    if not photo.corrected:
        return None, None
    if photo.alpha is None:
        return decode.encode(photo.rgb, None, format="jpg"), MEDIA_TYPES["jpeg"]
    return decode.encode(photo.rgb, photo.alpha, format="png"), MEDIA_TYPES["png"]
