"""Finding faces: large and small, in large photos, and none where there are none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.errors import ModelNotInstalled
from processing.engine.networks import weights
from processing.engine.networks.faces import NAME, FaceFinder
from processing.engine.networks.runtimes import graphs
from tests import faces
from tests.processing.engine.room.drawn import room

SIZE = (900, 600)


@pytest.fixture(scope="module")
def finder(models_dir: Path) -> FaceFinder:
    return FaceFinder(models_dir, threads=1)


@pytest.fixture(scope="module")
def drawn() -> U8:
    return room(SIZE)


def box_of(place: tuple[int, int, int]) -> tuple[float, ...]:
    left, top, width = place
    tall = faces.portrait(width).shape[0]
    a, b, c, d = faces.FACE
    return left + a * width, top + b * tall, left + c * width, top + d * tall


@pytest.mark.parametrize("width", [28, 40, 90, 300, 640])
def test_faces_of_many_sizes_are_found_where_they_are(
    finder: FaceFinder, drawn: U8, width: int
) -> None:
    """The smallest is 14 pixels wide."""
    place = (60, 0 if width > 500 else 90, width)
    canvas = cv2.resize(drawn, (1000, 720))
    [face] = finder.find(faces.with_portraits(canvas, place))
    away = np.abs(np.array(face.box) - box_of(place))
    assert away.max() < 0.12 * width
    assert 0.4 < face.score <= 1


def test_each_of_several_faces_is_found_once(finder: FaceFinder, drawn: U8) -> None:
    places = [(30, 40, 80), (300, 40, 200), (600, 250, 50)]
    found = finder.find(faces.with_portraits(drawn, *places))
    assert len(found) == 3
    assert [face.score for face in found] == sorted([face.score for face in found], reverse=True)


def test_a_face_on_the_border_of_two_tiles_is_found(finder: FaceFinder) -> None:
    wide = np.full((200, 2000, 3), 150, np.uint8)
    (_, (_, second)) = arrays.tiles(wide, side=1120, overlap=96)
    [face] = finder.find(faces.with_portraits(wide, (second - 40, 20, 80)))
    assert np.abs(np.array(face.box) - box_of((second - 40, 20, 80))).max() < 10


def test_a_room_without_people_has_no_face(finder: FaceFinder, drawn: U8) -> None:
    assert finder.find(drawn) == ()
    assert finder.find(np.zeros((1, 1, 3), np.uint8)) == ()


@pytest.mark.parametrize("length", [1, 1120, 1121, 4096, 3072])
def test_tiles_cover_all_and_overlap(length: int) -> None:
    tiles = arrays.tiles(np.zeros((5, length), np.uint8), side=1120, overlap=96)
    assert {top for top, _ in tiles} == {0}
    starts = [left for _, left in tiles]
    assert (starts[0], starts[-1] + 1120 >= length) == (0, True)
    assert all(0 < right - left <= 1120 - 96 for left, right in pairwise(starts))


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled, match=f"make models NAMES={NAME}"):
        FaceFinder(tmp_path).check()
    with pytest.raises(ModelNotInstalled, match=f"make models NAMES={NAME}"):
        FaceFinder(tmp_path).find(np.zeros((64, 64, 3), np.uint8))


def test_damaged_weights_are_not_loaded(tmp_path: Path, models_dir: Path) -> None:
    data = bytearray((models_dir / "centerface.onnx").read_bytes())
    data[-1] ^= 1
    (tmp_path / "centerface.onnx").write_bytes(data)
    with pytest.raises(ModelNotInstalled, match="SHA-256"):
        FaceFinder(tmp_path).find(np.zeros((64, 64, 3), np.uint8))
    entry = weights.find(NAME)
    assert entry is not None
    for wrong in (bytes(data), b"", b"\x0a", bytes(data[:1000])):
        with pytest.raises(graphs.NotThatGraph):
            graphs.of_any_size(wrong, entry)


def test_a_network_that_nobody_used_is_let_go_and_loaded_again(models_dir: Path, drawn: U8) -> None:
    finder, small = FaceFinder(models_dir, threads=1), faces.with_portraits(drawn, (60, 90, 90))
    assert finder.let_go(0) == []
    before = finder.find(small)
    assert finder.let_go(3600) == []
    assert finder.let_go(0) == [NAME]
    assert finder.let_go(0) == []
    assert finder.find(small) == before
