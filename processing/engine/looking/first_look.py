"""A photo and the model's matte of it, so that neither waits for the other where that can be."""

from contextlib import ExitStack

from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.looking import looks
from processing.engine.looking.looks import Seen
from processing.engine.networks.auto import asked
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
) -> tuple[Decoded, Seen | None]:
    """Decode a photo (see decode.decode) while the model looks at a small copy, the first one of `auto`;
    what models answered, or None where there was no such copy and they are still to be asked.

    Of the stages, "decode" is what was waited for. Raises what `decode` and `looks.look` do.
    """
    first = asked(cutting.model)[0]
    matte = None
    with ExitStack() as stack:
        with clock.stage("decode"):
            side = models.side(first)
            photo = stack.enter_context(
                decode.coming(source, max_pixels=max_pixels, side=side, convert=convert)
            )
        if photo.small is not None:
            with clock.stage("matte"):
                matte = models.matte(first, photo.small)
        with clock.stage("decode"):
            whole = photo.whole()
    if matte is None:
        return whole, None
    with clock.stage("matte"):
        return whole, looks.look(models, cutting.model, whole.rgb, first=matte)
