"""Where a subject stands that is placed by shares, against another reading of the same words."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from processing.engine.canvas.placing import placed, within
from processing.engine.plans.placed import Around, PlacedPlan

PHOTO = (400, 300)
BOX = (100, 50, 200, 250)  # 100 wide, 200 high


def place(
    plan: PlacedPlan, box: tuple[int, ...] = BOX, photo: tuple[int, int] = PHOTO
) -> tuple[tuple[int, int], tuple[int, ...]]:
    """The result's size, and the subject's box in it."""
    left, top, right, bottom = map(Fraction, box)
    found = placed(plan, photo, (left, top, right, bottom))
    return found.size, found.of((0, 0, 10, 10)).place


@pytest.mark.parametrize(
    ("plan", "size", "box"),
    [
        (PlacedPlan(), PHOTO, BOX),
        (PlacedPlan(crop=True), (100, 200), (0, 0, 100, 200)),
        (
            PlacedPlan(crop=True, around=Around(0.1, 0.5, "30px", 0.0)),
            (150, 250),
            (0, 20, 100, 220),
        ),
        # A share is of the box's own side, a scale of the canvas by the side that meets it first.
        (PlacedPlan(scale=1.0, position=(0.5, 0.5)), PHOTO, (125, 0, 275, 300)),
        (PlacedPlan(scale=0.5, position=(0.0, 1.0)), PHOTO, (0, 150, 75, 300)),
        (
            PlacedPlan(
                crop=True, around=Around(0.5, 0.5, 0.5, 0.5), scale=1.0, position=(0.5, 0.5)
            ),
            (200, 400),
            (0, 0, 200, 400),
        ),
        (PlacedPlan(position=(0.5, 0.5)), PHOTO, (150, 50, 250, 250)),
        (PlacedPlan(position=(1.0, 0.0)), PHOTO, (300, 0, 400, 200)),
        # As it stood: a third of the room on its left, half of the room above it.
        (PlacedPlan(scale=0.5), PHOTO, (108, 75, 183, 225)),
        (PlacedPlan(most_pixels=30_000), (200, 150), (50, 25, 100, 125)),
        (PlacedPlan(crop=True, most_pixels=5_000), (50, 100), (0, 0, 50, 100)),
    ],
)
def test_where_it_lands(
    plan: PlacedPlan, size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    assert place(plan) == (size, box)


def test_a_subject_that_fills_the_frame_stays_where_it_is() -> None:
    assert place(PlacedPlan(scale=0.5), (0, 0, 400, 300)) == (PHOTO, (100, 75, 300, 225))


@pytest.mark.parametrize("most", [1, 7, 250_000, 1_500_000])
def test_no_more_than_the_most(most: int) -> None:
    for size in ((4000, 3000), (1, 9000), (100_000, 3)):
        width, height = within(size, most)
        assert width * height <= max(most, max(width, height))
        assert min(width, height) >= 1


class Reading:
    """The order of work as its document has it, in floats: crop, scale, position, and the cap at last."""

    def __init__(self, chance: random.Random) -> None:
        self.photo = chance.randint(40, 6000), chance.randint(40, 6000)
        left = chance.randint(0, self.photo[0] - 20)
        top = chance.randint(0, self.photo[1] - 20)
        self.box = (
            *(left, top),
            *(chance.randint(left + 10, self.photo[0]), chance.randint(top + 10, self.photo[1])),
        )
        self.crop = chance.random() < 0.5
        self.margins = [self._margin(chance) for _ in range(4)]
        self.scale = chance.choice([None, chance.randint(10, 100) / 100])
        self.position = chance.choice([None, (chance.randint(0, 100), chance.randint(0, 100))])
        self.cap = chance.choice([250_000, 1_500_000, 4_000_000, 10_000_000, 25_000_000])

    @staticmethod
    def _margin(chance: random.Random) -> tuple[int, str]:
        unit = chance.choice(["px", "%"])
        return chance.randint(0, 500 if unit == "px" else 50), unit

    @property
    def plan(self) -> PlacedPlan:
        spelled = [f"{n}px" if unit == "px" else n / 100 for n, unit in self.margins]
        position = self.position and (self.position[0] / 100, self.position[1] / 100)
        return PlacedPlan(
            crop=self.crop,
            around=Around(*spelled),
            scale=self.scale,
            position=position,
            most_pixels=self.cap,
        )

    def read(self) -> tuple[float, float, list[float]]:
        x1, y1, x2, y2 = self.box
        w, h = x2 - x1, y2 - y1
        canvas_w, canvas_h, x, y = *map(float, self.photo), float(x1), float(y1)
        if self.crop:
            top, right, bottom, left = (
                n if unit == "px" else n / 100 * side
                for (n, unit), side in zip(self.margins, (h, w, h, w), strict=True)
            )
            canvas_w, canvas_h, x, y = w + left + right, h + top + bottom, left, top
        new_w, new_h = float(w), float(h)
        if self.scale is not None:
            # the side that fills its share first
            ratio = self.scale * canvas_w / w
            if h * ratio > self.scale * canvas_h:
                ratio = self.scale * canvas_h / h
            new_w, new_h = w * ratio, h * ratio
        if self.position is not None:
            x = self.position[0] / 100 * (canvas_w - new_w)
            y = self.position[1] / 100 * (canvas_h - new_h)
        elif self.scale is not None:
            x = (x / (canvas_w - w) if canvas_w > w else 0.5) * (canvas_w - new_w)
            y = (y / (canvas_h - h) if canvas_h > h else 0.5) * (canvas_h - new_h)
        # a picture of whole pixels, no more than the cap, to which all of the canvas is resized
        shrink = min(1.0, (self.cap / (canvas_w * canvas_h)) ** 0.5)
        width, height = canvas_w, canvas_h
        if shrink < 1:
            width, height = math.floor(canvas_w * shrink), math.floor(canvas_h * shrink)
        across, down = width / canvas_w, height / canvas_h
        return width, height, [x * across, y * down, (x + new_w) * across, (y + new_h) * down]


def test_as_somebody_else_reads_it() -> None:
    chance = random.Random(18)
    for number in range(300):
        case = Reading(chance)
        size, box = place(case.plan, case.box, case.photo)
        width, height, edges = case.read()
        assert size == pytest.approx((width, height), abs=1), (number, case.__dict__)
        assert list(box) == pytest.approx(edges, abs=1), (number, case.__dict__)
