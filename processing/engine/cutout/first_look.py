"""A photo and the model's matte of it, so that neither waits for the other where that can be."""

from contextlib import ExitStack

from processing.engine.arrays import F32
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import Cutting
from processing.engine.rendered import Clock


def decoded(
    source: bytes,
    cutting: Cutting,
    models: Models,
    clock: Clock,
    *,
    max_pixels: int,
    convert: bool = True,
) -> tuple[Decoded, F32 | None]:
    """Decode a photo (see decode.decode) while the model looks at a small copy; the matte, or None
    where there was no such copy and the model is still to be asked.

    Of the stages, "decode" is what was waited for. Raises what `decode` and `Models.matte` do.
    """
    matte = None
    with ExitStack() as stack:
        with clock.stage("decode"):
            side = models.side(cutting.model)
            photo = stack.enter_context(
                decode.coming(source, max_pixels=max_pixels, side=side, convert=convert)
            )
        if photo.small is not None:
            with clock.stage("matte"):
                matte = models.matte(cutting.model, photo.small)
        with clock.stage("decode"):
            return photo.whole(), matte
