"""Whom `auto` asks, whom it believes, and what it says of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processing.engine.arrays import F32, U8
from processing.engine.errors import ModelNotInstalled, OutOfMemory, UnknownModel
from processing.engine.files import decode
from processing.engine.looking import looks
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render
from processing.engine.rendered import Look

PHOTOS = Path(__file__).parents[3] / "photos"

NAMES = {"fast": "small", "high": "large"}
PHOTO = np.full((100, 100, 3), 200, np.uint8)
Answer = F32 | Exception


def matte(*boxes: tuple[int, int, int, int, float]) -> F32:
    drawn = np.zeros((320, 320), np.float32)
    for left, top, right, bottom, belief in boxes:
        drawn[top:bottom, left:right] = belief
    return drawn


@dataclass
class Networks:
    """Stand-ins that answer in turn what they are told to, and note what they were shown."""

    fast: list[Answer] = field(default_factory=list)
    high: list[Answer] = field(default_factory=list)
    shown: list[tuple[str, tuple[int, ...], int]] = field(default_factory=list)

    def resolve(self, name: str) -> str:
        if name not in NAMES:
            raise UnknownModel(name)
        return NAMES[name]

    def provider(self, name: str) -> str:
        return f"test/{NAMES[name]}"

    def side(self, name: str) -> int:
        return 320

    def matte(self, name: str, rgb: U8) -> F32:
        self.shown.append((name, rgb.shape[:2], int(rgb[0, 0, 0])))
        answer = (self.fast if name == "fast" else self.high).pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def told(seen: looks.Seen) -> list[tuple[str, str, str]]:
    return [(look.network, look.reason, look.outcome) for look in seen.looks]


# 240 x 240 of 320 x 320 cells: too large for a second look.
GARMENT = (40, 40, 280, 280, 1.0)
BODY, SLEEVE = (40, 40, 240, 280, 1.0), (240, 40, 280, 280, 1.0)
DOUBTED_SLEEVE = (240, 40, 280, 280, 0.4)
WHOLE, DOUBTFUL = matte(GARMENT), matte(BODY, DOUBTED_SLEEVE)


@pytest.mark.parametrize("name", ["fast", "high"])
def test_a_model_by_name_looks_once_whatever_it_sees(name: str) -> None:
    networks = Networks(fast=[DOUBTFUL]) if name == "fast" else Networks(high=[DOUBTFUL])
    seen = looks.look(networks, name, PHOTO)
    assert seen.looks == (Look(NAMES[name], f"test/{NAMES[name]}", None, "chosen", "believed"),)
    assert (seen.model, seen.provider) == (NAMES[name], f"test/{NAMES[name]}")
    assert seen.matte is DOUBTFUL
    assert seen.region is None


@pytest.mark.parametrize("name", ["fast", "auto"])
def test_a_matte_that_is_there_already_is_not_asked_for_again(name: str) -> None:
    networks = Networks()
    seen = looks.look(networks, name, PHOTO, first=WHOLE)
    assert (seen.matte is WHOLE, len(seen.looks), networks.shown) == (True, 1, [])


def test_nothing_is_left_of_an_answer_that_is_not_believed_after_all() -> None:
    seen = looks.look(Networks(fast=[DOUBTFUL], high=[WHOLE]), "auto", PHOTO)
    assert {look.outcome for look in seen.outvoted} == {"outvoted"}
    assert [look.network for look in seen.outvoted] == ["small", "large"]


def test_auto_is_content_with_a_sure_look_at_a_large_subject() -> None:
    networks = Networks(fast=[WHOLE])
    seen = looks.look(networks, "auto", PHOTO)
    assert told(seen) == [("small", "first", "believed")]
    assert networks.shown == [("fast", (100, 100), 200)]
    assert seen.matte is WHOLE


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (matte(), "nothing-found"),
        (DOUBTFUL, "unsure"),
        (matte(GARMENT, (290, 0, 320, 60, 1.0), (0, 0, 30, 60, 1.0)), "in-pieces"),
    ],
)
def test_the_other_network_looks_where_the_first_is_not_enough(first: F32, reason: str) -> None:
    networks = Networks(fast=[first], high=[WHOLE])
    seen = looks.look(networks, "auto", PHOTO)
    believed, outvoted = ("believed", "outvoted")
    if reason == "in-pieces":  # nothing speaks against either, and the first was asked first
        believed, outvoted = outvoted, believed
    assert told(seen) == [("small", "first", outvoted), ("large", reason, believed)]
    assert [name for name, *_ in networks.shown] == ["fast", "high"]


def test_the_one_that_doubts_less_is_believed() -> None:
    seen = looks.look(Networks(fast=[DOUBTFUL], high=[WHOLE]), "auto", PHOTO)
    assert (seen.model, seen.provider) == ("large", "test/large")
    assert seen.matte is WHOLE


def test_one_that_denies_what_another_is_sure_of_is_not_believed_for_being_sure() -> None:
    # The first doubts 15 x 120 cells, the other is sure of everything but denies 40 x 240.
    first = matte(GARMENT, (280, 40, 300, 160, 0.4))
    networks = Networks(fast=[first, matte()], high=[matte(BODY)])
    seen = looks.look(networks, "auto", PHOTO)
    assert told(seen)[:2] == [("small", "first", "believed"), ("large", "unsure", "outvoted")]


def test_a_neighbor_that_stands_apart_may_be_denied() -> None:
    first = matte(GARMENT, (290, 0, 320, 120, 1.0), (0, 290, 200, 320, 0.4))
    seen = looks.look(Networks(fast=[first], high=[WHOLE]), "auto", PHOTO)
    assert told(seen) == [("small", "first", "outvoted"), ("large", "unsure", "believed")]


def test_where_both_doubt_the_first_looks_once_more_at_the_photo_darkened() -> None:
    networks = Networks(fast=[DOUBTFUL, WHOLE], high=[DOUBTFUL])
    seen = looks.look(networks, "auto", PHOTO)
    assert told(seen) == [
        ("small", "first", "outvoted"),
        ("large", "unsure", "outvoted"),
        ("small", "still-unsure", "believed"),
    ]
    # 255 * (200 / 255) ** 2.2
    assert networks.shown == [
        *(("fast", (100, 100), 200), ("high", (100, 100), 200), ("fast", (100, 100), 149))
    ]
    assert (seen.model, seen.matte is WHOLE) == ("small", True)


def test_nothing_at_all_is_an_answer() -> None:
    networks = Networks(fast=[matte()], high=[matte()])
    seen = looks.look(networks, "auto", PHOTO)
    assert told(seen) == [("small", "first", "believed"), ("large", "nothing-found", "outvoted")]
    assert seen.matte.max() == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ModelNotInstalled("Not here."), "not-installed"),
        (OutOfMemory("Too little."), "out-of-memory"),
        (MemoryError(), "out-of-memory"),
    ],
)
def test_auto_goes_on_without_the_other_network_and_says_so(error: Exception, outcome: Any) -> None:
    seen = looks.look(Networks(fast=[DOUBTFUL, WHOLE], high=[error]), "auto", PHOTO)
    assert seen.looks == (
        Look("small", "test/small", None, "first", "outvoted"),
        Look("large", None, None, "unsure", outcome),
        Look("small", "test/small", None, "still-unsure", "believed"),
    )
    assert (seen.model, seen.provider) == ("small", "test/small")


def test_auto_goes_on_without_the_last_look_and_says_so() -> None:
    first = matte(BODY, (240, 40, 280, 160, 0.4))
    seen = looks.look(Networks(fast=[first, MemoryError()], high=[DOUBTFUL]), "auto", PHOTO)
    assert seen.looks == (
        Look("small", "test/small", None, "first", "believed"),
        Look("large", "test/large", None, "unsure", "outvoted"),
        Look("small", None, None, "still-unsure", "out-of-memory"),
    )
    assert seen.matte is first


def test_any_other_error_of_the_other_network_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        looks.look(Networks(fast=[DOUBTFUL], high=[ZeroDivisionError()]), "auto", PHOTO)


@pytest.mark.parametrize("name", ["fast", "auto"])
def test_without_the_first_network_nobody_looks(name: str) -> None:
    networks = Networks(fast=[ModelNotInstalled("Not here.")], high=[WHOLE])
    with pytest.raises(ModelNotInstalled):
        looks.look(networks, name, PHOTO)


def test_unknown_models_are_refused() -> None:
    looks.check(Networks(), "auto")
    with pytest.raises(UnknownModel):
        looks.check(Networks(), "nobody")
    with pytest.raises(UnknownModel):
        looks.look(Networks(fast=[WHOLE]), "nobody", PHOTO)


# 80 x 80 cells are 25 x 25 pixels; with 3.75 on each side the part is (33, 33) to (67, 67).
SMALL, CLOSER = matte((120, 120, 200, 200, 1.0)), matte((40, 40, 280, 280, 1.0))
PART = (33, 33, 67, 67)


def test_a_small_subject_is_looked_at_again() -> None:
    networks = Networks(fast=[SMALL, CLOSER])
    seen = looks.look(networks, "auto", PHOTO)
    assert seen.looks == (
        Look("small", "test/small", None, "first", "outvoted"),
        Look("small", "test/small", PART, "small-subject", "believed"),
    )
    assert networks.shown[1] == ("fast", (34, 34), 200)
    assert seen.matte is CLOSER
    assert seen.region == PART
    assert seen.at((100, 100)) is seen
    assert seen.at((200, 300)).region == (66, 99, 134, 201)
    assert seen.whole.shape == (320, 320)
    # The part begins and ends at whole pixels, so its cells are a little larger.
    assert int((seen.whole > 0.5).sum()) == 82 * 82


@pytest.mark.parametrize(
    "second",
    [
        matte(),
        matte((40, 40, 280, 160, 1.0)),  # half of it
        matte((40, 40, 320, 280, 1.0)),  # up to the part's border
        matte((40, 40, 280, 280, 1.0), (0, 0, 40, 320, 0.4)),  # unsure
    ],
)
def test_a_second_look_that_is_no_better_is_not_believed(second: F32) -> None:
    seen = looks.look(Networks(fast=[SMALL, second]), "auto", PHOTO)
    assert told(seen) == [("small", "first", "believed"), ("small", "small-subject", "outvoted")]
    assert (seen.matte is SMALL, seen.whole is SMALL) == (True, True)
    assert seen.region is None


def test_a_small_part_of_a_doubtful_subject_is_not_looked_at_alone() -> None:
    """Where a print is all that is found, the part around it would cut the garment off."""
    unsure = matte((120, 120, 200, 200, 1.0), (200, 120, 240, 200, 0.4))
    networks = Networks(fast=[unsure], high=[WHOLE])
    assert told(looks.look(networks, "auto", PHOTO)) == [
        ("small", "first", "outvoted"),
        ("large", "unsure", "believed"),
    ]


def test_a_small_subject_is_looked_at_again_by_the_real_network(models_dir: Path) -> None:
    """A hat at a third of the width: the second look finds it, and is believed."""
    hat = decode.decode((PHOTOS / "wool-hat.jpg").read_bytes(), max_pixels=10**7).rgb
    height, width = hat.shape[:2]
    scene = cv2.copyMakeBorder(hat, height, height, width, width, cv2.BORDER_REPLICATE)
    data = decode.encode(np.asarray(scene, dtype=np.uint8), None, format="png")
    result = render(data, CutoutPlan(), Registry(models_dir))
    looks = [(look.network, look.reason, look.outcome) for look in result.looks]
    assert looks == [
        ("u2netp", "first", "outvoted"),
        ("u2netp", "small-subject", "believed"),
    ]
    assert result.model == "u2netp"
    region, box = result.looks[1].region, result.subject_box
    assert region is not None
    assert box is not None
    assert region[0] <= box[0] < box[2] <= region[2]
    assert region[1] <= box[1] < box[3] <= region[3]
