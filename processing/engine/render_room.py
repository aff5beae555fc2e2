"""The way of a photo of a room or a house: decoded once, enhanced, made upright, encoded once."""

from processing.engine.arrays import U8
from processing.engine.canvas.watermark import stamp
from processing.engine.files import decode, encode, metadata
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import Clock, Rendered, RoomFacts, Straightened
from processing.engine.room import verticals
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts, tuned
from processing.engine.room.verticals import Tilt

PROVIDER = "room"


def render_room(
    source: bytes,
    plan: RoomPlan,
    *,
    max_pixels: int,
    watermark: bool = False,
    preview_side: int | None = None,
) -> Rendered:
    """Enhance a photo as the plan says; with a preview no larger than `preview_side` where that is given.

    What is transparent in it lies on white. Where no upright edges are found, or too few, the photo is not
    turned, and the facts say why. All is done by rules; no network is asked.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, and InvalidPlan for a result
    that the format can't hold.
    """
    clock = Clock()
    with clock.stage("decode"):
        photo = decode.decode(source, max_pixels=max_pixels)
    rgb, facts = _made(photo.visible, source, plan, clock)
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


def _tilt(rgb: U8, source: bytes) -> tuple[Tilt | None, Straightened]:
    """How the photo was tilted, and what is done about it."""
    told = metadata.focal_length(source)
    tilt = verticals.tilt_of(rgb, verticals.focal_of(told) if told else None)
    if tilt is None:
        return None, "no-verticals"
    if tilt.is_level:
        return tilt, "level"
    return tilt, "done" if tilt.is_mendable else "too-steep"
