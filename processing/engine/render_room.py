"""The way of a photo of a room or a house: decoded once, enhanced, made upright, encoded once."""

from dataclasses import dataclass, replace

from processing.engine.arrays import U8
from processing.engine.canvas.watermark import stamp
from processing.engine.files import decode, encode, metadata
from processing.engine.networks import faces
from processing.engine.networks.faces import FaceFinder
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import Clock, Hidden, Rendered, RoomFacts, Straightened
from processing.engine.room import hiding, verticals
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts, tuned
from processing.engine.room.verticals import Tilt

PROVIDER = "room"


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
) -> Rendered:
    """Enhance a photo as the plan says; with a preview no larger than `preview_side` where that is given.

    What is transparent in it lies on white. Where no upright edges are found, or too few, the photo is not
    turned, and the facts say why. Light, colors and walls are a matter of rules; a network of `tools` is asked
    for privacy alone.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, ModelNotInstalled, and
    InvalidPlan for a result that the format can't hold. TypeError where the plan needs tools and there are none.
    """
    clock = Clock()
    with clock.stage("decode"):
        photo = decode.decode(source, max_pixels=max_pixels)
    rgb, facts = _made(photo.visible, source, plan, clock)
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


def _made(rgb: U8, source: bytes, plan: RoomPlan, clock: Clock) -> tuple[U8, RoomFacts]:
    tilt: Tilt | None = None
    what: Straightened = "not-asked"
    cast = noise = None
    if plan.straighten:
        with clock.stage("straighten"):
            tilt, what = _tilt(rgb, source)  # as it came: nobody has touched its edges
    if plan.look is not None:
        with clock.stage("enhance"):
            better = enhance(rgb, tuned(amounts(plan.version, plan.look), plan.finetune))
        rgb, cast, noise = better.rgb, better.cast, better.noise
    if what == "done" and tilt is not None:
        with clock.stage("straighten"):
            rgb = verticals.straightened(rgb, tilt)
    roll, pitch = (tilt.roll, tilt.pitch) if tilt else (None, None)
    return rgb, RoomFacts(cast, noise, roll, pitch, what)


def _hidden(rgb: U8, tools: RoomTools | None) -> tuple[U8, Hidden]:
    """The photo without its faces, and how many there were. In the finished photo, so that nothing that comes
    after shows them again."""
    if tools is None:
        raise TypeError("A plan with privacy needs tools.")
    found = tools.faces.find(rgb)
    return hiding.hide(rgb, [face.box for face in found]), Hidden(len(found), faces.PROVIDER)


def _tilt(rgb: U8, source: bytes) -> tuple[Tilt | None, Straightened]:
    """How the photo was tilted, and what is done about it."""
    told = metadata.focal_length(source)
    tilt = verticals.tilt_of(rgb, verticals.focal_of(told) if told else None)
    if tilt is None:
        return None, "no-verticals"
    if tilt.is_level:
        return tilt, "level"
    return tilt, "done" if tilt.is_mendable else "too-steep"
