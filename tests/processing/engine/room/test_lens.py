"""What a lens did to a photo of a room, and taking it back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from processing.engine.arrays import F64, U8
from processing.engine.files import decode, metadata
from processing.engine.plans.edit import Export
from processing.engine.plans.room import RoomPlan
from processing.engine.render_room import render_room
from processing.engine.rendered import LensFacts, Rendered
from processing.engine.room import resampling
from processing.engine.room.lens import database, finding, lines
from processing.engine.room.lens.distortion import Corrected, Distortion, corrected, radii
from tests.processing.engine.room.drawn import room
from tests.processing.engine.room.lens_photos import LENS, bent, jpeg

SIZE = (900, 600)
LENS_ALONE = RoomPlan(look=None, straighten=False, export=Export(format="png"))
NAMES = ("Canon EOS 5D Mark IV", "Canon EF 24-70mm f/2.8L II USM")


@pytest.fixture(scope="module")
def drawn() -> U8:
    return room(SIZE)


@pytest.fixture(scope="module")
def wide() -> Distortion:
    """The database's lens at its widest."""
    entry = database.find(metadata.taken(jpeg(np.zeros((60, 90, 3), np.uint8))), SIZE)
    assert entry is not None
    assert (entry.camera, entry.lens, entry.has_mirror) == (*NAMES, True)
    return entry.distortion


def by_lens(rgb: U8, faults: Distortion) -> U8:
    """The photo as that lens would have taken it: the way back of `Corrected`, found by steps."""
    size = (rgb.shape[1], rgb.shape[0])
    view = corrected(faults, size)

    def places(at: F64) -> F64:
        found = at
        for _ in range(20):
            found = found - (view.places(found, 0) - at)
        return found

    return resampling.resampled(rgb, size, [places])


def rendered(data: bytes, plan: RoomPlan = LENS_ALONE) -> Rendered:
    return render_room(data, plan, max_pixels=10_000_000)


def lens_of(found: Rendered) -> LensFacts:
    assert found.room is not None
    return found.room.lens


def pixels(found: Rendered) -> U8:
    return decode.decode(found.data, max_pixels=10_000_000).rgb


def unevenness(view: Corrected, k: float) -> float:
    """How far lines of the corrected photo are from straight in the room, in pixels: the mean over lines along and
    across it, if its lens has this distortion."""
    width, height = view.size
    half = np.hypot(width, height) / 2
    middle = (np.array(view.size) - 1) / 2
    x, y = np.linspace(0, width - 1, 40), np.linspace(0, height - 1, 40)
    rows = [np.stack([x, np.full(40, place)], axis=-1) for place in y[1::6]]
    columns = [np.stack([np.full(40, place), y], axis=-1) for place in x[1::6]]
    found = []
    for line in rows + columns:
        away = (view.places(line, 0) - middle) / half
        real = away / (1 + k * (away**2).sum(axis=-1, keepdims=True)) * half
        real = real - real.mean(axis=0)
        found.append(np.abs(real @ np.linalg.svd(real)[2][1]).mean())
    return float(np.mean(found))


def difference(one: U8, other: U8) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("k", [-0.2, -0.1, -0.03, 0.03, 0.1])
def test_a_known_distortion_comes_back_from_edges_and_is_taken_back(drawn: U8, k: float) -> None:
    photo = bent(drawn, k)
    found = rendered(jpeg(photo, model="Nobody's"))
    told = lens_of(found)
    assert (told.source, told.corrected) == ("lines", ("distortion",))
    assert told.distortion == pytest.approx(k, abs=0.025)
    assert (found.width, found.height) == SIZE
    again = lens_of(rendered(jpeg(pixels(found), model="Nobody's")))
    assert again.source == "straight" or abs(again.distortion or 1) < 0.02


@pytest.mark.parametrize("k", [-0.1, -0.05, 0.05])
def test_lines_are_straight_to_half_a_pixel_then(k: float) -> None:
    photo = bent(room((1000, 667)), k)
    faults = finding.find(photo, metadata.Taken(), (1500, 1000)).distortion
    assert faults is not None
    assert unevenness(corrected(faults, (1500, 1000)), k) < 0.5
    same = Distortion(radii(), np.ones((1, len(radii()))))
    assert unevenness(corrected(same, (1500, 1000)), k) > 1.9


def test_a_photo_without_distortion_is_left_as_it_is(drawn: U8) -> None:
    data = jpeg(drawn, model="Nobody's")
    found = rendered(data)
    assert lens_of(found) == LensFacts("straight")
    assert np.array_equal(pixels(found), decode.decode(data, max_pixels=10_000_000).rgb)


def test_where_nothing_is_straight_nobody_guesses() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    for rgb in (noise, np.full((400, 600, 3), 200, np.uint8), np.full((1, 1, 3), 9, np.uint8)):
        assert lens_of(rendered(jpeg(rgb, model=""))) == LensFacts("not-known")


