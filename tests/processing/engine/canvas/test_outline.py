"""The outline is a band of even width along the subject's edge."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas.outline import outline
from processing.engine.plans.edit import Outline


def square(inside: int = 255) -> U8:
    """A square of 40 pixels on a canvas of 120x100."""
    alpha = np.zeros((100, 120), np.uint8)
    alpha[30:70, 40:80] = inside
    return alpha


def along(opacity: U8) -> list[int]:
    """From the canvas's left edge to the subject's middle."""
    return [int(value) for value in opacity[50, :60]]


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (6, [0] * 34 + [255] * 12 + [0] * 14),
        (1, [0] * 39 + [255] * 2 + [0] * 19),
        (2.5, [0] * 37 + [128] + [255] * 4 + [128] + [0] * 17),
    ],
)
def test_it_reaches_as_far_outwards_as_inwards(pixels: float, expected: list[int]) -> None:
    assert along(outline(square(), Outline(width=pixels / 120))) == expected


def test_corners_are_round() -> None:
    opacity = outline(square(), Outline(width=0.1))
    rows, columns = np.indices(opacity.shape)
    # From the corner pixel of the subject at (30, 40), whose edge is half a pixel further out.
    distance = np.hypot(rows - 30, columns - 40)[:30, :40]
    corner = opacity[:30, :40]
    assert (corner[distance < 12] == 255).all()
    assert (corner[distance >= 13] == 0).all()
    assert ((corner[(distance > 12.05) & (distance < 12.95)] % 255) > 0).all()


def test_soft_edges_count_from_half_cover_on_and_lie_on_the_outline() -> None:
    soft = square()
    soft[:, 40:44] = np.where(soft[:, 40:44], np.uint8([50, 100, 150, 200]), 0)
    opacity = along(outline(soft, Outline(width=6 / 120)))
    assert opacity[36:48] == [255] * 12
    assert opacity[35] == opacity[48] == 0


def test_a_color_that_is_not_opaque_lessens_it() -> None:
    assert outline(square(), Outline(color="#ff000080", width=0.1)).max() == 128


def test_a_blur_keeps_its_amount_and_softens_its_ends() -> None:
    hard = outline(square(), Outline(width=0.05))
    soft = outline(square(), Outline(width=0.05, blur=0.025))
    assert soft.astype(int).sum() == pytest.approx(hard.astype(int).sum(), rel=0.02)
    assert 0 < soft[50, 33] < soft[50, 36] < 255


@pytest.mark.parametrize(
    ("alpha", "width"),
    [
        (square(0), 0.1),
        (square(100), 0.1),
        (square(), 0.0),
        (np.full((9, 9), 255, np.uint8), 0.1),
    ],
    ids=["nothing there", "nothing half covered", "no width", "no edge on the canvas"],
)
def test_no_edge_has_no_outline(alpha: U8, width: float) -> None:
    assert not outline(alpha, Outline(width=width, blur=0.02)).any()
