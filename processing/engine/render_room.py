"""The way of a photo of a room or a house: decoded once, made upright, enhanced, given another sky,
encoded once.

What a small copy tells is measured while the photo itself is still being decoded.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas.watermark import stamp
from processing.engine.files import decode, encode, gpano, metadata
from processing.engine.files.decode import Decoded
from processing.engine.files.gpano import Told
from processing.engine.networks import faces
from processing.engine.networks.faces import FaceFinder
from processing.engine.networks.upscaler import Upscaler
from processing.engine.plans.edit import Upscale
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import Clock, Hidden, LensFacts, Rendered, RoomFacts, WindowFacts
from processing.engine.room import hiding, outside, panorama, verticals
from processing.engine.room.enhance import SMALL_SIDE, enhance, lightened
from processing.engine.room.hiding import Area
from processing.engine.room.lens.finding import NOT_ASKED, Found
from processing.engine.room.looks import amounts, tuned
from processing.engine.room.measuring import Measured, measured
from processing.engine.room.outside import Outside
from processing.engine.room.sky.replacing import Camera
from processing.engine.text import number_plates
from processing.engine.text.detect import TextFinder

PROVIDER = "room"
UPSCALE = Upscale()


@dataclass(frozen=True, slots=True)
class RoomTools:
    """What a room's photo needs beside its plan: the networks that some plans ask."""

    faces: FaceFinder
    texts: TextFinder
    upscaler: Upscaler


@dataclass(frozen=True, slots=True)
class RoomOrder:
    """What is asked for: a plan with the tools that it needs, and whether the result is marked, and comes with a
    preview no larger than `preview_side`. What `is_small`, to be looked at alone, is not enlarged. `views`: what came
    of the windows where brackets have shown what is seen through them."""

    plan: RoomPlan
    tools: RoomTools | None = None
    watermark: bool = False
    preview_side: int | None = None
    is_small: bool = False
    views: WindowFacts | None = None


@dataclass(frozen=True, slots=True)
class _Sphere:
    """What viewers are told of a photo that was made of a sphere, and whether it shows all of it."""

    told: Told
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Work:
    """A photo's file, what shall be done, the sphere it shows if it shows one, the clock, and what brackets have
    shown through windows."""

    source: bytes
    plan: RoomPlan
    sphere: _Sphere | None
    clock: Clock
    views: WindowFacts | None = None


def render_room(
    source: bytes,
    plan: RoomPlan,
    *,
    max_pixels: int,
    tools: RoomTools | None = None,
    watermark: bool = False,
    preview_side: int | None = None,
    max_side: int | None = None,
) -> Rendered:
    """Enhance a photo as the plan says; with a preview no larger than `preview_side` where that is given.

    With `max_side` (pixels) a small copy of the photo is enhanced instead: what there is to look at before
    the photo itself is worked on.

    What is transparent in it lies on white. Where no upright edges are found, or too few, the photo is not
    turned, and where no sky is found it gets no other; the facts say why. What the file of a 360-degree picture
    tells viewers, that of the result does, too. All of this is a matter of rules; networks of `tools` are asked
    for privacy and upscaling alone.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, ModelNotInstalled,
    PictureTooLarge, and InvalidPlan for a result that the format can't hold, or a photo that can't be the sphere that it is taken for.
    TypeError where the plan needs tools and there are none.
    """
    clock = Clock()
    work = _Work(source, plan, _sphere(source, plan, max_pixels=max_pixels), clock)
    if max_side is None:
        photo, level = _decoded(work, max_pixels)
    else:
        with clock.stage("decode"):
            photo = _small(source, max_pixels, max_side)
        level = _level(photo.rgb, work)
    order = RoomOrder(plan, tools, watermark, preview_side, is_small=max_side is not None)
    made = _finished(photo.visible, level, work, order)
    return replace(made, tone_curve=photo.tone_curve)


def finished(rgb: U8, source: bytes, order: RoomOrder, clock: Clock) -> Rendered:
    """Make what is asked for of pixels, uint8 (h, w, 3); of the file that they come from only size and metadata
    are read. Raises ModelNotInstalled, InvalidPlan and TypeError as `render_room`."""
    sphere = _sphere(source, order.plan, max_pixels=rgb.shape[0] * rgb.shape[1])
    work = _Work(source, order.plan, sphere, clock, order.views)
    return _finished(rgb, _level(rgb, work), work, order)


def _finished(rgb: U8, level: Measured, work: _Work, order: RoomOrder) -> Rendered:
    plan, clock = work.plan, work.clock
    rgb, facts = _made(rgb, level, work)
    rgb, facts = _by_networks(rgb, facts, work, order)
    with clock.stage("encode"):
        shown = stamp(rgb, None)[0] if order.watermark else rgb
        told = work.sphere.told if work.sphere else None
        packet = told.packet((rgb.shape[1], rgb.shape[0])) if told else None
        data = encode.write(shown, None, plan.export, work.source, packet=packet)
        side = order.preview_side
        preview = decode.preview(shown, None, max_side=side) if side else None
    return Rendered(
        data=data,
        format=plan.export.format,
        media_type=encode.media_type(plan.export.format),
        width=rgb.shape[1],
        height=rgb.shape[0],
        has_alpha=False,
        subject_box=None,
        model="",
        provider=PROVIDER,
        uncertainty=0.0,
        preview=preview,
        timings=clock.seconds,
        room=facts,
    )


def _small(source: bytes, max_pixels: int, max_side: int) -> Decoded:
    """What is seen of the photo, no larger than that."""
    size = decode.probe(source, max_pixels=max_pixels).oriented_size
    least = arrays.fit_within(*size, max_side)
    photo = decode.decode(source, max_pixels=max_pixels, least=least)
    return replace(photo, rgb=arrays.shrink(photo.visible, least), alpha=None)


