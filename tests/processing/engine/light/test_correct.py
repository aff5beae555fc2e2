"""What is too dark, too flat or under a lamp gets better; what is well lit stays as it is."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
import pytest

from processing.engine.light import correct
from processing.engine.light.lighting import Lighting
from processing.engine.plans.edit import Light

MODES = ("auto", "preserve-hue-and-saturation")
AUTO, PRESERVE = Light("auto"), Light("preserve-hue-and-saturation")
WHITE_BALANCE = np.array([1.03, 1.0, 0.92])  # of a warm lamp


def garment(color: tuple[float, float, float], *, darkest: float = 0.6) -> np.ndarray:
    """Cloth of one color with soft folds: uint8 (120, 90, 3), from `darkest` to full brightness."""
    down, across = np.mgrid[:120, :90]
    folds = (np.sin(across / 7) + np.sin(down / 11 + across / 19) + 2) / 4
    shade = darkest + (1 - darkest) * folds
    return np.rint(shade[..., None] * np.array(color) * 255).astype(np.uint8)


def body() -> np.ndarray:
    alpha = np.zeros((120, 90), np.uint8)
    alpha[20:100, 15:75] = 255
    return alpha


def means(rgb: np.ndarray) -> np.ndarray:
    return rgb[20:100, 15:75].reshape(-1, 3).astype(float).mean(axis=0)


def warmth(rgb: np.ndarray) -> float:
    red, _, blue = means(rgb)
    return float(red / blue)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("rgb", "alpha"),
    [
        (garment((0.8, 0.8, 0.8)), np.zeros((120, 90), np.uint8)),
        (garment((0.8, 0.8, 0.8)), np.full((120, 90), 100, np.uint8)),
        (np.full((120, 90, 3), 70, np.uint8), body()),
        (np.zeros((120, 90, 3), np.uint8), None),
        (np.full((1, 1, 3), 9, np.uint8), np.full((1, 1), 255, np.uint8)),
    ],
    ids=["transparent", "haze", "one colour", "black", "one pixel"],
)
def test_what_tells_nothing_stays_as_it_is(
    mode: str, rgb: np.ndarray, alpha: np.ndarray | None
) -> None:
    assert np.array_equal(correct.correct(rgb, alpha, Light(mode)), rgb)


@pytest.mark.parametrize("mode", MODES)
def test_a_well_exposed_photo_hardly_changes(mode: str) -> None:
    rgb = garment((0.96, 0.95, 0.96), darkest=0.3)
    changed = correct.correct(rgb, body(), Light(mode)).astype(int) - rgb
    assert np.abs(changed).max() <= 20
    assert np.abs(means(rgb + changed) - means(rgb)).max() < 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("color", [(0.5, 0.5, 0.5), (0.55, 0.2, 0.15), (0.15, 0.2, 0.5)])
def test_an_underexposed_one_gets_lighter(mode: str, color: tuple[float, float, float]) -> None:
    rgb = garment(color)
    lit = correct.correct(rgb, body(), Light(mode))
    assert means(lit).max() > 1.15 * means(rgb).max()
    assert lit.max() < 255


@pytest.mark.parametrize("mode", MODES)
def test_black_trousers_stay_black(mode: str) -> None:
    rgb = garment((0.16, 0.16, 0.17))
    assert means(correct.correct(rgb, body(), Light(mode))).max() < 0.25 * 255


@pytest.mark.parametrize("mode", MODES)
def test_whites_never_clip(mode: str) -> None:
    """A ramp up to 250 stays a ramp: rising, and no two whites fall together at 255."""
    ramp = np.tile(np.linspace(20, 250, 256).astype(np.uint8)[None, :, None], (64, 1, 3))
    lit = correct.correct(ramp, None, Light(mode))[32, :, 0].astype(int)
    assert lit.max() < 255
    assert (np.diff(lit) >= -1).all()


def test_a_white_product_is_brought_up_to_white_and_a_gray_one_stays_gray() -> None:
    """Told of both: nothing neutral in the photo is brighter, and it was exposed rightly."""
    photo = Lighting(0.0, np.ones(3), 1.0)
    white, gray = garment((0.92, 0.92, 0.92)), garment((0.6, 0.6, 0.6))
    lit = [correct.correct(rgb, body(), AUTO, photo) for rgb in (white, gray)]
    assert means(lit[0]).max() > means(white).max() + 10
    assert lit[0].max() < 255
    assert abs(means(lit[1]) - means(gray)).max() <= 6
    doubted = correct.correct(white, body(), AUTO, Lighting(0.0, np.ones(3), 0.0))
    assert abs(means(doubted) - means(white)).max() < 2


def test_the_background_has_no_say() -> None:
    rgb = garment((0.5, 0.5, 0.5))
    other = np.where(body()[..., None] == 0, 255, rgb).astype(np.uint8)
    inside = body() > 0
    first, second = (correct.correct(photo, body(), AUTO)[inside] for photo in (rgb, other))
    assert np.array_equal(first, second)


def test_without_a_matte_all_of_the_picture_counts() -> None:
    rgb = garment((0.5, 0.5, 0.5))
    whole = np.full(rgb.shape[:2], 255, np.uint8)
    assert np.array_equal(correct.correct(rgb, None, AUTO), correct.correct(rgb, whole, AUTO))


@pytest.mark.parametrize("mode", MODES)
def test_folds_get_deeper(mode: str) -> None:
    rgb = garment((0.92, 0.92, 0.92), darkest=0.88)
    lit = correct.correct(rgb, body(), Light(mode))
    assert lit[20:100, 15:75].std() > 1.1 * rgb[20:100, 15:75].std()


def test_a_warm_lamp_is_partly_taken_back_from_white_cloth() -> None:
    white = np.array([0.85, 0.85, 0.85])
    photo = garment(tuple(white * WHITE_BALANCE))
    cast = warmth(photo)
    assert 1 < warmth(correct.correct(photo, body(), AUTO)) < 1 + 0.75 * (cast - 1)
    assert warmth(correct.correct(photo, body(), PRESERVE)) == pytest.approx(cast, rel=0.01)


@pytest.mark.parametrize(
    "color",
    [
        (0.8, 0.2, 0.2),
        (0.2, 0.5, 0.3),
        (0.2, 0.25, 0.6),
        (0.75, 0.6, 0.42),
        (0.95, 0.7, 0.75),
        (0.6, 0.75, 0.95),
    ],
    ids=["red", "green", "navy", "camel", "pink", "pale blue"],
)
def test_a_colored_garment_keeps_its_color(color: tuple[float, float, float]) -> None:
    rgb = garment(color)
    before, after = means(rgb), means(correct.correct(rgb, body(), AUTO))
    assert after / after.max() == pytest.approx(before / before.max(), abs=0.012)


def test_a_white_print_on_a_colored_shirt_does_not_grey_it() -> None:
    rgb = garment((0.3, 0.45, 0.75))
    rgb[50:60, 35:55] = (235, 225, 205)
    after = correct.correct(rgb, body(), AUTO)
    hue, saturation = hue_and_saturation(means(after))
    assert hue == pytest.approx(hue_and_saturation(means(rgb))[0], abs=0.01)
    assert saturation > 0.97 * hue_and_saturation(means(rgb))[1]


def hue_and_saturation(rgb: np.ndarray) -> tuple[float, float]:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(float(channel) / 255 for channel in rgb))
    return hue, saturation


def test_hue_and_saturation_are_kept_but_for_rounding() -> None:
    """Each channel is within rounding of the same multiple of what it was."""
    rng = np.random.default_rng(4)
    rgb = cv2.resize(rng.integers(0, 160, (9, 7, 3), dtype=np.uint8), (90, 120))
    lit = correct.correct(rgb, None, PRESERVE)
    value = rgb.max(axis=-1, keepdims=True).astype(float)
    factor = lit.max(axis=-1, keepdims=True) / np.maximum(value, 1)
    assert np.abs(lit - rgb * factor).max() <= 1.01
    assert lit.astype(int).sum() > 1.05 * rgb.astype(int).sum()


@pytest.mark.parametrize("shape", [(1, 700), (700, 1), (3, 5)])
@pytest.mark.parametrize("mode", MODES)
def test_odd_shapes(mode: str, shape: tuple[int, int]) -> None:
    rgb = np.arange(np.prod(shape) * 3, dtype=np.uint32).reshape(*shape, 3).astype(np.uint8)
    assert correct.correct(rgb, None, Light(mode)).shape == rgb.shape


@pytest.mark.parametrize("mode", MODES)
def test_the_same_again_on_any_number_of_threads(mode: str) -> None:
    rgb = cv2.resize(garment((0.5, 0.45, 0.4)), (700, 500))
    first = correct.correct(rgb, None, Light(mode))
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        assert np.array_equal(correct.correct(rgb, None, Light(mode)), first)
    finally:
        cv2.setNumThreads(threads)
