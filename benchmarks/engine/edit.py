"""What an edit costs beside what it is made of: `python -m benchmarks edit`.

A catalogue picture (white, padding, soft shadow, 2000x2000 JPEG from 12 megapixels) against the same
photo's cutout brought to a white JPEG of 2000x2000; resizing, padding and encoding without any
cutting out against pyvips at the same work; layout arithmetic; a background made from words.
Medians over warm runs in turn, so that both sides meet the same load.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyvips

from benchmarks.engine.in_turn import Work, in_turn
from benchmarks.engine.photos import PHOTO, SIZES, enlarged, models_dir
from processing.engine import arrays
from processing.engine.backdrops import Studio
from processing.engine.backdrops.provider import BackdropRequest
from processing.engine.canvas import compose, resample
from processing.engine.canvas.layout import lay_out
from processing.engine.cutout import subject
from processing.engine.files import decode
from processing.engine.looking import first_look
from processing.engine.networks.registry import Registry
from processing.engine.networks.upscaler import Upscaler
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import Background, EditPlan, Export, Layout, Shadow, Sides
from processing.engine.render_edit import Tools, render_edit
from processing.engine.rendered import Clock
from processing.engine.text.detect import TextFinder

CUTOUT, CATALOGUE = "cutout to a white JPEG", "catalogue picture"
SIDE = 2000
LIMIT = 1.2  # times the cutout
PAPER = (255, 255, 255)
_PADDING = Layout(size=f"{SIDE}x{SIDE}", padding=Sides.all(0.1))
_FAST = Cutting(model="fast")
_JPEG = Export(format="jpg", quality=92)


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    photo = enlarged(PHOTO.read_bytes(), SIZES["12 MP"])
    times = in_turn(works(photo, arguments.models_dir), arguments.runs)
    for name, seconds in times.items():
        print(f"{name:<44}{seconds * 1000:>9.2f} ms")
    catalogue = times[CATALOGUE] / times[CUTOUT]
    plain = times["resize, pad, encode"] / times["pyvips: resize, pad, encode"]
    print(f"a catalogue picture takes {catalogue:.2f} x the cutout (limit {LIMIT:g})")
    layout = times["layout, a thousand times"] * 1000
    print(f"one layout takes {layout:.0f} microseconds (limit 50)")
    print(f"without cutting out {plain:.2f} x pyvips (limit 1.3)")


def works(photo: bytes, models: Path) -> dict[str, Work]:
    """What is measured, by name."""
    registry = Registry(models)
    tools = Tools(
        models=registry,
        images=lambda name: b"",
        backdrop=lambda name: Studio(),
        texts=TextFinder(),
        upscaler=Upscaler(models, threads=2),
        max_pixels=50_000_000,
    )
    catalogue = EditPlan(
        cutting=_FAST,
        layout=_PADDING,
        background=Background(color="white"),
        shadow=Shadow(),
        export=_JPEG,
    )
    plain = EditPlan(
        cutting=None, layout=_PADDING, background=Background(color="white"), export=_JPEG
    )
    request = BackdropRequest("marble table, warm window light", None, None, 7, (SIDE, SIDE))
    return {
        CUTOUT: lambda: _white_cutout(photo, registry),
        CATALOGUE: lambda: render_edit(photo, catalogue, tools),
        "pyvips: resize, pad, encode": lambda: _by_vips(photo),
        "resize, pad, encode": lambda: render_edit(photo, plain, tools),
        "layout, a thousand times": _thousand_layouts,
        "background from words, 2000x2000": lambda: Studio().generate(request),
    }


def _thousand_layouts() -> None:
    for _ in range(1000):
        lay_out(_PADDING, (4000, 3000), (500, 500, 3500, 2500))


def _white_cutout(photo: bytes, registry: Registry) -> bytes:
    """The cutout, made as small as the catalogue's picture and laid on white."""
    whole, seen = first_look.decoded(photo, _FAST, registry, Clock(), max_pixels=50_000_000)
    found = subject.find(whole, _FAST, registry, Clock(), seen=seen).cutout
    rgb = found.rgb
    size = arrays.fit_within(rgb.shape[1], rgb.shape[0], SIDE)
    small, alpha = resample.resample(found.rgb, found.alpha, size)
    canvas = np.full((SIDE, SIDE, 3), 255, np.uint8)
    at = ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2)
    laid, _ = compose.over((canvas, None), (small, alpha), at)
    return decode.encode(laid, None, format="jpg", quality=92)


def _by_vips(photo: bytes) -> bytes:
    side = round(SIDE * 0.8)
    image = pyvips.Image.thumbnail_buffer(photo, side, height=side)
    left, top = (SIDE - image.width) // 2, (SIDE - image.height) // 2
    laid = image.embed(left, top, SIDE, SIDE, background=list(PAPER))
    return bytes(laid.jpegsave_buffer(Q=92))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
