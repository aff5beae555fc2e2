"""The way of a picture that is cut out and placed by shares: no more of it is decoded and cut out than the
result shows, and it is composed and encoded once."""

from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8, Box
from processing.engine.canvas import compose, placing
from processing.engine.canvas.compose import Pixels
from processing.engine.canvas.layout import Size
from processing.engine.canvas.placing import Edges, Placing
from processing.engine.canvas.watermark import stamp
from processing.engine.composing import Tools, Work, composed
from processing.engine.cutout import kept_matte, subject
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files import decode, encode, layers_zip
from processing.engine.files.decode import Decoded
from processing.engine.files.sniff import sniff
from processing.engine.looking import first_look, looks
from processing.engine.looking.looks import Seen
from processing.engine.networks.auto import asked
from processing.engine.plans.placed import PlacedPlan
from processing.engine.pose.telling import pose_of
from processing.engine.rendered import PlacedFacts, Rendered

_WHITE = (255, 255, 255)
# A copy of a photo that a network looks at has so many times its pixels along each side.
_SPARE = 1.9
# A subject is cut out a little larger than it will be, as the box it was estimated by is coarse; and anew where
# it was still too small by this.
_ROOM, _TOO_SMALL = 1.1, 1.2
# Of the thumbnail of a file that is no picture, and so brings its own.
_PREVIEW_SIDE = 480


@dataclass(frozen=True, slots=True)
class _Cut:
    """A photo at the size at which it was worked on, its subject, the subject's box in it, and where it goes."""

    photo: Decoded
    found: Subject
    box: Box
    where: Placing


def render_placed(
    source: bytes,
    plan: PlacedPlan,
    tools: Tools,
    *,
    watermark: bool = False,
    kept: bytes | None = None,
    keeps_matte: bool = False,
) -> Rendered:
    """Cut a subject out and place it as the plan says.

    `kept` is the same photo's matte, cut out in full (`PlacedPlan.cuts_out_all`); the result is the same as
    without it. With `keeps_matte` one that is made is returned.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, UnknownModel,
    ModelNotInstalled, NothingFound, and InvalidPlan for a picture that is too large for its format.
    """
    work = Work(plan.edit(), tools)
    looks.check(tools.models, plan.cutting.model)
    size = decode.probe(source, max_pixels=tools.max_pixels).oriented_size
    cut = _Cutter(source, size, plan, work).cut(kept)
    matte = kept_matte.packed(cut.photo, cut.found) if keeps_matte and kept is None else None
    if work.plan.asks_for_pose:
        with work.clock.stage("pose"):
            pose = pose_of(cut.photo.rgb, cut.found.cutout.alpha, cut.photo.alpha)
            cut = replace(cut, found=replace(cut.found, pose=pose))
    _, canvas = composed(cut.photo, cut.found, (cut.where.of(cut.box), cut.box), work)
    with work.clock.stage("encode"):
        pixels = _shown(canvas, plan, watermark=watermark)
        format_ = _format(plan, pixels)
        data, media_type = _written(pixels, plan, format_)
        is_picture = format_ != "zip"
        preview = None if is_picture else decode.preview(*pixels, max_side=_PREVIEW_SIDE)
    found = cut.found
    return Rendered(
        data=data,
        format=format_,
        media_type=media_type,
        width=cut.where.size[0],
        height=cut.where.size[1],
        has_alpha=pixels[1] is not None,
        subject_box=cut.box,
        model=found.model,
        provider=found.provider,
        uncertainty=found.uncertainty,
        is_clipped=arrays.is_clipped(found.cutout.alpha),
        preview=preview,
        timings=work.clock.seconds,
        pose=found.pose,
        hook=found.cutout.hook,
        tone_curve=cut.photo.tone_curve,
        looks=found.looks,
        matte=matte,
        placed=_facts(cut, size),
    )


