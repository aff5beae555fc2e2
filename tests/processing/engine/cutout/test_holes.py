"""Which holes open, with true edges and freed colors, and which parts of a product stay closed."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from processing.engine.cutout import holes
from processing.engine.cutout.edges import cut_out
from processing.engine.plans.cutout import CleanUp

SIDE = 240
U8 = npt.NDArray[np.uint8]
RED = (170, 40, 50)


def backdrop(name: str) -> U8:
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    grain = np.random.default_rng(3).normal(0, 1.5, (SIDE, SIDE))
    levels = {
        "white": np.full((SIDE, SIDE), 247.0),
        "grey": 205 - 30 * down + 12 * across + grain,
    }
    return np.repeat(levels[name].astype(np.uint8)[..., None], 3, axis=2)


def drawn(draw: Callable[[U8], None]) -> U8:
    """0 to 255 with soft edges, from four times the size."""
    large = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    draw(large)
    return np.asarray(cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def ring(canvas: U8) -> None:
    cv2.circle(canvas, (480, 480), 240, 255, -1)
    cv2.circle(canvas, (480, 480), 180, 0, -1)


def mug(canvas: U8) -> None:
    cv2.ellipse(canvas, (600, 480), (200, 190), 0, 0, 360, 255, 40)
    cv2.rectangle(canvas, (240, 240), (600, 720), 255, -1)


def bag(canvas: U8) -> None:
    cv2.ellipse(canvas, (480, 520), (180, 380), 0, 180, 360, 255, 20)
    cv2.rectangle(canvas, (260, 510), (700, 840), 255, -1)


def photographed(alpha: U8, ground: U8, color: tuple[int, int, int] = RED) -> U8:
    share = alpha[..., None] / 255
    return np.rint(np.array(color) * share + ground * (1 - share)).astype(np.uint8)


def closed(alpha: U8) -> npt.NDArray[np.float32]:
    """What a network says that sees no holes."""
    outlines, _ = cv2.findContours(
        (alpha > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = cv2.drawContours(np.zeros_like(alpha), outlines, -1, 255, -1)
    return cv2.GaussianBlur(filled, (5, 5), 0).astype(np.float32) / np.float32(255)


def inner(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Without the pixels next to an edge, and without sharp corners."""
    opened = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    return np.asarray(cv2.erode(opened, np.ones((7, 7), np.uint8))) > 0


@pytest.mark.parametrize("ground", ["white", "grey"])
@pytest.mark.parametrize("draw", [ring, mug, bag])
def test_a_hole_opens_with_the_edge_of_the_picture(draw: Callable[[U8], None], ground: str) -> None:
    truth = drawn(draw)
    photo = photographed(truth, backdrop(ground))
    found = cut_out(photo, closed(truth), edge="standard", clean=CleanUp())
    hole = inner((closed(truth) > 0.99) & (truth == 0))
    assert hole.sum() > 500
    assert found.alpha[hole].max() < 0.02 * 255
    assert found.alpha[inner(truth == 255)].min() > 0.98 * 255
    off = np.abs(found.alpha.astype(float) - truth)
    assert off.mean() < 1
    # No backdrop is left in the colors of the edge.
    edge = found.alpha > 128
    assert np.abs(found.rgb[edge].astype(float) - RED).mean() < 4


def test_nothing_opens_where_that_is_switched_off() -> None:
    truth = drawn(ring)
    photo, matte = photographed(truth, backdrop("grey")), closed(truth)
    found = cut_out(photo, matte, edge="standard", clean=CleanUp(holes=False))
    assert found.alpha[110:130, 110:130].min() == 255
    rgb = photo.astype(np.float32) / np.float32(255)
    assert holes.opened(matte, rgb, CleanUp.off()) is matte


def shirt(canvas: U8) -> None:
    cv2.rectangle(canvas, (240, 160), (720, 840), 255, -1)


def letters(canvas: U8) -> None:
    cv2.putText(canvas, "BOLD", (290, 500), cv2.FONT_HERSHEY_DUPLEX, 5, 255, 24)


def stripes(canvas: U8) -> None:
    for top in range(220, 800, 120):
        cv2.rectangle(canvas, (260, top), (700, top + 50), 255, -1)


def checks(canvas: U8) -> None:
    for top in range(220, 780, 120):
        for left in range(290, 700, 120):
            cv2.rectangle(canvas, (left, top), (left + 60, top + 60), 255, -1)


def buttons(canvas: U8) -> None:
    for top in range(200, 800, 100):
        cv2.circle(canvas, (480, top), 22, 255, -1)


def patch(canvas: U8) -> None:
    cv2.rectangle(canvas, (380, 400), (580, 600), 255, -1)


