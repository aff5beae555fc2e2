"""Blending is exact."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas import compose
from processing.engine.canvas.compose import Pixels
from tests.tables import in_turn

ALPHAS = [0, 1, 2, 64, 127, 128, 200, 254, 255]


def flat(color: tuple[int, int, int], alpha: int | None, size: tuple[int, int] = (6, 4)) -> Pixels:
    rgb = np.full((size[1], size[0], 3), color, np.uint8)
    return rgb, None if alpha is None else np.full(rgb.shape[:2], alpha, np.uint8)


def rounded(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@pytest.mark.parametrize("shares", ["many", "few"])
def test_flattening_is_exact_for_every_alpha(shares: str) -> None:
    generator = np.random.default_rng(3)
    rgb = generator.integers(0, 256, (16, 4096, 3), dtype=np.uint8)
    alpha = np.full((16, 4096), 255, np.uint8)
    alpha[:, :256] = np.arange(256, dtype=np.uint8)
    if shares == "many":
        alpha = alpha[:, :256].copy()
        rgb = rgb[:, :256].copy()
    background = (12, 200, 255)
    share = alpha[..., None] / 255
    expected = np.round(rgb * share + np.array(background) * (1 - share))
    assert np.array_equal(compose.flatten(rgb, alpha, background), expected)


def test_flattening_leaves_its_input_alone() -> None:
    rgb, alpha = np.full((4, 4, 3), 9, np.uint8), np.zeros((4, 4), np.uint8)
    assert compose.flatten(rgb, alpha, (1, 2, 3))[0, 0].tolist() == [1, 2, 3]
    assert rgb.max() == 9


def test_cropping() -> None:
    pixels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    assert compose.crop(pixels, (1, 2, 3, 4)).tolist() == [[11, 12], [16, 17]]


@in_turn(("front", "back"), list(product(ALPHAS, ALPHAS)))
def test_over_a_transparent_canvas_is_exact(front: int, back: int) -> None:
    rgb, alpha = compose.over(flat((10, 130, 255), back), flat((200, 7, 66), front))
    cover = Fraction(front, 255)
    rest = Fraction(back, 255) * (1 - cover)
    assert alpha is not None
    assert np.unique(alpha).tolist() == [rounded((cover + rest) * 255)]
    if front or back:
        wanted = [
            rounded((a * cover + b * rest) / (cover + rest))
            for a, b in zip((200, 7, 66), (10, 130, 255), strict=True)
        ]
        assert rgb[0, 0].tolist() == wanted


@pytest.mark.parametrize("front", ALPHAS)
def test_over_an_opaque_canvas_is_flattening(front: int) -> None:
    layer = flat((200, 7, 66), front)
    rgb, alpha = compose.over(flat((10, 130, 255), None), layer)
    assert alpha is None
    assert layer[1] is not None
    assert np.array_equal(rgb, compose.flatten(layer[0], layer[1], (10, 130, 255)))


def test_where_nothing_covers_the_canvas_keeps_its_values() -> None:
    rgb, alpha = compose.over(flat((10, 130, 255), 0), flat((200, 7, 66), 0))
    assert (rgb[0, 0].tolist(), alpha.max() if alpha is not None else None) == ([10, 130, 255], 0)


def test_an_opaque_layer_hides_whatever_the_canvas_was() -> None:
    rgb, alpha = compose.over(flat((10, 130, 255), 40), flat((200, 7, 66), None))
    assert (rgb == [200, 7, 66]).all()
    assert alpha is not None
    assert (alpha == 255).all()


@in_turn("back", [None, 0, 90])
@in_turn("front", [None, 255, 100])
@in_turn(
    ("at", "covered"),
    [
        ((1, 1), (1, 1, 7, 5)),
        ((-2, -3), (0, 0, 4, 1)),
        ((6, 4), (6, 4, 10, 8)),
        ((-6, 0), None),
        ((0, 8), None),
        ((500, -500), None),
    ],
)
def test_what_overhangs_is_cut_off(
    at: tuple[int, int], covered: tuple[int, int, int, int] | None, front: int | None,
    back: int | None,
) -> None:  # fmt: skip
    canvas = flat((10, 130, 255), back, (10, 8))
    touched = np.zeros((8, 10), bool)
    if covered is not None:
        touched[covered[1] : covered[3], covered[0] : covered[2]] = True
    rgb, alpha = compose.over(canvas, flat((200, 7, 66), front), at)
    assert np.array_equal((rgb != canvas[0]).any(axis=-1), touched)
    if alpha is not None and canvas[1] is not None:
        assert np.array_equal(alpha != canvas[1], touched)


def test_nothing_is_changed_in_place() -> None:
    canvas, layer = flat((10, 130, 255), 90), flat((200, 7, 66), 100)
    copies = [part.copy() for part in (*canvas, *layer) if part is not None]
    compose.over(canvas, layer)
    assert all(
        np.array_equal(part, copy)
        for part, copy in zip((*canvas, *layer), copies, strict=True)
        if part is not None
    )


def test_painting_is_laying_one_color_over() -> None:
    opacity: U8 = np.zeros((40, 50), np.uint8)
    opacity[7:30, 9:44] = np.random.default_rng(2).integers(0, 256, (23, 35), dtype=np.uint8)
    for back in (None, 120):
        canvas = flat((10, 130, 255), back, (50, 40))
        painted = compose.paint(canvas, (5, 6, 7), opacity)
        whole = compose.over(canvas, (np.full((40, 50, 3), (5, 6, 7), np.uint8), opacity))
        assert np.array_equal(painted[0], whole[0])
        assert back is None or np.array_equal(painted[1], whole[1])


def test_painting_nothing_changes_nothing() -> None:
    canvas = flat((10, 130, 255), None)
    rgb, _ = compose.paint(canvas, (0, 0, 0), np.zeros((4, 6), np.uint8))
    assert np.array_equal(rgb, canvas[0])


def test_boxes_and_places_of_what_is_there() -> None:
    cover = np.zeros((5, 6), np.uint8)
    assert compose.places_of(cover) is None
    assert compose.visible_box(cover) == (0, 0, 0, 0)
    cover[3, 4] = cover[1, 2] = 1
    places = compose.places_of(cover)
    assert places is not None
    assert [part.tolist() for part in places] == [[1, 3], [2, 4]]
    assert compose.visible_box(cover) == (2, 1, 5, 4)
