"""Light and colors of rooms, on a drawn room that is darkened, tinted and made noisy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.errors import InvalidPlan
from processing.engine.plans.room import FineTune, RoomPlan
from processing.engine.plans.room_versions import NEWEST, looks_of
from processing.engine.room import detail
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import Amounts, amounts, tuned
from tests.processing.engine.room.drawn import room

SIZE = (480, 320)
NEUTRAL = amounts(NEWEST, "neutral")
NOTHING = Amounts(
    white_balance=0,
    exposure=0,
    shadows=0,
    contrast=0,
    clarity=0,
    denoise=0,
    sharpen=0,
    saturation=0,
)


@pytest.fixture(scope="module")
def drawn() -> U8:
    """The room with light that falls off towards its corners."""
    down, right = np.mgrid[-1 : 1 : SIZE[1] * 1j, -1 : 1 : SIZE[0] * 1j]
    falls = (1 - 0.25 * (down**2 + right**2))[..., None]
    return linear.from_float((linear.to_float(room(SIZE)) * falls).astype(np.float32))


def worse(rgb: U8, stops: float, tint: tuple[float, float, float]) -> U8:
    light = linear.to_float(rgb) * np.float32(2.0**stops) * np.array(tint, np.float32)
    return linear.from_float(light)


def difference(one: U8, other: U8) -> float:
    """The mean difference in CIE Lab."""
    labs = [cv2.cvtColor((rgb / 255).astype(np.float32), cv2.COLOR_RGB2LAB) for rgb in (one, other)]
    return float(np.linalg.norm(labs[0] - labs[1], axis=-1).mean())


@pytest.mark.parametrize("tint", [(1.15, 1, 1 / 1.15), (1 / 1.15, 1, 1.15)])
def test_two_stops_and_a_tint_are_taken_back_by_far_more_than_half(
    drawn: U8, tint: tuple[float, float, float]
) -> None:
    dark = worse(drawn, -2, tint)
    better = enhance(dark, NEUTRAL).rgb
    assert difference(better, drawn) < 0.35 * difference(dark, drawn)
    wall = np.s_[60:110, 200:280]
    assert np.abs(better[wall].mean(axis=(0, 1)) - drawn[wall].mean(axis=(0, 1))).max() < 12


def test_nothing_that_was_not_clipped_becomes_clipped(drawn: U8) -> None:
    rng = np.random.default_rng(5)
    wild = rng.integers(0, 255, (90, 120, 3), dtype=np.uint8)  # 254 at most
    everything = tuned(
        amounts(NEWEST, "property_usa"),
        FineTune(brightness_boost="HIGH", saturation_level="HIGH", sharpen_level="HIGH"),
    )
    for rgb in (wild, drawn):
        for one in (*(amounts(NEWEST, look) for look in looks_of(NEWEST)), everything):
            assert enhance(rgb, one).rgb.max() < 255
    bright = np.full((40, 60, 3), 255, np.uint8)
    assert (enhance(bright, NEUTRAL).rgb == 255).all()


def test_black_stays_black_and_a_picture_without_light_as_it_is() -> None:
    black = np.zeros((30, 40, 3), np.uint8)
    assert (enhance(black, NEUTRAL).rgb == 0).all()
    assert enhance(np.full((1, 1, 3), 90, np.uint8), NEUTRAL).rgb.shape == (1, 1, 3)


def test_a_correction_of_nothing_changes_nothing(drawn: U8) -> None:
    soft = np.minimum(drawn, 215)  # below the shoulder
    assert np.abs(enhance(soft, NOTHING).rgb.astype(int) - soft).max() <= 1


def test_noise_is_not_raised() -> None:
    noise = np.random.default_rng(3).normal(0, 5, (200, 300, 1))
    wall = np.clip(np.full((200, 300, 3), 120) + noise, 0, 254).astype(np.uint8)
    wall[:, :40] = 220  # a door
    found = enhance(wall, NEUTRAL)
    assert found.noise == pytest.approx(5, abs=1)
    assert noise_in(found.rgb[:, 60:]) < 0.7 * noise_in(wall[:, 60:])


def noise_in(rgb: U8) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 5)).std())


def test_an_edge_of_a_bright_window_gets_no_halo() -> None:
    wall = np.full((200, 300, 3), 70, np.uint8)
    wall[60:140, 120:180] = 250
    better = enhance(wall, NEUTRAL).rgb[..., 1].astype(int)
    row = better[100]
    far, near = row[10:40].mean(), row[95:118]
    assert np.abs(near - far).max() < 0.12 * far


def test_levels_do_what_they_say(drawn: U8) -> None:
    dark = worse(drawn, -1, (1, 1, 1))
    none, high = (
        enhance(dark, tuned(NEUTRAL, FineTune(brightness_boost_internal=level))).rgb
        for level in ("NONE", "HIGH")
    )
    assert high.mean() > none.mean() + 5
    pale, vivid = (
        enhance(dark, tuned(NEUTRAL, FineTune(saturation_level=level))).rgb
        for level in ("NONE", "HIGH")
    )
    assert np.ptp(vivid[-40:].mean(axis=(0, 1))) > np.ptp(pale[-40:].mean(axis=(0, 1))) + 3
    assert enhance(dark, amounts(NEWEST, "warm")).rgb[..., 2].mean() < none[..., 2].mean()


def test_fine_detail_below_the_noise_goes_and_above_it_grows() -> None:
    becomes = detail.curve(2.0, denoise=1.5, sharpen=0.5)
    assert becomes[128] == 0
    assert becomes[128 + 3] == 0
    assert becomes[128 + 20] == pytest.approx(20 + 0.5 * 17)
    assert becomes[128 - 20] == -becomes[128 + 20]


def test_plans_that_can_not_be_are_refused() -> None:
    with pytest.raises(InvalidPlan, match="Nothing is asked for"):
        RoomPlan(look=None, straighten=False, lens=False)
    with pytest.raises(InvalidPlan, match="nothing to fine-tune"):
        RoomPlan(look=None, finetune=FineTune(sharpen_level="LOW"))
    with pytest.raises(InvalidPlan, match="must be one of NONE"):
        FineTune(sharpen_level="low")  # type: ignore[arg-type]


@pytest.mark.parametrize("color", [(200, 30, 30), (0, 255, 0), (6, 6, 240), (0, 0, 0), (255,) * 3])
def test_a_color_that_white_has_in_no_light_is_no_cast(color: tuple[int, int, int]) -> None:
    better = enhance(np.full((40, 60, 3), color, np.uint8), NEUTRAL)
    assert better.cast == (0, 0)
    assert np.isfinite(better.noise)
    assert np.ptp(better.rgb, axis=(0, 1)).max() == 0