def _sphere(source: bytes, plan: RoomPlan, *, max_pixels: int) -> _Sphere | None:
    """What sphere a photo shows, by the plan or by its file; None for all other photos."""
    if plan.threesixty is False:
        return None
    size = decode.probe(source, max_pixels=max_pixels).oriented_size
    if plan.threesixty:
        panorama.check(size)
    told = gpano.told_by(source)
    if plan.threesixty:
        return _Sphere(told or gpano.whole(size), is_whole=True)
    return _Sphere(told, told.is_whole_turn and panorama.is_whole(size)) if told else None


def _decoded(work: _Work, max_pixels: int) -> tuple[Decoded, Measured]:
    """The photo, and how the camera was held. Of the stages, "decode" is what was waited for."""
    clock = work.clock
    with ExitStack() as stack:
        with clock.stage("decode"):
            coming = decode.coming(work.source, max_pixels=max_pixels, side=verticals.SIDE // 2)
            photo = stack.enter_context(coming)
        if photo.small is None:
            with clock.stage("decode"):
                whole = photo.whole()
            return whole, _level(whole.visible, work)
        level = _level(photo.small, work)
        with clock.stage("decode"):
            return photo.whole(), level


def _made(rgb: U8, level: Measured, work: _Work) -> tuple[U8, RoomFacts]:
    """The stages in their order: what moves pixels comes first, so that all others see the same photo."""
    plan, clock = work.plan, work.clock
    cast = noise = None
    is_around = work.sphere is not None and work.sphere.is_whole
    with clock.stage("straighten"):
        view = level.view((rgb.shape[1], rgb.shape[0]))
        rgb, light = view.seen(rgb), view.light(SMALL_SIDE)
    found: Outside | None = None
    if outside.is_asked(plan):
        with clock.stage("outside"):
            found = outside.find(rgb, plan, is_sphere=work.sphere is not None)
            found = replace(found, views=work.views)
    if plan.look is not None:
        with clock.stage("enhance"):
            look = tuned(amounts(plan.version, plan.look), plan.finetune)
            better = enhance(rgb, look, light, is_around=is_around)
        rgb, cast, noise = better.rgb, better.cast, better.noise
    elif light is not None:
        with clock.stage("enhance"):
            rgb = lightened(rgb, light)
    windows: WindowFacts | None = None
    if found is not None:
        with clock.stage("outside"):
            rgb, windows = outside.shown(rgb, found, plan, _camera(level))
    roll, pitch = (level.tilt.roll, level.tilt.pitch) if level.tilt else (None, None)
    facts = RoomFacts(cast, noise, roll, pitch, level.straightened, threesixty=is_around)
    return rgb, replace(facts, sky=outside.sky_facts(found), windows=windows, lens=level.lens.facts)


def _camera(level: Measured) -> Camera:
    """What took the photo as it is now: where it was made upright and cropped, nobody knows its horizon."""
    tilt = level.tilt
    if tilt is None:
        return Camera(verticals.USUAL_FOCAL, None)
    return Camera(tilt.focal, None if level.straightened == "done" else tilt.pitch)


def _by_networks(rgb: U8, facts: RoomFacts, work: _Work, order: RoomOrder) -> tuple[U8, RoomFacts]:
    plan, tools, is_around = order.plan, order.tools, facts.threesixty
    if not (plan.privacy or plan.upscale):
        return rgb, facts
    if tools is None:
        raise TypeError("A plan with privacy or upscaling needs tools.")
    if plan.privacy:
        with work.clock.stage("privacy"):
            rgb, hidden = _hidden(rgb, tools, is_around=is_around)
        facts = replace(facts, privacy=hidden)
    if plan.upscale and not order.is_small:
        with work.clock.stage("upscale"):
            rgb = _enlarged(rgb, tools, is_around=is_around)
        facts = replace(facts, upscaled_by=tools.upscaler.provider(UPSCALE))
    return rgb, facts


def _hidden(rgb: U8, tools: RoomTools, *, is_around: bool) -> tuple[U8, Hidden]:
    """The photo without faces and number plates, and how many there were. In the finished photo, so that nothing
    that comes after shows them again."""

    def seen(find: Callable[[U8], list[Area]]) -> list[Area]:
        return panorama.parts_found(rgb, find) if is_around else find(rgb)

    people = seen(lambda photo: [face.box for face in tools.faces.find(photo)])
    plates = seen(lambda photo: number_plates.find(photo, tools.texts))
    parts = [*people, *plates]
    if is_around:
        parts = [part for box in parts for part in panorama.across(box, rgb.shape[1])]
    told = Hidden(len(people), faces.PROVIDER, len(plates), number_plates.PROVIDER)
    return hiding.hide(rgb, parts), told


def _enlarged(rgb: U8, tools: RoomTools, *, is_around: bool) -> U8:
    def enlarge(photo: U8) -> U8:
        return tools.upscaler.upscale(photo, None, UPSCALE)[0]

    return panorama.enlarged(rgb, enlarge) if is_around else enlarge(rgb)


def _level(rgb: U8, work: _Work) -> Measured:
    plan = work.plan
    if not (plan.lens or plan.straighten):
        return Measured()
    if work.sphere:  # no wall is straight in it
        lens = Found(LensFacts("not-for-360")) if plan.lens else NOT_ASKED
        return Measured(lens, straightened="not-for-360" if plan.straighten else "not-asked")
    with work.clock.stage("measure"):
        taken = metadata.taken(work.source)
        film = taken.focal_length_35mm
        focal = verticals.focal_of(film) if film else None
        return measured(rgb, taken, focal, lens=plan.lens, straighten=plan.straighten)
