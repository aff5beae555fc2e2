"""The way of a picture that is edited: decoded once, cut out, composed (`composing`), encoded once.

On the photo: text removal, upscaling, cutting out, turning and cropping. On the canvas, from back to front: background,
shadow, outline, subject, overlay.
"""

from dataclasses import replace

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import compose
from processing.engine.canvas.compose import Pixels
from processing.engine.canvas.watermark import stamp
from processing.engine.composing import Tools as Tools
from processing.engine.composing import Work, composed, placed_by
from processing.engine.cutout import detail_frame, framing, given, kept_matte, subject
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files import decode, encode
from processing.engine.files.decode import Decoded
from processing.engine.looking import first_look, looks
from processing.engine.looking.looks import Seen
from processing.engine.photo_cache import Opened, PhotoCache
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan
from processing.engine.pose.telling import pose_of
from processing.engine.rendered import Rendered
from processing.engine.text import remove

_WHITE = (255, 255, 255)


def render_edit(
    source: bytes,
    plan: EditPlan,
    tools: Tools,
    *,
    watermark: bool = False,
    preview_side: int | None = None,
    kept: bytes | None = None,
    keeps_matte: bool = False,
    cache: PhotoCache | None = None,
) -> Rendered:
    """Do all that the plan says to one picture; with a preview of the result no larger than
    `preview_side`, where that is given and the result is in sRGB.

    `kept` is the same photo's matte (`cutout.kept_matte`), cut out as the plan says, from which the
    result is the same as without it. With `keeps_matte` one that is made is returned. A `cache` is filled, or
    the photo taken from it. All three only for a plan that neither removes text nor enlarges the photo.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, UnknownModel,
    ModelNotInstalled, NothingFound (cutting out), PictureTooLarge (upscaling), ProviderFailed, and
    InvalidPlan for what only the picture shows to be impossible, such as a target area without a pixel.
    """
    work = Work(plan, tools, cache=cache)
    keeps_matte &= kept is None and (cache is None or cache.opened is None)
    photo, found, size, texts = _opened(source, work, kept)
    matte = _packed(photo, found, work) if keeps_matte else None
    photo, found, size = _framed(photo, found, size, work)
    box = arrays.subject_box(found.cutout.alpha) if plan.cutting else None
    placement = placed_by(size, plan, box, found.cutout.alpha)
    behind, canvas = composed(photo, found, (placement, box or (0, 0, *size)), work)
    with work.clock.stage("encode"):
        rgb, alpha = _shown(canvas, plan, watermark=watermark)
        data = encode.write(rgb, alpha, plan.export, source)
        preview = _preview(rgb, alpha, plan, preview_side)
    backdrop = behind.backdrop
    return Rendered(
        data=data,
        format=plan.export.format,
        media_type=encode.media_type(plan.export.format),
        width=placement.canvas[0],
        height=placement.canvas[1],
        has_alpha=alpha is not None,
        subject_box=box,
        model=found.model,
        provider=found.provider,
        uncertainty=found.uncertainty,
        is_clipped=plan.cutting is not None and arrays.is_clipped(found.cutout.alpha),
        preview=preview,
        timings=work.clock.seconds,
        backdrop=backdrop.provider if backdrop else None,
        seed=backdrop.seed if backdrop else None,
        not_understood=backdrop.not_understood if backdrop else (),
        pose=found.pose,
        view=backdrop.view if backdrop else None,
        texts=texts,
        hook=found.cutout.hook,
        tone_curve=photo.tone_curve,
        looks=found.looks,
        matte=matte,
    )


def photo_and_subject(
    source: bytes, work: Work, kept: bytes | None
) -> tuple[Decoded, Subject, tuple[int, int], int | None]:
    """The photo before it is turned and cropped, its subject, its size, and how many texts are gone (None
    where none were looked for)."""
    photo, seen = _decoded(source, work, is_cut_out=kept is not None)
    mask = _mask(photo, work) if kept is None else None
    photo, seen, texts = _without_text(photo, seen, mask, work)
    photo, size = _enlarged(photo, work)
    found = _subject(photo, seen, mask, work) if kept is None else kept_matte.applied(kept, photo)
    return photo, found, size, texts


def _opened(
    source: bytes, work: Work, kept: bytes | None
) -> tuple[Decoded, Subject, tuple[int, int], int | None]:
    """The same, from the cache or for it."""
    cache = work.cache
    if cache is not None and (there := cache.opened) is not None:
        return there.photo, there.found, there.photo.probe.oriented_size, None
    photo, found, size, texts = photo_and_subject(source, work, kept)
    if cache is not None:
        cache.opened = Opened(photo, found)
    return photo, found, size, texts


def _posed(photo: Decoded, found: Subject, work: Work) -> Subject:
    cache = work.cache
    if cache is not None and cache.pose is not None:
        return replace(found, pose=cache.pose[0])
    found = posed(photo, found, work)
    if cache is not None:
        cache.pose = (found.pose,)
    return found


def posed(photo: Decoded, found: Subject, work: Work) -> Subject:
    """The subject, and how it is posed in the photo as it was taken."""
    with work.clock.stage("pose"):
        return replace(found, pose=pose_of(photo.rgb, found.cutout.alpha, photo.alpha))


