"""Pictures of everything around: turned by half a turn they come out the same, and a pole is one point."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.errors import InvalidPlan
from processing.engine.plans.room_versions import NEWEST
from processing.engine.room import panorama
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts


def drawn(width: int = 600) -> U8:
    """A dim room from its middle, with a bright window on one side of the picture's join, and noise."""
    height = width // 2
    angle = (np.arange(width) + 0.5) / width * 2 * np.pi
    up = np.pi / 2 - (np.arange(height)[:, None] + 0.5) / height * np.pi
    ahead, left, above = np.cos(up) * np.cos(angle), np.cos(up) * np.sin(angle), np.sin(up)
    away = np.minimum(3 / np.maximum(np.abs(ahead), 1e-9), 4 / np.maximum(np.abs(left), 1e-9))
    away = np.minimum(away, 1.4 / np.maximum(np.abs(above), 1e-9))
    x, y, z = away * ahead, away * left, away * above
    light = 0.2 + 0.12 * np.sin(2 * x + 1) * np.cos(1.3 * y) + 0.1 * (z > 1)
    rgb = light[..., None] * [1.0, 0.9, 0.7]
    rgb[(x > 2.99) & (np.abs(y - 0.7) < 0.7) & (np.abs(z) < 1)] = (0.93, 0.96, 1.0)
    rgb += np.random.default_rng(3).normal(0, 0.01, rgb.shape)
    return np.asarray(np.clip(rgb, 0, 1) * 255, np.uint8)


def turned(rgb: U8) -> U8:
    return np.ascontiguousarray(np.roll(rgb, rgb.shape[1] // 2, axis=1))


def away(one: U8, other: U8) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize("width", [600, 1000, 1202])
def test_half_a_turn_before_is_half_a_turn_afterwards(width: int) -> None:
    rgb, much = drawn(width), amounts(NEWEST, "property_usa")
    made = enhance(rgb, much, is_around=True).rgb
    assert made.shape == rgb.shape
    assert away(turned(enhance(turned(rgb), much, is_around=True).rgb), made) <= 1
    # Which is what it is good for: other photos end at their borders.
    assert away(turned(enhance(turned(rgb), much).rgb), enhance(rgb, much).rgb) > 2


def test_what_is_around_a_pole_gains_the_same() -> None:
    """A floor that is dark on one side and bright on the other, and grey at its middle, stays one grey there."""
    rgb = np.full((256, 512, 3), 90, np.uint8)
    rgb[:, 100:300] = 20
    rgb[240:] = 90
    much = amounts(NEWEST, "neutral")
    last = enhance(rgb, much, is_around=True).rgb[-1].astype(int)
    assert np.ptp(last, axis=0).max() <= 1
    assert np.ptp(enhance(rgb, much).rgb[-1].astype(int), axis=0).max() > 2


def test_parts_count_by_how_much_of_the_world_they_show() -> None:
    rows = np.repeat(np.arange(180, dtype=np.float32)[:, None], 4, axis=1)
    counted = panorama.even(rows)
    # Half of a sphere lies within 30 degrees of its equator.
    assert float(((counted >= 60) & (counted < 120)).mean()) == pytest.approx(0.5, abs=0.02)
    assert (counted.shape, float(counted[0, 0]) < 10) == (rows.shape, True)


def test_blurring_goes_on_across_the_join_and_the_poles() -> None:
    plane = np.zeros((64, 128), np.float32)
    plane[32, 0] = plane[0, 10] = 25
    means = panorama.blur(plane, 5)
    assert means[32, 127] == means[32, 126] == means[32, 2] == pytest.approx(1)
    # Beyond the pole lies what is half a turn away.
    assert means[1, 74] == means[0, 73] == pytest.approx(1)
    assert float(means.sum()) == pytest.approx(50)


def test_evening_out_leaves_the_horizon_and_makes_poles_one() -> None:
    plane = np.random.default_rng(2).random((128, 256)).astype(np.float32)
    out = panorama.evened(plane)
    assert out.mean(axis=1) == pytest.approx(plane.mean(axis=1), abs=1e-5)
    assert np.ptp(out[0]) < 1e-5
    assert np.ptp(out[64]) > 0.2


@pytest.mark.parametrize("size", [(300, 200), (200, 400), (1, 1), (410, 200)])
def test_other_proportions_are_refused(size: tuple[int, int]) -> None:
    assert not panorama.is_whole(size)
    with pytest.raises(InvalidPlan, match=f"this one has {size[0]} x {size[1]} pixels") as refused:
        panorama.check(size)
    assert refused.value.field == "threesixty"


@pytest.mark.parametrize("size", [(400, 200), (5376, 2688), (401, 200), (399, 200)])
def test_twice_as_wide_as_high_is_taken(size: tuple[int, int]) -> None:
    panorama.check(size)


def test_enlarging_goes_on_across_the_join() -> None:
    rgb = drawn(200)

    def enlarge(photo: U8) -> U8:
        """By four, and as a network that sees its borders mirrored."""
        wide = cv2.GaussianBlur(photo, (0, 0), 3, borderType=cv2.BORDER_REFLECT)
        return np.asarray(np.repeat(np.repeat(wide, 4, axis=0), 4, axis=1), np.uint8)

    large = panorama.enlarged(rgb, enlarge)
    assert large.shape == (400, 800, 3)
    assert away(turned(panorama.enlarged(turned(rgb), enlarge)), large) == 0
    assert away(turned(enlarge(turned(rgb))), enlarge(rgb)) > 2
    assert panorama.enlarged(rgb, lambda photo: photo).shape == rgb.shape


def test_what_crosses_the_join_is_found_once_and_hidden_at_both_sides() -> None:
    rgb = np.zeros((60, 120, 3), np.uint8)
    rgb[20:40, :6] = rgb[20:40, 112:] = 255

    def find(wide: U8) -> list[panorama.Area]:
        """Each of the bright parts, as it stands in the picture."""
        columns = np.flatnonzero(wide[30, :, 0])
        groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
        return [(float(one[0]), 20.0, float(one[-1] + 1), 40.0) for one in groups]

    [box] = panorama.parts_found(rgb, find)
    # Found twice, and either time a little beyond the join: still one.
    assert len(panorama.parts_found(rgb, lambda _: [(5, 0, 24, 20), (125, 0, 144, 20)])) == 1
    assert box in ((112.0, 20.0, 126.0, 40.0), (-8.0, 20.0, 6.0, 40.0))
    assert sorted(panorama.across(box, 120)) == [
        (-8.0, 20.0, 6.0, 40.0),
        (112.0, 20.0, 126.0, 40.0),
    ]
    assert panorama.across((10.0, 0.0, 20.0, 5.0), 120) == [(10.0, 0.0, 20.0, 5.0)]
