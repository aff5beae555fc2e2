"""Exposures that become one picture: in order, on each other, without what moved, fused."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import pytest

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.errors import BracketsDiffer
from processing.engine.room.hdr import align
from processing.engine.room.hdr.merge import Bracket, Merged, merge
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, held, light

SIZE = (1200, 800)
STEP = 2
SMALL = (SIZE[0] // STEP, SIZE[1] // STEP)
HANDS = (
    held(SIZE, degrees=0.5, right=15, down=-15),
    np.eye(3),
    held(SIZE, degrees=-0.5, right=-15, down=10),
)
THING = (500, 450, 650, 750)
ELSEWHERE = (250, 450, 400, 750)


def merged(photos: Sequence[U8], stops: Sequence[float | None] = STOPS) -> Merged:
    brackets = [
        Bracket(arrays.shrink(rgb, SMALL), told) for rgb, told in zip(photos, stops, strict=True)
    ]
    return merge(brackets, lambda index: photos[index], size=SIZE, step=STEP)


@pytest.fixture(scope="module")
def still() -> list[U8]:
    """Three exposures from a tripod, without noise."""
    return [exposed(light(SIZE), stops, noise=0.0) for stops in STOPS]


@pytest.fixture(scope="module")
def truth(still: list[U8]) -> U8:
    return merged(still).rgb


def off(one: U8, other: U8) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def test_what_was_held_by_hand_comes_back_within_a_pixel() -> None:
    fixed = align.structure(arrays.shrink(exposed(light(SIZE), STOPS[1]), SMALL))
    for stops, seen in zip(STOPS, HANDS, strict=True):
        photo = exposed(light(SIZE), stops, seen=seen, seed=1)
        found = align.moved(fixed, align.structure(arrays.shrink(photo, SMALL)), np.eye(3))
        assert found.is_known
        places = np.array([[x, y] for x in (0, 600, 1199) for y in (0, 400, 799)], np.float64)
        there, wanted = (
            cv2.perspectiveTransform(places[None], matrix)[0]
            for matrix in (align.at_full_size(found.matrix, STEP), seen)
        )
        assert np.hypot(*(there - wanted).T).max() < 1


def test_windows_and_corners_are_both_shown(still: list[U8], truth: U8) -> None:
    """As OpenCV's exposure fusion shows them, which knows no small copies."""
    theirs = cv2.createMergeMertens(1, 1, 1).process(
        [arrays.shrink(photo, SMALL) for photo in still]
    )
    wanted = np.clip(theirs * 255, 0, 255).astype(np.uint8)
    assert off(arrays.shrink(truth, SMALL), wanted) < 8
    window = np.s_[250:500, 310:450]
    assert (still[1][window].min(axis=-1) == 255).mean() > 0.8  # the middle exposure shows nothing
    assert (truth[window] < 250).mean() > 0.95
    assert truth[window].std() > 5
    assert np.median(truth) > 1.5 * np.median(still[0])


def test_hand_and_noise_change_little(truth: U8, still: list[U8]) -> None:
    photos = [
        exposed(light(SIZE), stops, seen=seen, seed=seed)
        for seed, (stops, seen) in enumerate(zip(STOPS, HANDS, strict=True))
    ]
    found = merged(photos)
    inside = np.s_[30:-30, 30:-30]
    assert off(found.rgb[inside], truth[inside]) < 4
    # Nothing is sharper or softer by much, and nothing doubled.
    edges = [
        cv2.Laplacian(cv2.blur(rgb, (3, 3)), cv2.CV_32F)[inside].std() for rgb in (truth, found.rgb)
    ]
    assert edges[1] == pytest.approx(edges[0], rel=0.15)
    assert found.facts.stops == (-2.0, 0.0, 2.0)
    assert found.facts.shifts == (pytest.approx(27, abs=1.5), 0.0, pytest.approx(24, abs=1.5))
    assert found.facts.moving < 0.015


def test_what_moved_is_taken_from_the_reference(truth: U8) -> None:
    photos = [
        exposed(light(SIZE), STOPS[0], seed=1),
        exposed(light(SIZE), STOPS[1], thing=THING, seed=2),
        exposed(light(SIZE), STOPS[2], thing=ELSEWHERE, seed=3),
    ]
    found = merged(photos)
    left, top, right, bottom = THING
    inside = found.rgb[top + 10 : bottom - 10, left + 10 : right - 10]
    usual = photos[1][top + 10 : bottom - 10, left + 10 : right - 10]
    # As dark as there, but for what its surroundings at large became.
    assert off(inside, usual) < 30
    assert inside.max(axis=-1).mean() < 120
    left, top, right, bottom = ELSEWHERE
    there = np.s_[top:bottom, left:right]
    assert off(found.rgb[there], truth[there]) < 12
    share = 2 * 150 * 300 / (SIZE[0] * SIZE[1])
    assert share < found.facts.moving < 1.5 * share


def test_noise_is_not_raised() -> None:
    scene = np.full((SIZE[1], SIZE[0], 3), 0.15, np.float32)
    photos = [exposed(scene, stops, noise=0.01, seed=seed) for seed, stops in enumerate(STOPS)]
    assert merged(photos).rgb.std() < photos[1].std()


def test_one_photo_twice_is_that_photo(still: list[U8]) -> None:
    found = merged([still[1], still[1]], [None, None])
    assert np.abs(found.rgb.astype(np.int16) - still[1]).max() <= 1
    assert (found.facts.stops, found.facts.stops_from) == ((0.0, 0.0), "brightness")
    assert (found.facts.shifts, found.facts.moving) == ((0.0, 0.0), 0.0)


def test_the_order_in_which_they_come_means_nothing(still: list[U8], truth: U8) -> None:
    turned = [2, 0, 1]
    by_light = merged([still[index] for index in turned], [None] * 3)
    assert by_light.facts.reference == 2
    assert by_light.facts.stops_from == "brightness"
    assert by_light.facts.stops[1] < 0 < by_light.facts.stops[0]
    assert np.abs(by_light.rgb.astype(np.int16) - truth).max() <= 1


def test_nine_are_asked_for_once_each_and_one_after_the_other() -> None:
    size, stops = (300, 200), np.linspace(-4, 4, 9)
    scene = cv2.resize(light(SIZE), size, interpolation=cv2.INTER_AREA)
    photos = [exposed(scene, float(one)) for one in stops]
    asked: list[int] = []

    def whole(index: int) -> U8:
        asked.append(index)
        return photos[index]

    brackets = [Bracket(rgb, float(one)) for rgb, one in zip(photos, stops, strict=True)]
    found = merge(brackets, whole, size=size, step=1)
    assert asked == list(range(9))
    assert found.facts.reference == 4
    assert all(one < two for one, two in pairwise(found.facts.stops))


def test_another_room_is_refused() -> None:
    photos = [exposed(light(SIZE), STOPS[1]), exposed(light(SIZE, other=True), STOPS[2])]
    with pytest.raises(BracketsDiffer, match="Bracket 2 shows something else") as refusal:
        merged(photos, STOPS[1:])
    assert refusal.value.index == 1


def test_photos_with_nothing_in_common_are_refused() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    board = np.indices((SIZE[1], SIZE[0])).sum(axis=0) // 20 % 2 * 255
    with pytest.raises(BracketsDiffer, match="shows something else than bracket"):
        merged([noise, np.repeat(board.astype(np.uint8)[..., None], 3, axis=2)], STOPS[1:])


def test_what_shows_nothing_is_no_error() -> None:
    black = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    found = merged([black, black, black + 255])
    assert found.facts.shifts == (None, 0.0, None)
    assert found.rgb.shape == black.shape
