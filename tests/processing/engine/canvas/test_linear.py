"""Between sRGB and light."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.canvas import linear

ALL = np.arange(256, dtype=np.uint8).reshape(4, 64)


def test_every_value_comes_back() -> None:
    assert np.array_equal(linear.to_srgb(linear.to_light(ALL)), ALL)
    assert np.array_equal(linear.from_float(linear.to_float(ALL)), ALL)


@pytest.mark.parametrize(("stored", "light"), [(0, 0), (10, 199), (188, 32957), (255, 65535)])
def test_known_values(stored: int, light: int) -> None:
    assert linear.to_light(np.array([[stored]], np.uint8)).tolist() == [[light]]


def test_what_lies_outside_is_clipped() -> None:
    assert linear.from_float(np.array([[-1.0, 2.0]], np.float32)).tolist() == [[0, 255]]


def test_the_curves_undo_each_other() -> None:
    values = np.linspace(0, 1, 1000)
    assert np.allclose(linear.decoded(linear.encoded(values)), values, atol=1e-7)
