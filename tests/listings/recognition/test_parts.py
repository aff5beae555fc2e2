"""Colors from the subject alone, hints about photos, and one category out of several views."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from listings.recognition import categories, certain, choosing, clothing, colors, quality
from listings.recognition.network import Looks
from listings.recognition.reading import Line
from processing.engine.arrays import F32, U8


def item(color: tuple[int, int, int], ground: tuple[int, int, int] = (200, 30, 30)) -> U8:
    picture = np.empty((240, 200, 3), np.uint8)
    picture[:] = ground
    picture[60:180, 50:150] = color
    return picture


def middle() -> F32:
    """The matte of `item`, on a grid of its own."""
    matte = np.zeros((120, 100), np.float32)
    matte[30:90, 25:75] = 1
    return matte


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ((20, 20, 22), "black"),
        ((250, 250, 250), "white"),
        ((20, 34, 66), "navy"),
        ((30, 100, 200), "blue"),
        ((200, 25, 30), "red"),
        ((110, 18, 36), "burgundy"),
        ((60, 160, 70), "green"),
        ((110, 68, 36), "brown"),
        ((196, 178, 148), "beige"),
    ],
)
def test_a_plain_item_has_its_own_color_whatever_lies_around_it(
    color: tuple[int, int, int], name: str
) -> None:
    for ground in ((255, 255, 255), (250, 220, 40)):
        found = colors.of(item(color, ground), middle())
        assert found is not None
        assert (found.names, found.pattern) == ((name,), "plain")
        assert (found.is_sure, found.is_plain) == (True, True)


def test_two_halves_are_several_colors_and_stripes_a_pattern() -> None:
    halves, stripes = item((30, 100, 200)), item((30, 100, 200))
    halves[120:180, 50:150] = (250, 220, 40)
    for top in range(60, 180, 8):
        stripes[top : top + 4, 50:150] = (250, 220, 40)
    for picture, pattern in ((halves, "multicoloured"), (stripes, "patterned")):
        found = colors.of(picture, middle())
        assert found is not None
        assert set(found.names) == {"blue", "yellow"}
        assert (found.pattern, found.is_sure, found.is_plain) == (pattern, False, False)


@pytest.mark.parametrize(
    ("color", "name", "is_sure"),
    [
        ((62, 60, 60), "black", False),
        ((48, 45, 44), "black", True),
        ((110, 110, 112), "grey", True),
    ],
)
def test_black_cloth_in_the_light_is_black(
    color: tuple[int, int, int], name: str, is_sure: bool
) -> None:
    found = colors.of(item(color, (255, 255, 255)), middle())
    assert found is not None
    assert (found.names, found.is_sure) == ((name,), is_sure)


def test_a_print_in_the_middle_is_no_pattern() -> None:
    shirt = item((30, 100, 200))
    for top in range(90, 150, 8):
        shirt[top : top + 4, 65:135] = (250, 220, 40)
    found = colors.of(shirt, middle())
    assert found is not None
    assert (found.pattern, found.names[0]) == ("multicoloured", "blue")


def test_colors_of_what_shows_a_picture_and_patterns_of_what_is_no_cloth_are_not_told() -> None:
    found = colors.Colors(("red", "blue"), (0.8, 0.2), "patterned", 0.9, True, False)
    told = {name: certain.Told() for name in ("book", "shoes", "mug", "dress")}
    for category, one in told.items():
        certain.about_colors(one, 0, found, category)
    fields = {name: [said.value for said in one.facts] for name, one in told.items()}
    assert fields == {"book": [], "shoes": ["red"], "mug": ["red"], "dress": ["red"]}
    suggested = {name: [said.value for said in one.suggested] for name, one in told.items()}
    assert suggested == {
        "book": [],
        "shoes": ["blue"],
        "mug": ["blue"],
        "dress": ["blue", "patterned"],
    }


def test_the_largest_lines_of_a_cover_are_suggested_as_its_title() -> None:
    lines = [
        Line("A novel", 0.9, 0, 20.0),
        Line("The Long", 0.95, 0, 60.0),
        Line("Winter", 0.85, 0, 55.0),
    ]
    for category, title in (("book", ["The Long Winter"]), ("mug", [])):
        told = certain.Told()
        certain.about_print(told, [lines], category)
        assert (told.facts, [one.value for one in told.suggested]) == ([], title)


def test_nothing_has_no_color() -> None:
    assert colors.of(item((20, 20, 22)), np.zeros((32, 32), np.float32)) is None


def textured(scale: float = 1.0) -> U8:
    """A large subject full of detail on a plain ground."""
    noise = np.random.default_rng(1).integers(0, 256, (60, 50), dtype=np.uint8)
    picture = np.full((640, 560, 3), 225, np.uint8)
    picture[160:480, 140:420] = cv2.resize(noise, (280, 320), interpolation=cv2.INTER_NEAREST)[
        ..., None
    ]
    return np.asarray(picture * scale, np.uint8)


def problems(
    picture: U8, matte: F32 | None = None, size: tuple[int, int] = (1200, 1600)
) -> list[str]:
    found = np.zeros((64, 56), np.float32)
    found[16:48, 14:42] = 1
    return [
        one.problem
        for one in quality.problems(0, picture, found if matte is None else matte, size, [])
    ]


def test_a_good_photo_needs_nothing() -> None:
    assert problems(textured()) == []


def test_each_problem_is_named_alone() -> None:
    blurred = np.asarray(cv2.GaussianBlur(textured(), (0, 0), 9), np.uint8)
    white = textured()
    white[160:320, 140:420] = 255
    cluttered = textured()
    rng = np.random.default_rng(2)
    busy = cv2.resize(rng.integers(0, 256, (80, 70), dtype=np.uint8), (560, 640))[..., None]
    around = np.ones((640, 560), bool)
    around[160:480, 140:420] = False
    cluttered[around] = np.broadcast_to(busy, cluttered.shape)[around]
    low = np.zeros((64, 56), np.float32)
    low[32:, 14:42] = 1
    assert problems(blurred) == ["blurred"]
    assert problems(textured(0.3)) == ["too-dark"]
    assert problems(white) == ["too-bright"]
    assert problems(cluttered) == ["cluttered"]
    assert problems(textured(), low) == ["cut-off"]
    assert problems(textured(), size=(499, 300)) == ["too-small"]
    assert problems(textured(), np.zeros((64, 56), np.float32)) == ["nothing-found"]


def looks(imagenet: dict[int, float]) -> Looks:
    """A view of which ImageNet's classes have these probabilities, and the maps say nothing."""
    chances = np.full(1000, (1 - sum(imagenet.values())) / 1000, np.float32)
    for index, chance in imagenet.items():
        chances[index] += chance
    maps = (np.zeros((1, channels, 3, 3), np.float32) for channels in (1280, 112))
    return Looks(*maps, np.log(chances)[None])