class _Cutter:
    """Cuts the subject out of as much of a photo as the plan's result shows."""

    def __init__(self, source: bytes, size: Size, plan: PlacedPlan, work: Work) -> None:
        self.source, self.size, self.plan, self.work = source, size, plan, work
        self.models, self.most = work.tools.models, work.tools.max_pixels

    def cut(self, kept: bytes | None) -> _Cut:
        if kept is not None:
            photo = self._decoded()
            return self._placed(photo, kept_matte.applied(kept, photo))
        if not self.plan.cuts_out_all(*self.size):
            return self._reduced()
        photo, seen = first_look.decoded(
            self.source, self.plan.cutting, self.models, self.work.clock, max_pixels=self.most
        )
        return self._placed(photo, self._found(photo, seen))

    def _reduced(self) -> _Cut:
        """Cut out of a smaller copy of the photo, that has what the result shows of it. How small depends on
        the subject, where the result does: a first look tells."""
        scale = min(1.0, (self.plan.most_pixels / (self.size[0] * self.size[1])) ** 0.5)
        resizes = self.plan.resizes
        photo, seen = self._looked_at((1, 1) if resizes else self._at(scale))
        if resizes:
            scale = self._worth(seen)
        while True:
            wanted = self._at(scale)
            if not self._has(photo, wanted):
                photo = self._decoded(self._least(wanted))
            small = self._shrunk(photo, wanted)
            cut = self._placed(small, self._found(small, seen))
            if not resizes or scale == 1 or cut.where.scale <= scale * _TOO_SMALL:
                return cut
            scale = min(1.0, cut.where.scale)

    def _looked_at(self, wanted: Size) -> tuple[Decoded, Seen | None]:
        """The photo, decoded at a fraction where that is enough for the result and for the network, and what
        models answered about it, or its region, where they had to be asked."""
        least, seen = self._least(wanted), None
        is_drafted = all(side >= 2 * few for side, few in zip(self.size, least, strict=True))
        if self.plan.region is not None or (is_drafted and sniff(self.source) == "jpeg"):
            photo = self._decoded(least)
        else:
            photo, seen = first_look.decoded(
                self.source, self.plan.cutting, self.models, self.work.clock, max_pixels=self.most
            )
        part = self._part(photo)
        if seen is None and not subject.has_own(part, self.plan.cutting):
            with self.work.clock.stage("matte"):
                seen = looks.look(self.models, self.plan.cutting.model, subject.shown(part))
        return photo, seen

    def _worth(self, seen: Seen | None) -> float:
        """How much of the photo's size the result can show, by the box of the first look's matte."""
        region = _region(self.plan, self.size)
        left, top, right, bottom = region
        if seen is not None:
            matte = (np.clip(seen.whole, 0, 1) * 255).astype(np.uint8)
            if box := arrays.subject_box(matte):
                across, down = (right - left) / matte.shape[1], (bottom - top) / matte.shape[0]
                right, bottom = left + int(box[2] * across), top + int(box[3] * down)
                left, top = left + int(box[0] * across), top + int(box[1] * down)
        edges = Fraction(left), Fraction(top), Fraction(right), Fraction(bottom)
        return min(1.0, placing.placed(self.plan, self.size, edges).scale * _ROOM)

    def _found(self, photo: Decoded, seen: Seen | None) -> Subject:
        """The subject, in the frame of all of the photo; outside of a region nothing is."""
        plan, work, part = self.plan, self.work, self._part(photo)
        found = subject.find(part, plan.cutting, self.models, work.clock, seen=seen)
        if plan.region is None:
            return found
        left, top, right, bottom = _region(plan, (photo.rgb.shape[1], photo.rgb.shape[0]))
        rgb, alpha = photo.rgb.copy(), np.zeros(photo.rgb.shape[:2], np.uint8)
        rgb[top:bottom, left:right] = found.cutout.rgb
        alpha[top:bottom, left:right] = found.cutout.alpha
        return replace(found, cutout=Cutout(rgb, alpha, found.cutout.hook))

    def _part(self, photo: Decoded) -> Decoded:
        if self.plan.region is None:
            return photo
        box = _region(self.plan, (photo.rgb.shape[1], photo.rgb.shape[0]))
        alpha = None if photo.alpha is None else _cropped(photo.alpha, box)
        return replace(photo, rgb=_cropped(photo.rgb, box), alpha=alpha)

    def _placed(self, photo: Decoded, found: Subject) -> _Cut:
        alpha = found.cutout.alpha
        seen = arrays.subject_box(alpha) or (0, 0, alpha.shape[1], alpha.shape[0])
        box = arrays.trim_box(alpha, seen)
        where = placing.placed(self.plan, self.size, _in_photo(box, photo, self.size))
        return _Cut(photo, found, box, where)

    def _decoded(self, least: Size | None = None) -> Decoded:
        with self.work.clock.stage("decode"):
            return decode.decode(self.source, max_pixels=self.most, least=least)

    def _shrunk(self, photo: Decoded, size: Size) -> Decoded:
        if (photo.rgb.shape[1], photo.rgb.shape[0]) == size:
            return photo
        with self.work.clock.stage("decode"):
            alpha = None if photo.alpha is None else arrays.shrink(photo.alpha, size)
            return replace(photo, rgb=arrays.shrink(photo.rgb, size), alpha=alpha)

    def _least(self, wanted: Size) -> Size:
        """No smaller than the result needs, and than the network needs of what it looks at."""
        side = _SPARE * self.models.side(asked(self.plan.cutting.model)[0])
        region = self.plan.region
        shares = (region.right - region.left, region.bottom - region.top) if region else (1, 1)
        return max(wanted[0], int(side / shares[0])), max(wanted[1], int(side / shares[1]))

    def _at(self, scale: float) -> Size:
        width, height = self.size
        return max(1, int(width * scale)), max(1, int(height * scale))

    def _has(self, photo: Decoded, wanted: Size) -> bool:
        height, width = photo.rgb.shape[:2]
        return (width, height) == self.size or (width >= wanted[0] and height >= wanted[1])