def label(canvas: U8) -> None:
    cv2.rectangle(canvas, (430, 190), (530, 240), 255, -1)


@pytest.mark.parametrize("ground", ["white", "grey"])
@pytest.mark.parametrize("draw", [letters, stripes, checks, buttons, patch, label])
def test_a_print_in_the_very_color_of_the_backdrop_stays(
    draw: Callable[[U8], None], ground: str
) -> None:
    truth, behind = drawn(shirt), backdrop(ground)
    photo = photographed(drawn(draw), photographed(truth, behind), (0, 0, 0))
    share = drawn(draw)[..., None] / 255
    photo = np.rint(behind * share + photographed(truth, behind) * (1 - share)).astype(np.uint8)
    matte = closed(truth)
    rgb = photo.astype(np.float32) / np.float32(255)
    assert np.array_equal(holes.opened(matte, rgb, CleanUp()), matte)


def dish(middle: int) -> U8:
    """A dish with a white middle, so many levels darker than the white that it stands on."""
    photo = np.full((SIDE, SIDE, 3), 247, np.uint8)
    cv2.circle(photo, (120, 120), 80, RED, -1, cv2.LINE_AA)
    cv2.circle(photo, (120, 120), 55, (247 - middle,) * 3, -1, cv2.LINE_AA)
    return photo


def test_the_middle_of_a_dish_stays_where_its_white_is_another() -> None:
    plate = np.zeros((SIDE, SIDE), np.uint8)
    matte = closed(cv2.circle(plate, (120, 120), 80, 255, -1).astype(np.uint8))
    rgb = dish(middle=6).astype(np.float32) / np.float32(255)
    assert np.array_equal(holes.opened(matte, rgb, CleanUp()), matte)


def test_burnt_out_white_opens_behind_a_thin_rim_alone() -> None:
    """There a dish looks like a ring: both are 255."""
    white = np.full((SIDE, SIDE, 3), 255, np.uint8)
    for radius, opens in ((220, True), (140, False)):

        def draw(canvas: U8, radius: int = radius) -> None:
            cv2.circle(canvas, (480, 480), 260, 255, -1)
            cv2.circle(canvas, (480, 480), radius, 0, -1)

        truth = drawn(draw)
        rgb = photographed(truth, white).astype(np.float32) / np.float32(255)
        assert (holes.opened(closed(truth), rgb, CleanUp())[120, 120] == 0) == opens


def test_on_a_busy_ground_nothing_is_taken_for_it() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    truth = drawn(ring)
    rgb = photographed(truth, noise).astype(np.float32) / np.float32(255)
    matte = closed(truth)
    assert np.array_equal(holes.opened(matte, rgb, CleanUp()), matte)


@pytest.mark.parametrize("shows", ["boards", "print", "pattern"])
def test_on_boards_a_hole_is_told_by_its_colors_and_grain(shows: str) -> None:
    """A print is as smooth as the cloth, and where more of the subject looks like boards, none of it is a hole."""
    random = np.random.default_rng(4)
    boards = np.array([(196, 150, 100), (160, 110, 66), (220, 180, 130), (140, 96, 60)], float)
    grain = cv2.GaussianBlur(random.normal(0, 40, (SIDE, SIDE)), (0, 0), 0.8, sigmaY=3)
    colors = boards[np.arange(SIDE) // 20 % 4][None] + grain[..., None]
    ground: U8 = colors.clip(0, 255).round().astype(np.uint8)

    def draw(canvas: U8) -> None:
        cv2.circle(canvas, (480, 480), 360, 255, -1)
        cv2.ellipse(canvas, (280, 480), (60, 140), 0, 0, 360, 0, -1)
        for x, y in ((600, 360), (620, 520), (520, 660)) if shows == "pattern" else ():
            cv2.circle(canvas, (x, y), 50, 0, -1)

    behind = ground if shows != "print" else np.full((SIDE, SIDE, 3), boards[0], np.uint8)
    truth, matte = drawn(draw), closed(drawn(draw))
    rgb = np.where(matte[..., None] > 0.5, photographed(truth, behind, (236, 236, 240)), ground)
    found = holes.opened(matte, rgb.astype(np.float32) / np.float32(255), CleanUp())
    assert (found[120, 70] == 0) == (shows == "boards")
    assert np.array_equal(found[60:180, 110:200], matte[60:180, 110:200])


def test_a_photo_without_background_has_no_holes() -> None:
    matte = np.ones((SIDE, SIDE), np.float32)
    rgb = backdrop("grey").astype(np.float32) / np.float32(255)
    assert np.array_equal(holes.opened(matte, rgb, CleanUp()), matte)
