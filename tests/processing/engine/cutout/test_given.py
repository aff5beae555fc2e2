"""A mask from outside is taken as it is, the old background leaves its soft edge, and a rough one is fitted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.engine.cutout import given
from processing.engine.errors import InvalidPlan
from tests.processing.engine.cutout.test_edges import GREEN, RED, coarse, disc, error
from tests.processing.engine.pictures import MP50, saved


def test_white_is_subject_and_transparent_is_black() -> None:
    grey = np.array([[0, 128], [255, 255]], np.uint8)
    plain = saved(Image.fromarray(grey), "PNG")
    assert given.read(plain, (2, 2), max_pixels=MP50).tolist() == [[0, 128], [255, 255]]
    veiled = Image.merge(
        "LA", [Image.fromarray(grey), Image.fromarray(np.array([[255, 255], [0, 128]], np.uint8))]
    )
    assert given.read(saved(veiled, "PNG"), (2, 2), max_pixels=MP50).tolist() == [
        [0, 128],
        [0, 128],
    ]


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    data = saved(Image.new("L", (48, 32)), "PNG")
    with pytest.raises(
        InvalidPlan, match="The mask has 48x32 pixels and the photo 32x48"
    ) as caught:
        given.read(data, (32, 48), max_pixels=MP50)
    assert caught.value.field == "mask"


def test_a_mask_is_taken_as_it_is_and_the_old_background_leaves_the_colors() -> None:
    rgb, truth = disc(softness=4)
    mask = np.round(truth * 255).astype(np.uint8)
    result = given.cut_out(rgb, mask)
    assert (result.alpha == mask).all()
    half = (mask > 60) & (mask < 200)
    before = np.abs(rgb[half].astype(int) - RED).mean()
    assert np.abs(result.rgb[half].astype(int) - RED).mean() < before / 3
    hard = (mask == 0) | (mask == 255)
    assert (result.rgb[hard] == rgb[hard]).all()


def test_a_mask_serves_a_smaller_copy_of_its_photo() -> None:
    rgb, truth = disc()
    mask = np.round(truth * 255).astype(np.uint8)
    small = cv2.resize(rgb, (120, 120), interpolation=cv2.INTER_AREA)
    result = given.cut_out(small, mask)
    assert result.alpha.shape == (120, 120)
    assert result.alpha[60, 60] == 255
    assert result.alpha[:10].max() == 0


def test_nothing_in_a_mask_is_nothing_cut_out() -> None:
    rgb = np.full((20, 30, 3), GREEN, np.uint8)
    assert not given.cut_out(rgb, np.zeros((20, 30), np.uint8)).alpha.any()


def test_a_rough_mask_is_fitted_to_the_photos_edge() -> None:
    rgb, truth = disc()
    rough = np.round(cv2.resize(coarse(truth), (240, 240)) * 255).astype(np.uint8)
    assert error(given.fitted(rgb, rough, "standard"), truth) < error(rough, truth) / 3