GUITAR, HARP, MUG = 546, 594, 504


def test_goods_are_known_by_imagenets_classes() -> None:
    choice = choosing.choose([looks({GUITAR: 0.8})])
    assert (choice.key, choice.views) == ("electric-guitar", (0,))
    assert choice.confidence == pytest.approx(0.99, abs=0.01)
    assert (choice.group, choice.group_confidence) == ("music", pytest.approx(0.99, abs=0.01))


def test_what_is_like_nothing_known_is_unsure() -> None:
    assert choosing.choose([looks({})]).key is None
    assert choosing.choose([None]) == choosing.Choice(None, 0.0, (), ())


def test_faint_signs_are_candidates_and_no_answer() -> None:
    choice = choosing.choose([looks({GUITAR: 0.3, HARP: 0.25, MUG: 0.1})])
    assert choice.key is None
    assert [key for key, _ in choice.candidates][:3] == ["guitar", "harp", "mug"]
    assert len(choice.candidates) == choosing.MAX_CANDIDATES
    assert (choice.group, choice.group_confidence) == ("music", pytest.approx(0.88, abs=0.01))


def test_the_first_view_counts_double_and_empty_ones_nothing() -> None:
    choice = choosing.choose([looks({GUITAR: 0.9}), None, looks({MUG: 0.9})])
    assert (choice.key, choice.views) == (None, (0,))
    assert choice.candidates[:2] == (
        ("guitar", pytest.approx(0.665, abs=0.01)),
        ("mug", pytest.approx(0.333, abs=0.01)),
    )


def test_every_label_of_the_head_has_its_category() -> None:
    assert set(clothing.head().labels) == set(categories.by_label())


def test_no_class_shows_two_kinds_of_goods() -> None:
    for index in range(1000):
        one = np.zeros(1000, np.float32)
        one[index] = 1
        assert sum(categories.goods(one).values()) in (0, 1), index


def test_a_finer_kind_is_the_likeliest_of_its_parents() -> None:
    chances = categories.softmax(looks({770: 0.7, 608: 0.2}).logits)[0]
    assert categories.finer("shoes", chances) == ("trainers", pytest.approx(0.7, abs=0.01))
    assert categories.finer("dress", chances) is None
