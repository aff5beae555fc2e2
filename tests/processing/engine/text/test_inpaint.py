"""Textures and edges go on, nothing else changes, and bad masks are named."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.text import inpaint

GREY = np.full((60, 80, 3), 128, np.uint8)


def stripes(shape: tuple[int, int] = (90, 120)) -> np.ndarray:
    """Vertical stripes, eight pixels of each color."""
    across = np.arange(shape[1]) // 8 % 2
    return np.where(across[None, :, None] == 0, (200, 40, 40), (20, 60, 180)).astype(
        np.uint8
    ) * np.ones((shape[0], 1, 1), np.uint8)


def weave(shape: tuple[int, int] = (100, 140)) -> np.ndarray:
    noise = np.random.default_rng(3).normal(128, 25, (*shape, 1))
    return np.clip(noise, 0, 255).astype(np.uint8).repeat(3, axis=2)


def hole(rgb: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros(rgb.shape[:2], np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return mask


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((50, 30, 72, 50), id="middle"),
        pytest.param((0, 35, 14, 50), id="left edge"),
        pytest.param((104, 74, 120, 90), id="corner"),
    ],
)
def test_stripes_go_on_exactly(box: tuple[int, int, int, int]) -> None:
    mask = hole(stripes(), box)
    broken = np.where(mask[..., None] > 0, 255, stripes()).astype(np.uint8)
    assert np.array_equal(inpaint.fill(broken, mask), stripes())


def test_an_edge_across_the_hole_stays_sharp() -> None:
    picture = np.full((80, 80, 3), 30, np.uint8)
    picture[:, 41:] = 220
    mask = hole(picture, (25, 30, 55, 45))
    filled = inpaint.fill(np.where(mask[..., None] > 0, 0, picture).astype(np.uint8), mask)
    assert np.array_equal(np.unique(filled), [30, 220])
    steps = np.argmax(filled[30:45, :, 0] > 128, axis=1)
    assert np.abs(steps - 41).max() <= 1


def test_grain_is_kept_where_diffusion_smears() -> None:
    mask = hole(weave(), (50, 40, 90, 60))
    inside = mask > 0
    filled = inpaint.fill(weave(), mask)[inside].std()
    smeared = cv2.inpaint(weave(), mask, 3, cv2.INPAINT_TELEA)[inside].std()
    assert filled > 0.8 * weave()[inside].std()
    assert smeared < 0.5 * weave()[inside].std()


def test_nothing_changes_but_the_hole() -> None:
    before = weave()
    mask = hole(before, (60, 40, 75, 55))
    filled = inpaint.fill(before, mask)
    assert np.array_equal(before, weave())
    assert np.array_equal(filled[mask == 0], before[mask == 0])
    assert not np.array_equal(filled[mask > 0], before[mask > 0])


def test_the_same_bytes_every_time() -> None:
    mask = hole(weave(), (20, 20, 60, 50))
    assert np.array_equal(inpaint.fill(weave(), mask), inpaint.fill(weave(), mask))


def test_holes_far_apart_are_filled_from_their_own_surroundings() -> None:
    picture = np.full((60, 400, 3), 10, np.uint8)
    picture[:, 200:] = 240
    mask = hole(picture, (20, 20, 40, 40)) | hole(picture, (360, 20, 380, 40))
    broken = np.where(mask[..., None] > 0, 128, picture).astype(np.uint8)
    assert np.array_equal(inpaint.fill(broken, mask), picture)


def test_colors_to_avoid_are_not_copied() -> None:
    picture = np.full((100, 140, 3), 128, np.uint8)
    picture[30:75, 20:60] = (255, 0, 0)
    mask, red = hole(picture, (50, 40, 75, 55)), hole(picture, (20, 30, 60, 75))
    inside = mask > 0
    assert (inpaint.fill(picture, mask, avoid=red)[inside] != (255, 0, 0)).any(axis=1).all()
    assert (inpaint.fill(picture, mask)[inside] == (255, 0, 0)).all(axis=1).any()


def test_what_must_be_avoided_everywhere_is_copied_after_all() -> None:
    mask = hole(stripes(), (50, 30, 72, 50))
    everywhere = np.full_like(mask, 255)
    assert np.array_equal(inpaint.fill(stripes(), mask, avoid=everywhere), stripes())


def test_nothing_to_fill_is_a_copy() -> None:
    filled = inpaint.fill(GREY, np.zeros((60, 80), np.uint8))
    assert filled is not GREY
    assert np.array_equal(filled, GREY)


@pytest.mark.parametrize("shape", [(1, 2), (5, 5), (3, 300), (60, 80)])
def test_with_hardly_anything_known_the_nearest_color_is_taken(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 200, np.uint8)
    picture[0, 0] = 77
    mask = np.full(shape, 255, np.uint8)
    mask[0, 0] = 0
    assert (inpaint.fill(picture, mask) == 77).all()


@pytest.mark.parametrize(
    ("mask", "avoid", "message"),
    [
        (np.zeros((60, 81), np.uint8), None, r"mask is \(60, 81\), the picture \(60, 80\)"),
        (np.zeros((60, 80), np.uint8), np.zeros((6, 8), np.uint8), r"\(6, 8\)"),
        (np.full((60, 80), 1, np.uint8), None, "leaves nothing"),
    ],
)
def test_bad_masks(mask: np.ndarray, avoid: np.ndarray | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inpaint.fill(GREY, mask, avoid=avoid)
