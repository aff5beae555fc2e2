"""The way of a photo of a room or a house: decoded once, made upright, enhanced, given another sky,
encoded once.

What a small copy tells is measured while the photo itself is still being decoded.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas.watermark import stamp
from processing.engine.files import decode, encode, metadata
from processing.engine.files.decode import Decoded
from processing.engine.networks import faces
from processing.engine.networks.faces import FaceFinder
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import Clock, Hidden, Rendered, RoomFacts, SkyFacts, Straightened
from processing.engine.room import hiding, verticals
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts, tuned
from processing.engine.room.sky import finding, replacing
from processing.engine.room.sky.finding import Sky
from processing.engine.room.sky.replacing import Camera
from processing.engine.room.verticals import Tilt

PROVIDER = "room"
# How the camera was tilted, where it could be seen, and what is done about it.
_Level = tuple[Tilt | None, Straightened]


@dataclass(frozen=True, slots=True)
class RoomTools:
    """What a room's photo needs beside its plan: the networks that some plans ask."""

    faces: FaceFinder


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
    turned, and where no sky is found it gets no other; the facts say why. All of this is a matter of rules; a
    network of `tools` is asked for privacy alone.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, ModelNotInstalled, and
    InvalidPlan for a result that the format can't hold. TypeError where the plan needs tools and there are none.
    """
    clock = Clock()
    if max_side is None:
        photo, level = _decoded(source, plan, max_pixels, clock)
    else:
        with clock.stage("decode"):
            photo = _small(source, max_pixels, max_side)
        level = _level(photo.rgb, source, plan, clock)
    rgb, facts = _made(photo.visible, level, plan, clock)
    if plan.privacy:
        with clock.stage("privacy"):
            rgb, hidden = _hidden(rgb, tools)
        facts = replace(facts, privacy=hidden)
    with clock.stage("encode"):
        shown = stamp(rgb, None)[0] if watermark else rgb
        data = encode.write(shown, None, plan.export, source)
        preview = decode.preview(shown, None, max_side=preview_side) if preview_side else None
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
        tone_curve=photo.tone_curve,
        room=facts,
    )


def _small(source: bytes, max_pixels: int, max_side: int) -> Decoded:
    """What is seen of the photo, no larger than that."""
    size = decode.probe(source, max_pixels=max_pixels).oriented_size
    least = arrays.fit_within(*size, max_side)
    photo = decode.decode(source, max_pixels=max_pixels, least=least)
    return replace(photo, rgb=arrays.shrink(photo.visible, least), alpha=None)


def _decoded(
    source: bytes, plan: RoomPlan, max_pixels: int, clock: Clock
) -> tuple[Decoded, _Level]:
    """The photo, and how the camera was held. Of the stages, "decode" is what was waited for."""
    with ExitStack() as stack:
        with clock.stage("decode"):
            coming = decode.coming(source, max_pixels=max_pixels, side=verticals.SIDE // 2)
            photo = stack.enter_context(coming)
        if photo.small is None:
            with clock.stage("decode"):
                whole = photo.whole()
            return whole, _level(whole.visible, source, plan, clock)
        level = _level(photo.small, source, plan, clock)
        with clock.stage("decode"):
            return photo.whole(), level


def _made(rgb: U8, level: _Level, plan: RoomPlan, clock: Clock) -> tuple[U8, RoomFacts]:
    """The stages in their order: what moves pixels comes first, so that all others see the same photo."""
    tilt, what = level
    cast = noise = None
    sky: Sky | None = None
    if what == "done" and tilt is not None:
        with clock.stage("straighten"):
            rgb = verticals.straightened(rgb, tilt)
    if plan.sky is not None:
        with clock.stage("sky"):
            sky = finding.find(rgb)  # by the colors and the light that the photo came with
    if plan.look is not None:
        with clock.stage("enhance"):
            better = enhance(rgb, tuned(amounts(plan.version, plan.look), plan.finetune))
        rgb, cast, noise = better.rgb, better.cast, better.noise
    if plan.sky is not None and sky is not None and sky.reason is None:
        with clock.stage("sky"):
            rgb = replacing.replace(rgb, sky, plan.sky, plan.sky_light, _camera(level))
    roll, pitch = (tilt.roll, tilt.pitch) if tilt else (None, None)
    return rgb, RoomFacts(cast, noise, roll, pitch, what, sky=_told(sky))


def _told(sky: Sky | None) -> SkyFacts | None:
    if sky is None:
        return None
    found = sky.reason is None
    return SkyFacts(found, found, round(sky.share, 4), sky.reason)


def _camera(level: _Level) -> Camera:
    """What took the photo as it is now: where it was made upright and cropped, nobody knows its horizon."""
    tilt, what = level
    if tilt is None:
        return Camera(verticals.USUAL_FOCAL, None)
    return Camera(tilt.focal, None if what == "done" else tilt.pitch)


def _hidden(rgb: U8, tools: RoomTools | None) -> tuple[U8, Hidden]:
    """The photo without its faces, and how many there were. In the finished photo, so that nothing that comes
    after shows them again."""
    if tools is None:
        raise TypeError("A plan with privacy needs tools.")
    found = tools.faces.find(rgb)
    return hiding.hide(rgb, [face.box for face in found]), Hidden(len(found), faces.PROVIDER)


def _level(rgb: U8, source: bytes, plan: RoomPlan, clock: Clock) -> _Level:
    if not plan.straighten:
        return None, "not-asked"
    with clock.stage("straighten"):
        return _tilt(rgb, source)


def _tilt(rgb: U8, source: bytes) -> _Level:
    """How the photo was tilted, and what is done about it."""
    told = metadata.focal_length(source)
    tilt = verticals.tilt_of(rgb, verticals.focal_of(told) if told else None)
    if tilt is None:
        return None, "no-verticals"
    if tilt.is_level:
        return tilt, "level"
    return tilt, "done" if tilt.is_mendable else "too-steep"
