"""Which of many photos are exposures of one view."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processing.engine.bracket_groups import look
from processing.engine.room.hdr.grouping import Seen, groups
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, held, jpeg, light

SIZE = (600, 400)
HANDS = (held(SIZE, right=2, down=-2), None, held(SIZE, degrees=0.3, right=-1))


@pytest.fixture(scope="module")
def rooms() -> list[list[Seen]]:
    """Two rooms, each in three exposures, held by hand; their files tell nothing."""
    return [
        [
            look(jpeg(exposed(light(SIZE, other=other), stops, seen=seen)), max_pixels=10**6)
            for stops, seen in zip(STOPS, HANDS, strict=True)
        ]
        for other in (False, True)
    ]


def test_two_rooms_are_told_apart_by_their_looks(rooms: list[list[Seen]]) -> None:
    (a, b, c), (d, e, f) = rooms
    assert groups([a, b, c, d, e, f]) == [[0, 1, 2], [3, 4, 5]]
    assert groups([e, c, d, a, f, b]) == [[0, 2, 4], [1, 3, 5]]
    assert groups([a, d]) == [[0], [1]]
    assert groups([a]) == [[0]]
    assert groups([]) == []


def test_series_of_one_view_are_told_apart_by_exposure_and_time(rooms: list[list[Seen]]) -> None:
    room = rooms[0]

    def taken(begin: float, stops: tuple[float, ...] = STOPS) -> list[Seen]:
        return [
            replace(one, stops=at, taken=begin + number, camera="A")
            for number, (one, at) in enumerate(zip(room, stops, strict=True))
        ]

    again = taken(0) + taken(3)
    assert groups(again) == [[0, 1, 2], [3, 4, 5]]
    assert groups(again[::-1]) == [[2, 1, 0], [5, 4, 3]]
    later = taken(0) + taken(60, (-4.5, -2.5, 0.5))
    assert groups(later) == [[0, 1, 2], [3, 4, 5]]
    assert groups(taken(0) + taken(3, (-4.5, -2.5, 0.5))) == [[0, 1, 2, 3, 4, 5]]


def test_other_sizes_and_cameras_are_other_photos(rooms: list[list[Seen]]) -> None:
    one, two, three = rooms[0]
    assert groups([one, replace(two, size=(400, 600)), three]) == [[0, 2], [1]]
    assert groups([one, replace(two, camera="B"), three]) == [[0, 2], [1]]


def test_what_shows_nothing_belongs_to_what_was_taken_at_once(rooms: list[list[Seen]]) -> None:
    first, second = rooms[0][0], rooms[1][0]
    black = look(jpeg(exposed(light(SIZE), -14.0, noise=0)), max_pixels=10**6)
    timed = [
        replace(first, stops=-4.0, taken=100.0),
        replace(second, stops=-4.0, taken=130.0),
        replace(black, stops=-14.0, taken=101.0),
    ]
    assert groups(timed) == [[0, 2], [1]]
    assert groups([first, second, black]) == [[0], [1], [2]]


def test_no_group_has_more_than_nine(rooms: list[list[Seen]]) -> None:
    assert [len(group) for group in groups([rooms[0][1]] * 20)] == [9, 9, 2]


def test_the_file_tells_how_it_was_taken() -> None:
    seen = look(jpeg(exposed(light(SIZE), -2.0), stops=-3.0, orientation=6), max_pixels=10**6)
    assert seen.size == (400, 600)
    assert seen.stops == pytest.approx(-3.0)
    assert (seen.taken, seen.camera) == (None, None)
