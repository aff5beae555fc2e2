"""Number plates: found by how they read, wherever and however they stand; other texts are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.text import number_plates
from processing.engine.text.detect import Text, TextFinder
from tests.processing.engine.room.drawn import room
from tests.processing.engine.text.plates import with_plate


@pytest.fixture(scope="module")
def finder() -> TextFinder:
    return TextFinder(threads=1)


def line(words: str, *, width: float = 200, height: float = 40) -> Text:
    quad = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return Text(quad, words, 0.9)


@pytest.mark.parametrize(
    "words", ["B-MW 1234", "KA·PS 520", "AB12 CDE", "AB-123-CD", "7ABC123", "12-XYZ-3", "京A12345"]
)
def test_plates_of_many_countries_read_like_one(words: str) -> None:
    assert number_plates.is_plate(line(words))


@pytest.mark.parametrize(
    "words",
    [
        "OPEN",
        "HOTEL",
        "12",
        "1984",
        "030 123456",
        "17a",
        "Room 101",
        "A1",
        "ABCD1",
        "",
        "12345678901A",
    ],
)
def test_other_texts_do_not(words: str) -> None:
    assert not number_plates.is_plate(line(words))


def test_a_plate_is_long_and_not_too_long() -> None:
    assert not number_plates.is_plate(line("B-MW 1234", width=50))
    assert not number_plates.is_plate(line("B-MW 1234", width=500))


@pytest.mark.parametrize(("width", "turned"), [(110, 0.0), (240, 8.0)])
def test_a_plate_is_found_where_it_is(finder: TextFinder, width: int, turned: float) -> None:
    place = (200, 230)
    photo = with_plate(room((600, 400)), place, "KA-PS 5204", width=width, turned=turned)
    [(left, top, right, bottom)] = number_plates.find(photo, finder)
    tall = width * 110 / 520
    assert left < place[0] + 0.1 * width
    assert right > place[0] + 0.9 * width
    assert top < place[1] + 0.2 * tall
    assert bottom > place[1] + 0.8 * tall
    assert right - left < 1.7 * width


def test_a_room_has_none(finder: TextFinder) -> None:
    assert number_plates.find(room((600, 400)), finder) == []
    assert number_plates.find(np.zeros((1, 1, 3), np.uint8), finder) == []
