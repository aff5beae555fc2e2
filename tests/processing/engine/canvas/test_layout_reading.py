"""An independent reading of docs/layout.md, in floating point, agrees with every edge to half a pixel."""

from __future__ import annotations

import random

import pytest

from processing.engine.canvas.layout import Box, Cut, Size, lay_out
from processing.engine.plans.edit import Layout, Sides

CASES = 300
ALIGNED = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}


def length(pick: random.Random) -> float | str:
    return pick.choice(
        [
            round(pick.uniform(0, 0.24), pick.randint(1, 17)),
            f"{pick.uniform(0, 40):.{pick.randint(0, 3)}f}px",
            f"{pick.uniform(0, 24):.{pick.randint(0, 3)}f}%",
        ]
    )


def sides(pick: random.Random) -> Sides:
    return Sides(*(length(pick) for _ in range(4)))


def case(number: int) -> tuple[Layout, Size, Box, Cut]:
    pick = random.Random(number)
    width, height = pick.randint(300, 3000), pick.randint(300, 3000)
    left, right = sorted(pick.sample(range(width + 1), 2))
    top, bottom = sorted(pick.sample(range(height + 1), 2))
    cut = Cut(*(pick.random() < 0.25 for _ in range(4)))
    wanted = Layout(
        size=pick.choice(["auto", f"{pick.randint(300, 3000)}x{pick.randint(300, 3000)}"]),
        margin=sides(pick),
        padding=sides(pick),
        scaling=pick.choice(["fit", "fill"]),
        horizontal=pick.choice([None, None, "left", "center", "right"]),
        vertical=pick.choice([None, None, "top", "center", "bottom"]),
        snap=pick.choice([True, False]),
    )
    return wanted, (width, height), (left, top, right, bottom), cut


def read(one: float | str, whole: float) -> float:
    if isinstance(one, float):
        return one * whole
    return float(one[:-2])


class Line:
    """One axis of a layout: the document, the target area and what the frame cuts."""

    def __init__(
        self, canvas: int, margins: list[float | str], paddings: list[float | str], cut: list[bool]
    ) -> None:
        before, after = (read(one, canvas) for one in margins)
        inner = canvas - before - after
        first, last = (
            0.0 if dropped else read(one, inner) for one, dropped in zip(paddings, cut, strict=True)
        )
        self.start, self.end = before + first, canvas - after - last
        self.room = self.end - self.start
        self.cut = cut
        self.bleeds = any(cut) and not (cut[0] and before > 0) and not (cut[1] and after > 0)

    def span(self, size: float, alignment: str | None, fit: bool) -> tuple[float, float]:
        if alignment is not None:
            share = ALIGNED[alignment]
        else:
            share = {(True, False): 0.0, (False, True): 1.0}.get(tuple(self.cut), 0.5)
            if fit and size > self.room + 1e-9:
                share = 1 - share
        start = self.start + share * (self.room - size)
        return start, start + size


def by_the_document(
    wanted: Layout, photo: Size, box: Box, found: Cut
) -> tuple[float, float, float, float]:
    canvas = photo if wanted.size == "auto" else tuple(int(n) for n in wanted.size.split("x"))
    cut = [[False, False], [False, False]]
    for axis, alignment in enumerate((wanted.horizontal, wanted.vertical)):
        if wanted.snap and alignment is None:
            cut[axis] = [found[axis], found[axis + 2]]
    margin, padding = wanted.margin, wanted.padding
    x = Line(canvas[0], [margin.left, margin.right], [padding.left, padding.right], cut[0])
    y = Line(canvas[1], [margin.top, margin.bottom], [padding.top, padding.bottom], cut[1])
    width, height = box[2] - box[0], box[3] - box[1]
    fit = wanted.scaling == "fit"
    scales = x.room / width, y.room / height
    scale = min(scales) if fit else max(scales)
    gap, overflow = (y, x) if scales[0] < scales[1] else (x, y)
    if fit and all(gap.cut) and overflow.bleeds:
        scale = max(scales)
    left, right = x.span(max(1, width * scale), wanted.horizontal, fit)
    top, bottom = y.span(max(1, height * scale), wanted.vertical, fit)
    return left, top, right, bottom


@pytest.mark.parametrize("block", range(0, CASES, 50))
def test_every_edge_is_within_half_a_pixel_of_the_exact_sum(block: int) -> None:
    for number in range(block, block + 50):
        exact, place = by_the_document(*case(number)), lay_out(*case(number)).place
        off = max(abs(edge - sum_) for edge, sum_ in zip(place, exact, strict=True))
        assert off <= 0.5 + 1e-6, (number, off, place, exact)
