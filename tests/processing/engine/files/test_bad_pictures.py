"""Pictures with nothing to find, or of odd make, go all the way through the real network."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.engine.errors import NothingFound
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp, CutoutPlan
from processing.engine.render_cutout import render
from tests.processing.engine.pictures import saved

NOTHING = {
    "white": saved(Image.new("RGB", (320, 240), "white"), "PNG"),
    "fully transparent": saved(Image.new("RGBA", (300, 200), (10, 20, 30, 0)), "PNG"),
    "one colour": saved(Image.new("RGB", (400, 300), "grey"), "PNG"),
    "one pixel": saved(Image.new("RGB", (1, 1), "red"), "PNG"),
    "a ribbon": saved(Image.new("RGB", (10, 6000), (200, 30, 30)), "PNG"),
    "noise": saved(
        Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8)),
        "PNG",
    ),
}


@pytest.mark.parametrize("what", NOTHING)
def test_a_picture_of_nothing_is_a_clear_answer(what: str, registry: Registry) -> None:
    plan = CutoutPlan(edge="fine", crop=True, clean_up=CleanUp(keep_hanger=False))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no division by zero, no NaN turned into a byte
        with pytest.raises(NothingFound):
            render(NOTHING[what], plan, registry)


def cap() -> np.ndarray:
    """A blue cap of a kind on a light ground: uint8 (240, 320, 3)."""
    rgb = np.full((240, 320, 3), 225, np.uint8)
    cv2.ellipse(rgb, (150, 130), (80, 70), 0, 180, 360, (40, 70, 160), -1)
    cv2.ellipse(rgb, (190, 135), (110, 18), 0, 0, 360, (30, 50, 120), -1)
    return rgb


def sixteen_bits(rgb: np.ndarray) -> bytes:
    _, data = cv2.imencode(".png", rgb[..., ::-1].astype(np.uint16) * 257)
    return data.tobytes()


@pytest.mark.parametrize("make", ["16 bit", "CMYK"])
def test_odd_makes_of_a_picture_show_the_same_thing(make: str, registry: Registry) -> None:
    plain = saved(Image.fromarray(cap()), "PNG")
    odd = (
        sixteen_bits(cap())
        if make == "16 bit"
        else saved(Image.fromarray(cap()).convert("CMYK"), "TIFF")
    )
    expected, result = (render(data, CutoutPlan(), registry) for data in (plain, odd))
    assert expected.subject_box is not None
    assert result.subject_box is not None
    assert np.abs(np.subtract(result.subject_box, expected.subject_box)).max() <= 2