def _region(plan: PlacedPlan, size: Size) -> Box:
    """The part of a photo, or of a smaller copy, that is looked at: a pixel of it at least."""
    if plan.region is None:
        return 0, 0, *size
    left, right = _span(plan.region.left, plan.region.right, size[0])
    top, bottom = _span(plan.region.top, plan.region.bottom, size[1])
    return left, top, right, bottom


def _span(start: float, end: float, side: int) -> tuple[int, int]:
    first = min(round(start * side), side - 1)
    return first, max(first + 1, round(end * side))


def _cropped(pixels: U8, box: Box) -> U8:
    return np.ascontiguousarray(compose.crop(pixels, box))


def _in_photo(box: Box, photo: Decoded, size: Size) -> Edges:
    """A box of a smaller copy in the pixels of the whole photo."""
    height, width = photo.rgb.shape[:2]
    across, down = Fraction(size[0], width), Fraction(size[1], height)
    left, top, right, bottom = box
    return left * across, top * down, right * across, bottom * down


def _facts(cut: _Cut, size: Size) -> PlacedFacts:
    left, top, right, bottom = map(round, _in_photo(cut.box, cut.photo, size))
    return PlacedFacts(
        canvas=cut.where.full,
        box=cut.where.of(cut.box).place,
        in_photo=(left, top, right, bottom),
    )


def _shown(canvas: Pixels, plan: PlacedPlan, *, watermark: bool) -> Pixels:
    rgb, alpha = canvas
    if plan.output == "mask":
        grey = np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
        rgb, alpha = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8), None
    elif alpha is not None and alpha.min() == 255:
        alpha = None
    return stamp(rgb, alpha) if watermark else (rgb, alpha)


def _format(plan: PlacedPlan, pixels: Pixels) -> str:
    if plan.format != "auto":
        return plan.format
    return "jpg" if pixels[1] is None and plan.output == "picture" else "png"


def _written(pixels: Pixels, plan: PlacedPlan, format_: str) -> tuple[bytes, str]:
    rgb, alpha = pixels
    if format_ == "zip":
        return layers_zip.zipped(rgb, alpha), layers_zip.MEDIA_TYPE
    if format_ == "jpg" and alpha is not None:
        rgb, alpha = compose.flatten(rgb, alpha, _WHITE), None
    if plan.output == "mask" and format_ != "webp":  # its three channels are one
        rgb = np.ascontiguousarray(rgb[..., 0])
    media_type = "image/jpeg" if format_ == "jpg" else f"image/{format_}"
    return encode.encode(rgb, alpha, format=format_), media_type
