"""Doubt that colors settle: a blue shirt on a wooden table, drawn."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.cutout import edges, own_colors
from processing.engine.plans.cutout import CleanUp

SIDE = 200
SHIRT = np.s_[40:160, 40:160]
DOUBT = np.s_[80:120, 80:120]
MIDDLE = np.s_[90:110, 90:110]
BLUE, WOOD, GREEN = (0.2, 0.3, 0.7), (0.7, 0.5, 0.3), (0.2, 0.7, 0.2)


def photo(middle: tuple[float, float, float] = BLUE) -> F32:
    """The shirt, with another color where the network is in doubt."""
    rgb = np.full((SIDE, SIDE, 3), WOOD, np.float32)
    rgb[SHIRT] = BLUE
    rgb[DOUBT] = middle
    noise = np.random.default_rng(3).normal(0, 0.01, rgb.shape)
    return np.asarray(np.clip(rgb + noise, 0, 1), dtype=np.float32)


def opinion(belief: float, blurred: float = 6.0) -> F32:
    """A network's matte that believes so much in the middle of the shirt."""
    inside = np.ones((SIDE, SIDE), np.float32)
    inside[DOUBT] = belief
    matte = np.zeros((SIDE, SIDE), np.float32)
    matte[SHIRT] = np.asarray(cv2.GaussianBlur(inside, (0, 0), blurred))[SHIRT]
    return matte


def test_doubt_about_the_products_own_color_is_settled() -> None:
    for belief in (0.7, 0.2):
        settled = own_colors.settled(opinion(belief), photo(), 1.0)
        assert (settled[MIDDLE] == 1).all()


def test_what_has_the_backdrops_color_stays_in_doubt() -> None:
    matte = opinion(0.7)
    settled = own_colors.settled(matte, photo(WOOD), 1.0)
    assert np.array_equal(settled[MIDDLE], matte[MIDDLE])


def test_what_has_a_color_of_neither_stays_in_doubt() -> None:
    matte = opinion(0.7)
    settled = own_colors.settled(matte, photo(GREEN), 1.0)
    assert np.array_equal(settled[MIDDLE], matte[MIDDLE])


def test_a_hole_that_the_network_is_sure_of_stays_open() -> None:
    matte = opinion(0.0, blurred=0.5)
    settled = own_colors.settled(matte, photo(), 1.0)
    assert np.array_equal(settled[DOUBT], matte[DOUBT])


def test_a_narrow_inlet_in_doubt_is_part_of_the_product_and_others_are_not() -> None:
    for width, belief, filled in ((4, 0.4, True), (4, 0.1, False), (40, 0.4, False)):
        matte = opinion(1.0)
        matte[40:100, 100 - width // 2 : 100 + width // 2] = belief
        settled = own_colors.settled(matte, photo(), 1.0)
        assert bool(settled[70, 100] == 1) == filled


def test_the_rim_stays_as_it_was() -> None:
    matte = np.asarray(cv2.GaussianBlur(opinion(1.0), (0, 0), 3.0), dtype=np.float32)
    settled = own_colors.settled(matte, photo(), 1.0)
    rim = np.ones((SIDE, SIDE), bool)
    rim[45:155, 45:155] = False
    assert np.array_equal(settled[rim], matte[rim])


def test_without_a_backdrop_there_is_nothing_to_compare_with() -> None:
    matte = np.full((SIDE, SIDE), 0.98, np.float32)
    matte[MIDDLE] = 0.7
    assert np.array_equal(own_colors.settled(matte, photo(), 1.0), matte)
    assert own_colors.share(photo(), matte) is None


def test_a_shirt_is_opaque_where_the_network_was_in_doubt() -> None:
    rgb = np.rint(photo() * 255).astype(np.uint8)
    alpha = edges.cut_out(rgb, opinion(0.3), edge="standard", clean=CleanUp()).alpha
    assert (alpha[50:150, 50:150] == 255).all()