def test_the_database_corrects_a_lens_that_exif_names(drawn: U8, wide: Distortion) -> None:
    photo = by_lens(drawn, wide)
    found = rendered(jpeg(photo))
    told = lens_of(found)
    assert (told.source, told.camera, told.lens) == ("database", *NAMES)
    assert told.corrected[:2] == ("distortion", "fringes")
    again = lens_of(rendered(jpeg(pixels(found), model="Nobody's")))
    assert again.source == "straight" or abs(again.distortion or 1) < 0.02
    assert difference(pixels(found), drawn) < 0.5 * difference(photo, drawn)


def test_a_camera_that_has_corrected_its_photo_is_not_corrected_again(drawn: U8) -> None:
    data = jpeg(drawn)
    told = lens_of(found := rendered(data))
    assert told == LensFacts("straight", *NAMES)
    assert np.array_equal(pixels(found), decode.decode(data, max_pixels=10_000_000).rgb)


def test_without_edges_the_database_counts_for_cameras_with_a_mirror_alone() -> None:
    plain = np.full((400, 600, 3), 120, np.uint8)
    assert lens_of(rendered(jpeg(plain))).source == "database"
    sony = jpeg(plain, make="SONY", model="DSC-RX100M3", lens="", focal=8.8)
    told = lens_of(rendered(sony))
    assert (told.source, told.camera) == ("not-known", "Sony DSC-RX100M3")


def test_dark_corners_become_light_but_never_lighter_than_the_middle(wide: Distortion) -> None:
    view = corrected(Distortion(wide.radii, np.ones((1, len(wide.radii))), wide.falloff), SIZE)
    at = np.stack(np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1])), axis=-1).astype(float)
    dark = np.full((SIZE[1], SIZE[0]), 0.4) / view.light(at)
    stored = np.round(
        255 * np.where(dark <= 0.0031308, 12.92 * dark, 1.055 * dark ** (1 / 2.4) - 0.055)
    )
    grey = np.repeat(stored.astype(np.uint8)[..., None], 3, axis=-1)
    found = rendered(jpeg(grey))
    assert lens_of(found).corrected[-1] == "falloff"
    assert np.ptp(pixels(found)) <= 0.08 * 255 < np.ptp(grey)
    even = rendered(jpeg(np.full((400, 600, 3), 120, np.uint8)))
    assert "falloff" not in lens_of(even).corrected
    enhanced = pixels(rendered(jpeg(grey), RoomPlan(straighten=False)))
    assert np.ptp(enhanced[..., 0]) < 0.12 * 255


def test_no_lens_leaves_empty_corners(wide: Distortion) -> None:
    plain = np.full((SIZE[1], SIZE[0], 3), 200, np.uint8)
    for faults in (lines.by_division(-0.3), lines.by_division(0.3), wide):
        view = corrected(faults, SIZE)
        corners = np.array([[0, 0], [SIZE[0] - 1, 0], [0, SIZE[1] - 1]], np.float64)
        places = view.places(corners, 0)
        assert (places >= 0).all()
        assert (places <= np.array(SIZE) - 1).all()
    assert (pixels(rendered(jpeg(plain))) >= 199).all()


def test_fringes_are_taken_back_color_by_color() -> None:
    table = radii()
    ratios = np.stack([1 + 0.004 * table, np.ones_like(table), 1 - 0.004 * table])
    view = Corrected(Distortion(table, ratios), SIZE, 1.0)
    assert view.channels == (0, 1, 2)
    at = np.array([[700.0, 299.5]])
    red, green, blue = (view.places(at, channel)[0, 0] for channel in range(3))
    assert red - green == pytest.approx(green - blue, abs=1e-6)
    assert red - green == pytest.approx(250.5 * 0.004 * 250.5 / (np.hypot(*SIZE) / 2), rel=1e-3)
    assert Corrected(Distortion(table, ratios[:1]), SIZE, 1.0).channels == (0,)


@pytest.mark.parametrize(
    "told",
    [
        {"lens": "EF24-70mm f/2.8L III USM"},  # of another generation
        {"lens": "EF8-15mm f/4L FISHEYE USM", "focal": 8.0},
        {"lens": ""},
        {"focal": 200.0},  # not in the zoom's range
        {"focal": (1, 0)},
        {"focal": 0.0},
        {"size": (600, 600)},  # cropped since
        {"make": "Nobody", "model": "A box"},
        {"model": "x" * 30_000},
    ],
)
def test_what_is_not_known_for_sure_is_not_found(told: dict[str, Any]) -> None:
    data = jpeg(np.zeros((60, 90, 3), np.uint8), **told)
    assert database.find(metadata.taken(data), SIZE) is None


def test_names_and_numbers_of_exif_are_read_as_they_are() -> None:
    found = metadata.taken(jpeg(np.zeros((6, 9, 3), np.uint8), size=(9, 6)))
    assert (found.make, found.model, found.lens) == ("Canon", "Canon EOS 5D Mark IV", LENS)
    assert (found.focal_length, found.aperture, found.is_cropped) == (24.0, 8.0, False)
