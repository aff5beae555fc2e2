"""Of several subjects the one is cut out that somebody pointed at or drew a box around."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.engine.cutout import subject
from processing.engine.errors import InvalidPlan, NothingFound
from processing.engine.files import decode
from processing.engine.plans.cutout import Area, Cutting, Spot
from processing.engine.rendered import Clock
from tests.stand_ins import MiddleModel

# A red and a blue thing, and between them a small one that only a closer look shows.
RED, BLUE, SMALL = (20, 20, 80, 100), (220, 40, 280, 120), (140, 60, 150, 70)


class Colorful(MiddleModel):
    """What is no grey is subject; small things are seen only in a part of the photo."""

    seen: list[tuple[int, int]]

    def __init__(self) -> None:
        self.seen = []

    def matte(self, name: str, rgb: Any) -> Any:
        height, width = rgb.shape[:2]
        self.seen.append((width, height))
        matte = (np.ptp(rgb.astype(int), axis=-1) > 60).astype(np.float32)
        if width == 300:
            left, top, right, bottom = SMALL
            matte[top:bottom, left:right] = 0
        return matte


def photo() -> decode.Decoded:
    image = Image.new("RGB", (300, 160), (128, 128, 128))
    for box, color in ((RED, (220, 0, 0)), (BLUE, (0, 0, 220)), (SMALL, (0, 200, 0))):
        image.paste(color, box)
    out = BytesIO()
    image.save(out, "PNG")
    return decode.decode(out.getvalue(), max_pixels=10**6)


def box_of(cutting: Cutting, models: Colorful | None = None) -> tuple[int, int, int, int]:
    found = subject.find(photo(), cutting, models or Colorful(), Clock())
    alpha = found.cutout.alpha
    rows, columns = np.flatnonzero(alpha.max(axis=1)), np.flatnonzero(alpha.max(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def plain(**chosen: Any) -> Cutting:
    return Cutting(model="fast", edge="none", **chosen)


def test_a_point_chooses_the_piece_that_it_lies_in() -> None:
    assert box_of(plain()) == (20, 20, 280, 120)
    assert box_of(plain(point=Spot(0.15, 0.4))) == RED
    assert box_of(plain(point=Spot(0.85, 0.5))) == BLUE


def test_the_network_is_asked_again_about_the_part_around_it_and_the_looks_say_so() -> None:
    models = Colorful()
    found = subject.find(photo(), plain(point=Spot(0.15, 0.4)), models, Clock())
    assert models.seen == [(300, 160), (76, 96)]
    assert [(look.region, look.outcome) for look in found.looks] == [
        (None, "outvoted"),
        ((12, 12, 88, 108), "believed"),
    ]


def test_a_box_chooses_what_lies_in_it() -> None:
    assert box_of(plain(box=Area(0.7, 0.1, 1, 0.9))) == BLUE
    # The red one reaches into this box, but lies outside of it for the most part.
    assert box_of(plain(box=Area(0.25, 0.1, 1, 0.9))) == (140, 40, 280, 120)


def test_a_small_thing_is_found_by_a_closer_look() -> None:
    assert box_of(plain(point=Spot(145 / 300, 65 / 160))) == SMALL


@pytest.mark.parametrize("chosen", [{"point": Spot(0.5, 0.95)}, {"box": Area(0.3, 0.6, 0.6, 1)}])
def test_where_no_subject_is_nothing_is_found(chosen: dict[str, Any]) -> None:
    with pytest.raises(NothingFound):
        box_of(plain(**chosen))


@pytest.mark.parametrize(
    "given",
    [
        {"point": Spot(0.5, 0.5), "box": Area()},
        {"mask": "img", "box": Area()},
        {"mask": "img", "point": Spot(0.5, 0.5)},
    ],
)
def test_a_subject_is_chosen_in_one_way(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlan, match="not both"):
        Cutting(**given)


@pytest.mark.parametrize("place", [(1.2, 0.5), (0.5, -0.1), (float("nan"), 0), (True, 0)])
def test_a_place_lies_in_the_photo(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidPlan, match="a share from 0 to 1"):
        Spot(*place)
