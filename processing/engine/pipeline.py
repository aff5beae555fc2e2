"""The whole way of one picture: decoded once, cut out, encoded once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2
import numpy as np

from processing.engine import codecs, compose, cutout, geometry
from processing.engine.codecs import Decoded
from processing.engine.cutout import Cutout
from processing.engine.geometry import U8, Box
from processing.engine.plan import CutoutPlan
from processing.engine.registry import Models
from processing.engine.sniff import MEDIA_TYPES

_WHITE = (255, 255, 255)
_EXISTING = "existing-alpha"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished picture.

    - `data`, `format` ("png", "webp", "jpg"), `media_type`, `width`, `height`, `has_alpha`: the result.
    - `subject_box`: (left, top, right, bottom) of the subject in the upright source, in pixels;
      None when nothing was found, which is an answer and no error.
    - `model` ("u2netp") and `provider` ("rembg/u2netp", or "existing-alpha" when no model ran).
    - `uncertainty`: 0 (sure) to 1, see `cutout.uncertainty`.
    - `corrected`, `corrected_media_type`: the whole source upright, where the plan asked for it and
      the source needed it; otherwise None.
    - `timings`: seconds by stage: decode, matte, edge, compose, encode.
    """

    data: bytes
    format: str
    media_type: str
    width: int
    height: int
    has_alpha: bool
    subject_box: Box | None
    model: str
    provider: str
    uncertainty: float
    corrected: bytes | None
    corrected_media_type: str | None
    timings: dict[str, float]


@dataclass(slots=True)
class _Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class _Found:
    cutout: Cutout
    provider: str
    uncertainty: float


def render(source: bytes, plan: CutoutPlan, models: Models) -> Rendered:
    """Cut the subject out of a picture as the plan says.

    Raises UnknownModel, ModelNotInstalled, UnsupportedFormat, TooManyPixels, BrokenImage, and
    InvalidPlan where the format can't hold so large a picture.
    """
    clock = _Clock()
    model = models.resolve(plan.model)
    with clock.stage("decode"):
        photo = codecs.decode(source, max_pixels=plan.max_pixels)
    found = _find_subject(photo, plan, models, clock)
    with clock.stage("compose"):
        box = geometry.subject_box(found.cutout.alpha)
        rgb, alpha = _composed(found.cutout, plan, box)
    with clock.stage("encode"):
        data = codecs.encode(rgb, alpha, format=plan.format)
        corrected, corrected_type = _corrected_original(photo, plan)
    return Rendered(
        data=data,
        format=plan.format,
        media_type=MEDIA_TYPES["jpeg" if plan.format == "jpg" else plan.format],
        width=rgb.shape[1],
        height=rgb.shape[0],
        has_alpha=alpha is not None,
        subject_box=box,
        model=model,
        provider=found.provider,
        uncertainty=found.uncertainty,
        corrected=corrected,
        corrected_media_type=corrected_type,
        timings=clock.seconds,
    )


def _find_subject(photo: Decoded, plan: CutoutPlan, models: Models, clock: _Clock) -> _Found:
    if plan.keep_existing_alpha and photo.alpha is not None and photo.alpha.min() < 255:
        clock.seconds |= {"matte": 0.0, "edge": 0.0}
        return _Found(Cutout(photo.rgb, photo.alpha), _EXISTING, 0.0)
    # A network must see what a person sees, not the colours that lie under transparent pixels.
    seen = photo.rgb if photo.alpha is None else compose.flatten(photo.rgb, photo.alpha, _WHITE)
    with clock.stage("matte"):
        matte = models.matte(plan.model, seen)
    with clock.stage("edge"):
        result = cutout.cut_out(seen, matte, edge=plan.edge, clean=plan.clean)
        if photo.alpha is not None:
            result = _within(photo.rgb, photo.alpha, result)
    return _Found(result, f"rembg/{models.resolve(plan.model)}", cutout.uncertainty(matte))


def _within(rgb: U8, alpha: U8, result: Cutout) -> Cutout:
    """What was transparent in the source stays so, and its own colours are the true ones there."""
    colours = np.where((alpha < 255)[..., None], rgb, result.rgb)
    return Cutout(colours, np.asarray(cv2.min(alpha, result.alpha), dtype=np.uint8))


def _composed(result: Cutout, plan: CutoutPlan, box: Box | None) -> tuple[U8, U8 | None]:
    rgb, alpha = result.rgb, result.alpha
    if plan.crop and box is not None:
        rgb, alpha = compose.crop(rgb, box), compose.crop(alpha, box)
    if plan.output == "mask":
        return np.asarray(cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB), dtype=np.uint8), None
    if plan.background is None and plan.format != "jpg":
        return rgb, alpha
    return compose.flatten(rgb, alpha, plan.background or _WHITE), None


def _corrected_original(photo: Decoded, plan: CutoutPlan) -> tuple[bytes | None, str | None]:
    if not plan.corrected_original or not photo.corrected:
        return None, None
    if photo.alpha is None:
        return codecs.encode(photo.rgb, None, format="jpg"), MEDIA_TYPES["jpeg"]
    return codecs.encode(photo.rgb, photo.alpha, format="png"), MEDIA_TYPES["png"]