def _shown(canvas: Pixels, plan: EditPlan, *, watermark: bool) -> Pixels:
    """The canvas as it is written."""
    rgb, alpha = stamp(*canvas) if watermark else canvas
    if plan.cutting is None and alpha is not None and alpha.min() == 255:
        alpha = None  # nothing was made transparent of a photo that kept its background
    if alpha is not None and plan.export.format == "jpg":
        return compose.flatten(rgb, alpha, _WHITE), None
    return rgb, alpha


def _preview(rgb: U8, alpha: U8 | None, plan: EditPlan, side: int | None) -> bytes | None:
    if side is None or plan.export.color_space != "sRGB":
        return None
    return decode.preview(rgb, alpha, max_side=side)


def _decoded(source: bytes, work: Work, *, is_cut_out: bool) -> tuple[Decoded, Seen | None]:
    """The photo, and what models answered about it where one could look at it meanwhile.

    Where all that happens is that the frame is laid out smaller, no more of it is decoded than
    the canvas will show; the layout goes by its full size all the same.
    """
    plan, most = work.plan, work.tools.max_pixels
    converted = plan.export.color_space == "sRGB"
    if is_cut_out or (plan.cutting is not None and plan.cutting.mask is not None):
        with work.clock.stage("decode"):
            return decode.decode(source, max_pixels=most, convert=converted), None
    # An enlarged photo is looked at when it is.
    if plan.cutting is not None and plan.upscale is None:
        return first_look.decoded(
            source, plan.cutting, work.tools.models, work.clock, max_pixels=most, convert=converted
        )
    with work.clock.stage("decode"):
        least = None
        if plan.text_removal is None and plan.upscale is None and plan.frame is None:
            size = decode.probe(source, max_pixels=most).oriented_size
            left, top, right, bottom = placed_by(size, plan).place
            least = (right - left, bottom - top)
        return decode.decode(source, max_pixels=most, convert=converted, least=least), None


def _mask(photo: Decoded, work: Work) -> U8 | None:
    """The mask that the plan names, of the photo as it came."""
    named = work.plan.cutting.mask if work.plan.cutting else None
    if named is None:
        return None
    with work.clock.stage("decode"):
        data, most = work.tools.images(named), work.tools.max_pixels
        return given.read(data, photo.probe.oriented_size, max_pixels=most)


def _without_text(
    photo: Decoded, seen: Seen | None, mask: U8 | None, work: Work
) -> tuple[Decoded, Seen | None, int | None]:
    """The photo, what models answered about it where they were asked, and how many texts are gone."""
    plan, tools = work.plan, work.tools
    if plan.text_removal is None:
        return photo, seen, None
    visible = photo.visible
    cutting = plan.cutting if seen is None and mask is None else None
    if cutting is not None and not subject.has_own(photo, cutting):
        with work.clock.stage("matte"):
            seen = looks.look(tools.models, cutting.model, subject.shown(photo))
    with work.clock.stage("text"):
        matte = seen.whole if seen else None if mask is None else given.as_matte(mask)
        rgb, found = remove.remove(visible, matte, plan.text_removal, tools.texts)
    if found == 0:
        return photo, seen, 0
    if photo.alpha is not None:
        # What lay on white to be read keeps its own colors, which white would make pale.
        rgb = np.where((rgb != visible).any(axis=-1, keepdims=True), rgb, photo.rgb)
    return replace(photo, rgb=rgb), None, found


def _enlarged(photo: Decoded, work: Work) -> tuple[Decoded, tuple[int, int]]:
    """The photo, enlarged where the plan says so, and the size by which it is laid out: it may have been
    decoded smaller."""
    wanted = work.plan.upscale
    if wanted is None:
        return photo, photo.probe.oriented_size
    with work.clock.stage("upscale"):
        rgb, alpha = work.tools.upscaler.upscale(photo.rgb, photo.alpha, wanted)
    return replace(photo, rgb=rgb, alpha=alpha), (rgb.shape[1], rgb.shape[0])


def _packed(photo: Decoded, found: Subject, work: Work) -> bytes:
    with work.clock.stage("encode"):
        return kept_matte.packed(photo, found)


def _framed(
    photo: Decoded, found: Subject, size: tuple[int, int], work: Work
) -> tuple[Decoded, Subject, tuple[int, int]]:
    """Photo and subject turned and cropped, and their size then; with the pose, where the plan asks for it."""
    if work.plan.asks_for_pose:
        found = _posed(photo, found, work)
    frame = work.plan.frame
    if frame is None:
        return photo, found, size
    with work.clock.stage("frame"):
        is_cut_out = work.plan.cutting is not None
        if frame.detail:
            frame = detail_frame.located(photo, found, frame, work.tools.texts)
        photo, found = framing.framed(photo, found, frame, is_cut_out=is_cut_out)
        return photo, found, (photo.rgb.shape[1], photo.rgb.shape[0])


def _subject(photo: Decoded, seen: Seen | None, mask: U8 | None, work: Work) -> Subject:
    cutting: Cutting | None = work.plan.cutting
    if cutting is not None and mask is not None:
        return subject.by_mask(photo, mask, cutting, work.clock)
    if cutting is not None:
        return subject.find(photo, cutting, work.tools.models, work.clock, seen=seen)
    alpha = photo.alpha
    whole = np.full(photo.rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
    return Subject(Cutout(photo.rgb, whole), "none", 0.0)
