"""The way of a copy: a finished picture in another size or format, decoded once and encoded once."""

from processing.engine import arrays
from processing.engine.canvas.watermark import stamp
from processing.engine.files import decode, encode, gpano
from processing.engine.plans.copy import CopyPlan
from processing.engine.rendered import Clock, Rendered

PROVIDER = "none"


def render_copy(
    source: bytes, plan: CopyPlan, *, max_pixels: int, watermark: bool = False
) -> Rendered:
    """Copy a picture as the plan says. What is transparent in it lies on white, and one that is told to show
    everything around tells so, too.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, and InvalidPlan for a copy
    that the format can't hold.
    """
    clock = Clock()
    with clock.stage("decode"):
        probe = decode.probe(source, max_pixels=max_pixels)
        size = plan.size_of(*probe.oriented_size)
        photo = decode.decode(source, max_pixels=max_pixels, least=size)
        rgb = arrays.shrink(photo.visible, size)
    with clock.stage("encode"):
        shown = stamp(rgb, None)[0] if watermark else rgb
        told = gpano.told_by(source)
        packet = told.packet(size) if told else None
        data = encode.write(shown, None, plan.export, source, packet=packet)
    return Rendered(
        data=data,
        format=plan.export.format,
        media_type=encode.media_type(plan.export.format),
        width=size[0],
        height=size[1],
        has_alpha=False,
        subject_box=None,
        model="",
        provider=PROVIDER,
        uncertainty=0.0,
        timings=clock.seconds,
        tone_curve=photo.tone_curve,
    )
