"""The way of exposure brackets of a room: merged to one picture, then made as a single photo is."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.errors import BracketsDiffer
from processing.engine.files import decode, shooting
from processing.engine.plans.room import RoomPlan
from processing.engine.render_room import RoomOrder, finished
from processing.engine.rendered import Clock, Rendered
from processing.engine.room import outside
from processing.engine.room.hdr import merge
from processing.engine.room.hdr.merge import Bracket, Merged

# Small copies keep at least this much of the longer side.
_SIDE: Final = 1200
_STEPS: Final = (8, 4, 2)


class Keeper(Protocol):
    """Keeps what exposures were merged to, for the next time that something is made of the same ones."""

    def found(self) -> Merged | None:
        """What was kept, with the darkest exposure where that was asked for; None where nothing was."""

    def keep(self, merged: Merged) -> None:
        """Keep it, or not: nobody relies on it."""


def render_hdr(
    sources: Sequence[bytes], order: RoomOrder, *, max_pixels: int, keeper: Keeper | None = None
) -> Rendered:
    """Merge exposures of one view, in any sequence, and make of them what is asked for.

    Upright, all have the same size. At full size one of them at a time is decoded. The reference's metadata
    are the picture's, see HdrFacts. Where views through windows are asked for, the darkest exposure shows them.
    What `keeper` finds is not merged again.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage, ModelNotInstalled;
    BracketsDiffer for sizes or views that differ; InvalidPlan for a result that the format can't hold;
    TypeError where the plan needs tools and there are none.
    """
    clock = Clock()
    size = size_of(sources, max_pixels)
    step = next((step for step in _STEPS if max(size) // step >= _SIDE), 1)
    with clock.stage("merge"):
        merged = keeper.found() if keeper else None
    if merged is None:
        merged = _merged(sources, (size, step), order.plan, clock, max_pixels)
        if keeper:
            with clock.stage("merge"):
                keeper.keep(merged)
    facts, rgb = merged.facts, merged.rgb
    if merged.darkest is not None:
        with clock.stage("outside"):
            reference = _small(sources[facts.reference], size, step, max_pixels)
            rgb, views = outside.with_views(rgb, merged.darkest, reference)
        order = replace(order, views=views)
    del merged
    made = finished(rgb, sources[facts.reference], order, clock)
    return replace(made, hdr=facts)


def _merged(
    sources: Sequence[bytes],
    full: tuple[tuple[int, int], int],
    plan: RoomPlan,
    clock: Clock,
    max_pixels: int,
) -> Merged:
    size, step = full
    with clock.stage("decode"):
        brackets = [
            Bracket(_small(source, size, step, max_pixels), shooting.shot(source).stops)
            for source in sources
        ]
    with clock.stage("merge"):
        return merge.merge(
            brackets,
            partial(_whole, sources, max_pixels),
            size=size,
            step=step,
            keeps_darkest=plan.window_pull != "NONE",
        )


def size_of(sources: Sequence[bytes], max_pixels: int) -> tuple[int, int]:
    """Tell the width and height that brackets have in common. Raises BracketsDiffer for others."""
    first, *others = (
        decode.probe(source, max_pixels=max_pixels).oriented_size for source in sources
    )
    for index, other in enumerate(others, 1):
        if other != first:
            raise BracketsDiffer(
                f"Bracket {index + 1} has {other[0]} x {other[1]} pixels, and the first one "
                f"{first[0]} x {first[1]}.",
                index=index,
            )
    return first


def _small(source: bytes, size: tuple[int, int], step: int, max_pixels: int) -> U8:
    """A copy that is `step` times smaller, rounded up: of a JPEG from its coefficients."""
    width, height = size
    wanted = (-(-width // step), -(-height // step))
    least = (width // step, height // step)
    turned = decode.probe(source, max_pixels=max_pixels).orientation != 1
    if turned and (width % step or height % step):
        least = size  # what a decoder rounds up lies at another border once it is turned
    rgb = decode.decode(source, max_pixels=max_pixels, least=least).visible
    if rgb.shape[1::-1] == wanted:
        return rgb
    if rgb.shape[1::-1] != size:
        rgb = decode.decode(source, max_pixels=max_pixels).visible
    below, right = wanted[1] * step - height, wanted[0] * step - width
    whole = cv2.copyMakeBorder(rgb, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return arrays.shrink(np.asarray(whole, np.uint8), wanted)


def _whole(sources: Sequence[bytes], max_pixels: int, index: int) -> U8:
    return decode.decode(sources[index], max_pixels=max_pixels).visible
