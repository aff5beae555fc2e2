"""What a whole photo tells of its light, and what light `auto` makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from processing.engine.canvas import linear
from processing.engine.light import correct, lighting
from processing.engine.light.color_difference import differences, lab_of
from processing.engine.plans.edit import Light
from tests.processing.engine.golden.looks import HERE, ROOT


def shorts() -> tuple[np.ndarray, np.ndarray]:
    """A seller's photo, small, and its matte."""
    with Image.open(ROOT / "tests/photos/denim-shorts.jpg") as photo:
        small = np.asarray(photo.convert("RGB").resize((120, 160), Image.Resampling.BOX))
    with Image.open(HERE / "denim-shorts-matte.png") as matte:
        return small, np.asarray(matte.convert("L").resize((120, 160)))


@pytest.mark.parametrize("stops", [-1, 1])
@pytest.mark.parametrize("tint", [(1, 1, 1), (1.13, 1, 0.87)])
def test_half_of_a_wrong_exposure_is_made_up_for(
    stops: int, tint: tuple[float, float, float]
) -> None:
    rgb, matte = shorts()
    worse = linear.from_float(linear.to_float(rgb) * np.float32(2.0**stops) * np.float32(tint))
    found = lighting.measured(worse, matte)
    assert found is not None
    assert found.stops * stops < -0.4
    mended = correct.correct(worse, matte, Light(), found)
    inside = matte > 127
    before, after = (
        differences(lab_of(picture), lab_of(rgb))[inside].mean() for picture in (worse, mended)
    )
    assert after < 0.65 * before
    assert not ((mended == 255) & (worse < 255)).any()


def test_the_color_of_the_light_is_seen_around_the_product() -> None:
    photo = np.full((60, 60, 3), 150, np.uint8)
    photo[:, ::2] = 140
    photo[20:40, 20:40] = (170, 60, 60)
    matte = np.zeros((60, 60), np.uint8)
    matte[20:40, 20:40] = 255
    lamp = linear.from_float(linear.to_float(photo) * np.float32((1.13, 1, 0.87)))
    white, warm = lighting.measured(photo, matte), lighting.measured(lamp, matte)
    assert white is not None
    assert warm is not None
    assert white.gains == pytest.approx([1, 1, 1], abs=0.02)
    assert warm.gains[0] < 0.95
    assert warm.gains[2] > 1.05


def test_a_pale_product_is_brought_up_to_white() -> None:
    """A white blouse that came out gray, before a gray wall."""
    blouse = np.full((80, 80, 3), 96, np.uint8)
    blouse[20:60, 20:60] = np.linspace(150, 180, 40).astype(np.uint8)[:, None, None]
    matte = np.zeros((80, 80), np.uint8)
    matte[20:60, 20:60] = 255
    found = lighting.measured(blouse, matte)
    assert found is not None
    assert found.white == pytest.approx(1, abs=0.01)
    lit = correct.correct(blouse, matte, Light(), found)
    assert 200 < lit[20:60, 20:60].mean() < 240


@pytest.mark.parametrize("photo", [np.full((40, 40, 3), 90, np.uint8), np.zeros((1, 1, 3))])
def test_what_tells_nothing(photo: np.ndarray) -> None:
    matte = np.full(photo.shape[:2], 255, np.uint8)
    assert lighting.measured(photo.astype(np.uint8), matte) is None
