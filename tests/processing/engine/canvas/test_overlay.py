"""A logo or a watermark over the canvas, to the pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from processing.engine.canvas import overlay
from processing.engine.errors import InvalidPlan
from processing.engine.plans.overlay import Overlay

WHITE, RED = (255, 255, 255), (200, 0, 0)


def flat(width: int, height: int, color: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    return np.full((height, width, 3), color, np.uint8)


def box(rgb: np.ndarray[Any, Any], ground: tuple[int, int, int] = WHITE) -> tuple[int, ...]:
    """Where anything else than the ground is: left, top, right, bottom."""
    ys, xs = np.nonzero((rgb != ground).any(axis=-1))
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


@pytest.mark.parametrize(
    ("horizontal", "vertical", "where"),
    [
        ("right", "bottom", (155, 85, 195, 95)),
        ("left", "top", (5, 5, 45, 15)),
        ("center", "center", (80, 45, 120, 55)),
        ("right", "top", (155, 5, 195, 15)),
        ("left", "bottom", (5, 85, 45, 95)),
    ],
)
def test_it_stands_where_it_should(horizontal: Any, vertical: Any, where: tuple[int, ...]) -> None:
    plan = Overlay("logo", horizontal, vertical, size=0.2, margin=0.05)
    rgb, alpha = overlay.laid((flat(200, 100, WHITE), None), (flat(80, 20, RED), None), plan)
    assert (box(rgb), alpha) == (where, None)
    left, top, right, bottom = where
    assert (rgb[top:bottom, left:right] == RED).all()


def test_opacity_mixes_stored_values() -> None:
    plan = Overlay("logo", size=0.5, margin=0, opacity=0.4)
    rgb, alpha = overlay.laid((flat(20, 20, WHITE), None), (flat(10, 10, RED), None), plan)
    # 0.4 is 102 of 255: (102 * 200 + 153 * 255) / 255 = 233.
    assert (tuple(rgb[15, 15]), tuple(rgb[5, 5]), alpha) == ((233, 153, 153), WHITE, None)


def test_its_own_transparency_counts() -> None:
    cover = np.zeros((10, 10), np.uint8)
    cover[:, 5:] = 255
    plan = Overlay("logo", "left", "top", size=0.5, margin=0, opacity=0.5)
    rgb, _ = overlay.laid((flat(20, 20, WHITE), None), (flat(10, 10, RED), cover), plan)
    assert box(rgb) == (5, 0, 10, 10)
    assert tuple(rgb[0, 9]) == (227, 127, 127)


def test_on_nothing_it_is_what_is_there() -> None:
    canvas = flat(20, 20, (0, 0, 0)), np.zeros((20, 20), np.uint8)
    plan = Overlay("logo", "left", "top", size=0.5, margin=0, opacity=0.4)
    rgb, alpha = overlay.laid(canvas, (flat(10, 10, RED), None), plan)
    assert alpha is not None
    assert (tuple(rgb[3, 3]), alpha[3, 3], alpha[15, 15]) == (RED, 102, 0)


@pytest.mark.parametrize(
    ("canvas", "picture", "size", "margin", "where"),
    [
        ((100, 200), (40, 40), 0.5, 0, (50, 150, 100, 200)),  # enlarged, by the width
        ((100, 100), (10, 40), 0.4, 0, (90, 60, 100, 100)),  # by the height
        ((100, 100), (50, 50), 1, 0.1, (10, 10, 90, 90)),  # no larger than between the margins
        ((100, 100), (400, 1), 0.1, 0, (90, 99, 100, 100)),  # never less than a pixel
    ],
)
def test_it_keeps_its_proportions(
    canvas: tuple[int, int],
    picture: tuple[int, int],
    size: float,
    margin: float,
    where: tuple[int, ...],
) -> None:
    plan = Overlay("logo", size=size, margin=margin)
    rgb, _ = overlay.laid((flat(*canvas, WHITE), None), (flat(*picture, RED), None), plan)
    assert box(rgb) == where


def test_both_pictures_stay_as_they_are() -> None:
    canvas, picture = flat(20, 20, WHITE), flat(10, 10, RED)
    overlay.laid((canvas, None), (picture, None), Overlay("logo"))
    assert (canvas == WHITE).all()
    assert (picture == RED).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("size", 0), ("size", 1.1), ("size", True)),
        *(("margin", -0.1), ("margin", 0.5), ("opacity", 1.5), ("opacity", float("nan"))),
    ],
)
def test_what_is_no_overlay(name: str, value: float) -> None:
    with pytest.raises(InvalidPlan) as caught:
        Overlay("logo", **{name: value})
    assert name in str(caught.value) or caught.value.field == name
