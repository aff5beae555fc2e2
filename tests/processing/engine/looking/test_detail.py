"""The most telling part of a product."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.looking.detail import most_telling
from processing.engine.text.detect import Text
from tests.tables import in_turn

GREY = (150, 140, 130)
LABEL = (300, 330, 360, 360)


def product(shape: tuple[int, int] = (600, 800)) -> tuple[Any, Any]:
    """A plain rectangle in the middle of nothing, 400 by 300 pixels."""
    rgb, alpha = np.full((*shape, 3), GREY, np.uint8), np.zeros(shape, np.uint8)
    alpha[150:450, 200:600] = 255
    return rgb, alpha


def plain() -> tuple[Any, Any, list[Text]]:
    return *product(), []


def printed() -> tuple[Any, Any, list[Text]]:
    rgb, alpha = product()
    for x in range(440, 500, 6):
        cv2.line(rgb, (x, 230), (x, 290), (250, 40, 40), 2)
    return rgb, alpha, []


def labelled() -> tuple[Any, Any, list[Text]]:
    """The print, and a line of text elsewhere that is too faint to be a pattern."""
    rgb, alpha, _ = printed()
    left, top, right, bottom = LABEL
    quad = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    return rgb, alpha, [Text(quad, "LABEL", 0.9)]


def striped() -> tuple[Any, Any, list[Text]]:
    """Of one pattern all over: its middle is as good as any."""
    rgb, alpha = product()
    rgb[::8] = (40, 60, 90)
    return rgb, alpha, []


@in_turn(
    ("drawn", "shown"),
    [
        (plain, (340, 260, 460, 340)),
        (printed, (438, 228, 502, 292)),
        (labelled, LABEL),
        (striped, (340, 260, 460, 340)),
    ],
)
def test_the_square_holds_what_tells_most(drawn: Any, shown: tuple[int, int, int, int]) -> None:
    rgb, alpha, texts = drawn()
    left, top, right, bottom = most_telling(rgb, alpha, (200, 150, 600, 450), texts)
    assert right - left == bottom - top == 160
    assert left <= shown[0]
    assert top <= shown[1]
    assert right >= shown[2]
    assert bottom >= shown[3]
    assert (alpha[top:bottom, left:right] == 255).all()


def test_of_a_chain_it_is_the_middle() -> None:
    alpha = np.zeros((900, 900), np.uint8)
    alpha[448:454, 100:800] = 255
    box = arrays.subject_box(alpha)
    assert box == (100, 448, 800, 454)
    assert most_telling(np.zeros((900, 900, 3), np.uint8), alpha, box, []) == (447, 448, 453, 454)


def test_nothing_of_the_outline_counts() -> None:
    """What lies behind a product has more structure than the product, and none that counts."""
    rgb, alpha = product()
    rgb[:, 1::4] = np.where(alpha[:, 1::4, None] > 0, rgb[:, 1::4], 255)
    flat = most_telling(*product(), (200, 150, 600, 450), [])
    assert most_telling(rgb, alpha, (200, 150, 600, 450), []) == flat
